// SPDX-License-Identifier: BSD-2-Clause
// Paths: from a path to a vnode and back.
// After FreeBSD's vfs_lookup.c.
#include <kern/vnode.hpp>

#include <limits.h>
#include <string.h>

vnode *vfs_child(vnode const &dir, char const *name, size_t length)
{
	for (vnode &vp : dir.v_children)
		if (strncmp(vp.v_name, name, length) == 0 && vp.v_name[length] == '\0')
			return &vp;
	return nullptr;
}

// step: from a directory by one component.
static result<vnode *> step(vnode *dir, char const *name, size_t length)
{
	if (length > NAME_MAX)
		return fail(ENAMETOOLONG);
	if (!is_directory(*dir))
		return fail(ENOTDIR);
	if (length == 1 && name[0] == '.')
		return dir;
	if (length == 2 && name[0] == '.' && name[1] == '.')
		return dir->v_parent;
	vnode *next = vfs_child(*dir, name, length);
	if (next == nullptr)
		return fail(ENOENT);
	return next;
}

// walk: from a vnode along a relative path. A slash behind the last component asks for a directory.
static result<vnode *> walk(vnode *vp, char const *path)
{
	while (*path != '\0') {
		while (*path == '/')
			path++;
		size_t const length = strcspn(path, "/");
		if (length == 0)
			break;
		vp = TRY(step(vp, path, length));
		path += length;
		if (*path == '/' && !is_directory(*vp))
			return fail(ENOTDIR);
	}
	return vp;
}

result<vnode *> namei(char const *path, char const *cwd)
{
	if (path[0] == '\0')
		return fail(ENOENT);
	if (path[0] == '/')
		return walk(&rootvnode, path);
	vnode *start = TRY(walk(&rootvnode, cwd));
	return walk(start, path);
}

// Built from the end: the name last, before it its parents.
Errno vfs_path(vnode const &vp, char *to, size_t size)
{
	if (size < 2)
		return ENAMETOOLONG;
	char *at = to + size;
	*--at = '\0';
	for (vnode const *step_vp = &vp; step_vp != &rootvnode; step_vp = step_vp->v_parent) {
		size_t const length = strlen(step_vp->v_name);
		if (static_cast<size_t>(at - to) < length + 1)
			return ENAMETOOLONG;
		at -= length;
		memcpy(at, step_vp->v_name, length);
		*--at = '/';
	}
	if (*at == '\0')
		*--at = '/';
	memmove(to, at, static_cast<size_t>(to + size - at));
	return OK;
}
