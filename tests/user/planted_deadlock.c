// SPDX-License-Identifier: BSD-2-Clause
// Hangs on purpose: two processes, each waits for the other's word. The report must name both.
// Written for Kestrel.
#include <stdio.h>
#include <unistd.h>

static int to_child[2], to_parent[2];

int main(void)
{
	char word;

	printf("1..1\n# begin planted_deadlock\n");
	fflush(stdout);
	if (pipe(to_child) != 0 || pipe(to_parent) != 0)
		return 1;
	if (fork() == 0) {
		(void)read(to_child[0], &word, 1);
		(void)write(to_parent[1], "c", 1);
		_exit(0);
	}
	(void)read(to_parent[0], &word, 1);
	(void)write(to_child[1], "p", 1);
	return 0;
}
