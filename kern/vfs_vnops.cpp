// SPDX-License-Identifier: BSD-2-Clause
// Open vnodes: reading files and devices, writing devices, status.
// After FreeBSD 5.0 vfs_vnops.c.
#include <kern/vnode.hpp>

#include <kern/mutex.hpp>
#include <sys/fcntl.h>
#include <vm/vm.hpp>

static vnode &vnode_of(file const &fp)
{
	return *static_cast<vnode *>(fp.f_data);
}

// take_range: advances the file's position by up to `wanted` bytes within the file and tells where
// it was; readers that share the position get different bytes.
static size_t take_range(file &fp, vnode const &vp, size_t wanted, size_t *from)
{
	mtx_guard g{fp.f_mtx};
	if (fp.f_offset >= static_cast<off_t>(vp.v_size))
		return 0;
	*from = static_cast<size_t>(fp.f_offset);
	size_t const left = vp.v_size - *from;
	size_t const length = wanted < left ? wanted : left;
	fp.f_offset += static_cast<off_t>(length);
	return length;
}

static Errno vn_read(file &fp, uio &io)
{
	vnode const &vp = vnode_of(fp);
	size_t from = 0;

	if (vp.v_dev != nullptr)
		return vp.v_dev->read != nullptr ? vp.v_dev->read(fp.f_flag, io) : OK;
	if (is_directory(vp))
		return EISDIR;
	size_t const length = take_range(fp, vp, io.uio_resid, &from);
	if (length == 0)
		return OK;
	Errno const error = io.put(vp.v_data + from, length);
	if (error != OK) {
		mtx_guard g{fp.f_mtx};
		fp.f_offset -= static_cast<off_t>(length);
	}
	return error;
}

static Errno vn_write(file &fp, uio &io)
{
	vnode const &vp = vnode_of(fp);
	if (vp.v_dev == nullptr)
		return EROFS;
	return vp.v_dev->write != nullptr ? vp.v_dev->write(fp.f_flag, io) : ENODEV;
}

void vn_stat(vnode const &vp, struct stat &sb)
{
	uint32_t links = is_directory(vp) ? 2 : 1;
	for (vnode const &child : vp.v_children)
		links += is_directory(child) ? 1 : 0;
	sb.st_dev = 1;
	sb.st_ino = vp.v_ino;
	sb.st_mode = vp.v_mode;
	sb.st_nlink = static_cast<nlink_t>(links);
	sb.st_rdev = vp.v_dev != nullptr ? vp.v_dev->number : 0;
	sb.st_mtimespec.tv_sec = static_cast<time_t>(vp.v_mtime);
	sb.st_atimespec = sb.st_mtimespec;
	sb.st_ctimespec = sb.st_mtimespec;
	sb.st_birthtimespec = sb.st_mtimespec;
	sb.st_size = static_cast<off_t>(vp.v_size);
	sb.st_blocks = static_cast<blkcnt_t>((vp.v_size + 511) / 512);
	sb.st_blksize = page_size;
}

static Errno vn_fstat(file const &fp, struct stat &sb)
{
	vn_stat(vnode_of(fp), sb);
	return OK;
}

static void vn_close(file &)
{
}

static Errno vn_ioctl(file &fp, uint32_t request, uaddr data)
{
	cdev const *dev = vnode_of(fp).v_dev;
	return dev != nullptr && dev->ioctl != nullptr ? dev->ioctl(request, data) : ENOTTY;
}

constinit fileops const vnode_ops{vn_read, vn_write, vn_fstat, vn_close, vn_ioctl};
