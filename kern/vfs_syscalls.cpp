// SPDX-License-Identifier: BSD-2-Clause
// The calls that take a path or walk a directory.
// After FreeBSD 5.0 vfs_syscalls.c; the file system is read-only.
#include <kern/vnode.hpp>

#include <kern/syscall.hpp>
#include <limits.h>
#include <string.h>
#include <sys/dirent.h>
#include <sys/fcntl.h>

// A path copied in from user mode.
struct path_buffer final {
	char text[PATH_MAX];

	Errno fetch(uaddr from)
	{
		size_t length;
		return copyinstr(from, text, sizeof text, &length);
	}
};

// lookup: the vnode of a path in user memory. EFAULT, ENAMETOOLONG, and namei's errors.
static result<vnode *> lookup(thread *td, uaddr at)
{
	path_buffer path;
	TRY(path.fetch(at));
	return namei(path.text, td->td_proc->p_cwd);
}

// may_open: what stands against opening an existing vnode so.
static Errno may_open(vnode const &vp, int flags)
{
	bool const writes = (flags & O_ACCMODE) != O_RDONLY;
	if ((flags & O_CREAT) != 0 && (flags & O_EXCL) != 0)
		return EEXIST;
	if (is_directory(vp) && (writes || (flags & O_TRUNC) != 0))
		return EISDIR;
	if (is_regular(vp) && (writes || (flags & O_TRUNC) != 0))
		return EROFS;
	return OK;
}

// open: a descriptor for a file, directory or device.
//   flags    O_RDONLY, O_WRONLY or O_RDWR; O_NONBLOCK matters for devices; nothing can be created
//   result   the lowest free descriptor
//   errors   EINVAL; EFAULT; ENOENT; ENOTDIR; ENAMETOOLONG; EISDIR; EEXIST; EROFS; EMFILE
Errno sys_open(thread *td, open_args const &uap)
{
	int const mode = uap.flags & O_ACCMODE;
	if (mode == O_ACCMODE)
		return EINVAL;
	auto found = lookup(td, uap.path);
	if (found.error() == ENOENT && (uap.flags & O_CREAT) != 0)
		return EROFS;
	vnode *vp = TRY(found);
	TRY(may_open(*vp, uap.flags));
	// O_RDONLY, O_WRONLY, O_RDWR are FREAD, FWRITE and both, less one.
	file_ref fp = falloc((mode + 1) | (uap.flags & O_NONBLOCK), &vnode_ops, vp);
	td->td_retval[0] = static_cast<uint32_t>(TRY(fdalloc(td, std::move(fp))));
	return OK;
}

static Errno stat_path(thread *td, uaddr path, uaddr to)
{
	vnode const *vp = TRY(lookup(td, path));
	struct stat sb{};
	vn_stat(*vp, sb);
	return copyout(&sb, to, sizeof sb);
}

// stat, lstat: the status of a path; there are no symbolic links, so they are the same. EFAULT and
// namei's errors.
Errno sys_stat(thread *td, stat_args const &uap)
{
	return stat_path(td, uap.path, uap.ub);
}

Errno sys_lstat(thread *td, lstat_args const &uap)
{
	return stat_path(td, uap.path, uap.ub);
}

// chdir: the directory that relative paths start from, of all threads of the process; Giant guards
// it. ENOTDIR; ENAMETOOLONG also when its absolute path is too long to keep; namei's errors.
Errno sys_chdir(thread *td, chdir_args const &uap)
{
	vnode const *vp = TRY(lookup(td, uap.path));
	proc *p = td->td_proc;
	char path[sizeof p->p_cwd];

	if (!is_directory(*vp))
		return ENOTDIR;
	TRY(vfs_path(*vp, path, sizeof path));
	strlcpy(p->p_cwd, path, sizeof p->p_cwd);
	return OK;
}

// __getcwd: the absolute path of the current directory with its zero. EINVAL when buflen is 0,
// ERANGE when it is too short; EFAULT.
Errno sys___getcwd(thread *td, __getcwd_args const &uap)
{
	size_t const length = strlen(td->td_proc->p_cwd) + 1;
	if (uap.buflen == 0)
		return EINVAL;
	if (uap.buflen < length)
		return ERANGE;
	return copyout(td->td_proc->p_cwd, uap.buf, length);
}

// seek_target: where an lseek leads. EINVAL: before the start, past 2^63, or no such whence.
static result<off_t> seek_target(file const &fp, off_t offset, int whence)
{
	auto const *vp = static_cast<vnode const *>(fp.f_data);
	off_t base;
	off_t target;

	switch (whence) {
	case SEEK_SET:
		base = 0;
		break;
	case SEEK_CUR:
		base = fp.f_offset;
		break;
	case SEEK_END:
		base = static_cast<off_t>(vp->v_size);
		break;
	default:
		return fail(EINVAL);
	}
	if (__builtin_add_overflow(base, offset, &target) || target < 0)
		return fail(EINVAL);
	return target;
}

// lseek: moves a file's position, for all who share it. Directories count in entries.
//   result   the new position, 64 bits in eax and edx
//   errors   EBADF; ESPIPE pipes and devices; EINVAL
Errno sys_lseek(thread *td, lseek_args const &uap)
{
	file_ref const fp = TRY(fget(td, uap.fd, 0));
	if (fp->f_ops != &vnode_ops || static_cast<vnode *>(fp->f_data)->v_dev != nullptr)
		return ESPIPE;
	auto const offset =
	    static_cast<off_t>(static_cast<uint64_t>(uap.off_high) << 32 | uap.off_low);
	mtx_guard g{fp->f_mtx};
	off_t const target = TRY(seek_target(*fp, offset, uap.whence));
	fp->f_offset = target;
	td->td_retval[0] = static_cast<uint32_t>(target);
	td->td_retval[1] = static_cast<uint32_t>(target >> 32);
	return OK;
}

// entry_at: the n-th entry of a directory: itself and its parent come first. Null past the end.
static vnode const *entry_at(vnode const &dir, off_t n, char const **name)
{
	*name = n == 0 ? "." : "..";
	if (n == 0)
		return &dir;
	if (n == 1)
		return dir.v_parent;
	vnode const *vp = dir.v_children.first();
	while (vp != nullptr && n-- > 2)
		vp = vp->v_link.tqe_next;
	if (vp != nullptr)
		*name = vp->v_name;
	return vp;
}

static uint8_t dirent_type(vnode const &vp)
{
	if (is_directory(vp))
		return DT_DIR;
	return is_regular(vp) ? DT_REG : DT_CHR;
}

// put_entries: records from position `at` on until the buffer is full; the position after them.
// EINVAL: not even one fits.
static result<off_t> put_entries(vnode const &dir, off_t at, uio &io)
{
	for (size_t const whole = io.uio_resid;; at++) {
		char const *name;
		vnode const *vp = entry_at(dir, at, &name);
		if (vp == nullptr)
			return at;
		dirent entry{};
		size_t const length = strlen(name);
		size_t const record = DIRENT_RECLEN(length);
		if (record > io.uio_resid) {
			if (io.uio_resid == whole)
				return fail(EINVAL);
			return at;
		}
		entry.d_fileno = vp->v_ino;
		entry.d_reclen = static_cast<uint16_t>(record);
		entry.d_type = dirent_type(*vp);
		entry.d_namlen = static_cast<uint8_t>(length);
		memcpy(entry.d_name, name, length);
		TRY(io.put(&entry, record));
	}
}

// getdirentries: entries of a directory from the file's position on.
//   basep    not NULL: gets that position, as a 32-bit word
//   result   bytes stored, 0 at the end
//   errors   EBADF; EINVAL no directory, or the buffer takes not even one entry; EFAULT
Errno sys_getdirentries(thread *td, getdirentries_args const &uap)
{
	file_ref const fp = TRY(fget(td, uap.fd, FREAD));
	if (fp->f_ops != &vnode_ops || !is_directory(*static_cast<vnode *>(fp->f_data)) ||
	    uap.count > INT_MAX)
		return EINVAL;
	off_t base;
	{	mtx_guard g{fp->f_mtx};
		base = fp->f_offset;
	}
	uio io{uap.buf, uap.count};
	off_t const after = TRY(put_entries(*static_cast<vnode *>(fp->f_data), base, io));
	{	mtx_guard g{fp->f_mtx};
		fp->f_offset = after;
	}
	td->td_retval[0] = uap.count - static_cast<uint32_t>(io.uio_resid);
	if (uap.basep == uaddr{})
		return OK;
	return store_word(uap.basep, static_cast<uint32_t>(base));
}
