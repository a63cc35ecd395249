// SPDX-License-Identifier: BSD-2-Clause
// Credentials: who a process acts for, shared and counted; the calls that tell it.
// After FreeBSD 5.0 kern_prot.c; the count is atomic (D-18).
#include <kern/ucred.hpp>

#include <kern/proc.hpp>
#include <kern/syscall.hpp>
#include <kern/sysinit.hpp>
#include <vm/uma.hpp>

static constinit uma_zone_of<ucred> cred_zone{};

static void cred_init(void *)
{
	cred_zone.create("ucred");
}
SYSINIT(cred, SI_SUB_INTRINSIC, SI_ORDER_FIRST, cred_init, nullptr);

ucred *crget()
{
	return cred_zone.alloc(M_WAITOK);
}

ucred *crhold(ucred *cr)
{
	cr->cr_ref.add(1, order::relaxed);
	return cr;
}

void crfree(ucred *cr)
{
	// acq_rel: whoever frees it sees what every earlier holder did with it.
	if (cr->cr_ref.sub(1, order::acq_rel) == 1)
		cred_zone.free(cr);
}

// getpid, getppid: numbers of the caller and of its parent; getpid has both, as history did. The
// parent's is one word, read without a lock: it may have ended just now.
Errno sys_getpid(thread *td, getpid_args const &)
{
	td->td_retval[0] = static_cast<uint32_t>(td->td_proc->p_pid);
	td->td_retval[1] = static_cast<uint32_t>(td->td_proc->p_ppid);
	return OK;
}

Errno sys_getppid(thread *td, getppid_args const &)
{
	td->td_retval[0] = static_cast<uint32_t>(td->td_proc->p_ppid);
	return OK;
}

// getuid, geteuid: real and effective user; each gives the other as second result.
Errno sys_getuid(thread *td, getuid_args const &)
{
	td->td_retval[0] = td->td_ucred->cr_ruid;
	td->td_retval[1] = td->td_ucred->cr_uid;
	return OK;
}

Errno sys_geteuid(thread *td, geteuid_args const &)
{
	td->td_retval[0] = td->td_ucred->cr_uid;
	return OK;
}
