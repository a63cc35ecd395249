// SPDX-License-Identifier: BSD-2-Clause
// Error codes as a type: the numbers of sys/errno.h, and the kernel's two private answers.
// After FreeBSD's sys/errno.h; the kernel never includes that header, whose macros would clash.
#pragma once

#include <support/result.hpp>

// Errno: outcome of a system call or of a helper that yields no value. OK is success.
enum class [[nodiscard]] Errno : int {
	EJUSTRETURN = -2,       // the user frame is already as it shall be
	ERESTART = -1,          // run the system call instruction again
	OK = 0,
	EPERM = 1,
	ENOENT = 2,
	ESRCH = 3,
	EINTR = 4,
	EIO = 5,
	ENXIO = 6,
	E2BIG = 7,
	ENOEXEC = 8,
	EBADF = 9,
	ECHILD = 10,
	EDEADLK = 11,
	ENOMEM = 12,
	EACCES = 13,
	EFAULT = 14,
	EBUSY = 16,
	EEXIST = 17,
	EXDEV = 18,
	ENODEV = 19,
	ENOTDIR = 20,
	EISDIR = 21,
	EINVAL = 22,
	ENFILE = 23,
	EMFILE = 24,
	ENOTTY = 25,
	ETXTBSY = 26,
	EFBIG = 27,
	ENOSPC = 28,
	ESPIPE = 29,
	EROFS = 30,
	EMLINK = 31,
	EPIPE = 32,
	EDOM = 33,
	ERANGE = 34,
	EAGAIN = 35,
	EWOULDBLOCK = 35,
	EINPROGRESS = 36,
	EOPNOTSUPP = 45,
	ETIMEDOUT = 60,
	ELOOP = 62,
	ENAMETOOLONG = 63,
	ENOTEMPTY = 66,
	EPROCLIM = 67,
	ENOSYS = 78,
	EOVERFLOW = 84,
	ECANCELED = 85,
};
using enum Errno;

// result<T>: a value, or the reason why there is none.
template <class One>
using result = outcome<One, Errno>;

// fail(e): the error arm of a result<T>.
constexpr unexpected<Errno> fail(Errno error)
{
	return unexpected<Errno>{error};
}
