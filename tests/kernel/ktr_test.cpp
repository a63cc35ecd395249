// SPDX-License-Identifier: BSD-2-Clause
// Self tests of the kernel trace: what is recorded, in which order, and what is cut.
// Written for Kestrel.
#include <kern/ktr.hpp>

#include <kern/selftest.hpp>
#include <kern/sysctl.hpp>
#include <vm/vm_kern.hpp>

#include <string.h>

namespace {

// The mask as it was, back at the end of a test.
class mask_guard final {
public:
	mask_guard() : was_{ktr_mask} {}
	~mask_guard() { ktr_mask = was_; }
	mask_guard(mask_guard const &) = delete;
	mask_guard &operator=(mask_guard const &) = delete;

private:
	uint32_t was_;
};

// The whole dump as a string; room for all events of one CPU at their longest.
class ktr_dump final {
public:
	ktr_dump()
	{
		auto const at = kmem_alloc(pages);
		text_ = to_pointer<char>(*at);
		size_t length = pages * page_size;
		EXPECT(sysctl_kernel(*sysctl_find("debug.ktr.dump"), text_, &length, nullptr, 0)
		    == OK);
	}
	~ktr_dump() { kmem_free(to_vaddr(text_), pages); }
	ktr_dump(ktr_dump const &) = delete;
	ktr_dump &operator=(ktr_dump const &) = delete;

	char const *find(char const *what) const { return strstr(text_, what); }

private:
	static constexpr size_t pages = 64;
	char *text_;
};

}

SELFTEST(ktr_records_only_the_classes_of_the_mask)
{
	mask_guard g;

	ktr_mask = KTR_GEN;
	CTR0(KTR_GEN, "ktr-test-wanted");
	CTR0(KTR_SIG, "ktr-test-unwanted");
	ktr_mask = 0;
	CTR0(KTR_GEN, "ktr-test-off");
	ktr_dump const dump;
	EXPECT(dump.find("ktr-test-wanted") != nullptr);
	EXPECT(dump.find("ktr-test-unwanted") == nullptr);
	EXPECT(dump.find("ktr-test-off") == nullptr);
}

SELFTEST(ktr_dump_shows_arguments_oldest_first)
{
	mask_guard g;

	ktr_mask = KTR_GEN;
	CTR2(KTR_GEN, "ktr-order %d %s", 1, "one");
	CTR6(KTR_GEN, "ktr-order %d %#x %d %d %d %d", 2, 0xabu, 3, 4, 5, 6);
	ktr_mask = 0;
	ktr_dump const dump;
	char const *const first = dump.find("ktr-order 1 one\n");
	char const *const second = dump.find("ktr-order 2 0xab 3 4 5 6\n");
	EXPECT(first != nullptr && second != nullptr && first < second);
}
