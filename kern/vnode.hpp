// SPDX-License-Identifier: BSD-2-Clause
// Files by name: the tree of the boot image and of devices, and paths through it.
// After FreeBSD's struct vnode and namei(9); the tree is made at boot and never changes.
#pragma once

#include <kern/errno.hpp>
#include <kern/kern_descrip.hpp>
#include <support/linker_set.hpp>
#include <support/tailq.hpp>
#include <sys/stat.h>

#include <cstddef>
#include <cstdint>

// cdev: a character device. read and write as the members of fileops; `flag` is f_flag. Null where
// the device cannot: reads give end of file, writes ENODEV.
struct cdev final {
	char const *name;               // in /dev
	uint32_t    number;             // st_rdev
	mode_t      mode;               // permission bits
	Errno     (*read)(int flag, uio &io);
	Errno     (*write)(int flag, uio &io);
	Errno     (*ioctl)(uint32_t request, uaddr data){};     // null: ENOTTY
};

// CDEV(ident): register a constinit cdev of that name.
#define CDEV(ident) SET_ENTRY(cdev, ident)

// vnode: a file, directory or device. Constant after SI_SUB_ROOT: no lock.
struct vnode final {
	tailq_link<vnode> v_link{};             // in v_parent's v_children
	tailq<vnode, &vnode::v_link> v_children{};      // of a directory, in order of appearance
	vnode         *v_parent{};              // the root is its own
	char const    *v_name{};                // one component; of the root: ""
	uint32_t       v_ino{};                 // never 0
	mode_t         v_mode{};                // S_IF* and permissions
	int64_t        v_mtime{};               // seconds since 1970
	uint8_t const *v_data{};                // contents of a file
	size_t         v_size{};
	cdev const    *v_dev{};                 // of a device
};

inline bool is_directory(vnode const &vp) { return S_ISDIR(vp.v_mode); }
inline bool is_regular(vnode const &vp) { return S_ISREG(vp.v_mode); }

// rootvnode: the root directory; it exists from the start, empty until SI_SUB_ROOT.
extern vnode rootvnode;

// vfs_child: the entry of a directory with that name of `length` bytes; null when there is none.
vnode *vfs_child(vnode const &dir, char const *name, size_t length);

// namei: the vnode of a path, relative ones starting at `cwd`.
//   errors   ENOENT, also for the empty path; ENOTDIR; ENAMETOOLONG
result<vnode *> namei(char const *path, char const *cwd);

// vfs_path: the absolute path of a vnode, ended by 0. ENAMETOOLONG when it needs more than `size`.
Errno vfs_path(vnode const &vp, char *to, size_t size);

// vn_stat: a vnode's status; *sb is zeroed before.
void vn_stat(vnode const &vp, struct stat &sb);

// vnode_ops: what can be done with open vnodes; f_data is the vnode.
extern fileops const vnode_ops;
