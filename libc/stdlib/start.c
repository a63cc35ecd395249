// SPDX-License-Identifier: BSD-2-Clause
// From the entry point to main and back to the kernel.
// C11 5.1.2.2 and 7.22.4; constructor tables as the System V ABI names them.

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../libc_private.h"

int main(int argc, char **argv, char **envp);

typedef void initfn(int, char **, char **);
extern initfn *const __init_array_start[] __attribute__((__weak__));
extern initfn *const __init_array_end[] __attribute__((__weak__));
extern void (*const __fini_array_start[])(void) __attribute__((__weak__));
extern void (*const __fini_array_end[])(void) __attribute__((__weak__));

char **environ;
static const char *progname = "";

const char *
getprogname(void)
{
	return progname;
}

void
setprogname(const char *name)
{
	const char *slash = strrchr(name, '/');

	progname = slash != NULL ? slash + 1 : name;
}

_Noreturn void
__libc_start(int argc, char **argv, char **envp)
{
	environ = envp;
	if (argc > 0 && argv[0] != NULL)
		setprogname(argv[0]);
	for (initfn *const *f = __init_array_start; f != __init_array_end; f++)
		(*f)(argc, argv, envp);
	exit(main(argc, argv, envp));
}

_Noreturn void
exit(int status)
{
	__run_atexit();
	for (size_t n = (size_t)(__fini_array_end - __fini_array_start); n > 0; n--)
		__fini_array_start[n - 1]();
	if (__stdio_flush_all != NULL)
		__stdio_flush_all();
	_exit(status);
}

_Noreturn void
_Exit(int status)
{
	_exit(status);
}
