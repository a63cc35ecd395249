// SPDX-License-Identifier: BSD-2-Clause
// System calls inside the kernel: argument records, the functions, and the table.
// After FreeBSD's sys/sysproto.h; generated from sys/syscalls.def by the preprocessor.
#pragma once

#include <kern/errno.hpp>
#include <kern/proc.hpp>
#include <kern/uaccess.hpp>

#include <cstdint>

// Argument records: one 32-bit word a member, in stack order; 64-bit values are two words, the low
// one first, after history's pad word.
struct exit_args { int32_t rval; };
struct fork_args {};
struct read_args { int32_t fd; uaddr buf; uint32_t nbyte; };
struct write_args { int32_t fd; uaddr buf; uint32_t nbyte; };
struct open_args { uaddr path; int32_t flags; int32_t mode; };
struct close_args { int32_t fd; };
struct wait4_args { int32_t pid; uaddr status; int32_t options; uaddr rusage; };
struct chdir_args { uaddr path; };
struct break_args { uint32_t nsize; };
struct getpid_args {};
struct getuid_args {};
struct geteuid_args {};
struct kill_args { int32_t pid; int32_t signum; };
struct getppid_args {};
struct dup_args { int32_t fd; };
struct pipe_args {};
struct sigaltstack_args { uaddr ss; uaddr oss; };
struct ioctl_args { int32_t fd; uint32_t com; uaddr data; };
struct getpgrp_args {};
struct setpgid_args { int32_t pid; int32_t pgid; };
struct setitimer_args { uint32_t which; uaddr itv; uaddr oitv; };
struct getitimer_args { uint32_t which; uaddr itv; };
struct setsid_args {};
struct getpgid_args { int32_t pid; };
struct sigprocmask_args { int32_t how; uaddr set; uaddr oset; };
struct sigsuspend_args { uaddr sigmask; };
struct sigpending_args { uaddr set; };
struct sigaction_args { int32_t sig; uaddr act; uaddr oact; };
struct sigreturn_args { uaddr sigcntxp; };
struct reboot_args { int32_t opt; };
struct execve_args { uaddr fname; uaddr argv; uaddr envv; };
struct munmap_args { uint32_t addr; uint32_t len; };
struct mprotect_args { uint32_t addr; uint32_t len; int32_t prot; };
struct dup2_args { int32_t from; int32_t to; };
struct gettimeofday_args { uaddr tp; uaddr tzp; };
struct stat_args { uaddr path; uaddr ub; };
struct fstat_args { int32_t fd; uaddr sb; };
struct lstat_args { uaddr path; uaddr ub; };
struct getdirentries_args { int32_t fd; uaddr buf; uint32_t count; uaddr basep; };
struct mmap_args {
	uint32_t addr; uint32_t len; int32_t prot; int32_t flags; int32_t fd; uint32_t pad;
	uint32_t pos_low; uint32_t pos_high;
};
struct lseek_args {
	int32_t fd; uint32_t pad; uint32_t off_low; uint32_t off_high; int32_t whence;
};
struct __sysctl_args {
	uaddr name; uint32_t namelen; uaddr oldp; uaddr oldlenp; uaddr newp; uint32_t newlen;
};
struct clock_gettime_args { int32_t clock_id; uaddr tp; };
struct nanosleep_args { uaddr rqtp; uaddr rmtp; };
struct yield_args {};
struct __getcwd_args { uaddr buf; uint32_t buflen; };
struct sched_yield_args {};
struct kse_exit_args {};
struct kse_wakeup_args { uaddr mbx; };
struct kse_create_args { uaddr mbx; int32_t newgroup; };
struct kse_thr_interrupt_args { uaddr tmbx; };
struct kse_release_args {};

// The functions: sys_NAME(curthread, arguments). Values go to td->td_retval. Each stands in the
// file of its subject, with its contract. The kse_* calls are kern_kse.cpp's.
#define SYSCALL(number, name, words, lock) Errno sys_##name(thread *td, name##_args const &uap);
#include <sys/syscalls.def>
#undef SYSCALL

inline constexpr unsigned syscall_max_words = 8;

// sysent: one entry of the table; a number without an entry has call null and answers ENOSYS.
struct sysent final {
	Errno     (*call)(thread *td, void const *words);
	uint8_t     words;              // 32-bit argument words to copy in
	bool        mpsafe;             // false: Giant is taken around it
	char const *name;
};

// sysent_lookup: the entry of a number; never null (unknown numbers have an entry with null call).
sysent const &sysent_lookup(uint32_t number);
