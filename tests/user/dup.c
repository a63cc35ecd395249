// SPDX-License-Identifier: BSD-2-Clause
// dup and dup2: the same open file under two numbers; the limit of numbers.
// Written for Kestrel.
#include "tap.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static bool
fails(long answer, int error)
{
	return answer == -1 && errno == error;
}

int
main(int argc, char **argv)
{
	int fd = open(argc > 0 ? argv[0] : "/tests/dup", O_RDONLY), copy, other, count = 0;
	char byte;

	if (!ok(fd > 2, "open of this program"))
		return done_testing();
	copy = dup(fd);
	ok(copy > fd, "dup gives another number");
	ok(read(fd, &byte, 1) == 1 && byte == '\177', "read one byte through the first");
	ok(read(copy, &byte, 1) == 1 && byte == 'E', "the second goes on behind it");
	is(close(fd), 0, "close the first");
	ok(read(copy, &byte, 1) == 1 && byte == 'L', "the second still works");
	is(dup2(copy, 20), 20, "dup2 to a number of our choice");
	ok(read(20, &byte, 1) == 1 && byte == 'F', "which goes on too");
	is(dup2(20, 20), 20, "dup2 onto itself");
	other = open("/dev/null", O_RDWR);
	is(dup2(other, 20), 20, "dup2 onto one in use closes that");
	is(read(20, &byte, 1), 0, "and puts the other there");
	ok(fails(dup(99), EBADF), "dup of nothing: EBADF");
	ok(fails(dup(-1), EBADF), "dup of -1: EBADF");
	ok(fails(dup2(99, 21), EBADF), "dup2 of nothing: EBADF");
	ok(fails(dup2(copy, -1), EBADF), "dup2 to -1: EBADF");
	ok(fails(dup2(copy, 1000000), EBADF), "dup2 to a million: EBADF");
	while (count < 100000 && dup(copy) >= 0)
		count++;
	ok(count > 10 && count < 100000 && errno == EMFILE, "dup without end: EMFILE");
	close(20);
	is(dup(copy), 20, "a number set free is found again");
	return done_testing();
}
