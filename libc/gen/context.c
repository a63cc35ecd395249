// SPDX-License-Identifier: BSD-2-Clause
// Making and resuming contexts.
// Library code, as before FreeBSD had system calls for it; registers are in i386/context.S.

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <ucontext.h>

#include "../libc_private.h"

#define UCF_SWAPPED	0x01	// uc_flags: saved by swapcontext, which has switched away

ABI_OFFSET(ucontext_t, uc_mcontext.mc_gs, 20);
ABI_OFFSET(ucontext_t, uc_mcontext.mc_eax, 64);
ABI_OFFSET(ucontext_t, uc_mcontext.mc_eflags, 84);
ABI_OFFSET(ucontext_t, uc_mcontext.mc_len, 96);
ABI_OFFSET(ucontext_t, uc_mcontext.mc_fpstate, 112);

// In i386/context.S.
_Noreturn void __uc_resume(const ucontext_t *uc);
void __uc_return(void);

// __uc_finish: what follows the return of a function started by makecontext.
_Noreturn void __uc_finish(const ucontext_t *uc);

int
setcontext(const ucontext_t *uc)
{
	if (uc == NULL || uc->uc_mcontext.mc_len != (int)sizeof(mcontext_t)) {
		errno = EINVAL;
		return -1;
	}
	__sigmask_set(&uc->uc_sigmask);
	__uc_resume(uc);
}

int
swapcontext(ucontext_t *save, const ucontext_t *resume)
{
	save->uc_flags &= ~UCF_SWAPPED;
	if (getcontext(save) != 0)
		return -1;
	if ((save->uc_flags & UCF_SWAPPED) != 0)
		return 0;		// somebody resumed *save
	save->uc_flags |= UCF_SWAPPED;
	return setcontext(resume);
}

_Noreturn void
__uc_finish(const ucontext_t *uc)
{
	if (uc->uc_link != NULL)
		setcontext(uc->uc_link);
	exit(0);
}

// The new stack, from its top down: unused bytes, argc words, return address.
void
makecontext(ucontext_t *uc, void (*func)(void), int argc, ...)
{
	mcontext_t *mc = &uc->uc_mcontext;
	uintptr_t top = (uintptr_t)uc->uc_stack.ss_sp + uc->uc_stack.ss_size;
	int *args = (int *)((top - (size_t)argc * sizeof(int)) & ~(uintptr_t)15);
	va_list ap;

	va_start(ap, argc);
	for (int i = 0; i < argc; i++)
		args[i] = va_arg(ap, int);
	va_end(ap);
	args[-1] = (int)(uintptr_t)__uc_return;
	mc->mc_esp = (int)(uintptr_t)(args - 1);
	mc->mc_eip = (int)(uintptr_t)func;
	mc->mc_ebp = 0;
	mc->mc_ebx = (int)(uintptr_t)uc;
}
