// SPDX-License-Identifier: BSD-2-Clause
// Ties the numbers of assym.h to the structures they stand for; emits no code.
// After FreeBSD's genassym.c, which generates what is checked here.
#include <kern/config.hpp>
#include <kern/errno.hpp>
#include <kern/ktr.hpp>
#include <machine/frame.hpp>
#include <machine/intr.hpp>
#include <machine/pcb.hpp>
#include <machine/pcpu.hpp>
#include <machine/segments.hpp>
#include <machine/smp.hpp>
#include <machine/sigframe.h>
#include <sys/syscall.h>
#include <vm/vm.hpp>

#include <cstddef>
#include <cstdint>

namespace cxx {

constexpr size_t kcsel = KCSEL;
constexpr size_t kdsel = KDSEL, kpsel = KPSEL, rpl_mask = SEL_RPL_MASK;
constexpr size_t irq0 = IDT_IRQ0, intr_end = IDT_INTR_END, syscall = IDT_SYSCALL;
constexpr size_t frame_gap = PCB_FRAME_GAP;
constexpr uint32_t ktr_intr = KTR_INTR, ktr_sysc = KTR_SYSC, ktr_trap = KTR_TRAP;
constexpr uint32_t ktr_sched = KTR_SCHED;
constexpr int efault = static_cast<int>(Errno::EFAULT);
constexpr int enametoolong = static_cast<int>(Errno::ENAMETOOLONG);

}

#include <machine/assym.h>

static_assert(offsetof(pcpu, pc_curthread) == PC_CURTHREAD);
static_assert(offsetof(pcpu, pc_curpcb) == PC_CURPCB);

static_assert(offsetof(pcb, pcb_edi) == PCB_EDI);
static_assert(offsetof(pcb, pcb_esi) == PCB_ESI);
static_assert(offsetof(pcb, pcb_ebp) == PCB_EBP);
static_assert(offsetof(pcb, pcb_esp) == PCB_ESP);
static_assert(offsetof(pcb, pcb_ebx) == PCB_EBX);
static_assert(offsetof(pcb, pcb_eip) == PCB_EIP);
static_assert(offsetof(pcb, pcb_gs) == PCB_GS);
static_assert(sizeof(pcb) == PCB_SIZE);

static_assert(offsetof(trapframe, tf_fs) == TF_FS);
static_assert(offsetof(trapframe, tf_trapno) == TF_TRAPNO);
static_assert(offsetof(trapframe, tf_err) == TF_ERR);
static_assert(offsetof(trapframe, tf_cs) == TF_CS);
static_assert(sizeof(trapframe) == TF_SIZE);

static_assert(offsetof(sigframe, sf_ahu) == SF_AHU);
static_assert(offsetof(sigframe, sf_uc) == SF_UC);
static_assert(SYS_sigreturn == SYS_SIGRETURN);

static_assert(cxx::kcsel == KCSEL);
static_assert(cxx::kdsel == KDSEL && cxx::kpsel == KPSEL && cxx::rpl_mask == SEL_RPL_MASK);
static_assert(cxx::irq0 == IDT_IRQ0 && cxx::intr_end == IDT_INTR_END);
static_assert(cxx::syscall == IDT_SYSCALL);
static_assert(cxx::frame_gap == PCB_FRAME_GAP);
static_assert(cxx::ktr_intr == KTR_INTR && cxx::ktr_sysc == KTR_SYSC);
static_assert(cxx::ktr_trap == KTR_TRAP && cxx::ktr_sched == KTR_SCHED);
static_assert(cxx::efault == EFAULT && cxx::enametoolong == ENAMETOOLONG);

static_assert(to_word(vm_layout::dmap_min) == KERNBASE);
static_assert(to_word(mpboot_page) == MPBOOT_PHYS && MPBOOT_PHYS % page_size == 0);
static_assert(vm_layout::dmap_most == BOOT_MAP_BYTES);
static_assert(config::kstack_pages * page_size == KSTACK_BYTES);
