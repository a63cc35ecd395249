// SPDX-License-Identifier: BSD-2-Clause
// The debugger inside the kernel: how it is entered, what it can look at, who talks to people.
// After FreeBSD's kdb(4); the machine's half is arch/i386/kdb_machdep.cpp.
#pragma once

#include <kern/proc.hpp>
#include <support/linker_set.hpp>

#include <cstddef>
#include <cstdint>

struct trapframe;

// Why everything stands still.
enum class kdb_why : uint8_t {
	request,        // Debugger()
	panic,
	fault,          // the kernel did what the processor refuses
	breakpoint,     // one that was set
	step,           // one instruction has run
	watch,          // a watched word was touched
	interrupt,      // somebody outside asked: Ctrl-C, the break key
};

// kdb_stop: what a session begins with. Lives on the stack of the CPU that stopped.
struct kdb_stop final {
	kdb_why     why;
	char const *message;    // for people
	trapframe  *frame;      // of this CPU
	uintptr_t   address;    // watch: what was touched
	bool        hardware;   // breakpoint: one of the processor's own
};

// kdb_resume: how a session ends. `step` null: everything goes on; else that thread runs one
// instruction. Where that needs nobody, no other CPU comes in between; they get on behind it unless
// it is to be `alone`.
struct kdb_resume final {
	thread *step;
	bool    alone;
};

// kdb_backend: somebody to talk to, in the linker set of that name. ready() says whether it wants
// this stop; of those that do, the one with the lowest rank gets it. session() runs with
// interrupts off, all other CPUs stopped, no locks; what it looks at may be half changed, and what
// faults in it ends in kdb_protect().
struct kdb_backend final {
	char const *name;
	int         rank;
	bool      (*ready)(kdb_stop const &stop);
	kdb_resume (*session)(kdb_stop const &stop);
};

// kdb_active: a session is on. Whoever prints takes no locks then.
extern bool kdb_active;

// debugger_on_panic: panic enters the debugger after its report (debug.debugger_on_panic).
extern int debugger_on_panic;

// gdb_attached: a gdb talks to the stub (kern_gdbstub.cpp).
bool gdb_attached();

// kdb_wanted: whether a stop of this kind would find a back end.
bool kdb_wanted(kdb_why why);

// kdb_break_key: each byte of the console's input passes here: BREAK (cn_break), or the last one of
// the sequence Enter ~ ^B, enters the debugger. True: it did, and the byte is no input. From the
// input's interrupt, with the registers that it interrupted; no locks held.
bool kdb_break_key(int c, trapframe *frame);

// kdb_tick: each clock interrupt of each CPU but the first. Where the first CPU takes none any
// more, as one that loops with interrupts off, what comes for a debugger over its line is looked
// for here.
void kdb_tick(trapframe *frame);
// kdb_poller: looks for it; null: there is no line. Set once, before other CPUs run.
using kdb_poll = void(trapframe *frame);
extern kdb_poll *kdb_poller;

// kdb_trap: stop all CPUs and run a session on this one; false when no back end wants it, and
// nothing has happened. From a trap or an interrupt, any locks held.
bool kdb_trap(kdb_stop stop);

// kdb_release: the instruction that this CPU runs while the others stand still needs them after
// all: they go on. Nothing happens when it runs none.
void kdb_release();

// kdb_alone: func(arg) while all other CPUs stand still and no session is on, interrupts off. Code
// that it changes is changed for every CPU when that goes on. Any context, any locks held.
void kdb_alone(void (*func)(void *), void *arg);

// kdb_enter: the same from ordinary code, by a breakpoint instruction.
bool kdb_enter(kdb_why why, char const *message);

// kdb_protect: func(arg); false when a fault ended it in the middle. In a session only.
bool kdb_protect(void (*func)(void *), void *arg);

// kdb_fault: a fault inside of a session: goes on behind the innermost kdb_protect, or returns when
// there is none. By the machine's trap handler.
void kdb_fault();

// kdb_abandon: the session is over, the other CPUs stand still: for a panic out of it.
void kdb_abandon();

// kdb_state_name: a thread's state in words, for people.
char const *kdb_state_name(td_state_t state);

// kdb_here: whether this CPU runs the session.
bool kdb_here();

// kdb_waiting_frame: the registers of a CPU that waits to run a session of its own; null: it does
// not.
trapframe *kdb_waiting_frame(uint32_t cpu);

// kdb_each_thread: visit(td, arg) for every thread of every process, until one returns false. In a
// session only; bounded, so that a broken list ends.
void kdb_each_thread(bool (*visit)(thread *td, void *arg), void *arg);

// kdb_thread: by number; null when there is none. kdb_cpu_of: where it runs, NOCPU: nowhere.
thread *kdb_thread(uint32_t tid);
uint32_t kdb_cpu_of(thread const *td);

// kdb_describe: "pid 3 ksetest, sleeping on piperd, kse 4, group 2, cpu 1, mailbox 0x804a000".
void kdb_describe(thread const *td, char *to, size_t size);

// --- the machine ---------------------------------------------------------------------------------

inline constexpr size_t kdb_register_count = 16;        // eax ecx edx ebx esp ebp esi edi
inline constexpr size_t kdb_register_esp = 4;           // eip eflags cs ss ds es fs gs
inline constexpr size_t kdb_register_ebp = 5;
inline constexpr size_t kdb_register_eip = 8;

// kdb_registers: of one thread; a register without its bit in kr_known is nowhere saved.
struct kdb_registers final {
	uint32_t kr_value[kdb_register_count];
	uint32_t kr_known;
};

// kdb_get_registers: of any thread, running (as it was stopped) or switched out (as it goes on).
// kdb_set_register: false when that one cannot be changed: selectors never can; of the flags those
// that user mode may change are, and in the kernel the interrupt flag. kdb_can_set_register: asks
// whether it would be true. In a session only.
kdb_registers kdb_get_registers(thread const *td);
bool kdb_set_register(thread *td, size_t number, uint32_t value);
bool kdb_can_set_register(thread *td, size_t number, uint32_t value);

// kdb_register_name: "eax". kdb_get_user_registers: those with which a thread goes back to user
// mode, or is in it; none known when it never does. In a session only.
char const *kdb_register_name(size_t number);
kdb_registers kdb_get_user_registers(thread const *td);

// kdb_stack_trace: where a thread is in the kernel as it was stopped or switched out: program
// counter and return addresses, innermost first; none for user mode. Returns how many.
size_t kdb_stack_trace(thread const *td, uintptr_t *pcs, size_t most);

// kdb_read, kdb_write: memory as `td` sees it; false when any byte is not there, with an unknown
// part copied. Writing passes over write protection: a page that processes share changes for all.
bool kdb_read(thread const *td, uintptr_t at, void *to, size_t length);
bool kdb_write(thread const *td, uintptr_t at, void const *from, size_t length);

// kdb_poke: kdb_write() under the software breakpoints that are there: they stay, and what was
// written shows when they go.
bool kdb_poke(thread const *td, uintptr_t at, void const *from, size_t length);

// kdb_code_read, kdb_code_write: the kernel's own code, under the software breakpoints that are in
// it, which stay. It is there, and no other CPU runs it.
void kdb_code_read(uintptr_t at, uint8_t *to, size_t length);
void kdb_code_write(uintptr_t at, uint8_t const *from, size_t length);

// What to stop at.
enum class kdb_point : uint8_t { software, hardware, write, access };

// kdb_point_set: stop at the instruction, or when `length` bytes (1, 2 or 4, aligned) are touched.
// A software breakpoint below the kernel holds in td's address space, the others everywhere. False:
// no room, no memory there, or not aligned. Setting one twice is no error.
bool kdb_point_set(thread const *td, kdb_point kind, uintptr_t at, size_t length);
bool kdb_point_clear(thread const *td, kdb_point kind, uintptr_t at, size_t length);
void kdb_point_clear_all();

// kdb_stop_stands: whether what made this CPU stop is still there: another's session may have taken
// the breakpoint away since, or ended the step. By the CPU whose turn it is.
bool kdb_stop_stands(kdb_stop const &stop);

// kdb_machine_enter, kdb_machine_leave: around a session. leave prepares the step, and returns the
// CPU that makes it while all others stand still; NOCPU: there is no step, or it may need them.
// kdb_breakpoint: the instruction; false when nobody cared.
void kdb_machine_enter(kdb_stop const &stop);
uint32_t kdb_machine_leave(kdb_stop const &stop, kdb_resume const &how);
bool kdb_breakpoint(kdb_why why, char const *message);

// kdb_breakpoint_is_set: whether a software breakpoint is in memory at `at`, as curthread sees it.
bool kdb_breakpoint_is_set(uintptr_t at);

// kdb_load_points: this CPU's debug registers from the table.
void kdb_load_points();

// kdb_stop_cpus: all other CPUs stand still, even with interrupts off, unless one takes too long:
// kdb_cpus_stand says. kdb_resume_cpus: they go on. kdb_resume_cpu: one of them does.
void kdb_stop_cpus();
bool kdb_cpus_stand();
void kdb_resume_cpus();
void kdb_resume_cpu(uint32_t cpu);
