// SPDX-License-Identifier: BSD-2-Clause
// Kernel trace: structured events in a ring for each CPU, written without locks.
// After FreeBSD ktr(9): classes and mask; an event is static data and words instead of a format.
#pragma once

#include <kern/mutex.hpp>
#include <machine/ktr_machdep.hpp>
#include <support/atomic.hpp>

#include <cstdint>
#include <type_traits>

struct proc;

// Classes, era values where it had them; `debug.ktr.mask` (command line ktr.mask=) selects.
enum : uint32_t {
	KTR_GEN = 0x00000001,
	KTR_LOCK = 0x00000008,          // mutexes that threads wait for
	KTR_INTR = 0x00000040,
	KTR_SIG = 0x00000080,
	KTR_SYSC = 0x00000800,
	KTR_PROC = 0x00001000,          // beginnings and ends, suspension, and whole structures
	KTR_TRAP = 0x00010000,
	KTR_KSE = 0x00100000,           // who has a KSE and who lends it; ours
	KTR_UPCALL = 0x00200000,        // user threads and upcalls; ours
	KTR_SLEEP = 0x00400000,         // sleep and wakeup; ours
	KTR_SCHED = 0x20000000,         // switches, queues, priorities
};

// ktr_mask: classes recorded now; 0 is off. Changed by ktr_set_mask() alone: the code at each event
// goes with it.
extern uint32_t ktr_mask;

// ktr_set_mask: from now on the classes of `mask` are recorded. EBUSY, and nothing has changed: the
// code at an event is not the trace's. Any context; all other CPUs stand still meanwhile.
Errno ktr_set_mask(uint32_t mask);

inline constexpr uint32_t ktr_words = 6;        // most fields of an event, in words

// ktr_type: what all events of one place in the source share. kt_text is a sentence with the
// event's fields, in the order of its words: {name} unsigned, {name:d} signed, {name:x}
// hexadecimal, {name:s} address of a static string, {name:t} thread state as TD_STATE_WORD gives
// it, {name:c} characters, in all words that are left.
struct ktr_type final {
	uint32_t    kt_class;
	uint32_t    kt_line;
	char const *kt_name;
	char const *kt_text;
	char const *kt_file;
	char const *kt_function;
};

// ktr_entry: one event. kt_type is null while the entry is being written, and the last word to be
// stored: it vouches for the others. The host reads these as they are: docs/trace-format.md.
struct ktr_entry final {
	ktr_type const *ke_type;
	uint32_t        ke_tid;         // td_tid of curthread
	uint64_t        ke_ticks;       // cpu_ticks()
	uintptr_t       ke_words[ktr_words];
};
static_assert(sizeof(ktr_entry) == 40);

// ktr_ring: event n of a CPU is in slot n % kh_entries; kr_next counts all events ever, and wraps.
// A writer takes its number with one atomic addition, so interrupts and a thread that moves to
// another CPU in between never share a slot. A cache line of its own.
struct alignas(64) ktr_ring final {
	atomic<ktr_entry *> kr_slots{nullptr};
	atomic<uint32_t>    kr_next{0};
};

inline constexpr uint32_t ktr_magic = 0x3152544b;       // "KTR1"

// ktr_header: where a host that has the machine's memory finds everything.
struct ktr_header final {
	uint32_t    kh_magic;           // ktr_magic
	uint32_t    kh_cpus;            // rings in use
	uint32_t    kh_entries;         // slots of each, a power of two
	uint32_t    kh_entry_size;
	uint32_t    kh_pdir;            // physical address of the kernel's page directory
	void const *kh_rate;            // the word that points to the tick_rate in force
	ktr_ring    kh_rings[config::max_cpus];
};
extern ktr_header ktr_head;

// ktr_reserve: this CPU's next slot, with thread and time filled in; the caller stores the words,
// then ke_type with release order. Any context, any locks. Never null.
extern "C" ktr_entry *ktr_reserve();

// ktr_word: what fits one word of an event.
template <class One>
uintptr_t ktr_word(One value)
{
	if constexpr (std::is_pointer_v<One>)
		return reinterpret_cast<uintptr_t>(value);
	else
		return static_cast<uintptr_t>(value);
}

// ktr_chars: word number `at` of the characters of a {name:c} field.
inline uintptr_t ktr_chars(char const *text, uint32_t at)
{
	uintptr_t word;
	__builtin_memcpy(&word, text + at * sizeof word, sizeof word);
	return word;
}

// ktr_writer: an event that is being written, `words` of them so far. A comma takes the next one:
// each is evaluated and stored before the one after it, which needs the fewest registers.
template <uint32_t words = 0>
struct ktr_writer final {
	ktr_entry *kw_entry;

	template <class One>
		requires(words < ktr_words)
	[[gnu::always_inline]] ktr_writer<words + 1> operator,(One value) const
	{
		kw_entry->ke_words[words] = ktr_word(value);
		return {kw_entry};
	}

	[[gnu::always_inline]] void done(ktr_type const &type) const
	{
		ktr_store_last(kw_entry->ke_type, &type, kw_entry->ke_words);
	}
};

// KTR(class, name, text, words...): record an event if its class is wanted. The words are not
// evaluated otherwise.
#define KTR(class_, name, text, ...) \
	do { \
		if (ktr_wanted<(class_)>()) [[unlikely]] { \
			static constexpr ktr_type ktr_type_here{class_, __LINE__, name, text, \
			    __FILE__, __func__}; \
			(ktr_writer<>{ktr_slot()} __VA_OPT__(, ) __VA_ARGS__) \
			    .done(ktr_type_here); \
		} \
	} while (false)

// ktr_print_last: the newest `count` events of all CPUs, newest first, on the console. For panic:
// takes no locks.
void ktr_print_last(uint32_t count);

// --- whole structures, as events of KTR_PROC (kern_ktrstate.cpp) --------------------------------

// ktr_state: all processes, threads, KSEs, groups and queues as they are at one moment. Thread
// context, no lock of rank proctree or above held.
void ktr_state();
// ktr_state_panic: the same when no other CPU runs and locks mean nothing.
void ktr_state_panic();
// ktr_state_proc: one process, which has just become visible; sched_lock is held.
void ktr_state_proc(proc *p) REQUIRES(sched_lock);

// --- text (ktr_text.cpp) -------------------------------------------------------------------------

// ktr_text: the sentence of an event into `size` bytes, cut there; its length.
size_t ktr_text(ktr_entry const &event, char *to, size_t size);

// ktr_cursors: a walk over all rings in the order of time.
struct ktr_cursors final {
	uint32_t at[config::max_cpus];
	uint32_t left[config::max_cpus];
};
// ktr_first, ktr_next: from the oldest or the newest event. ktr_next: the next one, its CPU and its
// number there; false when there is none. Events that come meanwhile may be seen or not.
enum class ktr_from { oldest, newest };
void ktr_first(ktr_cursors &c, ktr_from from);
bool ktr_next(ktr_cursors &c, ktr_from from, ktr_entry *event, uint32_t *cpu, uint32_t *number);
