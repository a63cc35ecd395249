// SPDX-License-Identifier: BSD-2-Clause
// Commands that only the shell itself can run.
// POSIX shell 2.14, the part this shell has.

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sh.h"

static int
builtin_colon(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return 0;
}

static int
builtin_cd(int argc, char **argv)
{
	const char *target = argc > 1 ? argv[1] : variable_get("HOME", 4);
	char *cwd;

	if (argc > 2) {
		complain("cd: too many arguments");
		return STATUS_USAGE;
	}
	if (target == NULL || *target == '\0')
		target = "/";
	if (chdir(target) != 0) {
		complain("cd: %s: %s", target, strerror(errno));
		return 1;
	}
	cwd = getcwd(NULL, 0);
	if (cwd != NULL) {
		variable_set("PWD", 3, cwd);
		free(cwd);
	}
	return 0;
}

static int
builtin_pwd(int argc, char **argv)
{
	char *cwd = getcwd(NULL, 0);

	(void)argc;
	(void)argv;
	if (cwd == NULL) {
		complain("pwd: %s", strerror(errno));
		return 1;
	}
	puts(cwd);
	free(cwd);
	return 0;
}

static int
builtin_exit(int argc, char **argv)
{
	char *end;

	if (argc > 1) {
		last_status = (int)(strtol(argv[1], &end, 10) & 0xff);
		if (*argv[1] == '\0' || *end != '\0') {
			complain("exit: %s: not a number", argv[1]);
			last_status = STATUS_USAGE;
		}
	}
	finish();
}

static int
builtin_exec(int argc, char **argv)
{
	if (argc == 1)
		return 0;
	become_child();
	execute(argv + 1);
}

static int
builtin_export(int argc, char **argv)
{
	if (argc == 1)
		variables_print(1);
	for (int i = 1; i < argc; i++) {
		if (!variable_export(argv[i])) {
			complain("export: %s: not a name", argv[i]);
			return STATUS_USAGE;
		}
	}
	return 0;
}

static int
builtin_set(int argc, char **argv)
{
	(void)argv;
	if (argc > 1) {
		complain("set: takes no arguments");
		return STATUS_USAGE;
	}
	variables_print(0);
	return 0;
}

static int
builtin_unset(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		variable_unset(argv[i]);
	return 0;
}

// Without arguments, all background jobs; else the status of the last one named.
static int
builtin_wait(int argc, char **argv)
{
	int result = 0;

	for (int i = 1; i < argc; i++)
		result = job_wait_for((pid_t)strtol(argv[i], NULL, 10));
	if (argc == 1)
		job_wait_for(WAIT_ANY);
	return result;
}

static int
builtin_dot(int argc, char **argv)
{
	int error;

	if (argc != 2) {
		complain(".: needs the name of one file");
		return STATUS_USAGE;
	}
	last_status = 0;
	error = run_file(argv[1]);
	if (error != 0) {
		complain(".: %s: %s", argv[1], strerror(error));
		return 1;
	}
	return last_status;
}

builtin *
find_builtin(const char *name)
{
	static const struct {
		const char	*name;
		builtin		*function;
	} table[] = {
		{ ".", builtin_dot }, { ":", builtin_colon }, { "bg", builtin_bg },
		{ "cd", builtin_cd }, { "exec", builtin_exec }, { "exit", builtin_exit },
		{ "export", builtin_export }, { "fg", builtin_fg }, { "jobs", builtin_jobs },
		{ "pwd", builtin_pwd }, { "set", builtin_set }, { "unset", builtin_unset },
		{ "wait", builtin_wait },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (strcmp(table[i].name, name) == 0)
			return table[i].function;
	}
	return NULL;
}
