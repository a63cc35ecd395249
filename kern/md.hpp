// SPDX-License-Identifier: BSD-2-Clause
// The machine-dependent contract: what an architecture defines for the portable kernel.
// After FreeBSD's cpu_*(9) functions; a port is this header and vm/pmap.hpp.
#pragma once

#include <kern/errno.hpp>
#include <kern/proc.hpp>
#include <sys/ucontext.h>

// --- switching
// ------------------------------------------------------------------------------------

// cpu_switch: save curthread's registers and FPU, choosethread(), load the chosen thread: stack,
// address space if different, TSS, curthread, curpcb. sched_lock held across, interrupts off.
// Returns in the chosen thread.
extern "C" void cpu_switch() REQUIRES(sched_lock);
// cpu_throw: as cpu_switch, saving nothing: the stack is dead once another thread runs.
extern "C" [[noreturn]] void cpu_throw() REQUIRES(sched_lock);

// --- threads
// --------------------------------------------------------------------------------------

// cpu_thread_setup: place pcb and trapframe at the top of td's freshly mapped kernel stack.
void cpu_thread_setup(thread *td);
// cpu_thread_exit: curthread's machine state that must not outlive it (FPU ownership). Called under
// sched_lock: frees nothing.
void cpu_thread_exit(thread *td) REQUIRES(sched_lock);
// cpu_fork: make td2, in p2, return from the system call of td1 with 0 and 1 (eax, edx), carry
// clear, through fork_return. td1 is curthread. p2 has its vmspace.
void cpu_fork(thread *td1, proc *p2, thread *td2);
// cpu_set_fork_handler: make td2, made by cpu_fork or fresh in a kernel process, start in
// func(arg).
void cpu_set_fork_handler(thread *td2, void (*func)(void *, trapframe *), void *arg);
// cpu_set_kthread: td2's context from nothing, for a kernel process: starts in func(arg).
void cpu_set_kthread(thread *td2, void (*func)(void *, trapframe *), void *arg);
// cpu_set_upcall: td2's kernel context from nothing, starting in fork_return; ORs TDF_UPCALLING
// into td_flags; trapframe cleared to a plain user frame; FPU state clean (D-41).
void cpu_set_upcall(thread *td2) REQUIRES(sched_lock);
// cpu_set_upcall_kse: point td's user frame at ke's upcall: eip ke_upcall, esp top of ke_stack -
// 16, [esp+4] = ke_mailbox, everything else clean. EFAULT when the stack cannot be written; the
// frame is untouched then. No locks.
Errno cpu_set_upcall_kse(thread *td, kse *ke);
// exec_setregs: curthread will enter user mode at entry with this stack, all else clean.
void exec_setregs(thread *td, uint32_t entry, uint32_t stack);
// cpu_idle: wait for an interrupt, without missing one that came just before; or, with
// machdep.cpu_idle_hlt=0, look at the run queue for a while. Interrupts are on, before and after.
void cpu_idle();
// cpu_wake: end the halt of another CPU, or the next one, so that it looks at the run queue.
void cpu_wake(uint32_t cpu);
// cpu_ast_notify: have the CPU that runs ke look at ke_flags soon; nothing when it is this CPU.
void cpu_ast_notify(kse *ke) REQUIRES(sched_lock);

// fork_return: first steps of a forked child or an upcall thread: userret(). Called by fork_exit.
void fork_return(void *arg, trapframe *frame);

// --- contexts
// --------------------------------------------------------------------------------------

// get_mcontext: td's user registers and FPU state. set_mcontext: load them; EINVAL when mc_len is
// wrong, a selector is not user mode's, or an FPU format is unknown; flags that user mode may not
// change keep their values. td is curthread.
void get_mcontext(thread *td, mcontext_t *mc);
// get_mcontext_part: as get_mcontext, but leaves alone what follows td's FPU state, which is all of
// mc_fpstate when td has none. Returns how many bytes, from the start of *mc, it filled in.
size_t get_mcontext_part(thread *td, mcontext_t *mc);
Errno set_mcontext(thread *td, mcontext_t const *mc);
// signal_delivery: a caught signal on its way to its handler.
struct signal_delivery final {
	int       sig;
	uaddr     handler;
	bool      wants_info;   // the handler takes siginfo_t and ucontext_t
	bool      on_altstack;  // unless it is in use already
	stack_t   altstack;     // the process's alternate stack
	sig_cause cause;
	sigset_t  mask;         // comes back when the handler returns
};
// sendsig: put a signal frame on curthread's user stack and point its user frame at the trampoline,
// which calls the handler and then sigreturn. EFAULT: the stack cannot be written. No locks.
Errno sendsig(thread *td, signal_delivery const &d);
// sigcode, esigcode: the trampoline's bytes, for exec to put at vm_layout::sigcode.
extern "C" char const sigcode[], esigcode[];
// cpu_set_syscall_retval: put error and td_retval into td's frame as user mode shall see them
// (carry, eax, edx; ERESTART backs up over the instruction; EJUSTRETURN changes nothing).
void cpu_set_syscall_retval(thread *td, Errno error);
// trapframe_usermode: whether the frame was entered from user mode. trapframe_pc: its eip.
bool trapframe_usermode(trapframe const *frame);
// trapframe_sp: the user stack pointer of a frame that was entered from user mode.
uint32_t trapframe_sp(trapframe const *frame);
uint32_t trapframe_pc(trapframe const *frame);

// --- the machine
// ----------------------------------------------------------------------------------

// nanouptime: nanoseconds since boot, monotonic on each CPU, any context.
uint64_t nanouptime();
// cpu_ticks: a count that goes up steadily, cheaper than nanouptime: the time stamp counter where
// there is one. cpu_ticks_ns: what uptime it was at that count, by the rate that is best known now,
// so that two of its answers compare only if nothing was learnt in between.
uint64_t cpu_ticks();
uint64_t cpu_ticks_ns(uint64_t counted);

// tick_rate: uptime is tr_ns + (cpu_ticks() - tr_ticks) * tr_scale / 2^32. Constant once shown.
struct tick_rate final {
	uint64_t tr_ticks;
	uint64_t tr_ns;
	uint64_t tr_scale;
};
extern atomic<tick_rate const *> cpu_tick_rate;
// boot_time: seconds since 1970 when uptime was 0, from the battery clock.
int64_t boot_time();

// console bytes: polled, any context. cnputc makes \r\n of \n where the device needs it. cngetc: -1
// when there is none; cn_break: a BREAK on the serial line, or Ctrl-Alt-Esc.
inline constexpr int cn_break = 0x100;
void cnputc(int c);
int cngetc();
// cn_input_start: from now on input(c, frame) is called, from the interrupt, for each byte that
// arrives from the keyboard or the serial line of the console, or cn_break; `frame` is what was
// interrupted. Once, after SI_SUB_CLOCKS.
void cn_input_start(void (*input)(int c, trapframe *frame));

// boot_module: the first module of the boot loader (the boot image), in the direct map, never
// reused; false and nothing stored when there is none.
bool boot_module(void const **start, size_t *size);

// What the machine tells its host at power-off (brief table in docs/architecture.md).
enum class poweroff_status { normal, panicked, selftest_failed, watchdog };
[[noreturn]] void cpu_poweroff(poweroff_status status);
[[noreturn]] void cpu_reset();
// cpu_halt: stop this CPU for good, interrupts off.
[[noreturn]] void cpu_halt();

// code_position: where code is, and its frame.
struct code_position final {
	uintptr_t pc, fp, sp;
};
// stack_trace: return addresses of the calling chain, innermost first, from frame pointer `fp` (0:
// the caller's own); never faults; stops at the first word that is no kernel stack or text.
// Returns how many were stored.
size_t stack_trace(uintptr_t fp, uintptr_t *pcs, size_t most);
// stack_trace_frame: from where a trap interrupted the kernel; none when that was user mode.
size_t stack_trace_frame(trapframe const *frame, uintptr_t *pcs, size_t most);
// stack_trace_at: program counter and return addresses of a thread's code at `pc` with that frame
// pointer and stack pointer; of a function that has not made its frame yet, too.
size_t stack_trace_at(thread const *td, code_position const &at, uintptr_t *pcs, size_t most);
// stack_trace_thread: the same for a thread that is switched out.
size_t stack_trace_thread(thread const *td, uintptr_t *pcs, size_t most);
// stack_outermost: of `frame` and those from kernel mode that it was taken on top of, on td's
// stack, the first that was taken.
trapframe const *stack_outermost(thread const *td, trapframe const *frame);

// cpu_stop_trace: what CPU `cpu` was doing when panic stopped it: return addresses, innermost
// first, none for user mode. False when it has not stopped.
bool cpu_stop_trace(uint32_t cpu, uintptr_t const **pcs, size_t *count);

// stack_guard_init: sets what guards stack frames from here on; `seed` differs from boot to boot
// where it can. First thing, from a function that is not guarded itself. DEBUG kernels only
// (subr_stack_guard.cpp).
void stack_guard_init(uint64_t seed);

// --- called by the machine
// --------------------------------------------------------------------------

// hardclock: kern.hz times a second on each CPU, from the clock interrupt, interrupts off; `frame`
// is what it interrupted (kern_clock.cpp).
void hardclock(trapframe *frame);

// idle_join: a CPU other than the first is ready: it takes part from here on, beginning with its
// idle thread, which is curthread. Interrupts off (kern_idle.cpp).
[[noreturn]] void idle_join();
