// SPDX-License-Identifier: BSD-2-Clause
// Program images: from a file and its arguments to an address space ready to run.
// After FreeBSD 5.0 sys/imgact.h.
#pragma once

#include <kern/errno.hpp>

#include <cstddef>
#include <cstdint>

struct thread;
struct vmspace;
struct vnode;

// exec_args: arguments and environment of a program, strings ended by 0 one behind the other, first
// those of argv. A string and its pointer together count against the limit, ARG_MAX.
class exec_args final {
public:
	exec_args();
	~exec_args();
	exec_args(exec_args const &) = delete;
	exec_args &operator=(exec_args const &) = delete;

	// add_argument, add_variable: one more string, from kernel memory; arguments before
	// variables. E2BIG.
	Errno add_argument(char const *text) { return add(text, argc_); }
	Errno add_variable(char const *text) { return add(text, envc_); }
	// fetch: all strings of two arrays of pointers in user memory; envv may be NULL. EFAULT,
	// E2BIG.
	Errno fetch(uint32_t argv, uint32_t envv);

	// copy_to: strings and pointers onto the top of a stack that ends at `top`; the program's
	// stack pointer, which points at argc. EFAULT, ENOMEM.
	result<uint32_t> copy_to(vmspace &vm, uint32_t top) const;

private:
	Errno add(char const *text, uint32_t &count);
	Errno fetch_array(uint32_t array, uint32_t &count);
	bool charge(size_t length);

	char    *text_;         // ARG_MAX bytes
	size_t   used_{};       // bytes of strings
	size_t   charged_{};    // bytes of strings and pointers
	uint32_t argc_{};
	uint32_t envc_{};
};

// image_ready: a program in memory that nobody runs yet.
struct image_ready final {
	vmspace *vm;            // one reference, the holder's
	uint32_t entry;
	uint32_t stack;
};

// imgact_elf: load the ELF program in a file.
//   errors   ENOEXEC not a program that can run here; ENOMEM
result<image_ready> imgact_elf(vnode const &vp, exec_args const &args);

// kern_execve: curthread's process goes on as the program in vp: until it returns OK, nothing has
// changed. The user frame is set.
//   errors   EACCES no file, or not executable; imgact_elf's; ERESTART another thread stops or ends
//            the process
//   locks    none but Giant; may sleep
Errno kern_execve(thread *td, vnode const &vp, exec_args const &args);
