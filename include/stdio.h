// SPDX-License-Identifier: BSD-2-Clause
// Buffered input and output.
// C11 7.21, POSIX and BSD names. No wide characters, no %a; no %n in output.
#pragma once

#include <stdarg.h>
#include <stddef.h>
#include <sys/types.h>
#include <sys/fcntl.h>

#define EOF		(-1)
#define BUFSIZ		4096
#define FILENAME_MAX	1024
#define FOPEN_MAX	20
#define L_tmpnam	24
#define TMP_MAX		100000

// Third argument of setvbuf.
#define _IOFBF		0	// write when the buffer is full
#define _IOLBF		1	// and at each end of line
#define _IONBF		2	// at once

typedef struct __file FILE;
typedef off_t fpos_t;

#if defined(__GNUC__)
#define __printf_like(f, a)	__attribute__((__format__(__printf__, f, a)))
#define __scanf_like(f, a)	__attribute__((__format__(__scanf__, f, a)))
#else
#define __printf_like(f, a)
#define __scanf_like(f, a)
#endif

// Calls on one stream exclude each other, so user threads may share it; a scheduler of user threads
// must not use streams inside an upcall. snprintf and dprintf take no lock.
ABI_BEGIN_C
extern FILE *__stdinp;
extern FILE *__stdoutp;
extern FILE *__stderrp;
#define stdin	__stdinp
#define stdout	__stdoutp
#define stderr	__stderrp

FILE *fopen(const char *path, const char *mode);
FILE *fdopen(int fd, const char *mode);
FILE *freopen(const char *path, const char *mode, FILE *fp);
int fclose(FILE *fp);
int fflush(FILE *fp);
int setvbuf(FILE *fp, char *buf, int mode, size_t size);
void setbuf(FILE *fp, char *buf);
void setlinebuf(FILE *fp);
int fileno(FILE *fp);

size_t fread(void *buf, size_t size, size_t count, FILE *fp);
size_t fwrite(const void *buf, size_t size, size_t count, FILE *fp);
int fgetc(FILE *fp);
int getc(FILE *fp);
int getchar(void);
int ungetc(int c, FILE *fp);
char *fgets(char *buf, int size, FILE *fp);
ssize_t getdelim(char **line, size_t *size, int delim, FILE *fp);
ssize_t getline(char **line, size_t *size, FILE *fp);
int fputc(int c, FILE *fp);
int putc(int c, FILE *fp);
int putchar(int c);
int fputs(const char *s, FILE *fp);
int puts(const char *s);

int fseek(FILE *fp, long offset, int whence);
int fseeko(FILE *fp, off_t offset, int whence);
long ftell(FILE *fp);
off_t ftello(FILE *fp);
void rewind(FILE *fp);
int fgetpos(FILE *fp, fpos_t *pos);
int fsetpos(FILE *fp, const fpos_t *pos);
int feof(FILE *fp);
int ferror(FILE *fp);
void clearerr(FILE *fp);

int printf(const char *format, ...) __printf_like(1, 2);
int fprintf(FILE *fp, const char *format, ...) __printf_like(2, 3);
int dprintf(int fd, const char *format, ...) __printf_like(2, 3);
int sprintf(char *buf, const char *format, ...) __printf_like(2, 3);
int snprintf(char *buf, size_t size, const char *format, ...) __printf_like(3, 4);
int asprintf(char **result, const char *format, ...) __printf_like(2, 3);
int vprintf(const char *format, va_list ap) __printf_like(1, 0);
int vfprintf(FILE *fp, const char *format, va_list ap) __printf_like(2, 0);
int vdprintf(int fd, const char *format, va_list ap) __printf_like(2, 0);
int vsprintf(char *buf, const char *format, va_list ap) __printf_like(2, 0);
int vsnprintf(char *buf, size_t size, const char *format, va_list ap) __printf_like(3, 0);
int vasprintf(char **result, const char *format, va_list ap) __printf_like(2, 0);

int scanf(const char *format, ...) __scanf_like(1, 2);
int fscanf(FILE *fp, const char *format, ...) __scanf_like(2, 3);
int sscanf(const char *s, const char *format, ...) __scanf_like(2, 3);
int vscanf(const char *format, va_list ap) __scanf_like(1, 0);
int vfscanf(FILE *fp, const char *format, va_list ap) __scanf_like(2, 0);
int vsscanf(const char *s, const char *format, va_list ap) __scanf_like(2, 0);

void perror(const char *what);
int remove(const char *path);
int rename(const char *from, const char *to);
FILE *tmpfile(void);
char *tmpnam(char *name);
ABI_END_C
