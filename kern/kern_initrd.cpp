// SPDX-License-Identifier: BSD-2-Clause
// The root file system: a tree of vnodes over the boot image, which stays where the loader put it.
// Written for Kestrel; stands where FreeBSD has md(4) and a file system on it.
#include <kern/vnode.hpp>

#include <kern/kassert.hpp>
#include <kern/malloc.hpp>
#include <kern/md.hpp>
#include <kern/sysinit.hpp>
#include <kern/ustar.hpp>
#include <limits.h>
#include <new>
#include <string.h>

constinit vnode rootvnode{.v_parent = &rootvnode, .v_name = "", .v_ino = 2,
    .v_mode = S_IFDIR | 0755};

// The number of the last vnode made.
static constinit uint32_t last_ino{2};

SET_DECLARE(cdev, cdev);

// vfs_create: a new vnode in a directory.
static vnode *vfs_create(vnode &dir, char const *name, size_t length, uint32_t mode)
{
	char *copy = static_cast<char *>(kmalloc(length + 1, M_WAITOK));
	memcpy(copy, name, length);
	copy[length] = '\0';
	vnode *vp = new (kmalloc(sizeof(vnode), M_WAITOK)) vnode{};
	vp->v_parent = &dir;
	vp->v_name = copy;
	vp->v_ino = ++last_ino;
	vp->v_mode = static_cast<mode_t>(mode);
	dir.v_children.insert_tail(*vp);
	return vp;
}

// make_directory: the subdirectory of that name, made if need be; null when a file has the name.
static vnode *make_directory(vnode &dir, ustar_name const &name)
{
	vnode *vp = vfs_child(dir, name.start, name.length);
	if (vp == nullptr)
		return vfs_create(dir, name.start, name.length, S_IFDIR | 0755);
	return is_directory(*vp) ? vp : nullptr;
}

// allowed: a component that can be in the tree. The archive may not climb.
static bool allowed(ustar_name const &name)
{
	bool const up = name.length == 2 && name.start[0] == '.' && name.start[1] == '.';
	return name.length <= NAME_MAX && !up;
}

// put_file: a file under that name, in place of an earlier one, as tar has it.
static bool put_file(vnode &dir, ustar_name const &name, ustar_member const &member)
{
	vnode *vp = vfs_child(dir, name.start, name.length);
	if (vp != nullptr && !is_regular(*vp))
		return false;
	if (vp == nullptr)
		vp = vfs_create(dir, name.start, name.length, S_IFREG);
	vp->v_mode = static_cast<mode_t>(S_IFREG | member.mode);
	vp->v_mtime = member.mtime;
	vp->v_data = member.data;
	vp->v_size = member.size;
	return true;
}

// add_member: the member and the directories that its path implies. False when it has no place.
static bool add_member(ustar_member const &member)
{
	vnode *dir = &rootvnode;
	char const *path = member.name;
	ustar_name name = ustar_component(path);
	for (;;) {
		if (!allowed(name))
			return false;
		ustar_name const next = ustar_component(path);
		if (next.length == 0)
			break;
		dir = make_directory(*dir, name);
		if (dir == nullptr)
			return false;
		name = next;
	}
	if (member.type == ustar_type::file)
		return name.length != 0 && put_file(*dir, name, member);
	// "./" is the root itself.
	vnode *vp = name.length == 0 ? &rootvnode : make_directory(*dir, name);
	if (vp == nullptr)
		return false;
	vp->v_mode = static_cast<mode_t>(S_IFDIR | member.mode);
	vp->v_mtime = member.mtime;
	return true;
}

static void load(void const *archive, size_t size)
{
	ustar_reader reader{archive, size};
	ustar_member member;
	ustar_step step;

	while ((step = reader.next(member)) == ustar_step::member)
		if (member.type == ustar_type::other || !add_member(member))
			printf("initrd: %s left out\n", member.name);
	if (step == ustar_step::truncated)
		printf("initrd: ends too early\n");
	else if (step == ustar_step::corrupt)
		printf("initrd: damaged, the rest left out\n");
}

static void add_devices()
{
	vnode *dir = make_directory(rootvnode, {"dev", 3});
	if (dir == nullptr) {
		printf("initrd: /dev is a file, no devices\n");
		return;
	}
	for (cdev const *dev : linker_set_range<cdev>{__start_set_cdev, __stop_set_cdev}) {
		size_t const length = strlen(dev->name);
		if (vfs_child(*dir, dev->name, length) != nullptr)
			continue;
		vnode *vp = vfs_create(*dir, dev->name, length, S_IFCHR | uint32_t{dev->mode});
		vp->v_dev = dev;
	}
}

static void initrd_mount(void *)
{
	void const *archive;
	size_t size;

	if (boot_module(&archive, &size))
		load(archive, size);
	else
		printf("initrd: no boot image\n");
	add_devices();
}
SYSINIT(initrd, SI_SUB_ROOT, SI_ORDER_FIRST, initrd_mount, nullptr);
