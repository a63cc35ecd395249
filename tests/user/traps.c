// SPDX-License-Identifier: BSD-2-Clause
// What a program can do to the processor ends in the right signal for it, and never in the kernel:
// privileged and undefined instructions, bad selectors and flags, traps, arithmetic.
// Written for Kestrel.
#include "lib/child.h"
#include "tap.h"

#include <signal.h>
#include <unistd.h>
#include <stddef.h>
#include <stdint.h>

#define USER_DATA	0x2f
#define USER_CODE	0x1f

// Each body runs one doubtful instruction in a child; it returns if nothing came of it.
#define BODY(name, instruction) \
	static int name(void *arg) \
	{ \
		(void)arg; \
		__asm__ volatile(instruction : : : "eax", "ebx", "ecx", "edx", "memory", "cc"); \
		return 0; \
	}

BODY(halt, "hlt")
BODY(disable_interrupts, "cli")
BODY(read_port, "movl $0x64, %%edx\n\tinb %%dx, %%al")
BODY(write_port, "movl $0xf4, %%edx\n\tmovb $0x10, %%al\n\toutb %%al, %%dx")
BODY(read_control_register, "movl %%cr0, %%eax")
BODY(write_control_register, "xorl %%eax, %%eax\n\tmovl %%eax, %%cr3")
BODY(read_model_register, "movl $0x1b, %%ecx\n\trdmsr")
BODY(load_descriptor_table, "lgdt (%%esp)")
BODY(load_task, "movl $0x28, %%eax\n\tltr %%ax")
BODY(raise_clock_interrupt, "int $0x20")
BODY(raise_page_fault, "int $14")
BODY(raise_double_fault, "int $8")
BODY(raise_absent_vector, "int $0xff")
BODY(undefined, "ud2")
BODY(breakpoint, "int3")
BODY(overflow, "movb $0x7f, %%al\n\taddb $1, %%al\n\tinto")
BODY(single_step, "pushfl\n\torl $0x100, (%%esp)\n\tpopfl\n\tnop")
BODY(step_into_kernel, "movl $20, %%eax\n\tpushfl\n\torl $0x100, (%%esp)\n\tpopfl\n\tint $0x80")
BODY(step_through_older_gate,
    "movl $20, %%eax\n\tpushfl\n\torl $0x100, (%%esp)\n\tpopfl\n\tlcall $7, $0")
BODY(divide_by_zero, "xorl %%ecx, %%ecx\n\tmovl $1, %%eax\n\tcltd\n\tidivl %%ecx")
BODY(return_nested, "pushfl\n\torl $0x4000, (%%esp)\n\tpopfl\n\tiret")
BODY(return_to_kernel, "pushfl\n\tpushl $0x08\n\tpushl $0xc0100000\n\tiret")
BODY(load_kernel_data, "movl $0x10, %%eax\n\tmovl %%eax, %%ds")
BODY(load_pcpu_segment, "movl $0x1b, %%eax\n\tmovl %%eax, %%fs")
BODY(load_call_gate, "movl $0x07, %%eax\n\tmovl %%eax, %%gs")
BODY(load_absent_segment, "movl $0x0f, %%eax\n\tmovl %%eax, %%gs")
BODY(load_past_table, "movl $0xffff, %%eax\n\tmovl %%eax, %%es")
BODY(null_stack_segment, "xorl %%eax, %%eax\n\tmovl %%eax, %%ss")
BODY(jump_to_kernel, "movl $0xc0100000, %%eax\n\tjmp *%%eax")
BODY(jump_to_null, "xorl %%eax, %%eax\n\tjmp *%%eax")
BODY(call_far, "lcall $0x08, $0xc0100000")
BODY(call_absent_gate, "lcall $0x0f, $0")
BODY(x87_divide_by_zero,
    "fninit\n\tpushl $0x37b\n\tfldcw (%%esp)\n\tfld1\n\tfldz\n\tfdivrp\n\tfwait\n\tpopl %%eax")

// Harmless: the kernel runs on, whatever the program's flags and segments are.
BODY(system_call_backwards,
    "std\n\tmovl $20, %%eax\n\tint $0x80\n\tcld")
BODY(system_call_aligned,
    "pushfl\n\torl $0x40000, (%%esp)\n\tpopfl\n\tmovl $20, %%eax\n\tint $0x80\n\t"
    "pushfl\n\tandl $0xfffbffff, (%%esp)\n\tpopfl")
BODY(system_call_nested_flag,
    "pushfl\n\torl $0x4000, (%%esp)\n\tpopfl\n\tmovl $20, %%eax\n\tint $0x80\n\t"
    "pushfl\n\tandl $0xffffbfff, (%%esp)\n\tpopfl")
BODY(older_gate_with_all_flags,
    "pushfl\n\torl $0x44ed5, (%%esp)\n\tpopfl\n\tmovl $20, %%eax\n\tlcall $7, $0\n\t"
    "pushfl\n\tandl $0xfffbbbff, (%%esp)\n\tpopfl")
BODY(system_call_without_segments,
    "pushl %%ds\n\tpushl %%es\n\txorl %%ecx, %%ecx\n\tmovl %%ecx, %%es\n\tmovl %%ecx, %%fs\n\t"
    "movl %%ecx, %%gs\n\tmovl %%ecx, %%ds\n\tmovl $20, %%eax\n\tint $0x80\n\t"
    "popl %%es\n\tpopl %%ds")
BODY(interrupts_cannot_be_turned_off,
    "pushfl\n\tandl $0xfffffdff, (%%esp)\n\torl $0x3000, (%%esp)\n\tpopfl\n\t"
    "movl $200000000, %%ecx\n1:\tdecl %%ecx\n\tjnz 1b\n\thlt")

// The kernel stack pointer of a program whose stack is nowhere: no matter to the kernel.
static int
system_call_without_stack(void *arg)
{
	(void)arg;
	unsigned int pid;

	__asm__ volatile("movl %%esp, %%ebx\n\txorl %%esp, %%esp\n\tmovl $20, %%eax\n\t"
	    "int $0x80\n\tmovl %%ebx, %%esp" : "=a"(pid) : : "ebx", "edx", "memory", "cc");
	return pid == 0;
}

// The older gate reads no stack either, and so tells nothing of the kernel's memory.
static int
older_gate_without_stack(void *arg)
{
	static const unsigned int stacks[] = { 0, 0xc0000000, 0xc0100000, 0xfee00000, 0xfffffffe };

	(void)arg;
	for (size_t i = 0; i < sizeof stacks / sizeof stacks[0]; i++) {
		unsigned int pid;

		__asm__ volatile("movl %%esp, %%ebx\n\tmovl %1, %%esp\n\tmovl $20, %%eax\n\t"
		    "lcall $7, $0\n\tmovl %%ebx, %%esp"
		    : "=a"(pid) : "r"(stacks[i]) : "ebx", "edx", "memory", "cc");
		if (pid != (unsigned int)getpid())
			return 1;
	}
	return 0;
}

struct fatal {
	int		(*body)(void *);
	int		signal;
	const char	*what;
};

static const struct fatal fatals[] = {
	{ halt, SIGBUS, "hlt" },
	{ disable_interrupts, SIGBUS, "cli" },
	{ read_port, SIGBUS, "in" },
	{ write_port, SIGBUS, "out to the debug-exit port" },
	{ read_control_register, SIGBUS, "reading cr0" },
	{ write_control_register, SIGBUS, "writing cr3" },
	{ read_model_register, SIGBUS, "rdmsr" },
	{ load_descriptor_table, SIGBUS, "lgdt" },
	{ load_task, SIGBUS, "ltr" },
	{ raise_clock_interrupt, SIGBUS, "int of an interrupt's vector" },
	{ raise_page_fault, SIGBUS, "int of the page fault's vector" },
	{ raise_double_fault, SIGBUS, "int of the double fault's vector" },
	{ raise_absent_vector, SIGBUS, "int of a vector without gate" },
	{ undefined, SIGILL, "an undefined opcode" },
	{ breakpoint, SIGTRAP, "int3" },
	{ overflow, SIGFPE, "into" },
	{ single_step, SIGTRAP, "the trap flag" },
	{ step_into_kernel, SIGTRAP, "the trap flag across a system call" },
	{ step_through_older_gate, SIGTRAP, "the trap flag across a system call by lcall" },
	{ divide_by_zero, SIGFPE, "division by zero" },
	{ return_nested, SIGBUS, "iret with the nested-task flag" },
	{ return_to_kernel, SIGBUS, "iret to the kernel's code segment" },
	{ load_kernel_data, SIGBUS, "the kernel's data segment in ds" },
	{ load_pcpu_segment, SIGBUS, "the per-CPU segment in fs" },
	{ load_call_gate, SIGBUS, "a call gate in gs" },
	{ load_absent_segment, SIGBUS, "an empty descriptor in gs" },
	{ load_past_table, SIGBUS, "a selector past the table in es" },
	{ null_stack_segment, SIGBUS, "a null selector in ss" },
	{ jump_to_kernel, SIGSEGV, "a jump into the kernel" },
	{ jump_to_null, SIGSEGV, "a jump to null" },
	{ call_far, SIGBUS, "a far call into the kernel" },
	{ call_absent_gate, SIGBUS, "a far call through an empty descriptor" },
	{ x87_divide_by_zero, SIGFPE, "an unmasked x87 error" },
	{ interrupts_cannot_be_turned_off, SIGBUS, "clearing the interrupt flag by popf" },
};

static const struct fatal harmless[] = {
	{ system_call_backwards, 0, "a system call with the direction flag set" },
	{ system_call_aligned, 0, "a system call with alignment checks on" },
	{ system_call_nested_flag, 0, "a system call with the nested-task flag" },
	{ older_gate_with_all_flags, 0, "a system call by lcall with all flags set" },
	{ system_call_without_segments, 0, "a system call with null segments" },
	{ system_call_without_stack, 0, "a system call without a stack" },
	{ older_gate_without_stack, 0, "a system call by lcall with no stack that it may read" },
};

int
main(void)
{
	for (size_t i = 0; i < sizeof fatals / sizeof fatals[0]; i++)
		child_died(child_run(fatals[i].body, NULL), fatals[i].signal, fatals[i].what);
	for (size_t i = 0; i < sizeof harmless / sizeof harmless[0]; i++)
		child_is(child_run(harmless[i].body, NULL), 0, harmless[i].what);

	// Selectors that user mode may load.
	unsigned short before, after = USER_CODE;
	__asm__ volatile("movw %%gs, %0" : "=r"(before));
	__asm__ volatile("movw %0, %%gs" : : "r"((unsigned short)USER_DATA));
	milliseconds(20);
	__asm__ volatile("movw %%gs, %0" : "=r"(after));
	__asm__ volatile("movw %0, %%gs" : : "r"(before));
	is(after, USER_DATA, "gs survives a sleep");
	return done_testing();
}
