// SPDX-License-Identifier: BSD-2-Clause
// System calls and process utilities.
// POSIX and BSD names.
#pragma once

#include <sys/types.h>
#include <sys/fcntl.h>

#define STDIN_FILENO	0
#define STDOUT_FILENO	1
#define STDERR_FILENO	2

#define R_OK	0x04
#define W_OK	0x02
#define X_OK	0x01
#define F_OK	0x00

#define _SC_ARG_MAX		1
#define _SC_CLK_TCK		3
#define _SC_OPEN_MAX		5
#define _SC_PAGESIZE		47
#define _SC_NPROCESSORS_CONF	57
#define _SC_NPROCESSORS_ONLN	58

ABI_BEGIN_C
extern char **environ;
extern char *optarg;
extern int optind, opterr, optopt, optreset;

ABI_NORETURN void _exit(int status);
pid_t fork(void);
pid_t vfork(void) __attribute__((__returns_twice__));
int execve(const char *path, char *const argv[], char *const envp[]);
int execv(const char *path, char *const argv[]);
int execvp(const char *file, char *const argv[]);
int execvpe(const char *file, char *const argv[], char *const envp[]);
int execl(const char *path, const char *arg, ...);
int execlp(const char *file, const char *arg, ...);
pid_t getpid(void);
pid_t getppid(void);
uid_t getuid(void);
uid_t geteuid(void);

ssize_t read(int fd, void *buf, size_t n);
ssize_t write(int fd, const void *buf, size_t n);
int close(int fd);
off_t lseek(int fd, off_t offset, int whence);
int dup(int fd);
int dup2(int from, int to);
int pipe(int fds[2]);
int isatty(int fd);
int access(const char *path, int mode);
int unlink(const char *path);
int chdir(const char *path);
char *getcwd(char *buf, size_t size);

// sbrk, brk: move the end of the data segment; sbrk returns the old end, (void *)-1 on error.
void *sbrk(intptr_t increment);
int brk(const void *end);

pid_t getpgrp(void);
pid_t getpgid(pid_t pid);
int setpgid(pid_t pid, pid_t pgid);
pid_t setsid(void);
pid_t tcgetpgrp(int fd);
int tcsetpgrp(int fd, pid_t pgrp);

unsigned int alarm(unsigned int seconds);
useconds_t ualarm(useconds_t first, useconds_t interval);
int pause(void);
unsigned int sleep(unsigned int seconds);
int usleep(useconds_t microseconds);
long sysconf(int name);
int getpagesize(void);
int getopt(int argc, char *const argv[], const char *options);
ABI_END_C
