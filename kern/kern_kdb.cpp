// SPDX-License-Identifier: BSD-2-Clause
// The debugger inside the kernel: entering and leaving it, one CPU at a time.
// After FreeBSD's subr_kdb.c.
#include <kern/kdb.hpp>

#include <kern/kassert.hpp>
#include <kern/kern_proc.hpp>
#include <kern/md.hpp>
#include <kern/shutdown.hpp>
#include <kern/sysctl.hpp>
#include <machine/cpufunc.hpp>
#include <machine/pcpu.hpp>
#include <support/atomic.hpp>

SET_DECLARE(kdb_backend, kdb_backend);

constinit bool kdb_active{};
constinit int debugger_on_panic{0};

SYSCTL_INT(debugger_on_panic, "debug.debugger_on_panic", "A panic enters the debugger",
    debugger_on_panic, sysctl_access::tun, 0, 1);

namespace {

// The CPU whose turn it is, plus 1; 0: none's. It runs a session, or one instruction for one.
constinit atomic<uint32_t> owner{0};

// By CPU: the registers it stopped with while it waits for its turn.
constinit atomic<trapframe *> waiting[MAXCPU]{};

// The CPU that runs one instruction while all others stand still, and how the session wants it.
// Changed by the owner.
constinit uint32_t stepping{NOCPU};
constinit bool stepping_alone{};

// A place to go on after a fault: what __builtin_setjmp keeps.
struct landing final {
	void *la_words[5];
};
constinit landing *innermost{};

// More threads than any machine of ours holds: a list that is longer is a ring.
constexpr uint32_t threads_most = 1u << 18;

kdb_backend const *backend_for(kdb_stop const &stop)
{
	kdb_backend const *best = nullptr;
	for (kdb_backend const *b :
	    linker_set_range{__start_set_kdb_backend, __stop_set_kdb_backend})
		if ((best == nullptr || b->rank < best->rank) && b->ready(stop))
			best = b;
	return best;
}

// take_turn: wait until this CPU is the owner: nobody was, or it was passed on.
void take_turn(trapframe *frame)
{
	uint32_t const self = curcpu();
	waiting[self].store(frame, order::relaxed);
	// Pairs with the release in pass_on().
	while (!owner.cas(0, self + 1, order::acquire) &&
	    owner.load(order::acquire) != self + 1)
		cpu_spinwait();
	waiting[self].store(nullptr, order::relaxed);
}

// pass_on: the turn of the next CPU that waits for it. Were it only free, this one, which comes to
// the same breakpoint again before the other one has looked, would take it again and again.
void pass_on()
{
	uint32_t const self = curcpu();
	uint32_t next = 0;
	for (uint32_t i = 1; next == 0 && i < mp_ncpus; i++)
		if (uint32_t const cpu = (self + i) % mp_ncpus;
		    waiting[cpu].load(order::relaxed) != nullptr)
			next = cpu + 1;
	// Pairs with the acquire in take_turn().
	owner.store(next, order::release);
}

// go_on: as the session has said. A step of another CPU's: it is the owner then, and this one comes
// back when everything goes on, or when it is this one's turn to step.
void go_on(trapframe *frame)
{
	uint32_t const self = curcpu();
	if (stepping != NOCPU && stepping != self && !panicking) {
		waiting[self].store(frame, order::relaxed);
		// Pairs with the acquire in take_turn().
		owner.store(stepping + 1, order::release);
		kdb_resume_cpu(stepping);
		take_turn(frame);
	}
	if (stepping != NOCPU)
		return;
	if (!panicking)
		kdb_resume_cpus();
	pass_on();
}

// gather: everybody stands still. Panic has stopped them for good.
void gather(kdb_stop const &stop)
{
	if (panicking)
		return;
	// Behind each instruction the others get on a little, or a step through a loop that waits
	// for one of them would never end.
	if (stop.why == kdb_why::step && stepping != NOCPU && !stepping_alone)
		kdb_resume_cpus();
	kdb_stop_cpus();
}

struct fault_trial final {
	void (*func)(void *);
	void *arg;
};

[[gnu::noinline]] bool protect(landing &here, fault_trial const &t)
{
	if (__builtin_setjmp(here.la_words) != 0)
		return false;
	t.func(t.arg);
	return true;
}

// What the loops over threads carry.
struct search final {
	uint32_t tid;
	thread  *found;
};

// line: text put together piece by piece; what does not fit is cut.
struct line final {
	char  *to;
	size_t size;
	size_t used;

	[[gnu::format(printf, 2, 3)]] void add(char const *format, ...)
	{
		va_list args;
		va_start(args, format);
		used += static_cast<size_t>(vsnprintf(to + used, size - used, format, args));
		va_end(args);
		if (used > size - 1)
			used = size - 1;
	}
};

char const *state_of(thread const *td)
{
	if (!TD_IS_INHIBITED(td))
		return kdb_state_name(td->td_state);
	return (td->td_inhibitors & TDI_SUSPENDED) != 0 ? "suspended" :
	    (td->td_inhibitors & TDI_LOAN) != 0 ? "its KSE is lent"
						: kdb_state_name(td->td_state);
}

}

char const *kdb_state_name(td_state_t state)
{
	switch (state) {
	case TDS_INACTIVE:
		return "inactive";
	case TDS_INHIBITED:
		return "inhibited";
	case TDS_CAN_RUN:
		return "can run";
	case TDS_RUNQ:
		return "on the run queue";
	case TDS_RUNNING:
		return "running";
	}
	return "in no state";
}

void kdb_abandon()
{
	kdb_active = false;
	innermost = nullptr;
	stepping = NOCPU;
	owner.store(0, order::relaxed);
}

bool kdb_here()
{
	return kdb_active && owner.load(order::relaxed) == curcpu() + 1;
}

trapframe *kdb_waiting_frame(uint32_t cpu)
{
	return waiting[cpu].load(order::relaxed);
}

bool kdb_wanted(kdb_why why)
{
	return backend_for({why, "", nullptr, 0, false}) != nullptr;
}

bool kdb_trap(kdb_stop stop)
{
	kdb_backend const *const backend = backend_for(stop);
	if (backend == nullptr || kdb_here())
		return false;
	uint32_t const flags = intr_disable();
	take_turn(stop.frame);
	// Another's session may have come first, and taken away what stopped this one.
	if (kdb_stop_stands(stop)) {
		gather(stop);
		kdb_active = true;
		kdb_machine_enter(stop);
		kdb_resume const how = backend->session(stop);
		uint32_t const cpu = kdb_machine_leave(stop, how);
		kdb_active = false;
		stepping = cpu;
		stepping_alone = how.alone;
	}
	go_on(stop.frame);
	intr_restore(flags);
	return true;
}

void kdb_release()
{
	if (stepping != curcpu())
		return;
	stepping = NOCPU;
	kdb_resume_cpus();
	pass_on();
}

void kdb_alone(void (*func)(void *), void *arg)
{
	if (kdb_here()) {
		func(arg);
		return;
	}
	uint32_t const flags = intr_disable();
	// Pairs with the release in pass_on().
	while (!owner.cas(0, curcpu() + 1, order::acquire))
		cpu_spinwait();
	if (!panicking) {
		kdb_stop_cpus();
		// Nobody may be between two instructions that func changes, however long it takes.
		while (!kdb_cpus_stand())
			cpu_spinwait();
	}
	func(arg);
	if (!panicking)
		kdb_resume_cpus();
	pass_on();
	intr_restore(flags);
}

bool kdb_enter(kdb_why why, char const *message)
{
	return kdb_wanted(why) && kdb_breakpoint(why, message);
}

bool kdb_protect(void (*func)(void *), void *arg)
{
	landing here{};
	landing *const outer = innermost;
	innermost = &here;
	bool const whole = protect(here, {func, arg});
	innermost = outer;
	return whole;
}

void kdb_fault()
{
	if (innermost != nullptr)
		__builtin_longjmp(innermost->la_words, 1);
}

// The lists belong to locks that a stopped CPU may hold: nobody changes them now.
void kdb_each_thread(bool (*visit)(thread *td, void *arg), void *arg) NO_THREAD_SAFETY_ANALYSIS
{
	uint32_t count = 0;
	for (proc &p : allproc)
		for (thread &td : p.p_threads)
			if (++count > threads_most || !visit(&td, arg))
				return;
}

thread *kdb_thread(uint32_t tid)
{
	// A thread that is about to end is in no list any more.
	for (uint32_t cpu = 0; cpu < mp_ncpus; cpu++)
		if (thread *td = pcpu_find(cpu)->pc_curthread; td != nullptr && td->td_tid == tid)
			return td;
	search s{tid, nullptr};
	kdb_each_thread(
	    [](thread *td, void *arg) {
		    auto &wanted = *static_cast<search *>(arg);
		    if (td->td_tid == wanted.tid)
			    wanted.found = td;
		    return wanted.found == nullptr;
	    },
	    &s);
	return s.found;
}

uint32_t kdb_cpu_of(thread const *td)
{
	for (uint32_t cpu = 0; cpu < mp_ncpus; cpu++)
		if (pcpu_find(cpu)->pc_curthread == td)
			return cpu;
	return NOCPU;
}

void kdb_describe(thread const *td, char *to, size_t size)
{
	line text{to, size, 0};
	proc const *const p = td->td_proc;
	text.add("pid %d %s, ", p != nullptr ? p->p_pid : -1, p != nullptr ? p->p_comm : "?");
	if (td->td_state == TDS_INHIBITED && TD_ON_LOCK(td))
		text.add("waiting for lock %s", td->td_lockname != nullptr ? td->td_lockname : "?");
	else if (td->td_state == TDS_INHIBITED && TD_ON_SLEEPQ(td))
		text.add("sleeping on %s", td->td_wmesg != nullptr ? td->td_wmesg : "?");
	else
		text.add("%s", state_of(td));
	if (td->td_kse != nullptr)
		text.add(", kse %u", td->td_kse->ke_id);
	if (td->td_ksegrp != nullptr)
		text.add(", group %u", td->td_ksegrp->kg_id);
	if (uint32_t const cpu = kdb_cpu_of(td); cpu != NOCPU)
		text.add(", cpu %u", cpu);
	if (td->td_mailbox != uaddr{})
		text.add(", mailbox %#x", to_word(td->td_mailbox));
}
