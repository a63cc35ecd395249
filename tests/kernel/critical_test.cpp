// SPDX-License-Identifier: BSD-2-Clause
// Self tests of critical sections and of what spin mutexes do to interrupts.
// Written for Kestrel.
#include <kern/mutex.hpp>
#include <kern/proc.hpp>
#include <kern/selftest.hpp>
#include <machine/cpufunc.hpp>
#include <machine/pcpu.hpp>

SELFTEST(critical_section_has_interrupts_off_until_the_outermost_exit)
{
	EXPECT(intr_enabled());
	critical_enter();
	EXPECT(!intr_enabled());
	critical_enter();
	EXPECT_EQ(2, curthread->td_critnest);
	critical_exit();
	EXPECT(!intr_enabled());
	critical_exit();
	EXPECT(intr_enabled());
	EXPECT_EQ(0, curthread->td_critnest);
}

SELFTEST(critical_exit_leaves_interrupts_off_that_were_off_before)
{
	uint32_t const flags = intr_disable();
	critical_enter();
	critical_exit();
	EXPECT(!intr_enabled());
	intr_restore(flags);
	EXPECT(intr_enabled());
}

static void exit_unentered(void *)
{
	critical_exit();
}

SELFTEST(critical_exit_without_enter_panics)
{
	EXPECT(selftest_panics(exit_unentered, nullptr, "without critical_enter"));
}

static constinit spin_mtx outer{"critical outer", lock_rank::intr};
static constinit spin_mtx inner{"critical inner", lock_rank::test_spin};

SELFTEST(spin_mutexes_keep_interrupts_off_until_the_last_is_released)
{
	outer.lock();
	EXPECT(!intr_enabled());
	inner.lock();
	outer.unlock();
	EXPECT(!intr_enabled());
	inner.unlock();
	EXPECT(intr_enabled());
}
