// SPDX-License-Identifier: BSD-2-Clause
// The FPU and SSE registers survive switches between processes, upcalls, and the exchange of user
// threads; a new program and a fresh thread begin with a clean state.
// Written for Kestrel.
#include "lib/child.h"
#include "lib/raw.h"
#include "lib/uts_raw.h"
#include "tap.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#define THREADS	16
#define ROUNDS	40

// What fills all eight x87 registers, the rounding mode, and, with SSE, xmm0 to xmm7 and mxcsr.
struct pattern {
	double		x87[8];
	float		sse[8][4];
	uint16_t	control;
	uint32_t	mxcsr;
};

static bool have_sse;

static void
make_pattern(struct pattern *p, int seed)
{
	static const uint16_t rounding[] = { 0x0000, 0x0400, 0x0800, 0x0c00 };

	for (int i = 0; i < 8; i++) {
		p->x87[i] = seed * 1000.5 + i;
		for (int j = 0; j < 4; j++)
			p->sse[i][j] = (float)(seed * 100 + i * 4 + j) + 0.25f;
	}
	p->control = (uint16_t)(0x037f | rounding[seed & 3]);
	p->mxcsr = 0x1f80 | (uint32_t)(seed & 3) << 13;
}

static void
load(const struct pattern *p)
{
	__asm__ volatile("fninit\n\tfldcw %0" : : "m"(p->control));
	for (int i = 7; i >= 0; i--)
		__asm__ volatile("fldl %0" : : "m"(p->x87[i]));
	if (have_sse) {
		__asm__ volatile("ldmxcsr %0" : : "m"(p->mxcsr));
		__asm__ volatile(
		    "movups (%0), %%xmm0\n\tmovups 16(%0), %%xmm1\n\t"
		    "movups 32(%0), %%xmm2\n\tmovups 48(%0), %%xmm3\n\t"
		    "movups 64(%0), %%xmm4\n\tmovups 80(%0), %%xmm5\n\t"
		    "movups 96(%0), %%xmm6\n\tmovups 112(%0), %%xmm7" : : "r"(p->sse));
	}
}

// Reads everything back, which empties the x87 stack. The number of differences.
static int
compare(const struct pattern *p)
{
	struct pattern now;
	int differences = 0;

	memset(&now, 0, sizeof now);
	__asm__ volatile("fnstcw %0" : "=m"(now.control));
	if (have_sse) {
		__asm__ volatile(
		    "movups %%xmm0, (%0)\n\tmovups %%xmm1, 16(%0)\n\t"
		    "movups %%xmm2, 32(%0)\n\tmovups %%xmm3, 48(%0)\n\t"
		    "movups %%xmm4, 64(%0)\n\tmovups %%xmm5, 80(%0)\n\t"
		    "movups %%xmm6, 96(%0)\n\tmovups %%xmm7, 112(%0)" : : "r"(now.sse) : "memory");
		__asm__ volatile("stmxcsr %0" : "=m"(now.mxcsr));
		differences += (now.mxcsr & ~0x3fu) != p->mxcsr;
		differences += memcmp(now.sse, p->sse, sizeof now.sse) != 0;
	}
	differences += now.control != p->control;
	for (int i = 0; i < 8; i++) {
		__asm__ volatile("fstpl %0" : "=m"(now.x87[i]));
		differences += memcmp(&now.x87[i], &p->x87[i], sizeof now.x87[i]) != 0;
	}
	__asm__ volatile("fninit");
	return differences;
}

static int
process_keeps(void *arg)
{
	struct pattern p;
	int differences = 0;

	make_pattern(&p, *(int *)arg);
	for (int i = 0; i < ROUNDS; i++) {
		load(&p);
		RAW0(SYS_sched_yield);
		differences += compare(&p);
	}
	return differences != 0;
}

static void
between_processes(void)
{
	int pids[8], seeds[8], wrong = 0;

	for (int i = 0; i < 8; i++) {
		seeds[i] = i + 1;
		pids[i] = child_start(process_keeps, &seeds[i]);
	}
	for (int i = 0; i < 8; i++)
		wrong += child_wait(pids[i]) != 0;
	is(wrong, 0, "eight processes that yield to each other keep their FPU registers");
}

static int
inherit(void *arg)
{
	return compare(arg) != 0;
}

static void
over_fork(void)
{
	struct pattern p;

	make_pattern(&p, 9);
	load(&p);
	int32_t pid = RAW0(SYS_fork);
	if (pid == 0)
		RAW(SYS_exit, W(inherit(&p)));
	int differences = compare(&p);
	is(differences, 0, "fork leaves the parent's registers");
	child_is(child_wait(pid), 0, "and the child inherits them");
}

// Half of the threads block in the kernel, half change places in user mode.
static void
thread_keeps(struct ru_thread *self)
{
	static const struct timespec shortest = { 0, 1000000 };	// to the next tick
	struct pattern p;

	make_pattern(&p, self->id);
	for (int i = 0; i < ROUNDS; i++) {
		load(&p);
		if (self->id % 2 == 0)
			RAW(SYS_nanosleep, W(&shortest), 0);
		else
			ru_yield(self);
		self->result += compare(&p);
	}
}

static void
between_threads(int kses)
{
	long differences = 0;

	if (!ru_init(THREADS))
		bail_out("no memory");
	for (int i = 0; i < kses; i++)
		ru_kse(0);
	for (int i = 0; i < THREADS; i++)
		ru_thread(0, thread_keeps, 0);
	is(ru_run(), 0, "%d threads that use the FPU ran on %d KSEs", THREADS, kses);
	ru_balanced("none was lost");
	for (int i = 1; i <= THREADS; i++)
		differences += ru_threads()[i].result;
	is(differences, 0, "their registers survived upcalls and exchanges");
}

static void
look_at_fresh(struct ru_thread *self)
{
	uint16_t control, status;
	uint32_t mxcsr = 0x1f80;

	__asm__ volatile("fnstcw %0\n\tfnstsw %1" : "=m"(control), "=m"(status));
	if (have_sse)
		__asm__ volatile("stmxcsr %0" : "=m"(mxcsr));
	self->result = control == 0x037f && (status & 0x3800) == 0 && mxcsr == 0x1f80;
}

static int
clean_start(void *arg)
{
	uint16_t control, status;

	(void)arg;
	__asm__ volatile("fnstcw %0\n\tfnstsw %1" : "=m"(control), "=m"(status));
	diag("control word at exec: %#x", (unsigned int)control);
	return (control & 0x3f) != 0x3f || (status & 0x3800) != 0;
}

int
main(void)
{
	struct pattern p;
	uint32_t eax = 1, ebx, ecx = 0, edx;

	is(clean_start(NULL), 0, "a program begins with an empty, masked FPU");
	__asm__ volatile("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
	have_sse = (edx >> 25 & 1) != 0;
	diag("SSE: %s", have_sse ? "yes" : "no");
	make_pattern(&p, 5);
	load(&p);
	is(compare(&p), 0, "the pattern can be loaded and compared");
	load(&p);
	p.x87[3] += 1;
	ok(compare(&p) > 0, "a difference is seen");
	between_processes();
	over_fork();
	between_threads(1);
	between_threads(3);
	if (!ru_init(1))
		bail_out("no memory");
	ru_kse(0);
	struct ru_thread *t = ru_thread(0, look_at_fresh, 0);
	ru_run();
	is(t->result, 1, "a fresh thread begins with a clean FPU");
	return done_testing();
}
