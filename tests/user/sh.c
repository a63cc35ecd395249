// SPDX-License-Identifier: BSD-2-Clause
// The shell: what lines print and which status they leave.
// Written for Kestrel.
#include "tap.h"

#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct line {
	const char	*text;
	const char	*output;
	int		status;
};

static const struct line lines[] = {
	{ "echo one; echo two # remark", "one\ntwo\n", 0 },
	{ "echo 'a  b' \"c  d\" e\\ \\ f", "a  b c  d e  f\n", 0 },
	{ "A='x  y'; echo $A \"$A\" '$A' ${A}z", "x y x  y $A x yz\n", 0 },
	{ "echo \"[$NOTHING]\" [$NOTHING]", "[] []\n", 0 },
	{ "false", "", 1 },
	{ "! false", "", 0 },
	{ "false && echo no || echo yes", "yes\n", 0 },
	{ "true && echo yes || echo no", "yes\n", 0 },
	{ "echo a | cat | cat", "a\n", 0 },
	{ "true | false", "", 1 },
	{ "false | true; echo $?", "0\n", 0 },
	{ "exit 7", "", 7 },
	{ "(exit 3); echo $?", "3\n", 0 },
	{ "(cd /dev; pwd); pwd", "/dev\n/\n", 0 },
	{ "cd /bin && pwd", "/bin\n", 0 },
	{ "cd /nowhere 2>/dev/null; echo $?", "1\n", 0 },
	{ "nosuchcommand 2>/dev/null", "", 127 },
	{ "/etc 2>/dev/null", "", 126 },
	{ "sh -c 'kill -9 $$' 2>/dev/null; echo $?", "137\n", 0 },
	{ "echo hidden >/dev/null; echo shown", "shown\n", 0 },
	{ "echo hidden 1>&2 2>/dev/null", "", 0 },
	{ "(echo hidden 1>&2) 2>/dev/null; echo $?", "0\n", 0 },
	{ "cat </dev/null; echo $?", "0\n", 0 },
	{ "cat </nowhere 2>/dev/null; echo $?", "1\n", 0 },
	{ "X=1; sh -c 'echo [$X]'; export X; sh -c 'echo [$X]'", "[]\n[1]\n", 0 },
	{ "X=2 sh -c 'echo $X'; echo [$X]", "2\n[]\n", 0 },
	{ "sh -c 'echo $0 $1 $#' name arg", "name arg 1\n", 0 },
	{ "sh -c 'for_each() ' 2>/dev/null", "", 2 },
	{ "sleep 0.05 & wait; echo $?", "0\n", 0 },
	{ "sh -c 'exit 5' & wait $!; echo $?", "5\n", 0 },
	{ "echo a |\ncat", "a\n", 0 },
	{ "exec echo gone; echo not reached", "gone\n", 0 },
	{ "echo 'open 2>/dev/null", "", 2 },
	{ ";", "", 2 },
};

// run: output of `sh -c text` with its NUL, and its exit status; -1 if a signal ended it.
static int
run(const char *text, char *output, size_t size)
{
	size_t used = 0;
	ssize_t n;
	int fds[2], status;
	pid_t pid;

	if (pipe(fds) != 0)
		bail_out("pipe");
	pid = fork();
	if (pid == 0) {
		dup2(fds[1], STDOUT_FILENO);
		close(fds[0]);
		close(fds[1]);
		dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
		execl("/bin/sh", "sh", "-c", text, (char *)NULL);
		_exit(99);
	}
	close(fds[1]);
	while (used + 1 < size && (n = read(fds[0], output + used, size - 1 - used)) > 0)
		used += (size_t)n;
	output[used] = '\0';
	close(fds[0]);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		bail_out("the shell could not be run");
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int
main(void)
{
	char output[256];

	chdir("/");
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		int status = run(lines[i].text, output, sizeof(output));

		if (!ok(strcmp(output, lines[i].output) == 0 && status == lines[i].status,
		    "line %d", (int)i + 1))
			diag("%s: status %d, output %s", lines[i].text, status, output);
	}
	return done_testing();
}
