// SPDX-License-Identifier: BSD-2-Clause
// ls [-adl] [FILE...]: names of files, those in directories sorted.
//   -a  names that begin with a dot too    -d  directories themselves    -l  with details
// POSIX, as far as it goes.

#include <dirent.h>
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct file {
	char		*name;		// as shown
	struct stat	st;
};

struct listing {
	struct file	*files;
	size_t		count, room;
};

static int all, directories, details;
static int status;

static void
add(struct listing *l, const char *path, const char *name)
{
	struct file *f;

	if (l->count == l->room) {
		l->room = l->room * 2 + 16;
		l->files = reallocarray(l->files, l->room, sizeof(*l->files));
		if (l->files == NULL)
			err(1, NULL);
	}
	f = &l->files[l->count];
	if (lstat(path, &f->st) != 0) {
		warn("%s", path);
		status = 1;
		return;
	}
	f->name = strdup(name);
	if (f->name == NULL)
		err(1, NULL);
	l->count++;
}

static int
by_name(const void *a, const void *b)
{
	const struct file *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static char
kind(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFDIR:
		return 'd';
	case S_IFCHR:
		return 'c';
	case S_IFBLK:
		return 'b';
	case S_IFLNK:
		return 'l';
	case S_IFIFO:
		return 'p';
	default:
		return '-';
	}
}

// Mode, links, owner, group, size (of a device: its number), time, name.
static void
print_details(const struct file *f)
{
	static const char bits[] = "rwxrwxrwx";
	char mode[11], date[32];
	time_t changed = f->st.st_mtime;

	mode[0] = kind(f->st.st_mode);
	for (int i = 0; i < 9; i++)
		mode[1 + i] = f->st.st_mode & (0400 >> i) ? bits[i] : '-';
	mode[10] = '\0';
	strftime(date, sizeof(date), "%b %e %H:%M %Y", gmtime(&changed));
	printf("%s %2u %3u %3u ", mode, f->st.st_nlink, f->st.st_uid, f->st.st_gid);
	if (S_ISCHR(f->st.st_mode))
		printf("%#8x", f->st.st_rdev);
	else
		printf("%8lld", (long long)f->st.st_size);
	printf(" %s %s\n", date, f->name);
}

static void
print(struct listing *l)
{
	qsort(l->files, l->count, sizeof(*l->files), by_name);
	for (size_t i = 0; i < l->count; i++) {
		if (details)
			print_details(&l->files[i]);
		else
			puts(l->files[i].name);
		free(l->files[i].name);
	}
	free(l->files);
}

static void
list_directory(const char *path)
{
	struct listing l = { NULL, 0, 0 };
	struct dirent *entry;
	DIR *dir = opendir(path);

	if (dir == NULL) {
		warn("%s", path);
		status = 1;
		return;
	}
	while ((entry = readdir(dir)) != NULL) {
		char *full;

		if (entry->d_name[0] == '.' && !all)
			continue;
		if (asprintf(&full, "%s/%s", path, entry->d_name) < 0)
			err(1, NULL);
		add(&l, full, entry->d_name);
		free(full);
	}
	closedir(dir);
	print(&l);
}

static int
is_directory(const char *path)
{
	struct stat st;

	return !directories && stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

int
main(int argc, char **argv)
{
	struct listing plain = { NULL, 0, 0 };
	int option, shown;

	while ((option = getopt(argc, argv, "adl")) != -1) {
		switch (option) {
		case 'a':
			all = 1;
			break;
		case 'd':
			directories = 1;
			break;
		case 'l':
			details = 1;
			break;
		default:
			errx(2, "usage: ls [-adl] [FILE...]");
		}
	}
	if (optind == argc) {
		if (is_directory("."))
			list_directory(".");
		else
			add(&plain, ".", ".");
	}
	for (int i = optind; i < argc; i++) {
		if (!is_directory(argv[i]))
			add(&plain, argv[i], argv[i]);
	}
	shown = plain.count > 0;
	print(&plain);
	for (int i = optind; i < argc; i++) {
		if (!is_directory(argv[i]))
			continue;
		if (argc - optind > 1)
			printf("%s%s:\n", shown ? "\n" : "", argv[i]);
		list_directory(argv[i]);
		shown = 1;
	}
	return status;
}
