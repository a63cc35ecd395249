// SPDX-License-Identifier: BSD-2-Clause
// Mutexes: spinning with interrupts off, and blocking with lent priority.
// After FreeBSD 5.0 kern_mutex.c; the two kinds are two types here.
#include <kern/mutex.hpp>

#include <kern/kassert.hpp>
#include <kern/ktr.hpp>
#include <kern/sched.hpp>
#include <kern/sched_seed.hpp>
#include <kern/turnstile.hpp>
#include <machine/cpufunc.hpp>
#include <machine/pcpu.hpp>

constinit spin_mtx sched_lock{"sched lock", lock_rank::sched, mtx_kind::recursive};
constinit mtx Giant{"Giant", lock_rank::giant, mtx_kind::recursive};

// Spins before a spin mutex is given up for lost.
static constexpr uint32_t spin_limit = 60'000'000;
// Under kern.sched.seed: fewer pauses than this before a contested spin mutex is tried again.
static constexpr uint32_t contended_pauses = 64;

static_assert(alignof(thread) > MTX_FLAGMASK, "flags share the owner word with the address");

static uintptr_t self_word()
{
	return reinterpret_cast<uintptr_t>(curthread);
}

// owner_of: the thread in an owner word, or null for one that says "free" or "free, with waiters".
static thread *owner_of(uintptr_t word)
{
	uintptr_t const address = word & ~uintptr_t{MTX_FLAGMASK};
	return address == MTX_UNOWNED ? nullptr : reinterpret_cast<thread *>(address);
}

// giving_way: this CPU is inside panic(): a lock that cannot be had is passed by, and nothing is
// checked.
static bool giving_way()
{
	return get_pcpu()->pc_kernel_panicking != 0;
}

// --- spin_mtx -----------------------------------------------------------------------------------

thread *spin_mtx::owner() const
{
	return owner_of(mtx_lock_.load(order::relaxed));
}

// The word of a spin mutex has no flags.
bool spin_mtx::owned() const
{
	return mtx_lock_.load(order::relaxed) == self_word();
}

void spin_mtx::assert_owned() const
{
	if constexpr (config::invariants) {
		if (!owned() && !giving_way())
			panic("spin mutex %s not owned by thread %p", name, curthread);
	}
}

void spin_mtx::assert_not_owned() const
{
	if constexpr (config::invariants) {
		if (owned() && !giving_way())
			panic("spin mutex %s owned by thread %p", name, curthread);
	}
}

void spin_mtx::assign_owner(thread *td)
{
	KASSERT(owner() != nullptr, "hand-over of spin mutex %s, which is free", name);
	// No ordering: the lock is held all the time, by this CPU; only the name in it changes.
	mtx_lock_.store(reinterpret_cast<uintptr_t>(td), order::relaxed);
}

void spin_mtx::lock()
{
	critical_enter();
	if constexpr (config::invariants) {
		if (!owned())
			witness_check(*this);
	}
	// Pairs with the release store in release().
	if (!mtx_lock_.cas(MTX_UNOWNED, self_word(), order::acquire) && !lock_hard()) [[unlikely]]
		return;
	if constexpr (config::invariants)
		witness_acquired(*this);
}

// lock_hard: the mutex was not free. False when nothing was acquired: the caller has it already, or
// the machine panics.
bool spin_mtx::lock_hard()
{
	if (owned()) {
		if (kind != mtx_kind::recursive && !giving_way())
			panic("recursion on plain spin mutex %s", name);
		recurse_++;
		return false;
	}
	if (sched_dice())
		for (uint32_t pauses = sched_throw(contended_pauses); pauses != 0; pauses--)
			cpu_spinwait();
	// Pairs with the release store in release().
	for (uint32_t tries = 0; !mtx_lock_.cas(MTX_UNOWNED, self_word(), order::acquire);
	    tries++) {
		if (giving_way())
			return false;
		if (tries == spin_limit)
			panic("spin mutex %s held too long by thread %p", name, owner());
		cpu_spinwait();
	}
	return true;
}

void spin_mtx::release()
{
	if (recurse_ != 0 || !owned()) [[unlikely]] {
		unlock_hard();
		return;
	}
	if constexpr (config::invariants)
		witness_released(*this);
	// Pairs with the acquire in lock().
	mtx_lock_.store(MTX_UNOWNED, order::release);
	critical_exit();
}

// unlock_hard: the owner holds it more than once, or the machine panics and the lock was passed by.
void spin_mtx::unlock_hard()
{
	if (owned())
		recurse_--;
	else if (!giving_way())
		panic("spin mutex %s not owned by thread %p", name, curthread);
	critical_exit();
}

void spin_mtx::unlock()
{
	release();
	if (sched_dice())
		sched_seed_released();
}

// The analysis cannot know which lock this is.
NO_THREAD_SAFETY_ANALYSIS
void spin_mtx::abandon(lock_object const &lo)
{
	spin_mtx &lock = const_cast<spin_mtx &>(static_cast<spin_mtx const &>(lo));

	for (uint32_t levels = lock.recurse_ + 1; levels != 0; levels--)
		lock.unlock();
}

// --- mtx ----------------------------------------------------------------------------------------

thread *mtx::owner() const
{
	return owner_of(mtx_lock_.load(order::relaxed));
}

bool mtx::owned() const
{
	return owner() == curthread;
}

void mtx::assert_owned() const
{
	if constexpr (config::invariants) {
		if (!owned() && !giving_way())
			panic("mutex %s not owned by thread %p", name, curthread);
	}
}

void mtx::assert_not_owned() const
{
	if constexpr (config::invariants) {
		if (owned() && !giving_way())
			panic("mutex %s owned by thread %p", name, curthread);
	}
}

void mtx::lock()
{
	if constexpr (config::invariants) {
		if (!owned())
			witness_check(*this);
	}
	// Pairs with the releases in release() and unlock_hard().
	if (!mtx_lock_.cas(MTX_UNOWNED, self_word(), order::acquire) && !lock_hard()) [[unlikely]]
		return;
	if constexpr (config::invariants)
		witness_acquired(*this);
}

// lock_hard: the mutex was not free. False when nothing was acquired: the caller has it already.
bool mtx::lock_hard()
{
	if (owned()) {
		recurse();
		return false;
	}
	while (!try_hard(self_word()))
		continue;
	return true;
}

// recurse: the owner enters once more.
void mtx::recurse()
{
	if (kind != mtx_kind::recursive)
		panic("recursion on plain mutex %s", name);
	recurse_++;
	// The owner's own mark: makes unlock() take the slow path.
	mtx_lock_.set(MTX_RECURSED, order::relaxed);
}

bool mtx::try_lock()
{
	if (owned()) {
		if (kind != mtx_kind::recursive)
			return false;
		recurse_++;
		mtx_lock_.set(MTX_RECURSED, order::relaxed);
		return true;
	}
	// A try cannot deadlock, so the order is not checked. Pairs as in lock().
	if (!mtx_lock_.cas(MTX_UNOWNED, self_word(), order::acquire))
		return false;
	if constexpr (config::invariants)
		witness_acquired(*this);
	return true;
}

// try_hard: one attempt at a mutex that was not free: true when it is ours now. False after having
// blocked, or when the word changed meanwhile.
bool mtx::try_hard(uintptr_t self)
{
	mtx_guard g{sched_lock};
	uintptr_t const word = mtx_lock_.load(order::relaxed);

	// Pairs with the releases in release() and unlock_hard().
	if (word == MTX_UNOWNED)
		return mtx_lock_.cas(MTX_UNOWNED, self, order::acquire);
	if (word == MTX_CONTESTED) {
		// Free with waiters: such a word is written only under sched_lock, which orders it.
		mtx_lock_.store(self | MTX_CONTESTED, order::relaxed);
		turnstile_adopt(*this);
		return true;
	}
	// From here on the owner cannot let go without sched_lock.
	if ((word & MTX_CONTESTED) == 0 &&
	    !mtx_lock_.cas(word, word | MTX_CONTESTED, order::relaxed))
		return false;
	turnstile_block(*this);
	return false;
}

void mtx::release()
{
	uintptr_t const self = self_word();

	assert_owned();
	if constexpr (config::invariants) {
		if (recurse_ == 0)
			witness_released(*this);
	}
	// Pairs with the acquires in lock() and try_lock().
	if (!mtx_lock_.cas(self, MTX_UNOWNED, order::release))
		unlock_hard();
}

void mtx::unlock()
{
	release();
	if (sched_dice())
		sched_seed_released();
}

// unlock_hard: the owner holds it more than once, or threads wait for it. The best of them gets to
// try again; until it runs, the mutex is free for anyone. It may have to wait for a KSE that is on
// loan: then whoever gives that back makes it run.
void mtx::unlock_hard()
{
	if (recurse_ != 0) {
		if (--recurse_ == 0)
			mtx_lock_.clear(MTX_RECURSED, order::relaxed);
		return;
	}
	mtx_guard g{sched_lock};
	thread *td = curthread;
	thread *waiter = turnstile_release(*this);
	// Pairs with the acquire in try_hard(), or with that of sched_lock.
	mtx_lock_.store(mtx_blocked.empty() ? MTX_UNOWNED : MTX_CONTESTED, order::release);
	TD_CLR_LOCK(waiter);
	KTR(KTR_LOCK, "unblock", "{lock:s} is free for thread {td}, {state:t}", name,
	    waiter->td_tid, TD_STATE_WORD(waiter));
	if (!TD_CAN_RUN(waiter))
		return;
	setrunqueue(waiter);
	// Depth 1 is ours; more means that the caller holds a spin mutex and cannot be switched.
	if (td->td_critnest == 1 && waiter->td_priority < td->td_priority)
		mi_switch();
}

// The analysis cannot know which lock this is.
NO_THREAD_SAFETY_ANALYSIS
void mtx::abandon(lock_object const &lo)
{
	mtx &lock = const_cast<mtx &>(static_cast<mtx const &>(lo));

	for (uint32_t levels = lock.recurse_ + 1; levels != 0; levels--)
		lock.unlock();
}

// --- Giant --------------------------------------------------------------------------------------

// How many levels are held is known at run time only.
NO_THREAD_SAFETY_ANALYSIS
giant_drop::giant_drop() : levels_{Giant.owned() ? Giant.recursion() + 1 : 0}
{
	for (uint32_t i = 0; i < levels_; i++)
		Giant.unlock();
}

// As above.
NO_THREAD_SAFETY_ANALYSIS
giant_drop::~giant_drop()
{
	for (uint32_t i = 0; i < levels_; i++)
		Giant.lock();
}

// As above.
NO_THREAD_SAFETY_ANALYSIS
void giant_release_all()
{
	while (Giant.owned())
		Giant.unlock();
}
