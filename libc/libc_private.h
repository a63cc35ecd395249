// SPDX-License-Identifier: BSD-2-Clause
// What the parts of the C library share among themselves.
// Ours.
#pragma once

#include <sys/signal.h>
#include <sys/types.h>

// A lock for short critical regions of the library. A thread that finds it taken yields the CPU:
// the holder may be a thread whose KSE runs the scheduler of user threads. Hence such a scheduler
// must not call what takes one (malloc, stdio) from inside an upcall.
typedef struct { volatile unsigned int held; } libc_lock;

void __libc_acquire(libc_lock *lock);
void __libc_release(libc_lock *lock);

// Signal mask of the process.
void __sigmask_get(sigset_t *mask);
void __sigmask_set(const sigset_t *mask);

// System calls whose public function is another; see i386/syscall.S.
int __sys_break(const void *end);
void *__sys_mmap(void *addr, size_t len, int prot, int flags, int fd, int pad, off_t offset);
off_t __sys_lseek(int fd, int pad, off_t offset, int whence);
int __sys___sysctl(const int *name, unsigned int namelen, void *oldp, size_t *oldlenp,
    const void *newp, size_t newlen);
int __sys___getcwd(char *buf, size_t size);
int __sys_sigprocmask(int how, const sigset_t *set, sigset_t *old);

// Functions of exit: those of atexit, then every stream is flushed.
void __run_atexit(void);
void __stdio_flush_all(void) __attribute__((__weak__));

// __libc_start: from the entry point to main. __libc_fatal: a line on descriptor 2, then abort.
_Noreturn void __libc_start(int argc, char **argv, char **envp);
_Noreturn void __libc_fatal(const char *text);
