// SPDX-License-Identifier: BSD-2-Clause
// read, write, ioctl: the calls that all kinds of open files share, and the transfers behind them.
// After FreeBSD 5.0 sys_generic.c and kern_subr.c, uiomove().
#include <kern/kern_descrip.hpp>

#include <kern/signalvar.hpp>
#include <kern/syscall.hpp>
#include <limits.h>

Errno uio::put(void const *from, size_t length)
{
	TRY(copyout(from, uio_at, length));
	uio_at = user_at(uio_at, length);
	uio_resid -= length;
	return OK;
}

Errno uio::get(void *to, size_t length)
{
	TRY(copyin(uio_at, to, length));
	uio_at = user_at(uio_at, length);
	uio_resid -= length;
	return OK;
}

// transferred: the answer of a call that was to move `wanted` bytes: an interruption after some of
// them is a success.
static Errno transferred(thread *td, uio const &io, size_t wanted, Errno error)
{
	bool const interrupted = error == EINTR || error == ERESTART || error == EWOULDBLOCK;
	if (error != OK && !(interrupted && io.uio_resid != wanted))
		return error;
	td->td_retval[0] = static_cast<uint32_t>(wanted - io.uio_resid);
	return OK;
}

// read: up to nbyte bytes from a file's position on.
//   result   bytes read, 0 at the end
//   errors   EBADF; EINVAL nbyte above INT_MAX; EFAULT; EISDIR; EINTR; EAGAIN with O_NONBLOCK
Errno sys_read(thread *td, read_args const &uap)
{
	if (uap.nbyte > INT_MAX)
		return EINVAL;
	file_ref const fp = TRY(fget(td, uap.fd, FREAD));
	uio io{uap.buf, uap.nbyte};
	return transferred(td, io, uap.nbyte, fp->f_ops->fo_read(*fp, io));
}

// write: nbyte bytes to a file.
//   result   bytes written
//   errors   EBADF; EINVAL nbyte above INT_MAX; EFAULT; EINTR; EAGAIN; EPIPE, with SIGPIPE: nobody
//            can read the pipe any more
Errno sys_write(thread *td, write_args const &uap)
{
	if (uap.nbyte > INT_MAX)
		return EINVAL;
	file_ref const fp = TRY(fget(td, uap.fd, FWRITE));
	uio io{uap.buf, uap.nbyte};
	Errno const error = fp->f_ops->fo_write(*fp, io);
	if (error == EPIPE) {
		mtx_guard g{td->td_proc->p_mtx};
		psignal(td->td_proc, SIGPIPE);
	}
	return transferred(td, io, uap.nbyte, error);
}

// ioctl: a control request to what is behind a descriptor.
//   com      the request; data: its argument, mostly an address
//   errors   EBADF; ENOTTY not a request for this kind of file; the device's
Errno sys_ioctl(thread *td, ioctl_args const &uap)
{
	file_ref const fp = TRY(fget(td, uap.fd, 0));
	auto *control = fp->f_ops->fo_ioctl;
	return control != nullptr ? control(*fp, uap.com, uap.data) : ENOTTY;
}
