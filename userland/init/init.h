// SPDX-License-Identifier: BSD-2-Clause
// The parts of init.
// Ours.
#pragma once

#include <sys/types.h>

#define CONSOLE		"/dev/console"
#define HOST		"/dev/host"
#define RUN_FILE	"/etc/run"
#define SHELL		"/bin/sh"

// load_run: the argument vector in the boot image's RUN_FILE, or NULL if there is none.
char **load_run(void);

// new_session: in a child, before it becomes a program: a session of its own with the console as
// its terminal.
void new_session(void);

// await: wait until the child pid ends, burying every other child that does; its wait status.
int await(pid_t pid);

// run_program: run argv with the host's channel as its input and output, tell the kernel its exit
// status and cut the power. Does not return.
_Noreturn void run_program(char **argv);

// run_shells: a shell on the console, and another when it ends, for ever.
_Noreturn void run_shells(void);
