// SPDX-License-Identifier: BSD-2-Clause
// The device /dev/console: lines typed at the console, text shown on it, and ^C.
// After FreeBSD's tty.c and tty_cons.c; there are no process groups, so ^C has a rule of its own.
#include <kern/tty.hpp>

#include <kern/kern_proc.hpp>
#include <kern/md.hpp>
#include <kern/mutex.hpp>
#include <kern/prf.hpp>
#include <kern/signalvar.hpp>
#include <kern/sleepq.hpp>
#include <kern/sysinit.hpp>
#include <kern/vnode.hpp>
#include <sys/fcntl.h>

// Guards line and interrupts; taken in interrupts.
static constinit spin_mtx tty_mtx{"tty", lock_rank::tty};
static constinit tty_line line GUARDED_BY(tty_mtx){};
// ^C was typed and the tty process has not acted on it.
static constinit bool interrupted GUARDED_BY(tty_mtx){};

bool tty_line::take(char *to, size_t most, size_t *length)
{
	*length = 0;
	if (taken_ == complete_)
		return false;
	while (*length < most && taken_ != complete_) {
		uint16_t const code = at(taken_);
		// In front of an end of file there may be a piece of a line: that is taken first.
		if (code == end_of_file && *length != 0)
			break;
		taken_++;
		if (code == end_of_file)
			break;
		to[(*length)++] = static_cast<char>(code);
		if (code == '\n')
			return true;
	}
	// The mark behind a piece that was taken goes with it: it ended the piece, not the input.
	if (*length != 0 && taken_ != complete_ && at(taken_) == end_of_file)
		taken_++;
	return true;
}

void cons_input(int c)
{
	mtx_guard g{tty_mtx};
	switch (line.type(c, console_write)) {
	case tty_line::event::ready:
		wakeup(&line);
		break;
	case tty_line::event::interrupt:
		interrupted = true;
		wakeup(&interrupted);
		break;
	case tty_line::event::none:
		break;
	}
}

// is_job: whether ^C is for this process. Without process groups: everything that somebody's shell
// has started, which is all but init, its children, and the kernel's own.
static bool is_job(proc const &p) REQUIRES(proctree_lock)
{
	return p.p_state == PRS_NORMAL && !proc_is_kernel(&p) && &p != initproc &&
	    p.p_pptr != initproc;
}

// interrupt_jobs: SIGINT to all jobs; whether there were any.
static bool interrupt_jobs()
{
	bool found = false;
	mtx_guard tree{proctree_lock};
	for (proc &p : allproc) {
		if (!is_job(p))
			continue;
		mtx_guard g{p.p_mtx};
		psignal(&p, SIGINT);
		found = true;
	}
	return found;
}

// tty_process: posts signals for the interrupt handler, which may not take the locks for that.
// With nobody to interrupt, ^C is an empty line: the shell prompts again.
static void tty_process(void *)
{
	mtx_guard g{tty_mtx};
	for (;;) {
		while (!interrupted)
			(void)msleep_spin(&interrupted, tty_mtx, PWAIT, "ttyintr", 0);
		interrupted = false;
		g.unlock();
		bool const found = interrupt_jobs();
		g.lock();
		if (found)
			continue;
		line.type('\n', [](char const *, size_t) {});
		wakeup(&line);
	}
}

static void tty_start(void *)
{
	kproc_create("tty", PWAIT, tty_process, nullptr);
	cn_input_start(cons_input);
}
SYSINIT(tty, SI_SUB_KTHREAD, SI_ORDER_ANY, tty_start, nullptr);

// console_read: a line, or as much of it as is asked for.
static Errno console_read(int flag, uio &io)
{
	char text[256];
	size_t length;
	if (io.uio_resid == 0)
		return OK;
	{	mtx_guard g{tty_mtx};
		size_t const most = io.uio_resid < sizeof text ? io.uio_resid : sizeof text;
		while (!line.take(text, most, &length)) {
			if ((flag & O_NONBLOCK) != 0)
				return EAGAIN;
			TRY(msleep_spin(&line, tty_mtx, PWAIT | PCATCH, "ttyin", 0));
		}
	}
	return length != 0 ? io.put(text, length) : OK;
}

static Errno console_dev_write(int, uio &io)
{
	char text[256];
	while (io.uio_resid != 0) {
		size_t const length = io.uio_resid < sizeof text ? io.uio_resid : sizeof text;
		TRY(io.get(text, length));
		console_write(text, length);
	}
	return OK;
}

static constinit cdev const console_dev{"console", 0x0000, 0600, console_read, console_dev_write};
CDEV(console_dev);
