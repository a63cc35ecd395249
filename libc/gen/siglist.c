// SPDX-License-Identifier: BSD-2-Clause
// Names of signals.
// Texts as 4.4BSD's.

#include <signal.h>
#include <string.h>

const char *const sys_signame[NSIG] = {
	"Signal 0", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "EMT", "FPE", "KILL", "BUS",
	"SEGV", "SYS", "PIPE", "ALRM", "TERM", "URG", "STOP", "TSTP", "CONT", "CHLD", "TTIN",
	"TTOU", "IO", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "INFO", "USR1", "USR2",
};

const char *const sys_siglist[NSIG] = {
	"Signal 0",
	"Hangup",
	"Interrupt",
	"Quit",
	"Illegal instruction",
	"Trace/BPT trap",
	"Abort trap",
	"EMT trap",
	"Floating exception",
	"Killed",
	"Bus error",
	"Segmentation fault",
	"Bad system call",
	"Broken pipe",
	"Alarm clock",
	"Terminated",
	"Urgent I/O condition",
	"Suspended (signal)",
	"Suspended",
	"Continued",
	"Child exited",
	"Stopped (tty input)",
	"Stopped (tty output)",
	"I/O possible",
	"Cputime limit exceeded",
	"Filesize limit exceeded",
	"Virtual timer expired",
	"Profiling timer expired",
	"Window size changes",
	"Information request",
	"User defined signal 1",
	"User defined signal 2",
};

char *
strsignal(int sig)
{
	return (char *)(sig > 0 && sig < NSIG ? sys_siglist[sig] : "Unknown signal");
}
