// SPDX-License-Identifier: BSD-2-Clause
// Names of errors.
// C11 7.24.6.2; texts as in sys/errno.h.

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char *const texts[ELAST + 1] = {
	[0] = "No error",
	[EPERM] = "Operation not permitted",
	[ENOENT] = "No such file or directory",
	[ESRCH] = "No such process",
	[EINTR] = "Interrupted system call",
	[EIO] = "Input/output error",
	[ENXIO] = "Device not configured",
	[E2BIG] = "Argument list too long",
	[ENOEXEC] = "Exec format error",
	[EBADF] = "Bad file descriptor",
	[ECHILD] = "No child processes",
	[EDEADLK] = "Resource deadlock avoided",
	[ENOMEM] = "Cannot allocate memory",
	[EACCES] = "Permission denied",
	[EFAULT] = "Bad address",
	[ENOTBLK] = "Block device required",
	[EBUSY] = "Device busy",
	[EEXIST] = "File exists",
	[EXDEV] = "Cross-device link",
	[ENODEV] = "Operation not supported by device",
	[ENOTDIR] = "Not a directory",
	[EISDIR] = "Is a directory",
	[EINVAL] = "Invalid argument",
	[ENFILE] = "Too many open files in system",
	[EMFILE] = "Too many open files",
	[ENOTTY] = "Inappropriate ioctl for device",
	[ETXTBSY] = "Text file busy",
	[EFBIG] = "File too large",
	[ENOSPC] = "No space left on device",
	[ESPIPE] = "Illegal seek",
	[EROFS] = "Read-only file system",
	[EMLINK] = "Too many links",
	[EPIPE] = "Broken pipe",
	[EDOM] = "Numerical argument out of domain",
	[ERANGE] = "Result too large",
	[EAGAIN] = "Resource temporarily unavailable",
	[EINPROGRESS] = "Operation now in progress",
	[EALREADY] = "Operation already in progress",
	[ENOTSUP] = "Operation not supported",
	[ETIMEDOUT] = "Operation timed out",
	[ELOOP] = "Too many levels of symbolic links",
	[ENAMETOOLONG] = "File name too long",
	[ENOTEMPTY] = "Directory not empty",
	[EPROCLIM] = "Too many processes",
	[EUSERS] = "Too many users",
	[EDQUOT] = "Disc quota exceeded",
	[ENOLCK] = "No locks available",
	[ENOSYS] = "Function not implemented",
	[EOVERFLOW] = "Value too large to be stored in data type",
	[ECANCELED] = "Operation canceled",
	[EILSEQ] = "Illegal byte sequence",
};

static const char *
text(int error)
{
	return error >= 0 && error <= ELAST ? texts[error] : NULL;
}

int
strerror_r(int error, char *buf, size_t size)
{
	const char *known = text(error);
	int length;

	if (known != NULL)
		length = snprintf(buf, size, "%s", known);
	else
		length = snprintf(buf, size, "Unknown error: %d", error);
	if ((size_t)length >= size)
		return ERANGE;
	return known != NULL ? 0 : EINVAL;
}

char *
strerror(int error)
{
	static char unknown[32];
	const char *known = text(error);

	if (known != NULL)
		return (char *)known;
	strerror_r(error, unknown, sizeof(unknown));
	return unknown;
}
