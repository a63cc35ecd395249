// SPDX-License-Identifier: BSD-2-Clause
// Running lists, pipelines and commands.
// POSIX shell 2.9.

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "sh.h"

// run_builtin: in this process, redirections undone afterwards. exec keeps them: it is the one
// builtin whose point they are.
static void
run_builtin(builtin *function, const struct command *command, int argc, char **argv, int keep)
{
	if (!keep)
		save_descriptors(command->redirects);
	if (apply_redirects(command->redirects) && apply_assignments(command->assignments, 0))
		last_status = function != NULL ? function(argc, argv) : 0;
	else
		last_status = STATUS_FAILED;
	fflush(stdout);
	if (!keep)
		restore_descriptors(command->redirects);
}

// run_program: this process becomes the command.
static _Noreturn void
run_program(const struct command *command, char **argv)
{
	if (!apply_redirects(command->redirects) || !apply_assignments(command->assignments, 1)) {
		last_status = STATUS_FAILED;
		finish();
	}
	execute(argv);
}

// run_inside: the command in a process that is there for it alone.
static _Noreturn void
run_inside(const struct command *command)
{
	int argc;
	char **argv;

	if (command->subshell != NULL) {
		if (apply_redirects(command->redirects))
			run_list(command->subshell, 1);
		else
			last_status = STATUS_FAILED;
		finish();
	}
	argv = expand_words(command->words, &argc);
	if (argv == NULL) {
		last_status = STATUS_USAGE;
	} else if (argc > 0 && find_builtin(argv[0]) == NULL) {
		run_program(command, argv);
	} else {
		run_builtin(argc > 0 ? find_builtin(argv[0]) : NULL, command, argc, argv, 0);
	}
	finish();
}

// start_stage: one command of a pipeline, reading from input (closed here), writing to a new pipe
// whose reading end becomes *output, unless it is the last.
static pid_t
start_stage(struct job *job, const struct command *command, int input, int *output)
{
	int fds[2] = { -1, -1 };
	pid_t pid = -1;

	if (command->next == NULL || pipe(fds) == 0)
		pid = job_fork(job);
	else
		complain("cannot make a pipe: error %d", errno);
	if (pid == 0) {
		if (input >= 0) {
			dup2(input, STDIN_FILENO);
			close(input);
		}
		if (fds[1] >= 0) {
			close(fds[0]);
			dup2(fds[1], STDOUT_FILENO);
			close(fds[1]);
		}
		run_inside(command);
	}
	if (input >= 0)
		close(input);
	if (fds[1] >= 0)
		close(fds[1]);
	*output = fds[0];
	return pid;
}

static void
run_stages(const struct command *commands)
{
	struct job *job = job_new(commands, 1);
	int input = -1, whole = job != NULL, status;

	for (const struct command *c = commands; whole && c != NULL; c = c->next)
		whole = start_stage(job, c, input, &input) > 0;
	if (input >= 0)
		close(input);
	status = job != NULL ? job_foreground(job) : STATUS_NOT_RUN;
	last_status = whole ? status : STATUS_NOT_RUN;
}

static void
run_pipeline(const struct pipeline *pipeline, int last)
{
	const struct command *command = pipeline->commands;
	int argc;
	char **argv;

	if (command->next != NULL || command->subshell != NULL) {
		run_stages(command);
	} else if (last && !pipeline->negate) {
		run_inside(command);
	} else {
		argv = expand_words(command->words, &argc);
		if (argv == NULL)
			last_status = STATUS_USAGE;
		else if (argc == 0)
			run_builtin(NULL, command, argc, argv, 0);
		else if (find_builtin(argv[0]) != NULL)
			run_builtin(find_builtin(argv[0]), command, argc, argv,
			    find_builtin(argv[0]) == find_builtin("exec"));
		else
			run_stages(command);
	}
	if (pipeline->negate)
		last_status = last_status == 0;
}

static void
run_and_or(const struct list *list, int last)
{
	for (const struct pipeline *p = list->pipelines; p != NULL; p = p->next) {
		if ((p->join == JOIN_AND && last_status != 0) ||
		    (p->join == JOIN_OR && last_status == 0))
			continue;
		run_pipeline(p, last && p->next == NULL);
	}
}

// Without a group of its own a background list must not read what the shell shall.
static void
run_background(const struct list *list)
{
	struct job *job = job_new(list->pipelines->commands, 0);
	pid_t pid = job != NULL ? job_fork(job) : -1;

	if (pid == 0) {
		run_and_or(list, 1);
		finish();
	}
	if (job != NULL)
		last_background = job_background(job);
	last_status = pid > 0 ? 0 : STATUS_NOT_RUN;
}

void
run_list(const struct list *list, int last)
{
	for (; list != NULL; list = list->next) {
		if (list->background)
			run_background(list);
		else
			run_and_or(list, last && list->next == NULL);
	}
}
