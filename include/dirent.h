// SPDX-License-Identifier: BSD-2-Clause
// Reading directories.
// POSIX names; the entry itself is in sys/dirent.h.
#pragma once

#include <sys/dirent.h>

typedef struct __dir DIR;

ABI_BEGIN_C
DIR *opendir(const char *path);
// readdir: the next entry, valid until the next call on dir; NULL at the end or on error.
struct dirent *readdir(DIR *dir);
void rewinddir(DIR *dir);
int closedir(DIR *dir);
int dirfd(DIR *dir);
// getdirentries: fill buf with whole entries; 0 at the end. *base becomes the position before.
int getdirentries(int fd, char *buf, int nbytes, long *base);
ABI_END_C
