// SPDX-License-Identifier: BSD-2-Clause
// Where errno lives.
// FreeBSD's __error(): weak, so that a threads library can give each thread its own.

#include <errno.h>

static int error;

__attribute__((__weak__)) int *
__error(void)
{
	return &error;
}
