// SPDX-License-Identifier: BSD-2-Clause
// The exec family over execve.
// POSIX.

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEFAULT_PATH	"/bin:/sbin"
#define ARGUMENTS	256	// of execl and execlp, at most

int
execv(const char *path, char *const argv[])
{
	return execve(path, argv, environ);
}

// A directory where the file is missing is passed over; where it may not be run, remembered.
int
execvpe(const char *file, char *const argv[], char *const envp[])
{
	const char *path = getenv("PATH");
	int denied = 0;

	if (strchr(file, '/') != NULL)
		return execve(file, argv, envp);
	if (path == NULL)
		path = DEFAULT_PATH;
	for (;;) {
		char full[PATH_MAX];
		int len = (int)strcspn(path, ":");

		if (snprintf(full, sizeof(full), "%.*s%s%s", len, path, len > 0 ? "/" : "",
		    file) < (int)sizeof(full)) {
			execve(full, argv, envp);
			if (errno == EACCES)
				denied = 1;
			else if (errno != ENOENT && errno != ENOTDIR)
				return -1;
		}
		if (path[len] == '\0')
			break;
		path += len + 1;
	}
	errno = denied ? EACCES : ENOENT;
	return -1;
}

int
execvp(const char *file, char *const argv[])
{
	return execvpe(file, argv, environ);
}

// collect: arguments up to the NULL; false if there are too many.
static int
collect(const char *argv[], const char *arg, va_list ap)
{
	int n = 0;

	for (argv[n] = arg; argv[n] != NULL; argv[n] = va_arg(ap, const char *)) {
		if (++n == ARGUMENTS) {
			errno = E2BIG;
			return 0;
		}
	}
	return 1;
}

int
execl(const char *path, const char *arg, ...)
{
	const char *argv[ARGUMENTS];
	va_list ap;
	int ok;

	va_start(ap, arg);
	ok = collect(argv, arg, ap);
	va_end(ap);
	return ok ? execve(path, (char *const *)(uintptr_t)argv, environ) : -1;
}

int
execlp(const char *file, const char *arg, ...)
{
	const char *argv[ARGUMENTS];
	va_list ap;
	int ok;

	va_start(ap, arg);
	ok = collect(argv, arg, ap);
	va_end(ap);
	return ok ? execvp(file, (char *const *)(uintptr_t)argv) : -1;
}
