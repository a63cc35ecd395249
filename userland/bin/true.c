// SPDX-License-Identifier: BSD-2-Clause
// true: succeeds.
// POSIX.

int
main(void)
{
	return 0;
}
