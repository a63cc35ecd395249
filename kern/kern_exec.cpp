// SPDX-License-Identifier: BSD-2-Clause
// execve: arguments, and the change from one program to the next.
// After FreeBSD 5.0 kern_exec.c; checks and loads first, single-threads last (D-45).
#include <kern/imgact.hpp>

#include <kern/kern_proc.hpp>
#include <kern/ktr.hpp>
#include <kern/malloc.hpp>
#include <kern/md.hpp>
#include <kern/signalvar.hpp>
#include <kern/syscall.hpp>
#include <kern/thread.hpp>
#include <kern/vnode.hpp>
#include <limits.h>
#include <string.h>
#include <vm/pmap.hpp>
#include <vm/vm_map.hpp>

exec_args::exec_args() : text_{static_cast<char *>(kmalloc(ARG_MAX, M_WAITOK))} {}

exec_args::~exec_args()
{
	kfree(text_);
}

// charge: account for one more string of that length, its zero included.
bool exec_args::charge(size_t length)
{
	charged_ += length + sizeof(uint32_t);
	return charged_ <= ARG_MAX;
}

Errno exec_args::add(char const *text, uint32_t &count)
{
	size_t const length = strlen(text) + 1;
	if (!charge(length))
		return E2BIG;
	memcpy(text_ + used_, text, length);
	used_ += length;
	count++;
	return OK;
}

Errno exec_args::fetch_array(uint32_t array, uint32_t &count)
{
	for (;; array += sizeof(uint32_t)) {
		uaddr const at{TRY(fetch_word(uaddr{array}))};
		if (at == uaddr{})
			return OK;
		size_t length;
		Errno const error = copyinstr(at, text_ + used_, ARG_MAX - charged_, &length);
		if (error == ENAMETOOLONG)
			return E2BIG;
		TRY(error);
		if (!charge(length))
			return E2BIG;
		used_ += length;
		count++;
	}
}

Errno exec_args::fetch(uint32_t argv, uint32_t envv)
{
	TRY(fetch_array(argv, argc_));
	return envv != 0 ? fetch_array(envv, envc_) : OK;
}

// pointer_writer: words to ascending addresses of another address space, a batch at a time.
class pointer_writer final {
public:
	pointer_writer(vmspace &vm, uint32_t at) : vm_{vm}, at_{at} {}

	Errno put(uint32_t word)
	{
		words_[count_++] = word;
		return count_ == batch ? flush() : OK;
	}
	Errno flush()
	{
		size_t const bytes = count_ * sizeof(uint32_t);
		TRY(vmspace_write(vm_, vaddr{at_}, words_, bytes));
		at_ += static_cast<uint32_t>(bytes);
		count_ = 0;
		return OK;
	}

private:
	static constexpr size_t batch = 32;

	vmspace &vm_;
	uint32_t at_;
	size_t   count_{};
	uint32_t words_[batch];
};

//   top    ┌──────────────────┐
//          │ strings          │
//          │ (padding)        │ down to a multiple of 16
//          │ 0                │
//          │ envv[0] ...      │
//          │ 0                │
//          │ argv[0] ...      │
//   esp ─► │ argc             │ a multiple of 16
//          └──────────────────┘
result<uint32_t> exec_args::copy_to(vmspace &vm, uint32_t top) const
{
	auto const strings = static_cast<uint32_t>(top - used_);
	uint32_t const words = 1 + argc_ + 1 + envc_ + 1;
	uint32_t const sp = (strings - words * uint32_t{sizeof(uint32_t)}) & ~15u;
	pointer_writer out{vm, sp};
	char const *text = text_;

	TRY(vmspace_write(vm, vaddr{strings}, text_, used_));
	TRY(out.put(argc_));
	for (uint32_t i = 0; i < argc_ + envc_; i++) {
		if (i == argc_)
			TRY(out.put(0));
		TRY(out.put(static_cast<uint32_t>(strings + (text - text_))));
		text += strlen(text) + 1;
	}
	if (envc_ == 0)
		TRY(out.put(0));
	TRY(out.put(0));
	TRY(out.flush());
	return sp;
}

// become_single: the caller stays as the only thread of a plain process. ERESTART: another thread
// is at that already, and decides whether there is a next time.
static Errno become_single(thread *td)
{
	proc *p = td->td_proc;
	mtx_guard g{p->p_mtx};
	if ((p->p_flag & P_KSES) == 0)
		return OK;
	if (thread_single(SINGLE_EXIT) != OK)
		return thread_begin_again();
	thread_leave_kse_mode(td);
	thread_single_end();
	return OK;
}

Errno kern_execve(thread *td, vnode const &vp, exec_args const &args)
{
	proc *p = td->td_proc;
	if (!is_regular(vp) || (vp.v_mode & 0111) == 0)
		return EACCES;
	image_ready const image = TRY(imgact_elf(vp, args));
	if (Errno const error = become_single(td); error != OK) {
		vmspace_free(image.vm);
		return error;
	}
	// The point of no return. No other thread runs on the old address space.
	vmspace *old = p->p_vmspace;
	p->p_vmspace = image.vm;
	pmap_activate(td);
	if (old != nullptr)
		vmspace_free(old);
	strlcpy(p->p_comm, vp.v_name, sizeof p->p_comm);
	KTR(KTR_PROC, "exec", "process {pid} runs {comm:c}", p->p_pid, ktr_chars(p->p_comm, 0),
	    ktr_chars(p->p_comm, 1), ktr_chars(p->p_comm, 2), ktr_chars(p->p_comm, 3),
	    ktr_chars(p->p_comm, 4));
	{	mtx_guard g{p->p_mtx};
		sig_exec(p);
		p->p_flag |= P_EXEC;
	}
	exec_setregs(td, image.entry, image.stack);
	return OK;
}

// execve: run another program in this process: same number, files and directory, pending and masked
// signals.
//   result   does not return; the program starts at its entry point with argc at esp
//   errors   EFAULT; ENOENT, ENOTDIR, ENAMETOOLONG; EACCES; ENOEXEC; E2BIG; ENOMEM: the caller
//            goes on with all its threads
//   locks    Giant held; takes p_mtx
Errno sys_execve(thread *td, execve_args const &uap)
{
	char path[PATH_MAX];
	size_t length;
	TRY(copyinstr(uap.fname, path, sizeof path, &length));
	vnode const *vp = TRY(namei(path, td->td_proc->p_cwd));
	exec_args args;
	TRY(args.fetch(to_word(uap.argv), to_word(uap.envv)));
	TRY(kern_execve(td, *vp, args));
	return EJUSTRETURN;
}
