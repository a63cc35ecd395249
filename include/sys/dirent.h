// SPDX-License-Identifier: BSD-2-Clause
// Directory entries as getdirentries returns them.
// Layout of FreeBSD 5.x.
#pragma once

#include <sys/types.h>

#define MAXNAMLEN	255

// Entries follow each other d_reclen bytes apart; the name ends with a NUL and the record is
// padded to a multiple of four.
struct dirent {
	uint32_t	d_fileno;	// inode number, never 0 in a valid entry
	uint16_t	d_reclen;	// bytes of this record
	uint8_t		d_type;		// DT_*
	uint8_t		d_namlen;	// length of the name without its NUL
	char		d_name[MAXNAMLEN + 1];
};
ABI_SIZE(struct dirent, 264);
ABI_OFFSET(struct dirent, d_reclen, 4);
ABI_OFFSET(struct dirent, d_type, 6);
ABI_OFFSET(struct dirent, d_namlen, 7);
ABI_OFFSET(struct dirent, d_name, 8);

// Bytes of a record whose name has namlen characters.
#define DIRENT_RECLEN(namlen)	((offsetof(struct dirent, d_name) + (namlen) + 1 + 3) & ~3u)

#define DT_UNKNOWN	0
#define DT_FIFO		1
#define DT_CHR		2
#define DT_DIR		4
#define DT_BLK		6
#define DT_REG		8
#define DT_LNK		10
#define DT_SOCK		12
