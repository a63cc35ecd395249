// SPDX-License-Identifier: BSD-2-Clause
// The devices /dev/null and /dev/zero.
// After FreeBSD's null(4).
#include <kern/vnode.hpp>

static constexpr size_t zeroes_size = 512;
static constexpr char zeroes[zeroes_size]{};

// swallow: takes everything; the bytes are not even looked at.
static Errno swallow(int, uio &io)
{
	io.uio_resid = 0;
	return OK;
}

static Errno zero_read(int, uio &io)
{
	while (io.uio_resid != 0)
		TRY(io.put(zeroes, io.uio_resid < zeroes_size ? io.uio_resid : zeroes_size));
	return OK;
}

static constinit cdev const null_dev{"null", 0x0202, 0666, nullptr, swallow};
static constinit cdev const zero_dev{"zero", 0x020c, 0666, zero_read, swallow};
CDEV(null_dev);
CDEV(zero_dev);
