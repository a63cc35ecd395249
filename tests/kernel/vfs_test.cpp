// SPDX-License-Identifier: BSD-2-Clause
// Paths through the root file system.
// Written for Kestrel.
#include <kern/selftest.hpp>
#include <kern/vnode.hpp>

#include <string.h>

namespace {

vnode *find(char const *path, char const *cwd = "/")
{
	auto const found = namei(path, cwd);
	return found ? *found : nullptr;
}

Errno error_of_path(char const *path)
{
	return namei(path, "/").error();
}

}

SELFTEST(namei_finds_the_same_vnode_by_every_path)
{
	vnode *null = find("/dev/null");
	EXPECT(null != nullptr && null->v_dev != nullptr);
	EXPECT(find("dev/null") == null);
	EXPECT(find("null", "/dev") == null);
	EXPECT(find("//dev/.//../dev/./null") == null);
	EXPECT(find("../../..//dev/null", "/dev") == null);
	EXPECT(find("/") == &rootvnode);
	EXPECT(find("..") == &rootvnode);
	EXPECT(find("/dev/") == find("/dev"));
}

SELFTEST(namei_names_what_is_wrong_with_a_path)
{
	char name[258];
	memset(name, 'x', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	EXPECT(error_of_path("") == ENOENT);
	EXPECT(error_of_path("/nothing") == ENOENT);
	EXPECT(error_of_path("/nothing/at/all") == ENOENT);
	EXPECT(error_of_path("/dev/null/") == ENOTDIR);
	EXPECT(error_of_path("/dev/null/x") == ENOTDIR);
	EXPECT(error_of_path("/dev/null/..") == ENOTDIR);
	EXPECT(error_of_path(name) == ENAMETOOLONG);
	EXPECT(error_of_path(name + 2) == ENOENT);
}

SELFTEST(vfs_path_is_the_way_back)
{
	char path[10];
	EXPECT(vfs_path(rootvnode, path, sizeof path) == OK && strcmp(path, "/") == 0);
	EXPECT(vfs_path(*find("/dev/null"), path, sizeof path) == OK);
	EXPECT(strcmp(path, "/dev/null") == 0);
	EXPECT(vfs_path(*find("/dev/null"), path, sizeof path - 1) == ENAMETOOLONG);
	EXPECT(vfs_path(rootvnode, path, 1) == ENAMETOOLONG);
}

SELFTEST(vnode_numbers_are_unique_and_not_zero)
{
	vnode const *dir = find("/dev");
	EXPECT(dir->v_ino != 0 && dir->v_ino != rootvnode.v_ino);
	for (vnode const &a : dir->v_children)
		for (vnode const &b : dir->v_children)
			EXPECT(&a == &b || a.v_ino != b.v_ino);
}
