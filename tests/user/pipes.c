// SPDX-License-Identifier: BSD-2-Clause
// Pipes: order, wholeness, blocking, ends of file, broken pipes.
// Written for Kestrel.
#include "lib/child.h"
#include "tap.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>
#include <sys/wait.h>

static int fds[2];

static bool
fails(long answer, int error)
{
	return answer == -1 && errno == error;
}

static void
small(void)
{
	char text[8] = "";
	struct stat st;

	is(pipe(fds), 0, "pipe");
	is(write(fds[1], "abc", 3), 3, "write of three bytes");
	is(write(fds[1], "de", 2), 2, "and two more");
	is(read(fds[0], text, 1), 1, "read of one");
	is(read(fds[0], text + 1, 7), 4, "read gives what is there");
	ok(memcmp(text, "abcde", 6) == 0, "in order");
	is(write(fds[1], "", 0), 0, "a write of nothing");
	ok(fails(write(fds[0], "x", 1), EBADF), "write to the reading end: EBADF");
	ok(fails(read(fds[1], text, 1), EBADF), "read from the writing end: EBADF");
	ok(fails((long)lseek(fds[0], 0, SEEK_SET), ESPIPE), "lseek: ESPIPE");
	ok(fstat(fds[0], &st) == 0 && S_ISFIFO(st.st_mode), "fstat says it is a pipe");
	close(fds[1]);
	is(read(fds[0], text, 1), 0, "read after the last writer: end of file");
	close(fds[0]);
}

static int
write_to_nobody(void *arg)
{
	(void)arg;
	return write(fds[1], "x", 1) == 1 ? 0 : 1;
}

static void
broken(void)
{
	if (pipe(fds) != 0)
		bail_out("no pipe");
	close(fds[0]);
	child_died(child_run(write_to_nobody, NULL), SIGPIPE,
	    "a write to a pipe without readers ends in SIGPIPE");
	close(fds[1]);
}

#define BULK	100000
static unsigned char bulk[BULK];

static int
write_bulk(void *arg)
{
	size_t sent = 0;

	(void)arg;
	close(fds[0]);
	for (size_t i = 0; i < BULK; i++)
		bulk[i] = (unsigned char)(i * 7 + i / 256);
	while (sent < BULK) {
		ssize_t n = write(fds[1], bulk + sent, BULK - sent);
		if (n <= 0)
			return 1;
		sent += (size_t)n;
	}
	return 0;
}

// More than any pipe holds: the writer must block, and be woken, many times.
static void
large(void)
{
	size_t got = 0, wrong = 0;
	ssize_t n;

	if (pipe(fds) != 0)
		bail_out("no pipe");
	int pid = child_start(write_bulk, NULL);
	close(fds[1]);
	while ((n = read(fds[0], bulk, 777)) > 0) {
		for (ssize_t i = 0; i < n; i++, got++)
			wrong += bulk[i] != (unsigned char)(got * 7 + got / 256);
	}
	is(n, 0, "a hundred thousand bytes through a pipe, to the end of file");
	is((long)got, BULK, "all came");
	is((long)wrong, 0, "all right");
	child_is(child_wait(pid), 0, "the writer wrote them all");
	close(fds[0]);
}

static int
echo(void *arg)
{
	int *ends = arg;
	char byte;

	while (read(ends[0], &byte, 1) == 1) {
		byte++;
		if (write(ends[3], &byte, 1) != 1)
			return 1;
		if (byte == 101)
			return 0;
	}
	return 2;
}

static void
to_and_fro(void)
{
	int ends[4];
	char byte = 0;
	int rounds = 0;

	if (pipe(ends) != 0 || pipe(ends + 2) != 0)
		bail_out("no pipe");
	int pid = child_start(echo, ends);
	while (byte < 101 && write(ends[1], &byte, 1) == 1 && read(ends[2], &byte, 1) == 1)
		rounds++;
	is(rounds, 101, "a byte went to and fro, counted up by the other side");
	child_is(child_wait(pid), 0, "and the other side agrees");
	for (int i = 0; i < 4; i++)
		close(ends[i]);
}

static int
write_letters(void *arg)
{
	char letters[64];

	memset(letters, *(char *)arg, sizeof letters);
	for (int i = 0; i < 200; i++) {
		if (write(fds[1], letters, sizeof letters) != sizeof letters)
			return 1;
	}
	return 0;
}

// Writes of up to PIPE_BUF bytes are not torn by others'.
static void
whole_writes(void)
{
	char letters[64], names[3] = { 'a', 'b', 'c' };
	int pids[3], torn = 0, count = 0;
	size_t got;

	if (pipe(fds) != 0)
		bail_out("no pipe");
	for (int i = 0; i < 3; i++)
		pids[i] = child_start(write_letters, &names[i]);
	close(fds[1]);
	for (;; count++) {
		for (got = 0; got < sizeof letters; ) {
			ssize_t n = read(fds[0], letters + got, sizeof letters - got);
			if (n <= 0)
				break;
			got += (size_t)n;
		}
		if (got < sizeof letters)
			break;
		for (size_t i = 1; i < sizeof letters; i++)
			torn += letters[i] != letters[0];
	}
	is(count, 600, "three writers' 600 blocks came");
	is(torn, 0, "none was torn");
	for (int i = 0; i < 3; i++)
		child_is(child_wait(pids[i]), 0, "a writer is content");
	close(fds[0]);
}

int
main(void)
{
	small();
	broken();
	large();
	to_and_fro();
	whole_writes();
	return done_testing();
}
