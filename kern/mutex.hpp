// SPDX-License-Identifier: BSD-2-Clause
// Mutexes: those that spin with interrupts off, and those that block and lend their priority.
// After FreeBSD 5.0 mutex(9); two types instead of flags MTX_SPIN and MTX_DEF.
#pragma once

#include <kern/config.hpp>
#include <kern/lock_order.hpp>
#include <support/annotations.hpp>
#include <support/atomic.hpp>
#include <support/guard.hpp>
#include <support/tailq.hpp>

#include <cstddef>
#include <cstdint>

struct thread;

// Hook type of td_lockq, defined beside struct thread: a mutex queues threads, a thread lists
// mutexes.
struct td_lockq_hook;

// The owner word: a thread's address with flag bits, or MTX_UNOWNED.
enum : uintptr_t {
	MTX_RECURSED = 1,       // the owner holds it more than once
	MTX_CONTESTED = 2,      // threads are queued on it: release takes the slow path
	MTX_UNOWNED = 4,        // nobody holds it; no thread has this address
	MTX_FLAGMASK = 3,
};

// What kinds of nesting a mutex allows to its owner.
enum class mtx_kind : uint8_t { plain, recursive };

// What every lock shows to the lock-order checker and to panic().
struct lock_object {
	char const *name;       // at most 31 letters are printed
	lock_rank   rank;
	mtx_kind    kind;
};

// The locks that one thread holds, oldest first; curthread alone touches it. Kernels without
// INVARIANTS record none, and threads are cleared often.
struct held_locks final {
	static constexpr size_t most = config::invariants ? 16 : 1;
	lock_object const *held[most];
	uint32_t           count;
};

// critical_enter, critical_exit: no switch and no interrupt on this CPU in between; they nest. The
// depth and the interrupt flag found at the first level belong to curthread (td_critnest,
// td_md_savecrit), so that a switch carries them along.
void critical_enter();
void critical_exit();

// spin_mtx: mutual exclusion between CPUs and against interrupt handlers. Held for a few hundred
// instructions, with interrupts off; the owner may not sleep, fault or take a sleep mutex.
// Spinning for ever (about 60 million tries) is reported as a panic that names lock and owner.
class CAPABILITY("mutex") spin_mtx final : private lock_object {
public:
	constexpr spin_mtx(char const *called, lock_rank ranks, mtx_kind nests = mtx_kind::plain)
	    : lock_object{called, ranks, nests}
	{
	}
	spin_mtx(spin_mtx const &) = delete;
	spin_mtx &operator=(spin_mtx const &) = delete;

	// lock, unlock: enter and leave; owners of a recursive mutex may enter again. lock() pairs
	// its acquire with the release in unlock().
	void lock() ACQUIRE();
	void unlock() RELEASES();
	// release: unlock() that never switches, not even under kern.sched.seed.
	void release() RELEASES();

	// owned: whether curthread holds it. recursion: how many times more than once.
	bool owned() const;
	uint32_t recursion() const { return recurse_; }

	// assert_owned, assert_not_owned: panic in INVARIANTS kernels when it is otherwise.
	void assert_owned() const ASSERT_HELD();
	void assert_not_owned() const;

	// HANDOVER: assign_owner makes `td`, who runs now, the owner of a lock that was acquired by
	// the thread switched away from; first statement after every switch, only there.
	void assign_owner(thread *td);
	// owner: for reports only; may be stale.
	thread *owner() const;
	lock_object const &object() const { return *this; }

	// abandon: give up, with all its levels, the spin mutex of which `lo` is the object and
	// which curthread owns; for witness_abandon() alone.
	static void abandon(lock_object const &lo);

private:
	// The rare halves: apart, so that the common ones are compiled into their callers.
	[[gnu::noinline]] bool lock_hard();
	[[gnu::noinline]] void unlock_hard();

	atomic<uintptr_t> mtx_lock_{MTX_UNOWNED};
	uint32_t recurse_{};
};

// mtx: a mutex whose waiters block in TDI_LOCK, sorted by priority, lending theirs to the owner
// along the whole chain. Thread context only; never with a spin lock held. Sleeping with one held
// (other than the one given to msleep, and Giant) is a bug.
class CAPABILITY("mutex") mtx final : private lock_object {
public:
	constexpr mtx(char const *called, lock_rank ranks, mtx_kind nests = mtx_kind::plain)
	    : lock_object{called, ranks, nests}
	{
	}
	mtx(mtx const &) = delete;
	mtx &operator=(mtx const &) = delete;

	// lock: blocks until curthread owns it. try_lock: false instead of blocking.
	void lock() ACQUIRE();
	bool try_lock() TRY_ACQUIRE(true);
	// unlock: makes the best waiter of a contested mutex try again. Legal under a spin lock: it
	// then never switches.
	void unlock() RELEASES();

	bool owned() const;
	uint32_t recursion() const { return recurse_; }
	void assert_owned() const ASSERT_HELD();
	void assert_not_owned() const;
	thread *owner() const;
	lock_object const &object() const { return *this; }

	// abandon: as spin_mtx::abandon.
	static void abandon(lock_object const &lo);

	tailq_link<mtx> mtx_contested{};                // (j) in the owner's td_contested
	tailq_by<thread, td_lockq_hook> mtx_blocked{};  // (j) waiters by ascending td_priority

private:
	void recurse();
	void release();
	bool try_hard(uintptr_t self);
	// As of spin_mtx.
	[[gnu::noinline]] bool lock_hard();
	[[gnu::noinline]] void unlock_hard();

	atomic<uintptr_t> mtx_lock_{MTX_UNOWNED};
	uint32_t recurse_{};
};

// The one lock over all scheduling state; recursive, held across cpu_switch().
extern spin_mtx sched_lock;

// sched_flags: a word of flags that is changed under sched_lock only, since a change is a read and
// a write, and that anybody may read: the bits that matter to a thread are its own doing (D-24).
class sched_flags final {
public:
	constexpr sched_flags() = default;
	operator int() const { return word_; }
	void operator=(int word) REQUIRES(sched_lock) { word_ = word; }
	void operator|=(int bits) REQUIRES(sched_lock) { word_ |= bits; }
	void operator&=(int bits) REQUIRES(sched_lock) { word_ &= bits; }
	// preset: of an object that nobody else can see yet.
	void preset(int word) { word_ = word; }

private:
	int word_{};
};

// Outermost lock, recursive: guards what has no lock of its own. Dropped around every sleep.
extern mtx Giant;

// giant_drop: gives up all levels of Giant that curthread holds, takes them back at the end of the
// block (history's DROP_GIANT and PICKUP_GIANT). Enter and leave without other locks of rank
// above Giant held, except across a block that releases them before the end.
class giant_drop final {
public:
	giant_drop();
	~giant_drop();
	giant_drop(giant_drop const &) = delete;
	giant_drop &operator=(giant_drop const &) = delete;

private:
	uint32_t levels_;
};

// giant_release_all: for a thread that ends; nothing takes Giant back.
void giant_release_all();

// witness_acquired, witness_released: the lock-order checker's hooks, INVARIANTS kernels only.
// witness_check: called before a lock is waited for; panics on a reversal, on a sleep mutex under a
// spin mutex, on recursion of a plain mutex. witness_sleep_check: panics when curthread holds
// anything but `except` (may be null) and Giant.
void witness_check(lock_object const &lo);
void witness_acquired(lock_object const &lo);
void witness_released(lock_object const &lo);
void witness_sleep_check(lock_object const *except, char const *wmesg);
// witness_print_held: one line for each lock that `td` holds; for panic.
void witness_print_held(thread const *td);

// witness_abandon: for a self test's thread that panicked on purpose: gives up every lock that
// curthread holds, at whatever depth, and leaves its critical sections; interrupts are on
// afterwards. INVARIANTS kernels only.
void witness_abandon();
