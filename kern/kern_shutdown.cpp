// SPDX-License-Identifier: BSD-2-Clause
// The end of a run: panic with its report, failed assertions, reboot(2) and power-off.
// After FreeBSD's kern_shutdown.c.
#include <kern/shutdown.hpp>

#include <kern/kassert.hpp>
#include <kern/kdb.hpp>
#include <kern/ksyms.hpp>
#include <kern/ktr.hpp>
#include <kern/md.hpp>
#include <kern/selftest.hpp>
#include <kern/syscall.hpp>
#include <kern/sysctl.hpp>
#include <kern/ucred.hpp>
#include <machine/cpufunc.hpp>
#include <machine/pcpu.hpp>

constinit int exit_status{};
constinit bool panicking{};
constinit shutdown_reporter *shutdown_report{};
constinit cpu_stopper *stop_other_cpus{};

SYSCTL_INT(kern_exit_status, "kern.exit_status", "What the run returns to its host", exit_status,
    sysctl_access::rw, 0, 255);

namespace {

constexpr size_t message_max = 256;
constexpr size_t backtrace_max = 32;
constexpr uint32_t ktr_events_shown = 32;

// The CPU that panicked or hung first, plus 1; it alone reports. Others that do after it halt.
constinit atomic<uint32_t> panic_cpu{0};

// report: everything that helps to understand a panic, most telling first: a fault in here ends it.
void report(char const *message)
{
	uintptr_t pcs[backtrace_max];
	char const *const test = selftest_running();

	printf("\npanic: %s\n", message);
	if (test != nullptr)
		printf("Bail out! panic in test %s: %s\n", test, message);
	print_cpu(curcpu());
	print_backtrace(pcs, stack_trace(0, pcs, backtrace_max));
	if (curthread != nullptr)
		witness_print_held(curthread);
	print_other_cpus();
	if (ktr_mask != 0)
		ktr_print_last(ktr_events_shown);
}

}

run_end panic_claim()
{
	uint32_t const self = curcpu() + 1;

	// Pairs with nothing: the claim orders no data, it only picks a winner.
	if (panic_cpu.cas(0, self, order::relaxed))
		return run_end::first;
	return panic_cpu.load(order::relaxed) == self ? run_end::again : run_end::other;
}

void panic_begin()
{
	panicking = true;
	get_pcpu()->pc_kernel_panicking = 1;
	if (stop_other_cpus != nullptr)
		stop_other_cpus();
}

void print_cpu(uint32_t cpu)
{
	thread const *const td = pcpu_find(cpu)->pc_curthread;

	if (td == nullptr) {
		printf("cpu %u has no current thread\n", cpu);
		return;
	}
	proc const *const p = td->td_proc;
	kse const *const ke = td->td_kse;
	ksegrp const *const kg = td->td_ksegrp;
	printf("cpu %u, process %d (%s), thread %u %p, kse %u, group %u\n", cpu,
	    p != nullptr ? p->p_pid : -1, p != nullptr ? p->p_comm : "none", td->td_tid, td,
	    ke != nullptr ? ke->ke_id : 0, kg != nullptr ? kg->kg_id : 0);
}

void print_other_cpus()
{
	for (uint32_t cpu = 0; cpu < mp_ncpus; cpu++) {
		uintptr_t const *pcs;
		size_t count;
		if (cpu == curcpu())
			continue;
		print_cpu(cpu);
		if (!cpu_stop_trace(cpu, &pcs, &count)) {
			printf("  does not stop\n");
			continue;
		}
		if (count == 0)
			printf("  in user mode\n");
		print_backtrace(pcs, count);
	}
}

void panic(char const *text, ...)
{
	char message[message_max];
	va_list args;

	(void)intr_disable();
	va_start(args, text);
	(void)vsnprintf(message, sizeof(message), text, args);
	va_end(args);

	// A command of the debugger's that meets what it should not: back to its prompt.
	if (kdb_here()) {
		printf("\n%s\n", message);
		kdb_fault();
	}
	if (!panicking)
		selftest_intercept_panic(message);
	run_end const c = panic_claim();
	if (c == run_end::other)
		cpu_halt();
	if (c == run_end::again) {
		printf("\npanic within panic: %s\n", message);
		cpu_poweroff(poweroff_status::panicked);
	}
	panic_begin();
	report(message);
	ktr_state_panic();
	if (debugger_on_panic != 0 || gdb_attached())
		(void)kdb_enter(kdb_why::panic, message);
	cpu_poweroff(poweroff_status::panicked);
}

void kassert_failed(char const *condition, char const *file, int line, char const *text, ...)
{
	char message[message_max];
	va_list args;

	va_start(args, text);
	(void)vsnprintf(message, sizeof(message), text, args);
	va_end(args);
	panic("%s [%s at %s:%d]", message, condition, file, line);
}

void Debugger(char const *message)
{
	// In a test nobody is there to answer, unless a debugger is.
	bool const asked = selftest_running() == nullptr || gdb_attached();
	if (!asked || !kdb_enter(kdb_why::request, message))
		panic("Debugger: %s", message);
}

void tailq_misuse(char const *what, void const *element)
{
	panic("tailq: %s: %p", what, element);
}

void kern_reboot(int howto)
{
	if (howto & RB_HALT) {
		printf("The system has halted.\n");
		cpu_halt();
	}
	if ((howto & RB_POWEROFF) == 0)
		cpu_reset();
	ktr_state();
	if (shutdown_report != nullptr)
		shutdown_report(exit_status);
	cpu_poweroff(poweroff_status::normal);
}

// reboot: end this run of the system.
//   opt      RB_POWEROFF: send exit_status to the host and cut the power; RB_HALT: stop;
//            otherwise restart. RB_NOSYNC changes nothing: nothing is ever written back.
//   result   does not return on success
//   errors   EPERM not the superuser
//   locks    Giant held by the entry, of no consequence
//   source   FreeBSD's reboot(2)
Errno sys_reboot(thread *td, reboot_args const &uap)
{
	if (td->td_ucred->cr_uid != 0)
		return EPERM;
	kern_reboot(uap.opt);
}
