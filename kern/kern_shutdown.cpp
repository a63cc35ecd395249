// SPDX-License-Identifier: BSD-2-Clause
// The end of a run: panic with its report, failed assertions, reboot(2) and power-off.
// After FreeBSD's kern_shutdown.c.
#include <kern/shutdown.hpp>

#include <kern/kassert.hpp>
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

// The CPU that panicked first, plus 1; it alone reports. Others that panic after it halt.
constinit atomic<uint32_t> panic_cpu{0};

// claim_panic: whether this CPU is the one to report. Does not return on other CPUs.
void claim_panic(char const *message)
{
	uint32_t const self = curcpu() + 1;

	// Pairs with nothing: the claim orders no data, it only picks a winner.
	if (panic_cpu.cas(0, self, order::relaxed))
		return;
	if (panic_cpu.load(order::relaxed) != self)
		cpu_halt();
	printf("\npanic within panic: %s\n", message);
	cpu_poweroff(poweroff_status::panicked);
}

void print_thread(uint32_t cpu, thread const *td)
{
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

// report_others: where panic found the other CPUs.
void report_others()
{
	for (uint32_t cpu = 0; cpu < mp_ncpus; cpu++) {
		uintptr_t const *pcs;
		size_t count;
		if (cpu == curcpu())
			continue;
		if (!cpu_stop_trace(cpu, &pcs, &count)) {
			printf("cpu %u does not stop\n", cpu);
			continue;
		}
		print_thread(cpu, pcpu_find(cpu)->pc_curthread);
		if (count == 0)
			printf("  in user mode\n");
		print_backtrace(pcs, count);
	}
}

// report: everything that helps to understand a panic, most telling first: a fault in here ends it.
void report(char const *message)
{
	uintptr_t pcs[backtrace_max];
	char const *const test = selftest_running();

	printf("\npanic: %s\n", message);
	if (test != nullptr)
		printf("Bail out! panic in test %s: %s\n", test, message);
	print_thread(curcpu(), curthread);
	print_backtrace(pcs, stack_trace(0, pcs, backtrace_max));
	if (curthread != nullptr)
		witness_print_held(curthread);
	report_others();
	if (ktr_mask != 0)
		ktr_print_last(ktr_events_shown);
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

	if (!panicking)
		selftest_intercept_panic(message);
	claim_panic(message);
	panicking = true;
	get_pcpu()->pc_kernel_panicking = 1;
	if (stop_other_cpus != nullptr)
		stop_other_cpus();
	report(message);
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
