// SPDX-License-Identifier: BSD-2-Clause
// cat [FILE...]: files one after the other to standard output; - or nothing is standard input.
// POSIX; without -u, since nothing is buffered.

#include <err.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static char buf[16384];

// copy: false if the input failed; failure of the output ends the program.
static int
copy(int fd, const char *name)
{
	ssize_t n;

	while ((n = read(fd, buf, sizeof(buf))) > 0) {
		for (ssize_t done = 0; done < n;) {
			ssize_t written = write(STDOUT_FILENO, buf + done, (size_t)(n - done));

			if (written < 0)
				err(1, "standard output");
			done += written;
		}
	}
	if (n == 0)
		return 1;
	warn("%s", name);
	return 0;
}

static int
copy_file(const char *path)
{
	int fd, ok;

	if (strcmp(path, "-") == 0)
		return copy(STDIN_FILENO, "standard input");
	fd = open(path, O_RDONLY);
	if (fd < 0) {
		warn("%s", path);
		return 0;
	}
	ok = copy(fd, path);
	close(fd);
	return ok;
}

int
main(int argc, char **argv)
{
	int status = 0;

	if (getopt(argc, argv, "") != -1)
		return 2;
	if (optind == argc)
		return !copy_file("-");
	for (int i = optind; i < argc; i++)
		status |= !copy_file(argv[i]);
	return status;
}
