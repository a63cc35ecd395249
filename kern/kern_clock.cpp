// SPDX-License-Identifier: BSD-2-Clause
// The tick: time counted in ticks, timeouts, and CPU time charged to what runs.
// After FreeBSD's kern_clock.c; one clock serves as hardclock and statclock.
#include <kern/callout.hpp>
#include <kern/hang.hpp>
#include <kern/kdb.hpp>
#include <kern/md.hpp>
#include <kern/sched.hpp>
#include <kern/signalvar.hpp>
#include <kern/sysctl.hpp>
#include <kern/thread.hpp>
#include <machine/pcpu.hpp>

constinit int volatile ticks{};
constinit int hz{100};

SYSCTL_INT(kern_hz, "kern.hz", "Clock interrupts in a second", hz, sysctl_access::tun, 10, 10000);

void thread_quantum_tick(thread *td)
{
	kse *ke = td->td_kse;
	if (thread_quantum == 0 || ke->ke_mailbox == uaddr{})
		return;
	uint64_t const ms = static_cast<uint64_t>(thread_quantum);
	if (++ke->ke_quantum < (ms * static_cast<uint64_t>(hz) + 999) / 1000)
		return;
	ke->ke_quantum = 0;
	ke->ke_flags |= KEF_QUANTUM | KEF_ASTPENDING;
}

void hardclock(trapframe *frame)
{
	thread *const td = curthread;
	bool const user = trapframe_usermode(frame);

	// One CPU keeps the time; only it writes ticks.
	get_pcpu()->pc_hardclocks++;
	if constexpr (config::invariants)
		watchdog_tick();
	if (curcpu() == 0)
		ticks = static_cast<int>(static_cast<unsigned>(ticks) + 1);
	{	mtx_guard g{sched_lock};
		kse *const ke = td->td_kse;
		if (user) {
			ke->ke_uticks++;
			if ((td->td_proc->p_flag & P_KSES) != 0) {
				td->td_usticks++;
				thread_quantum_tick(td);
				// A signal for the UTS that nobody could take to it yet.
				if ((td->td_proc->p_sflag & PS_NEEDSIGCHK) != 0)
					ke->ke_flags |= KEF_ASTPENDING;
			}
		} else {
			ke->ke_sticks++;
		}
		itimer_tick(td->td_proc, user);
		sched_clock(td);
	}
	if (curcpu() == 0)
		callout_tick();
	else
		kdb_tick(frame);
}
