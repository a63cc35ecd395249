// SPDX-License-Identifier: BSD-2-Clause
// Every pointer argument of every system call, aimed where nothing may be read or written: EFAULT
// or the documented answer, and the kernel lives. A call without a row here fails the test.
// Written for Kestrel.
#include "lib/child.h"
#include "lib/places.h"
#include "lib/raw.h"
#include "lib/zones.h"
#include "tap.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include <sys/wait.h>

// What a call does with a pointer, and so which places it may refuse.
enum use {
	IN,		// reads at least a word
	OUT,		// writes at least a word
	INOUT,
	STRING,		// reads a string: zeroes are the empty one
	OPTIONAL_OUT,	// NULL is allowed
	OPTIONAL_IN,
	NAME_ONLY,	// a value that is compared, never followed
};

#define GOOD_FD		1000u	// stands for a pipe's reading end with bytes in it
#define GOOD_OUT_FD	1001u	// a pipe's writing end
#define GOOD_FILE	1002u	// this program, open
#define GOOD_DIR	1003u	// its directory, open

struct row {
	uint32_t	number;
	const char	*name;
	int		argument;	// index of the word that is aimed
	enum use	use;
	uint32_t	words[RAW_WORDS];
	int		also;		// an error that is right too: a check before the access
};

static char buffer[512] __attribute__((__aligned__(16)));
static uint32_t name_numbers[2] = { 1, 1 };	// kern.ostype
static uint32_t length_word = sizeof buffer;
static char root[] = "/";
static char program[] = "/no/such/program";

#define B	((uint32_t)(uintptr_t)buffer)
#define ROW(call, argument, use, also, ...) \
	{ SYS_##call, #call, argument, use, { __VA_ARGS__ }, also }
static struct row rows[] = {
	ROW(read, 1, OUT, 0, GOOD_FD, 0, 8),
	ROW(write, 1, IN, 0, GOOD_OUT_FD, 0, 8),
	ROW(open, 0, STRING, ENOENT, 0, O_RDONLY),
	ROW(wait4, 1, OPTIONAL_OUT, ECHILD, 0xffffffff, 0, WNOHANG, 0),
	ROW(wait4, 3, OPTIONAL_OUT, ECHILD, 0xffffffff, 0, WNOHANG, 0),
	ROW(chdir, 0, STRING, ENOENT, 0),
	ROW(execve, 0, STRING, ENOENT, 0, 0, 0),
	ROW(execve, 1, IN, ENOENT, 0, 0, 0),
	ROW(execve, 2, OPTIONAL_IN, ENOENT, 0, 0, 0),
	ROW(gettimeofday, 0, OPTIONAL_OUT, 0, 0, 0),
	ROW(gettimeofday, 1, OPTIONAL_OUT, 0, 0, 0),
	ROW(stat, 0, STRING, ENOENT, 0, 0),
	ROW(stat, 1, OUT, 0, 0, 0),
	ROW(lstat, 0, STRING, ENOENT, 0, 0),
	ROW(lstat, 1, OUT, 0, 0, 0),
	ROW(fstat, 1, OUT, 0, GOOD_FILE, 0),
	ROW(getdirentries, 1, OUT, 0, GOOD_DIR, 0, sizeof buffer, 0),
	ROW(getdirentries, 3, OPTIONAL_OUT, 0, GOOD_DIR, 0, sizeof buffer, 0),
	ROW(__sysctl, 0, IN, ENOENT, 0, 2, 0, 0, 0, 0),
	ROW(__sysctl, 2, OPTIONAL_OUT, 0, 0, 2, 0, 0, 0, 0),
	ROW(__sysctl, 3, OPTIONAL_OUT, ENOMEM, 0, 2, 0, 0, 0, 0),
	ROW(__sysctl, 4, OPTIONAL_IN, EPERM, 0, 2, 0, 0, 0, 4),
	ROW(clock_gettime, 1, OUT, 0, 0, 0),
	ROW(nanosleep, 0, IN, 0, 0, 0),
	ROW(nanosleep, 1, NAME_ONLY, 0, 0, 0),	// written only when interrupted
	ROW(__getcwd, 0, OUT, 0, 0, sizeof buffer),
	ROW(sigaltstack, 0, OPTIONAL_IN, ENOMEM, 0, 0),
	ROW(sigaltstack, 1, OPTIONAL_OUT, 0, 0, 0),
	ROW(ioctl, 2, NAME_ONLY, ENOTTY, GOOD_FD, 0x40047477, 0),
	ROW(setitimer, 1, OPTIONAL_IN, 0, 0, 0, 0),
	ROW(setitimer, 2, OPTIONAL_OUT, 0, 0, 0, 0),
	ROW(getitimer, 1, OUT, 0, 0, 0),
	ROW(sigprocmask, 1, OPTIONAL_IN, 0, 1, 0, 0),
	ROW(sigprocmask, 2, OPTIONAL_OUT, 0, 1, 0, 0),
	ROW(sigpending, 0, OUT, 0, 0),
	ROW(sigaction, 1, OPTIONAL_IN, 0, 30, 0, 0),
	ROW(sigaction, 2, OPTIONAL_OUT, 0, 30, 0, 0),
	ROW(sigreturn, 0, IN, EINVAL, 0),
	ROW(kse_wakeup, 0, NAME_ONLY, EINVAL, 0),
	ROW(kse_create, 0, IN, 0, 0, 0),
	ROW(kse_create, 0, IN, 0, 0, 1),
	ROW(kse_thr_interrupt, 0, NAME_ONLY, EINVAL, 0),
};
#define ROWS	(sizeof rows / sizeof rows[0])

// Calls that take no pointer; addresses to map are values, tested in `memory`.
static const uint32_t pointerless[] = {
	SYS_exit, SYS_fork, SYS_close, SYS_break, SYS_getpid, SYS_getuid, SYS_geteuid, SYS_kill,
	SYS_getppid, SYS_dup, SYS_pipe, SYS_reboot, SYS_munmap, SYS_mprotect, SYS_dup2, SYS_mmap,
	SYS_lseek, SYS_yield, SYS_sched_yield, SYS_kse_exit, SYS_kse_release, SYS_getpgrp,
	SYS_setpgid, SYS_setsid, SYS_getpgid,
	SYS_sigsuspend,		// does not return; sig_calls aims it
};

static bool
has_row(uint32_t number)
{
	for (size_t i = 0; i < ROWS; i++) {
		if (rows[i].number == number)
			return true;
	}
	for (size_t i = 0; i < sizeof pointerless / sizeof pointerless[0]; i++) {
		if (pointerless[i] == number)
			return true;
	}
	return false;
}

static void
completeness(void)
{
	static const struct { uint32_t number; const char *name; } all[] = {
#define SYSCALL(number, name, argwords, flags)	{ number, #name },
#include <sys/syscalls.def>
#undef SYSCALL
	};
	int missing = 0;

	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
		if (!has_row(all[i].number)) {
			diag("system call %s has no row", all[i].name);
			missing++;
		}
	}
	is(missing, 0, "every system call has its row");
}

// The words that are not aimed at a bad place get something good.
static void
make_good(void)
{
	for (size_t i = 0; i < ROWS; i++) {
		uint32_t *w = rows[i].words;

		switch (rows[i].number) {
		case SYS_execve:
			w[0] = W(program);
			w[1] = w[2] = B;
			break;
		case SYS_stat:
		case SYS_lstat:
			w[0] = W(root);
			w[1] = B;
			break;
		case SYS_getdirentries:
			w[1] = B;
			w[3] = 0;
			break;
		case SYS___sysctl:
			w[0] = W(name_numbers);
			w[2] = B;
			w[3] = W(&length_word);
			break;
		case SYS_nanosleep:
			w[0] = B;
			break;
		case SYS_gettimeofday:
			w[0] = w[1] = 0;
			break;
		}
	}
}

static bool
may_succeed(const struct row *r, const struct place *p)
{
	switch (r->use) {
	case IN:
	case STRING:
		return p->readable;
	case OUT:
	case INOUT:
		return p->writable;
	case OPTIONAL_OUT:
		return p->address == 0 || p->writable;
	case OPTIONAL_IN:
		return p->address == 0 || p->readable;
	case NAME_ONLY:
		return true;
	}
	return false;
}

static uint32_t
stand_in(uint32_t word)
{
	static int fds[4] = { -1 };

	if (word < GOOD_FD || word > GOOD_DIR)
		return word;
	if (fds[0] < 0) {
		if (pipe(fds) != 0 || write(fds[1], buffer, sizeof buffer) != sizeof buffer)
			bail_out("no pipe");
		fds[2] = open("/tests/syscalls_hostile", O_RDONLY);
		fds[3] = open("/", O_RDONLY);
	}
	return (uint32_t)fds[word - GOOD_FD];
}

// In a child of its own: an answer may change the process. The number of wrong answers.
static int
try_row(void *arg)
{
	const struct row *r = arg;
	const struct place *p = places();
	int wrong = 0;

	if (r->number == SYS___getcwd && chdir("/tests") != 0)
		return 99;	// in the root the answer would fit into two bytes
	for (int i = 0; i < PLACES; i++) {
		uint32_t words[RAW_WORDS];

		memset(buffer, 0, sizeof buffer);
		length_word = sizeof buffer;
		for (int w = 0; w < RAW_WORDS; w++)
			words[w] = w == r->argument ? p[i].address : stand_in(r->words[w]);
		int32_t answer = raw_words(r->number, words);
		bool right = answer == -EFAULT || (r->also != 0 && answer == -r->also) ||
		    (may_succeed(r, &p[i]) && answer >= 0) ||
		    (r->use == STRING && p[i].may_end_here);
		if (!right) {
			diag("%s, word %d at %s: answer %d", r->name, r->argument, p[i].name,
			    (int)answer);
			wrong++;
		}
	}
	return wrong;
}

// A read that cannot be delivered loses at most its own bytes.
static void
pipe_survives(void)
{
	char text[4] = "";
	int fds[2];

	if (pipe(fds) != 0)
		bail_out("no pipe");
	is(RAW(SYS_write, W(fds[1]), 0xc0100000u, 3), -EFAULT, "a write from the kernel");
	is(write(fds[1], "abc", 3), 3, "then a good one");
	is(RAW(SYS_read, W(fds[0]), 0xc0100000u, 1), -EFAULT, "a read into the kernel");
	ok(read(fds[0], text, 3) >= 2, "the pipe still works");
	is(RAW(SYS_read, W(fds[0]), B, 0), 0, "a read of nothing touches nothing");
	is(RAW(SYS_read, W(fds[0]), 0xc0100000u, 0), 0, "even there");
	close(fds[0]);
	close(fds[1]);
}

static int
no_work(void *arg)
{
	(void)arg;
	return 3;
}

// A status that cannot be delivered: the call fails, the child is not waited for for ever.
static void
child_survives(void)
{
	for (int word = 1; word <= 3; word += 2) {
		uint32_t words[RAW_WORDS] = { 0 };
		int pid = child_start(no_work, NULL), status = 0;

		words[0] = (uint32_t)pid;
		words[word] = 0xc0100000u;
		is(raw_words(SYS_wait4, words), -EFAULT, "wait4 of a child, word %d in the kernel",
		    word);
		int again = wait4(pid, &status, 0, NULL);
		ok((again == pid && status == 3 << 8) || (again == -1 && errno == ECHILD),
		    "the child is there still, or gone");
	}
}

int
main(void)
{
	static struct zones before;

	completeness();
	make_good();
	places();
	zones_warm();
	zones_read(&before);
	for (size_t i = 0; i < ROWS; i++) {
		char what[80];
		snprintf(what, sizeof what, "%s, word %d at bad places: EFAULT or its own answer",
		    rows[i].name, rows[i].argument);
		child_is(child_run(try_row, &rows[i]), 0, what);
	}
	pipe_survives();
	child_survives();
	zones_settled(&before, "the kernel has everything back");
	return done_testing();
}
