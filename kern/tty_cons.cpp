// SPDX-License-Identifier: BSD-2-Clause
// The device /dev/console: lines typed at the console, text shown on it, and job control.
// After FreeBSD's tty.c and tty_cons.c.
#include <kern/tty.hpp>

#include <kern/kdb.hpp>
#include <kern/kern_pgrp.hpp>
#include <kern/md.hpp>
#include <kern/mutex.hpp>
#include <kern/prf.hpp>
#include <kern/signalvar.hpp>
#include <kern/sleepq.hpp>
#include <kern/sysinit.hpp>
#include <kern/vnode.hpp>
#include <machine/pcpu.hpp>
#include <sys/fcntl.h>
#include <sys/ioctl.h>

// Guards line and interrupts; taken in interrupts.
static constinit spin_mtx tty_mtx{"tty", lock_rank::tty};
static constinit tty_line line GUARDED_BY(tty_mtx){};
// Signals whose keys were typed and that the tty process has not posted, bit (sig - 1).
static constinit uint32_t typed_signals GUARDED_BY(tty_mtx){};

// The session whose controlling terminal this is, and its group in the foreground; 0: none.
static constinit int tty_session GUARDED_BY(proctree_lock){};
static constinit int tty_pgid GUARDED_BY(proctree_lock){};

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

static void post_typed(int sig) REQUIRES(tty_mtx)
{
	typed_signals |= 1u << (sig - 1);
	wakeup(&typed_signals);
}

void cons_input(int c, trapframe *frame)
{
	bool const broke = kdb_break_key(c, frame);
	if (c == cn_break)
		return;
	// The ~ of the sequence that led into the debugger is no input.
	if (broke)
		c = '\b';
	mtx_guard g{tty_mtx};
	switch (line.type(c, console_write)) {
	case tty_line::event::ready:
		wakeup(&line);
		break;
	case tty_line::event::interrupt:
		post_typed(SIGINT);
		break;
	case tty_line::event::quit:
		post_typed(SIGQUIT);
		break;
	case tty_line::event::suspend:
		post_typed(SIGTSTP);
		break;
	case tty_line::event::none:
		break;
	}
}

// tty_process: posts signals for the interrupt handler, which may not take the locks for that.
static void tty_process(void *)
{
	mtx_guard g{tty_mtx};
	for (;;) {
		while (typed_signals == 0)
			(void)msleep_spin(&typed_signals, tty_mtx, PWAIT, "ttysig", 0);
		uint32_t const signals = typed_signals;
		typed_signals = 0;
		g.unlock();
		{	mtx_guard tree{proctree_lock};
			for (int sig : {SIGINT, SIGQUIT, SIGTSTP})
				if ((signals & 1u << (sig - 1)) != 0 && tty_pgid != 0)
					pgsignal(tty_pgid, sig);
		}
		g.lock();
	}
}

static void tty_start(void *)
{
	kproc_create("tty", PWAIT, tty_process, nullptr);
	cn_input_start(cons_input);
}
SYSINIT(tty, SI_SUB_KTHREAD, SI_ORDER_ANY, tty_start, nullptr);

// foreground: whether curthread's process may use the terminal now. In the background its group
// gets `sig`, and the call runs again when it goes on; EIO where the signal would do nothing.
static Errno foreground(int sig)
{
	proc *p = curthread->td_proc;
	mtx_guard tree{proctree_lock};
	if (p->p_sid != tty_session || p->p_pgid == tty_pgid)
		return OK;
	bool deaf;
	{	mtx_guard g{p->p_mtx};
		deaf = sig_is_ignored(p, sig) || SIGISMEMBER(p->p_sigmask, sig);
	}
	if (deaf && sig == SIGTTOU)
		return OK;
	if (deaf || pgrp_is_orphaned(p->p_pgid))
		return EIO;
	pgsignal(p->p_pgid, sig);
	return ERESTART;
}

// claim_terminal: the session of curthread's process, which it leads, gets the terminal.
static Errno claim_terminal()
{
	proc const *p = curthread->td_proc;
	mtx_guard tree{proctree_lock};
	if (p->p_sid != p->p_pid)
		return EPERM;
	tty_session = p->p_sid;
	tty_pgid = p->p_pgid;
	return OK;
}

static Errno set_foreground(int pgid)
{
	TRY(foreground(SIGTTOU));
	mtx_guard tree{proctree_lock};
	proc const *p = curthread->td_proc;
	if (p->p_sid != tty_session)
		return ENOTTY;
	if (!pgrp_exists(pgid, tty_session))
		return EPERM;
	tty_pgid = pgid;
	return OK;
}

static result<int> get_foreground()
{
	mtx_guard tree{proctree_lock};
	if (curthread->td_proc->p_sid != tty_session)
		return fail(ENOTTY);
	return tty_pgid;
}

// console_ioctl: TIOCSCTTY: EPERM the caller leads no session. TIOCSPGRP: EPERM no such group of
// the session. TIOCSPGRP, TIOCGPGRP: ENOTTY not the caller's terminal.
static Errno console_ioctl(uint32_t request, uaddr data)
{
	switch (request) {
	case TIOCSCTTY:
		return claim_terminal();
	case TIOCSPGRP:
		return set_foreground(TRY(user_in<int>{data}.fetch()));
	case TIOCGPGRP:
		return user_out<int>{data}.store(TRY(get_foreground()));
	default:
		return ENOTTY;
	}
}

// console_read: a line, or as much of it as is asked for.
static Errno console_read(int flag, uio &io)
{
	char text[256];
	size_t length;
	if (io.uio_resid == 0)
		return OK;
	TRY(foreground(SIGTTIN));
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

static constinit cdev const console_dev{"console", 0x0000, 0600, console_read, console_dev_write,
    console_ioctl};
CDEV(console_dev);
