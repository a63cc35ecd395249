// SPDX-License-Identifier: BSD-2-Clause
// Contexts and jumps of the C library: every register comes back, stacks are what was asked for.
// Written for Kestrel.
#include "tap.h"

#include <errno.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <ucontext.h>

#define STACK	16384

static ucontext_t main_context, ping_context, pong_context;
static char ping_stack[STACK], pong_stack[STACK];
static char trace[16];

static void
note(int letter)
{
	size_t n = strlen(trace);

	if (n + 1 < sizeof(trace))
		trace[n] = (char)letter;
}

static bool
on_stack(const void *p, const char *stack)
{
	uintptr_t address = (uintptr_t)p;

	return address >= (uintptr_t)stack && address < (uintptr_t)stack + STACK;
}

static void
ping(int first, int second)
{
	volatile double kept = 1.5;
	int local __attribute__((__aligned__(16))) = 0;

	ok(on_stack(&local, ping_stack), "a made context runs on its own stack");
	is((long)((uintptr_t)&local % 16), 0, "which is aligned");
	note(first);
	swapcontext(&ping_context, &pong_context);
	ok(kept == 1.5, "a floating-point value survives the switch");
	note(second);
}

static void
pong(int first, int second, int third)
{
	double x = 0.25;

	note(first);
	for (int i = 0; i < 10; i++)
		x *= 2;
	ok(x == 256.0, "the FPU works on the other side");
	swapcontext(&pong_context, &ping_context);
	note(second);
	note(third);
}

static void
make(ucontext_t *uc, char *stack, ucontext_t *link)
{
	getcontext(uc);
	uc->uc_stack.ss_sp = stack;
	uc->uc_stack.ss_size = STACK;
	uc->uc_link = link;
}

static void
test_swapping(void)
{
	make(&ping_context, ping_stack, &pong_context);
	makecontext(&ping_context, (void (*)(void))ping, 2, 'a', 'c');
	make(&pong_context, pong_stack, &main_context);
	makecontext(&pong_context, (void (*)(void))pong, 3, 'b', 'd', 'e');
	is(swapcontext(&main_context, &ping_context), 0, "swapcontext comes back with 0");
	ok(strcmp(trace, "abcde") == 0, "contexts ran in turn, each to its uc_link: %s", trace);
}

static void
test_setcontext(void)
{
	ucontext_t uc;
	volatile int passes = 0;

	is(getcontext(&uc), 0, "getcontext returns 0");
	if (++passes < 3)
		setcontext(&uc);
	is(passes, 3, "and again at each setcontext");
	uc.uc_mcontext.mc_len = 1;
	ok(setcontext(&uc) == -1 && errno == EINVAL, "an unknown layout: EINVAL");
	ok(setcontext(NULL) == -1 && errno == EINVAL, "no context: EINVAL");
}

static jmp_buf env;

static void
jump_from_depth(int depth)
{
	volatile char frame[128];

	frame[0] = (char)depth;
	if (depth > 0)
		jump_from_depth(depth - 1);
	if (frame[0] == 0)
		longjmp(env, 5);
}

static void
test_jumps(void)
{
	volatile int kept = 11;
	int value = setjmp(env);

	if (value == 0)
		jump_from_depth(20);
	is(value, 5, "setjmp returns the value of longjmp");
	is(kept, 11, "locals are still there");
	value = _setjmp(env);
	if (value == 0)
		_longjmp(env, 0);
	is(value, 1, "a jump with 0 returns 1");
}

int
main(void)
{
	test_swapping();
	test_setcontext();
	test_jumps();
	return done_testing();
}
