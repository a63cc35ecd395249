// SPDX-License-Identifier: BSD-2-Clause
// false: fails.
// POSIX.

int
main(void)
{
	return 1;
}
