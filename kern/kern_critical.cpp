// SPDX-License-Identifier: BSD-2-Clause
// Critical sections: stretches in which this CPU neither switches nor takes interrupts.
// After FreeBSD 5.0 critical_enter(9); depth and interrupt flag belong to the thread.
#include <kern/kassert.hpp>
#include <kern/mutex.hpp>
#include <kern/proc.hpp>
#include <machine/cpufunc.hpp>
#include <machine/pcpu.hpp>

void critical_enter()
{
	thread *td = curthread;
	// An interrupt between these lines enters and leaves sections of its own: depth and flag
	// are as before when it returns.
	if (td->td_critnest == 0)
		td->td_md_savecrit = intr_disable();
	td->td_critnest++;
}

void critical_exit()
{
	thread *td = curthread;
	KASSERT(td->td_critnest != 0, "critical_exit without critical_enter, thread %p", td);
	// Zero before interrupts come back: a handler finds the depth that the flag means.
	if (--td->td_critnest == 0)
		intr_restore(td->td_md_savecrit);
}
