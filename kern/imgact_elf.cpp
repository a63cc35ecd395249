// SPDX-License-Identifier: BSD-2-Clause
// Loading ELF programs into fresh address spaces.
// After FreeBSD 5.0 imgact_elf.c; the file is in memory, so its pages are copied.
#include <kern/imgact.hpp>

#include <kern/elf_parse.hpp>
#include <kern/md.hpp>
#include <kern/vnode.hpp>
#include <support/bits.hpp>
#include <vm/vm_map.hpp>

static constexpr uint32_t stack_top = to_word(vm_layout::sigcode);

static vm_prot segment_prot(elf_segment const &s)
{
	unsigned prot = VM_PROT_READ;
	if (s.writable)
		prot |= VM_PROT_WRITE;
	if (s.executable)
		prot |= VM_PROT_EXECUTE;
	return static_cast<vm_prot>(prot);
}

static Errno load_segment(vmspace &vm, vnode const &vp, elf_segment const &s)
{
	uint32_t const start = round_down(s.vaddr, page_size);
	uint32_t const end = round_up(s.vaddr + s.memsz, page_size);
	TRY(vm_map_insert(vm, vaddr{start}, end - start, segment_prot(s)));
	return vmspace_write(vm, vaddr{s.vaddr}, vp.v_data + s.offset, s.filesz);
}

static result<uint32_t> load(vmspace &vm, vnode const &vp, elf_image const &image,
    exec_args const &args)
{
	for (size_t i = 0; i < image.count; i++)
		TRY(load_segment(vm, vp, image.segments[i]));
	vm_map_set_heap(vm, vaddr{image.end});
	TRY(vm_map_insert(vm, vm_layout::sigcode, page_size,
	    static_cast<vm_prot>(VM_PROT_READ | VM_PROT_EXECUTE)));
	TRY(vmspace_write(vm, vm_layout::sigcode, sigcode,
	    static_cast<size_t>(esigcode - sigcode)));
	TRY(vm_map_stack(vm, vaddr{stack_top}, vm_stack_most));
	return args.copy_to(vm, stack_top);
}

result<image_ready> imgact_elf(vnode const &vp, exec_args const &args)
{
	elf_image image;
	if (elf_parse(vp.v_data, vp.v_size, to_word(vm_layout::user_min),
	    stack_top - vm_stack_most, image) != elf_verdict::fine)
		return fail(ENOEXEC);
	vmspace *vm = TRY(vmspace_alloc());
	auto const stack = load(*vm, vp, image, args);
	if (!stack) {
		vmspace_free(vm);
		return fail(stack.error());
	}
	return image_ready{vm, image.entry, *stack};
}
