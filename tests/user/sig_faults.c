// SPDX-License-Identifier: BSD-2-Clause
// Faults as their handlers see them: signal, si_code and si_addr of each, and the registers of the
// instruction at fault.
// Written for Kestrel; codes of FreeBSD 5.0, where a fault without a code of its own gives the
// number of its trap. What QEMU's processor never raises is not here: errors of SSE, the x87's
// stack fault, the alignment check.
#include "lib/raw.h"
#include "tap.h"

#include <setjmp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#define PAGE		4096u
#define KERNEL_TEXT	0xc0100000u	// mapped, for the kernel
#define KERNEL_HOLE	0xfffff000u

// Trap numbers of the era, as si_code.
#define T_PRIVINFLT	1
#define T_BPTFLT	3
#define T_PROTFLT	9
#define T_TRCTRAP	10

static sigjmp_buf back;
static siginfo_t info;
static volatile uint32_t eip, cs, frames;

static void
look(int sig, siginfo_t *si, void *uc)
{
	const mcontext_t *mc = &((ucontext_t *)uc)->uc_mcontext;

	(void)sig;
	info = *si;
	eip = (uint32_t)mc->mc_eip;
	cs = (uint32_t)mc->mc_cs;
	frames++;
	siglongjmp(back, 1);
}

// happened: one fault came, with these facts; `at` is where the instruction is or the address.
static void
happened(int sig, int code, uint32_t at, const char *what)
{
	bool right = frames == 1 && info.si_signo == sig && info.si_code == code &&
	    (uint32_t)(uintptr_t)info.si_addr == at && cs == 0x1f;

	if (!ok(right, "%s", what))
		diag("%u faults; signal %d code %d at %#x, cs %#x; expected %d, %d, %#x",
		    (unsigned)frames, info.si_signo, info.si_code,
		    (unsigned)(uintptr_t)info.si_addr, (unsigned)cs, sig, code, (unsigned)at);
}

#define TRY(action) do { \
	frames = 0; \
	memset(&info, 0, sizeof info); \
	if (sigsetjmp(back, 1) == 0) { \
		action; \
	} \
} while (0)

// --- page faults --------------------------------------------------------------------------------

static void
load(uint32_t at)
{
	uint32_t value;

	__asm__ volatile("movl (%1), %0" : "=r"(value) : "r"(at) : "memory");
}

static void
store(uint32_t at)
{
	__asm__ volatile("movl $1, (%0)" : : "r"(at) : "memory");
}

static void
jump(uint32_t at)
{
	__asm__ volatile("jmp *%0" : : "r"(at) : "memory");
}

static uint32_t
map(size_t pages, int prot)
{
	void *at = mmap(NULL, pages * PAGE, prot, MAP_ANON | MAP_PRIVATE, -1, 0);

	if (at == MAP_FAILED)
		bail_out("no memory");
	return W(at);
}

struct access {
	void		(*how)(uint32_t);
	const char	*name;
};

static void
page_faults(void)
{
	static const struct access any[] = {
		{ load, "load" }, { store, "store" }, { jump, "jump" },
	};
	uint32_t none = map(1, PROT_NONE), hole = map(3, PROT_READ | PROT_WRITE);
	uint32_t fresh = map(1, PROT_READ), seen = map(1, PROT_READ | PROT_WRITE);
	uint32_t taken = map(1, PROT_READ | PROT_WRITE);
	char what[80];

	munmap((void *)(uintptr_t)(hole + PAGE), PAGE);
	load(seen);
	store(taken);
	mprotect((void *)(uintptr_t)seen, PAGE, PROT_READ);
	mprotect((void *)(uintptr_t)taken, PAGE, PROT_NONE);
	for (int i = 0; i < 3; i++) {
		const struct { uint32_t at; int code; const char *name; } places[] = {
			{ 0, SEGV_MAPERR, "null" },
			{ hole + PAGE + 12, SEGV_MAPERR, "a hole between two mappings" },
			{ none + 8, SEGV_ACCERR, "a page without rights, never touched" },
			{ taken + 8, SEGV_ACCERR, "a page whose rights were taken" },
			{ KERNEL_TEXT, SEGV_MAPERR, "the kernel's text" },
			{ KERNEL_HOLE, SEGV_MAPERR, "the kernel's last page" },
		};

		for (size_t p = 0; p < sizeof places / sizeof places[0]; p++) {
			snprintf(what, sizeof what, "%s: %s", any[i].name, places[p].name);
			TRY(any[i].how(places[p].at));
			happened(SIGSEGV, places[p].code, places[p].at, what);
		}
	}
	TRY(store(fresh + 4));
	happened(SIGSEGV, SEGV_ACCERR, fresh + 4, "store: a read-only page, never touched");
	load(fresh);
	TRY(store(fresh + 4));
	happened(SIGSEGV, SEGV_ACCERR, fresh + 4, "store: a read-only page, present");
	TRY(store(seen + 4));
	happened(SIGSEGV, SEGV_ACCERR, seen + 4, "store: a page made read-only");
	TRY(store(W(page_faults)));
	happened(SIGSEGV, SEGV_ACCERR, W(page_faults), "store: the program's text");
	// The second half of a word in the next page.
	TRY(load(hole + PAGE - 2));
	happened(SIGSEGV, SEGV_MAPERR, hole + PAGE, "load: across the end of a mapping");
}

// --- instructions -------------------------------------------------------------------------------

// Each begins at `name`_at: the address of the instruction that faults, or of the one behind it.
#define CODE(name, before, instruction) \
	extern const char name##_at[], name##_behind[]; \
	static void name(void) \
	{ \
		__asm__ volatile(before "\n\t.globl " #name "_at, " #name "_behind\n" \
		    #name "_at:\n\t" instruction "\n" #name "_behind:" \
		    : : : "eax", "ebx", "ecx", "edx", "memory", "cc"); \
	}

CODE(undefined, "", "ud2")
CODE(lock_register, "", ".byte 0xf0, 0x90")
CODE(halt, "", "hlt")
CODE(no_interrupts, "", "cli")
CODE(port, "", "inb $0x64, %%al")
CODE(control, "", "movl %%cr0, %%eax")
CODE(gate, "", "int $14")
CODE(kernel_data, "movl $0x10, %%eax", "movl %%eax, %%es")
CODE(kernel_stack, "movl $0x10, %%eax", "movl %%eax, %%ss")
CODE(far_call, "", "lcall $0x08, $0xc0100000")
CODE(breakpoint, "", "int3")
CODE(trap_flag, "pushfl\n\torl $0x100, (%%esp)\n\tpopfl", "nop")
CODE(divide, "xorl %%ecx, %%ecx\n\tmovl $1, %%eax\n\tcltd", "idivl %%ecx")
CODE(quotient, "movl $1, %%ecx\n\tmovl $2, %%edx\n\txorl %%eax, %%eax", "divl %%ecx")
CODE(overflow, "movb $0x7f, %%al\n\taddb $1, %%al", "into")
CODE(bounds, "pushl $9\n\tpushl $3\n\tmovl $10, %%eax", "boundl %%eax, (%%esp)")
CODE(x87_divide, "fninit\n\tpushl $0x37b\n\tfldcw (%%esp)\n\tpopl %%eax\n\tfld1\n\tfldz\n\t"
    "fdivrp", "fwait")
CODE(x87_invalid, "fninit\n\tpushl $0x37e\n\tfldcw (%%esp)\n\tpopl %%eax\n\tfldz\n\tfldz\n\t"
    "fdivrp", "fwait")
CODE(past_segment, "", "movl %%gs:0xfffffffe, %%eax")

struct instruction {
	void		(*run)(void);
	const char	*at;
	int		signal, code;
	const char	*what;
};

static void
instructions(void)
{
	const struct instruction all[] = {
		{ undefined, undefined_at, SIGILL, T_PRIVINFLT, "an undefined opcode" },
		{ lock_register, lock_register_at, SIGILL, T_PRIVINFLT, "lock before nop" },
		{ halt, halt_at, SIGBUS, T_PROTFLT, "hlt" },
		{ no_interrupts, no_interrupts_at, SIGBUS, T_PROTFLT, "cli" },
		{ port, port_at, SIGBUS, T_PROTFLT, "in" },
		{ control, control_at, SIGBUS, T_PROTFLT, "reading cr0" },
		{ gate, gate_at, SIGBUS, T_PROTFLT, "int of the page fault's vector" },
		{ kernel_data, kernel_data_at, SIGBUS, T_PROTFLT, "the kernel's data in es" },
		{ kernel_stack, kernel_stack_at, SIGBUS, T_PROTFLT, "the kernel's data in ss" },
		{ far_call, far_call_at, SIGBUS, T_PROTFLT, "a far call to the kernel" },
		{ breakpoint, breakpoint_behind, SIGTRAP, T_BPTFLT, "int3, from behind it" },
		{ trap_flag, trap_flag_behind, SIGTRAP, T_TRCTRAP, "a single step" },
		{ divide, divide_at, SIGFPE, FPE_INTDIV, "a division by zero" },
		{ quotient, quotient_at, SIGFPE, FPE_INTDIV, "a quotient too large" },
		{ overflow, overflow_behind, SIGFPE, FPE_INTOVF, "into, from behind it" },
		{ bounds, bounds_at, SIGFPE, FPE_FLTSUB, "bound" },
		{ x87_divide, x87_divide_at, SIGFPE, FPE_FLTDIV, "x87: a division by zero" },
		{ x87_invalid, x87_invalid_at, SIGFPE, FPE_FLTINV, "x87: zero by zero" },
	};

	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
		TRY(all[i].run());
		happened(all[i].signal, all[i].code, W(all[i].at), all[i].what);
		__asm__ volatile("fninit");
		if (frames != 0 && eip != W(all[i].at))
			ok(false, "%s: the context's eip is %#x", all[i].what, (unsigned)eip);
	}
}

int
main(void)
{
	static const int all[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP };
	struct sigaction act = { .sa_flags = SA_SIGINFO };

	act.sa_sigaction = look;
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		sigaction(all[i], &act, NULL);
	page_faults();
	instructions();
	TRY(past_segment());
	ok(frames == 1 && (info.si_signo == SIGBUS || info.si_signo == SIGSEGV),
	    "a load past the end of memory");
	return done_testing();
}
