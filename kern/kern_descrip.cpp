// SPDX-License-Identifier: BSD-2-Clause
// Descriptor tables: finding, handing out, copying and closing; dup, dup2, close, fstat.
// After FreeBSD 5.0 kern_descrip.c; tables have a fixed size.
#include <kern/kern_descrip.hpp>

#include <kern/kassert.hpp>
#include <kern/syscall.hpp>
#include <kern/sysinit.hpp>
#include <sys/stat.h>
#include <vm/uma.hpp>

static constinit uma_zone_of<file> file_zone{};
static constinit uma_zone_of<filedesc> filedesc_zone{};

static void filedesc_init(void *)
{
	file_zone.create("FILE");
	filedesc_zone.create("FILEDESC");
}
SYSINIT(filedesc, SI_SUB_INTRINSIC, SI_ORDER_ANY, filedesc_init, nullptr);

file_ref falloc(int flags, fileops const *ops, void *data)
{
	file *fp = file_zone.alloc(M_WAITOK);
	fp->f_flag = flags;
	fp->f_ops = ops;
	fp->f_data = data;
	return file_ref{fp};
}

// fhold: one reference more; the caller's lock keeps the file alive meanwhile.
static file *fhold(file *fp)
{
	fp->f_count.add(1, order::relaxed);
	return fp;
}

file_ref::~file_ref()
{
	// acq_rel: the last one sees what all others did with the file.
	if (fp_ == nullptr || fp_->f_count.sub(1, order::acq_rel) != 1)
		return;
	fp_->f_ops->fo_close(*fp_);
	file_zone.free(fp_);
}

static bool fd_in_range(int fd)
{
	return fd >= 0 && fd < config::max_files;
}

result<file_ref> fget(thread *td, int fd, int need)
{
	if (!fd_in_range(fd))
		return fail(EBADF);
	filedesc *fdp = td->td_proc->p_fd;
	mtx_guard g{fdp->fd_mtx};
	file *fp = fdp->fd_files[fd];
	if (fp == nullptr || (fp->f_flag & need) != need)
		return fail(EBADF);
	return file_ref{fhold(fp)};
}

result<int> fdalloc(thread *td, file_ref fp)
{
	filedesc *fdp = td->td_proc->p_fd;
	mtx_guard g{fdp->fd_mtx};
	for (int fd = 0; fd < config::max_files; fd++) {
		if (fdp->fd_files[fd] == nullptr) {
			fdp->put(fd, fp.release());
			return fd;
		}
	}
	return fail(EMFILE);
}

// exchange: puts a file, or nothing, into a slot and gives back what was there.
static file_ref exchange(filedesc *fdp, int fd, file *fp)
{
	mtx_guard g{fdp->fd_mtx};
	return file_ref{fdp->put(fd, fp)};
}

Errno fdclose(thread *td, int fd)
{
	if (!fd_in_range(fd))
		return EBADF;
	file_ref const fp = exchange(td->td_proc->p_fd, fd, nullptr);
	return fp.operator->() != nullptr ? OK : EBADF;
}

filedesc *fdinit()
{
	return filedesc_zone.alloc(M_WAITOK);
}

filedesc *fdcopy(filedesc &from)
{
	filedesc *copy = fdinit();
	mtx_guard g{from.fd_mtx};
	for (int fd = 0; fd < from.fd_past; fd++)
		if (from.fd_files[fd] != nullptr)
			copy->put(fd, fhold(from.fd_files[fd]));
	return copy;
}

void fdfree(filedesc *fdp)
{
	if (fdp == nullptr)
		return;
	for (int fd = 0; fd < fdp->fd_past; fd++)
		exchange(fdp, fd, nullptr);
	filedesc_zone.free(fdp);
}

Errno no_read(file &, uio &)
{
	return EBADF;
}

Errno no_write(file &, uio &)
{
	return EBADF;
}

Errno sys_close(thread *td, close_args const &uap)
{
	return fdclose(td, uap.fd);
}

// dup: another descriptor, the lowest free one, of the same open file. EBADF, EMFILE.
Errno sys_dup(thread *td, dup_args const &uap)
{
	file_ref fp = TRY(fget(td, uap.fd, 0));
	int const fd = TRY(fdalloc(td, std::move(fp)));
	td->td_retval[0] = static_cast<uint32_t>(fd);
	return OK;
}

// dup2: `to` becomes a descriptor of from's open file; what it was before is closed. EBADF: `from`
// is not open, or `to` is no possible descriptor; `to` stays as it was.
Errno sys_dup2(thread *td, dup2_args const &uap)
{
	if (!fd_in_range(uap.to))
		return EBADF;
	file_ref fp = TRY(fget(td, uap.from, 0));
	td->td_retval[0] = static_cast<uint32_t>(uap.to);
	if (uap.to != uap.from)
		exchange(td->td_proc->p_fd, uap.to, fp.release());
	return OK;
}

// fstat: the status of an open file. EBADF, EFAULT.
Errno sys_fstat(thread *td, fstat_args const &uap)
{
	file_ref const fp = TRY(fget(td, uap.fd, 0));
	struct stat sb{};
	TRY(fp->f_ops->fo_stat(*fp, sb));
	return copyout(&sb, uap.sb, sizeof sb);
}
