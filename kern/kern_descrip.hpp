// SPDX-License-Identifier: BSD-2-Clause
// Open files and descriptor tables, and transfers between them and user memory.
// After FreeBSD 5.0 sys/file.h, sys/filedesc.h and sys/uio.h; a transfer has one piece.
#pragma once

#include <kern/config.hpp>
#include <kern/errno.hpp>
#include <kern/mutex.hpp>
#include <kern/uaccess.hpp>
#include <sys/types.h>

#include <utility>

struct file;
struct stat;
struct thread;

// uio: what a transfer between kernel and user memory has left to do. Nothing here is done under a
// mutex: user memory may fault.
struct uio final {
	uaddr  uio_at;          // next byte in user memory
	size_t uio_resid;       // bytes left

	// put: `length` bytes, not more than uio_resid, to user memory. get: from there. EFAULT;
	// the transfer has not advanced then.
	Errno put(void const *from, size_t length);
	Errno get(void *to, size_t length);
};

// f_flag: how the file may be used, beside O_NONBLOCK of its open.
enum : int {
	FREAD = 0x0001,
	FWRITE = 0x0002,
};

// fileops: what each kind of open file can do. No locks held; all but fo_close may sleep, with
// PCATCH.
//   fo_read, fo_write  transfer what there is; a short read is no error
//   fo_stat            fill *sb, which is zeroed
//   fo_close           last reference gone: release f_data
//   fo_ioctl           a control request with data in user memory; null: ENOTTY to all
struct fileops final {
	Errno (*fo_read)(file &fp, uio &io);
	Errno (*fo_write)(file &fp, uio &io);
	Errno (*fo_stat)(file const &fp, struct stat &sb);
	void  (*fo_close)(file &fp);
	Errno (*fo_ioctl)(file &fp, uint32_t request, uaddr data){};
};

// file: one open(), shared by all descriptors that dup() and fork() made of it.
struct file final {
	atomic<uint32_t> f_count{1};    // descriptors and calls under way
	int              f_flag{};      // (a) FREAD, FWRITE, O_NONBLOCK
	fileops const   *f_ops{};       // (a)
	void            *f_data{};      // (a) the vnode or the end of a pipe
	mtx              f_mtx{"file", lock_rank::file};
	off_t            f_offset{};    // (f_mtx) bytes; of a directory: entries
};

// file_ref: one reference to an open file, dropped at the end of the block.
class file_ref final {
public:
	file_ref() = default;
	explicit file_ref(file *fp) : fp_{fp} {}        // takes over the reference
	file_ref(file_ref &&other) : fp_{other.release()} {}
	file_ref &operator=(file_ref &&other)
	{
		std::swap(fp_, other.fp_);
		return *this;
	}
	~file_ref();

	file *release() { return std::exchange(fp_, nullptr); }
	file &operator*() const { return *fp_; }
	file *operator->() const { return fp_; }

private:
	file *fp_{};
};

// falloc: a new open file with one reference. May sleep.
file_ref falloc(int flags, fileops const *ops, void *data);

// filedesc: the descriptors of one process. The mutex guards the slots, not the files.
struct filedesc final {
	mtx   fd_mtx{"filedesc", lock_rank::filedesc};
	int   fd_past{};                        // (fd_mtx) no slot from here on was ever used
	file *fd_files[config::max_files]{};    // (fd_mtx) each slot in use has a reference

	// put: what a slot held before.
	file *put(int fd, file *fp)
	{
		if (fd >= fd_past)
			fd_past = fd + 1;
		return std::exchange(fd_files[fd], fp);
	}
};

// fget: the file behind a descriptor of td's process, open for all of `need` (FREAD, FWRITE, 0).
//   errors   EBADF no such descriptor, or not open so
result<file_ref> fget(thread *td, int fd, int need);

// fdalloc: a descriptor, the lowest free one, for an open file. EMFILE: the reference is dropped.
result<int> fdalloc(thread *td, file_ref fp);

// fdclose: close a descriptor of td's process. EBADF.
Errno fdclose(thread *td, int fd);

// fdinit: an empty table. fdcopy: one with the same open files. fdfree: closes all; null is
// ignored. All may sleep; nobody else uses the table of fdfree.
filedesc *fdinit();
filedesc *fdcopy(filedesc &from);
void fdfree(filedesc *fdp);

// no_read, no_write: members of fileops for what cannot be done; EBADF is answered before.
Errno no_read(file &fp, uio &io);
Errno no_write(file &fp, uio &io);
