// SPDX-License-Identifier: BSD-2-Clause
// The stream structure and the layers of stdio.
// Ours.
#pragma once

#include <stdarg.h>
#include <stdio.h>

#include "../libc_private.h"

// Bytes kept free below what was read, for ungetc.
#define PUSHBACK	8

// sf_flags
#define SF_READ		0x01	// opened for reading
#define SF_WRITE	0x02	// opened for writing
#define SF_READING	0x04	// the buffer holds input:   base[pos .. end)
#define SF_WRITING	0x08	// the buffer holds output:  base[0 .. pos)
#define SF_EOF		0x10	// a read returned nothing
#define SF_ERROR	0x20
#define SF_OWNBUF	0x40	// base is from malloc
#define SF_STATIC	0x80	// the structure itself is not from malloc
#define SF_MODESET	0x100	// sf_mode was chosen by setvbuf or at first use

// Every field belongs to sf_lock, except sf_next (list lock) and what never changes.
struct __file {
	libc_lock	sf_lock;
	int		sf_fd;
	int		sf_flags;
	int		sf_mode;	// _IOFBF, _IOLBF, _IONBF
	unsigned char	*sf_base;	// buffer; NULL until first use
	size_t		sf_size;	// of the buffer, PUSHBACK included
	size_t		sf_pos;
	size_t		sf_end;
	struct __file	*sf_next;	// list of all streams
	unsigned char	sf_small[2 * PUSHBACK];	// buffer of an unbuffered stream
};

static inline void
stream_lock(FILE *fp)
{
	__libc_acquire(&fp->sf_lock);
}

static inline void
stream_unlock(FILE *fp)
{
	__libc_release(&fp->sf_lock);
}

// All of these want the stream's lock held.
// __stream_get, __stream_unget: a byte or EOF.
int __stream_get(FILE *fp);
int __stream_unget(FILE *fp, int c);
// __stream_read, __stream_write: bytes moved; fewer than n at the end of input or on error.
size_t __stream_read(FILE *fp, void *buf, size_t n);
size_t __stream_write(FILE *fp, const void *buf, size_t n);
// __stream_fill: replace the empty input buffer by more; EOF if there is none.
int __stream_fill(FILE *fp);
// __stream_flush: write out, or forget input that can be read again. 0 or EOF.
int __stream_flush(FILE *fp);
// __stream_prepare: choose mode and buffer before first use.
void __stream_prepare(FILE *fp);

// __stream_flags: SF_* and O_* of a mode string such as "r+"; 0 if it is not one.
int __stream_flags(const char *mode, int *open_flags);

// Formatted output goes to a sink in pieces.
struct sink {
	void	(*put)(struct sink *sink, const char *text, size_t n);
	size_t	total;		// bytes so far
};

// One conversion specification.
struct spec {
	int	width;
	int	precision;	// -1: none given
	char	conversion;
	char	sign;		// '+', ' ' or 0: what stands before non-negative numbers
	char	left;		// flags: '-',
	char	zero;		// '0',
	char	alternate;	// '#'
};

void __sink_put(struct sink *sink, const char *text, size_t n);
void __sink_fill(struct sink *sink, char c, int n);
// __format: all of printf. Result: bytes, or -1 with EOVERFLOW.
int __format(struct sink *sink, const char *format, va_list ap);
// __format_double: conversions e, f, g and their capitals.
void __format_double(struct sink *sink, const struct spec *spec, double value);

// Formatted input comes from a source, byte by byte with one byte of look-ahead.
struct source {
	int	(*get)(struct source *source);		// a byte or EOF
	void	(*unget)(struct source *source, int c);	// not EOF
	void	*data;
};
int __scan(struct source *source, const char *format, va_list ap);
