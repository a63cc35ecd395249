// SPDX-License-Identifier: BSD-2-Clause
// Tests that fail on purpose, each in its own way, so that the harness can be shown to notice.
// Written for Kestrel; they run only when a pattern begins with planted_.
#include <kern/kassert.hpp>
#include <kern/malloc.hpp>
#include <kern/mutex.hpp>
#include <kern/sched.hpp>
#include <kern/selftest.hpp>
#include <kern/sleepq.hpp>
#include <kern/sysctl.hpp>
#include <machine/pcpu.hpp>

SELFTEST(planted_failing_test)
{
	EXPECT_EQ(1, 2);
	EXPECT(false);
}

SELFTEST(planted_leaking_test)
{
	void *const block = kmalloc(100, M_WAITOK);
	EXPECT(block != nullptr);
}

// For tests/user/planted_leak.c: each request keeps some memory.
static Errno leak(sysctl_oid const &, sysctl_req &req)
{
	int const kept = kmalloc(100, M_WAITOK) != nullptr ? 1 : 0;
	return sysctl_out(req, &kept, sizeof kept);
}
SYSCTL_PROC(planted_leak, "debug.planted.leak", "Leaks memory, for a test of the harness",
    sysctl_type::integer, sysctl_access::ro, leak);

SELFTEST(planted_panicking_test)
{
	panic("planted");
}

SELFTEST(planted_kassert)
{
	constexpr int sheep = 3;
	KASSERT(sheep == 4, "%d sheep", sheep);
}

SELFTEST(planted_hanging_test)
{
	static constinit mtx hang_mtx{"hang", lock_rank::test_sleep};
	static constinit char channel{};

	mtx_guard g{hang_mtx};
	for (;;)
		(void)msleep(&channel, &hang_mtx, PWAIT, "hang", 0);
}

// One thread waits for a mutex that another holds for ever.
static constinit mtx planted_mtx{"planted", lock_rank::test_sleep};

static void wait_for_planted(void *)
{
	while (planted_mtx.owner() == nullptr)
		(void)tsleep(&planted_mtx, PWAIT, "tstwait", 1);
	mtx_guard g{planted_mtx};
}

SELFTEST(planted_blocked_test)
{
	static constinit int volatile zero{};

	kthread_run("waiter", wait_for_planted, nullptr);
	mtx_guard g{planted_mtx};
	while (zero == 0)
		sched_relinquish(curthread);
}

// Loops with interrupts off: only another CPU, or somebody outside, can tell.
SELFTEST(planted_deaf_test)
{
	static constinit int volatile zero{};

	critical_enter();
	while (zero == 0)
		continue;
	critical_exit();
}

SELFTEST(planted_null_call)
{
	using function = void();
	static constinit function *volatile nowhere{};

	nowhere();
}

SELFTEST(planted_null_write)
{
	static constinit int *volatile nowhere{};

	*nowhere = 1;
}

// Each level keeps its buffer in use, so that no call becomes a jump.
static int fill_stack(int depth)
{
	char volatile buffer[128];

	for (size_t i = 0; i < sizeof(buffer); i++)
		buffer[i] = static_cast<char>(depth);
	return depth == 0 ? 0 : fill_stack(depth - 1) + buffer[depth % 128];
}

SELFTEST(planted_kernel_stack_overflow)
{
	EXPECT_EQ(0, fill_stack(1 << 20));
}
