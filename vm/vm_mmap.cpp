// SPDX-License-Identifier: BSD-2-Clause
// The memory system calls: mmap, munmap, mprotect, break.
// After FreeBSD 5.0 vm/vm_mmap.c and vm_unix.c; anonymous private memory only.

#include <kern/proc.hpp>
#include <kern/syscall.hpp>
#include <sys/mman.h>
#include <vm/vm_map.hpp>

namespace {

constexpr int prot_bits = PROT_READ | PROT_WRITE | PROT_EXEC;
constexpr int flag_bits = MAP_PRIVATE | MAP_FIXED | MAP_STACK | MAP_ANON;

static_assert(VM_PROT_READ == PROT_READ && VM_PROT_WRITE == PROT_WRITE
    && VM_PROT_EXECUTE == PROT_EXEC);

// user_range: the pages that [addr, addr + len) touches. EINVAL when empty, wrapping or not all in
// user space. What the rest of the kernel sees is aligned and cannot wrap any more.
struct user_range final {
	vaddr  start;
	size_t size;

	static result<user_range> make(uint32_t addr, uint32_t len)
	{
		uint64_t const end = uint64_t{addr} + len;
		if (len == 0 || addr < to_word(vm_layout::user_min)
		    || end > to_word(vm_layout::user_max))
			return fail(EINVAL);
		vaddr const start = trunc_page(vaddr{addr});
		return user_range{start, round_page(static_cast<size_t>(end) - to_word(start))};
	}
};

result<vm_prot> checked_prot(int32_t prot)
{
	if ((prot & ~prot_bits) != 0)
		return fail(EINVAL);
	return static_cast<vm_prot>(prot);
}

// check_mmap: the arguments agree with each other.
Errno check_mmap(mmap_args const &uap)
{
	if (uap.len == 0 || (uap.flags & ~flag_bits) != 0)
		return EINVAL;
	if ((uap.flags & (MAP_ANON | MAP_STACK)) == 0)
		return uap.fd < 0 ? EBADF : ENODEV;
	if (uap.fd != -1)
		return EINVAL;
	bool const stack = (uap.flags & MAP_STACK) != 0;
	if (stack && (uap.prot & (PROT_READ | PROT_WRITE)) != (PROT_READ | PROT_WRITE))
		return EINVAL;
	if (uap.len > vm_layout::user_max - vm_layout::user_min)
		return ENOMEM;
	return OK;
}

}

// sys_mmap: anonymous memory, zero-filled at first touch.
//   addr     with MAP_FIXED where (page-aligned, replaces what is there), else a wish; 0: anywhere
//   len      bytes, rounded up to pages
//   flags    MAP_ANON or MAP_STACK (its lowest page is a guard), MAP_PRIVATE, MAP_FIXED; fd is -1
//   result   start of the mapping in td_retval[0]
//   errors   EINVAL bad or contradictory arguments, MAP_SHARED; EBADF, ENODEV files cannot be
//            mapped; ENOMEM no room, too many mappings, or no kernel memory
//   locks    takes vm_map_lock; thread context
//   source   FreeBSD 5.0 mmap(); ours: a length of 0 and unknown bits are errors
Errno sys_mmap(thread *td, mmap_args const &uap)
{
	TRY(check_mmap(uap));
	vm_prot const prot = TRY(checked_prot(uap.prot));
	vmspace &vm = *td->td_proc->p_vmspace;
	vm_entry_kind const kind = (uap.flags & MAP_STACK) != 0 ? vm_entry_kind::stack
	    : vm_entry_kind::memory;
	vaddr const addr{uap.addr};
	if ((uap.flags & MAP_FIXED) == 0) {
		vaddr const at = TRY(vm_map_find(vm, addr, round_page(uap.len), prot, kind));
		td->td_retval[0] = to_word(at);
		return OK;
	}
	user_range const range = TRY(user_range::make(uap.addr, uap.len));
	if (!is_page_aligned(addr))
		return EINVAL;
	TRY(vm_map_replace(vm, range.start, range.size, prot, kind));
	td->td_retval[0] = uap.addr;
	return OK;
}

// sys_munmap: unmaps every page that [addr, addr + len) touches; holes are fine.
//   errors   EINVAL empty, wrapping or outside user space; ENOMEM no memory to split a mapping
//   locks    takes vm_map_lock; thread context
//   source   FreeBSD 5.0 munmap(); ours: a length of 0 is an error
Errno sys_munmap(thread *td, munmap_args const &uap)
{
	user_range const range = TRY(user_range::make(uap.addr, uap.len));
	return vm_map_remove(*td->td_proc->p_vmspace, range.start, range.size);
}

// sys_mprotect: new rights for every page that [addr, addr + len) touches.
//   errors   EINVAL as munmap, or unknown rights; ENOMEM part of it is not mapped, or no memory to
//            split a mapping; EACCES a stack's guard page
//   locks    takes vm_map_lock; thread context
//   source   FreeBSD 5.0 mprotect(); ours: holes are an error
Errno sys_mprotect(thread *td, mprotect_args const &uap)
{
	vm_prot const prot = TRY(checked_prot(uap.prot));
	user_range const range = TRY(user_range::make(uap.addr, uap.len));
	return vm_map_protect(*td->td_proc->p_vmspace, range.start, range.size, prot);
}

// sys_break: moves the end of the heap to the address nsize.
//   errors   EINVAL below the heap's start; ENOMEM beyond vm_data_most or into another mapping
//   locks    takes vm_map_lock; thread context
//   source   FreeBSD 5.0 obreak()
Errno sys_break(thread *td, break_args const &uap)
{
	return vm_map_break(*td->td_proc->p_vmspace, vaddr{uap.nsize});
}
