// SPDX-License-Identifier: BSD-2-Clause
// Intrusive doubly linked tail queue; a member pointer names the link that a list uses.
// After the TAILQ of queue(3): same layout {next, &previous->next}, same complexity; checks added.
#pragma once

#include <cstddef>

// What a list calls on misuse. The kernel panics, the host tests record.
[[noreturn]] void tailq_misuse(char const *what, void const *element);

// tailq_link: embedded in an element once for each list it may be on. Zero-initialised means "on
// no list"; removal makes it so again.
template <class One>
struct tailq_link {
	One  *tqe_next{};
	One **tqe_prev{};

	// True while some list holds the element through this link.
	bool linked() const { return tqe_prev != nullptr; }
};

//   head: first ──► A.next ──► B.next ──► null        last ──► &B.next
//                   A.prev = &first   B.prev = &A.next
//
// Inserting what is linked and removing what is not are bugs of the caller and reported as such.
// An element stays where it is in memory; so does the list. No locks: the owner's lock guards all.
// Hook names the link: a type with `static tailq_link<One> &of(One &)`. It may still be incomplete
// where the list is declared, which lets a lock hold a queue of threads that hold locks.
template <class One, class Hook>
class tailq_by final {
public:
	class iterator final {
	public:
		constexpr explicit iterator(One *at) : at_{at} {}
		One &operator*() const { return *at_; }
		One *operator->() const { return at_; }
		iterator &operator++()
		{
			at_ = Hook::of(*at_).tqe_next;
			return *this;
		}
		bool operator==(iterator const &) const = default;

	private:
		One *at_;
	};

	constexpr tailq_by() = default;
	tailq_by(tailq_by const &) = delete;
	tailq_by &operator=(tailq_by const &) = delete;

	// init: forget all elements without touching them; for storage reused without construction.
	void init()
	{
		first_ = nullptr;
		last_ = &first_;
	}

	bool empty() const { return first_ == nullptr; }
	One *first() const { return first_; }
	One *last() const
	{
		return empty() ? nullptr : owner_of(last_);
	}
	static One *next(One &element) { return Hook::of(element).tqe_next; }

	// prev: the element before, or null for the first.
	One *prev(One &element) const
	{
		return &element == first_ ? nullptr : owner_of(Hook::of(element).tqe_prev);
	}

	iterator begin() const { return iterator{first_}; }
	iterator end() const { return iterator{nullptr}; }

	void insert_head(One &element)
	{
		check_unlinked(element);
		auto &link = Hook::of(element);
		link.tqe_next = first_;
		if (first_ != nullptr)
			Hook::of(*first_).tqe_prev = &link.tqe_next;
		else
			last_ = &link.tqe_next;
		first_ = &element;
		link.tqe_prev = &first_;
	}

	void insert_tail(One &element)
	{
		check_unlinked(element);
		auto &link = Hook::of(element);
		link.tqe_next = nullptr;
		link.tqe_prev = tail_slot();
		*tail_slot() = &element;
		last_ = &link.tqe_next;
	}

	void insert_before(One &position, One &element)
	{
		check_unlinked(element);
		auto &link = Hook::of(element);
		auto &at = Hook::of(position);
		link.tqe_prev = at.tqe_prev;
		link.tqe_next = &position;
		*at.tqe_prev = &element;
		at.tqe_prev = &link.tqe_next;
	}

	void insert_after(One &position, One &element)
	{
		check_unlinked(element);
		auto &link = Hook::of(element);
		auto &at = Hook::of(position);
		link.tqe_next = at.tqe_next;
		if (link.tqe_next != nullptr)
			Hook::of(*link.tqe_next).tqe_prev = &link.tqe_next;
		else
			last_ = &link.tqe_next;
		at.tqe_next = &element;
		link.tqe_prev = &at.tqe_next;
	}

	void remove(One &element)
	{
		auto &link = Hook::of(element);
		if (!link.linked() || *link.tqe_prev != &element)
			tailq_misuse("removal of an element that is not on the list", &element);
		if (link.tqe_next != nullptr)
			Hook::of(*link.tqe_next).tqe_prev = link.tqe_prev;
		else if (last_ == &link.tqe_next)
			last_ = link.tqe_prev;
		else
			tailq_misuse("removal of another list's element", &element);
		*link.tqe_prev = link.tqe_next;
		link.tqe_next = nullptr;
		link.tqe_prev = nullptr;
	}

	// remove_head: the first element, taken off, or null.
	One *remove_head()
	{
		One *element = first_;
		if (element != nullptr)
			remove(*element);
		return element;
	}

	// contains, count: walk the list; for checks and tests.
	bool contains(One const &element) const
	{
		for (One const &e : *this)
			if (&e == &element)
				return true;
		return false;
	}

	int count() const
	{
		int n = 0;
		for (One const &e : *this) {
			(void)e;
			n++;
		}
		return n;
	}

private:
	static void check_unlinked(One &element)
	{
		if (Hook::of(element).linked())
			tailq_misuse("insertion of an element that is on a list", &element);
	}

	// A null tail means a list that was zeroed rather than constructed: empty.
	One **tail_slot() { return last_ != nullptr ? last_ : &first_; }

	// owner_of: the element whose tqe_next is `slot`. tqe_next is the link's first member, and
	// the link's tqe_prev points at the pointer that points at the element.
	static One *owner_of(One **slot)
	{
		return *reinterpret_cast<tailq_link<One> *>(slot)->tqe_prev;
	}

	One  *first_{};
	One **last_{};
};

// The hook of an ordinary list: the link is a data member of the complete type One.
template <class One, auto Link>
struct tailq_member {
	static tailq_link<One> &of(One &element) { return element.*Link; }
};

// tailq: `tailq<thread, &thread::td_kglist> kg_threads;`
template <class One, auto Link>
using tailq = tailq_by<One, tailq_member<One, Link>>;
