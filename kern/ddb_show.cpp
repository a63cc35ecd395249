// SPDX-License-Identifier: BSD-2-Clause
// The console debugger's tables: processes, threads, KSEs, groups, CPUs.
// After FreeBSD's ddb/db_ps.c and db_thread.c.
#include <kern/ddb.hpp>

#include <kern/kassert.hpp>
#include <kern/kern_proc.hpp>
#include <kern/md.hpp>
#include <machine/pcpu.hpp>

#include <string.h>

// Whatever is looked at here stands still, its locks perhaps with a CPU that stands still as well.

namespace {

// A list that is longer is a ring.
constexpr uint32_t elements_most = 1u << 18;

char const *state_name(td_state_t state)
{
	switch (state) {
	case TDS_INACTIVE:
		return "INACTIVE";
	case TDS_INHIBITED:
		return "INHIBITED";
	case TDS_CAN_RUN:
		return "CAN_RUN";
	case TDS_RUNQ:
		return "RUNQ";
	case TDS_RUNNING:
		return "RUNNING";
	}
	return "?";
}

char const *ke_state_name(ke_state_t state)
{
	switch (state) {
	case KES_IDLE:
		return "IDLE";
	case KES_ONRUNQ:
		return "ONRUNQ";
	case KES_UNQUEUED:
		return "UNQUEUED";
	case KES_THREAD:
		return "THREAD";
	}
	return "?";
}

struct flag_name final {
	uint32_t    bit;
	char const *name;
};
constexpr flag_name inhibitor_names[] = {
	{TDI_SUSPENDED, "SUSPENDED"}, {TDI_SLEEPING, "SLEEPING"}, {TDI_SWAPPED, "SWAPPED"},
	{TDI_LOCK, "LOCK"}, {TDI_IWAIT, "IWAIT"}, {TDI_LOAN, "LOAN"},
};
constexpr flag_name thread_flag_names[] = {
	{TDF_UNBOUND, "UNBOUND"}, {TDF_INPANIC, "INPANIC"}, {TDF_SINTR, "SINTR"},
	{TDF_TIMEOUT, "TIMEOUT"}, {TDF_CVWAITQ, "CVWAITQ"}, {TDF_UPCALLING, "UPCALLING"},
	{TDF_ONSLEEPQ, "ONSLEEPQ"}, {TDF_INMSLEEP, "INMSLEEP"}, {TDF_TIMOFAIL, "TIMOFAIL"},
	{TDF_INTERRUPT, "INTERRUPT"}, {TDF_IDLETD, "IDLETD"}, {TDF_KEPTKSE, "KEPTKSE"},
	{TDF_EAGER, "EAGER"}, {TDF_NOCALL, "NOCALL"},
};
constexpr flag_name kse_flag_names[] = {
	{KEF_OWEUPC, "OWEUPC"}, {KEF_USER, "USER"}, {KEF_ASTPENDING, "ASTPENDING"},
	{KEF_NEEDRESCHED, "NEEDRESCHED"}, {KEF_ONLOANQ, "ONLOANQ"}, {KEF_EXIT, "EXIT"},
	{KEF_WAKEUP, "WAKEUP"}, {KEF_RELEASED, "RELEASED"}, {KEF_QUANTUM, "QUANTUM"},
	{KEF_CARRYING, "CARRYING"},
};
constexpr flag_name proc_flag_names[] = {
	{P_KTHREAD, "KTHREAD"}, {P_PPWAIT, "PPWAIT"}, {P_SYSTEM, "SYSTEM"},
	{P_SINGLE_EXIT, "SINGLE_EXIT"}, {P_WEXIT, "WEXIT"}, {P_EXEC, "EXEC"}, {P_KSES, "KSES"},
	{P_CONTINUED, "CONTINUED"}, {P_STOPPED_SIG, "STOPPED_SIG"},
	{P_STOPPED_TRACE, "STOPPED_TRACE"}, {P_STOPPED_SINGLE, "STOPPED_SINGLE"},
	{P_INEXEC, "INEXEC"},
};

constexpr size_t text_most = 80;

// flags_text: names joined by '|', the rest as a number, "-" for none.
template <size_t count>
char const *flags_text(uint32_t word, flag_name const (&names)[count], char (&to)[text_most])
{
	size_t used = 0;
	to[0] = '\0';
	auto const add = [&](char const *name) {
		used += strlcpy(to + used, used != 0 ? "|" : "", text_most - used);
		used += strlcpy(to + used, name, text_most - used);
		used = used < text_most ? used : text_most - 1;
	};
	for (flag_name const &f : names) {
		if ((word & f.bit) != 0)
			add(f.name);
		word &= ~f.bit;
	}
	if (word != 0) {
		char rest[12];
		(void)snprintf(rest, sizeof rest, "%#x", word);
		add(rest);
	}
	return used != 0 ? to : "-";
}

char const *or_dash(char const *text)
{
	return text != nullptr && *text != '\0' ? text : "-";
}

// waits_for: the lock or the wait message.
char const *waits_for(thread const *td)
{
	return TD_ON_LOCK(td) ? or_dash(td->td_lockname) : or_dash(td->td_wmesg);
}

// number_or_dash: right-aligned in six places.
void number_or_dash(bool there, uint32_t value)
{
	if (there)
		printf(" %5u", value);
	else
		printf("     -");
}

void thread_line(thread const *td)
{
	char inhibitors[text_most];
	proc const *const p = td->td_proc;
	printf("%6u %5d %-14.14s %-9s %-15s %-10.10s", td->td_tid, p != nullptr ? p->p_pid : -1,
	    p != nullptr ? p->p_comm : "?", state_name(td->td_state),
	    flags_text(static_cast<uint32_t>(td->td_inhibitors), inhibitor_names, inhibitors),
	    waits_for(td));
	number_or_dash(td->td_kse != nullptr, td->td_kse != nullptr ? td->td_kse->ke_id : 0);
	number_or_dash(td->td_ksegrp != nullptr,
	    td->td_ksegrp != nullptr ? td->td_ksegrp->kg_id : 0);
	uint32_t const cpu = kdb_cpu_of(td);
	number_or_dash(cpu != NOCPU, cpu);
	printf("\n");
}

// each_proc: zombies last.
template <class Func>
void each_proc(Func &&func) NO_THREAD_SAFETY_ANALYSIS
{
	uint32_t count = 0;
	for (proclist *list : {&allproc, &zombproc})
		for (proc &p : *list) {
			if (++count > elements_most)
				return;
			func(p);
		}
}

template <class Func>
void each_group(Func &&func)
{
	uint32_t count = 0;
	each_proc([&](proc &p) {
		for (ksegrp &kg : p.p_ksegrps) {
			if (++count > elements_most)
				return;
			func(kg);
		}
	});
}

thread const *representative(proc const &p)
{
	thread const *best = nullptr;
	for (thread const &td : p.p_threads)
		if (best == nullptr || td.td_state > best->td_state)
			best = &td;
	return best;
}

void proc_line(proc const &p)
{
	char flags[text_most];
	constexpr char const *states[] = {"NEW", "NORMAL", "ZOMBIE"};
	thread const *const td = representative(p);
	printf("%5d %5d %5d %-6s %4d %4d %-9s %-9.9s %-19.19s %s\n", p.p_pid, p.p_ppid, p.p_pgid,
	    p.p_state <= PRS_ZOMBIE ? states[p.p_state] : "?", p.p_numthreads, p.p_numksegrps,
	    td != nullptr ? state_name(td->td_state) : "-", td != nullptr ? waits_for(td) : "-",
	    p.p_comm, flags_text(p.p_flag, proc_flag_names, flags));
}

void kse_line(kse const &ke)
{
	char flags[text_most];
	printf("kse %u: group %u, pid %d, %s, ", ke.ke_id, ke.ke_ksegrp->kg_id, ke.ke_proc->p_pid,
	    ke_state_name(ke.ke_state));
	if (ke.ke_oncpu != NOCPU)
		printf("cpu %u, ", ke.ke_oncpu);
	if (ke.ke_thread != nullptr)
		printf("thread %u, ", ke.ke_thread->td_tid);
	if (ke.ke_bound != nullptr)
		printf("lent by thread %u, ", ke.ke_bound->td_tid);
	if (ke.ke_mailbox != uaddr{})
		printf("mailbox %#x, upcall %#x, ", to_word(ke.ke_mailbox), to_word(ke.ke_upcall));
	printf("flags %s\n", flags_text(static_cast<uint32_t>(static_cast<int>(ke.ke_flags)),
	    kse_flag_names, flags));
}

void group_line(ksegrp const &kg)
{
	printf("group %u: pid %d, threads %d, runnable %d, kses %d, idle %d, on the run queue %d, "
	       "loanable %d, priority %u, nice %d, estcpu %u\n",
	    kg.kg_id, kg.kg_proc->p_pid, kg.kg_numthreads, kg.kg_runnable, kg.kg_kses,
	    kg.kg_idle_kses, kg.kg_runq_kses, kg.kg_loan_kses, kg.kg_user_pri, kg.kg_nice,
	    kg.kg_estcpu);
	for (thread const &td : kg.kg_runq)
		printf("  ready: thread %u, priority %u\n", td.td_tid, td.td_priority);
	if (kg.kg_completed != uaddr{})
		printf("  completed: mailbox %#x\n", to_word(kg.kg_completed));
}

void cpu_thread(char const *what, thread const *td)
{
	if (td != nullptr)
		printf("  %s thread %u (%.19s)\n", what, td->td_tid,
		    td->td_proc != nullptr ? td->td_proc->p_comm : "?");
}

// choice: whether the argument names this one, or nothing.
struct choice final {
	bool     all;
	uint32_t id;
	bool     found;

	explicit choice(ddb_args &args) : all{args.in.done()}, id{ddb_number(args, 0)}, found{all}
	{
		ddb_end(args);
	}
	bool takes(uint32_t other)
	{
		bool const mine = all || id == other;
		found = found || mine;
		return mine;
	}
	void check(char const *what) const
	{
		if (!found)
			ddb_error("no %s %u", what, id);
	}
};

}

void ddb_ps(ddb_args &args)
{
	ddb_end(args);
	printf("  PID  PPID  PGRP STATE   THR  GRP THREAD    WMESG     COMMAND             "
	       "FLAGS\n");
	each_proc(proc_line);
}

void ddb_show_threads(ddb_args &args)
{
	choice which{args};
	printf("   TID   PID COMMAND        STATE     INHIBITORS      WMESG        KSE GROUP   "
	       "CPU\n");
	each_proc([&](proc &p) {
		if (!which.takes(static_cast<uint32_t>(p.p_pid)))
			return;
		uint32_t count = 0;
		for (thread const &td : p.p_threads)
			if (++count <= elements_most)
				thread_line(&td);
	});
	which.check("process");
}

void ddb_show_kse(ddb_args &args)
{
	choice which{args};
	each_group([&](ksegrp const &kg) {
		for (kse const &ke : kg.kg_kseq)
			if (which.takes(ke.ke_id))
				kse_line(ke);
	});
	which.check("KSE");
}

void ddb_show_ksegrp(ddb_args &args)
{
	choice which{args};
	each_group([&](ksegrp const &kg) {
		if (which.takes(kg.kg_id))
			group_line(kg);
	});
	which.check("group");
}

void ddb_show_thread(ddb_args &args)
{
	char text[160], flags[text_most];
	thread const *const td = ddb_thread(args);
	ddb_end(args);
	kdb_describe(td, text, sizeof text);
	printf("thread %u at %#zx: %s\n", td->td_tid, reinterpret_cast<uintptr_t>(td), text);
	printf("  state %s, inhibitors %s, ", state_name(td->td_state),
	    flags_text(static_cast<uint32_t>(td->td_inhibitors), inhibitor_names, flags));
	printf("flags %s\n", flags_text(static_cast<uint32_t>(static_cast<int>(td->td_flags)),
	    thread_flag_names, flags));
	printf("  priority %u, own %u, last on cpu %u, ran %llu ms\n", td->td_priority,
	    td->td_base_pri, td->td_lastcpu,
	    static_cast<unsigned long long>(td->td_runtime / 1'000'000));
	printf("  wmesg %s, channel %#zx, lock %s\n", or_dash(td->td_wmesg),
	    reinterpret_cast<uintptr_t>(td->td_wchan), or_dash(td->td_lockname));
	printf("  stack %#zx, %d pages; pcb %#zx, frame %#zx\n", td->td_kstack, td->td_kstack_pages,
	    reinterpret_cast<uintptr_t>(td->td_pcb), reinterpret_cast<uintptr_t>(td->td_frame));
	witness_print_held(td);
}

void ddb_show_pcpu(ddb_args &args)
{
	choice which{args};
	for (uint32_t cpu = 0; cpu < mp_ncpus; cpu++) {
		pcpu const &pc = *pcpu_find(cpu);
		if (!which.takes(cpu))
			continue;
		printf("cpu %u at %#zx%s: apic %u, interrupts nested %u, clock interrupts %u\n",
		    cpu, reinterpret_cast<uintptr_t>(&pc), cpu == curcpu() ? ", here" : "",
		    pc.pc_apicid, pc.pc_intr_nesting, pc.pc_hardclocks);
		cpu_thread("current", pc.pc_curthread);
		cpu_thread("idle", pc.pc_idlethread);
		cpu_thread("FPU", pc.pc_fpcurthread);
	}
	which.check("CPU");
}
