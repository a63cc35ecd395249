# SPDX-License-Identifier: BSD-2-Clause
# Mailboxes of KSEs and of user threads, read by the page tables of the process they belong to.
# Written for Kestrel.
"""kse-mbx ADDR|TID [PID]."""
import gdb

from .kernel import (KERNBASE, Broken, Command, array_text, current_thread, find_process, number,
                     processes, state, threads, user_bytes, walk, word)

LIST_MOST = 4096                # of km_completed, which a program may tie into a loop


def typed(p, at, name):
    """A struct of user memory as a value."""
    kind = gdb.lookup_type(name)
    return gdb.Value(user_bytes(p, at, kind.sizeof), kind)


def kses(p):
    """All KSEs of a process."""
    for kg in walk(p["p_ksegrps"], "p_ksegrps"):
        yield from walk(kg["kg_kseq"], f"kg_kseq of group {int(kg['kg_id'])}")


def completed(p, first):
    """(address, mailbox) for each of a list of thread mailboxes; Broken where it breaks."""
    seen = set()
    while first:
        if first in seen or len(seen) >= LIST_MOST:
            raise Broken(f"thread mailbox {first:#x} comes again")
        seen.add(first)
        mailbox = typed(p, first, "kse_thr_mailbox")
        yield first, mailbox
        first = word(mailbox["tm_next"])


def print_list(p, what, first):
    """A list of thread mailboxes, a line each."""
    if not first:
        print(f"  {what:<14} empty")
        return
    print(f"  {what:<14} newest first:")
    try:
        for at, mailbox in completed(p, first):
            context = mailbox["tm_context"]["uc_mcontext"]
            print(f"    {at:#010x} eip {word(context['mc_eip']):#x} esp "
                  f"{word(context['mc_esp']):#x} udata {word(mailbox['tm_udata']):#x}")
    except Broken as error:
        print(f"    (broken list: {error})")


def print_thread_mailbox(p, at):
    """struct kse_thr_mailbox."""
    mailbox = typed(p, at, "kse_thr_mailbox")
    context = mailbox["tm_context"]["uc_mcontext"]
    print(f"thread mailbox {at:#x} of process {int(p['p_pid'])} ({array_text(p['p_comm'])})")
    for names in (("eip", "esp", "ebp", "eflags"), ("eax", "ebx", "ecx", "edx"),
                  ("esi", "edi", "trapno", "err"), ("cs", "ss", "ds", "gs")):
        print("  " + "".join(f"{name:>7} {word(context['mc_' + name]):#010x}" for name in names))
    print(f"  mc_len {int(context['mc_len'])}, FPU state: format {word(context['mc_fpformat']):#x}"
          f" owned {word(context['mc_ownedfp']):#x}")
    print(f"  tm_flags {word(mailbox['tm_flags']):#x} tm_next {word(mailbox['tm_next']):#x} "
          f"tm_udata {word(mailbox['tm_udata']):#x}")
    for td in threads(p):
        if word(td["td_mailbox"]) == at:
            print(f"  carried by thread {int(td['td_tid'])} ({state(td['td_state'])})")
    for ke in kses(p):
        mine = word(ke["ke_mailbox"])
        if mine and word(typed(p, mine, "kse_mailbox")["km_curthread"]) == at:
            print(f"  km_curthread of KSE {int(ke['ke_id'])}")


def print_kse_mailbox(p, ke):
    """struct kse_mailbox, and what the kernel keeps of it."""
    at = word(ke["ke_mailbox"])
    mailbox = typed(p, at, "kse_mailbox")
    current = word(mailbox["km_curthread"])
    print(f"KSE mailbox {at:#x} of KSE {int(ke['ke_id'])}, group {int(ke['ke_ksegrp']['kg_id'])}, "
          f"process {int(p['p_pid'])} ({array_text(p['p_comm'])})")
    print(f"  km_curthread   {f'{current:#x}' if current else 'NULL: the UTS runs, or nobody'}")
    print_list(p, "km_completed", word(mailbox["km_completed"]))
    print(f"  km_sigscaught  {[hex(word(bits)) for bits in _bits(mailbox['km_sigscaught'])]}")
    print(f"  km_flags       {word(mailbox['km_flags']):#x}")
    print(f"  km_func        {word(mailbox['km_func']):#x}, at kse_create "
          f"{word(ke['ke_upcall']):#x}")
    stack = ke["ke_stack"]
    print(f"  stack          {word(stack['ss_sp']):#x} + {word(stack['ss_size']):#x}, as of "
          f"kse_create")
    print(f"  km_udata       {word(mailbox['km_udata']):#x}")
    print_list(p, "kg_completed", word(ke["ke_ksegrp"]["kg_completed"]))


def _bits(sigset):
    array = sigset["__bits"]
    low, high = array.type.range()
    return [array[i] for i in range(low, high + 1)]


class Mailbox(Command):
    """The mailboxes of a thread, or the one at a user address: kse-mbx TID | kse-mbx ADDR [PID].
An address is looked for in process PID, or in the one whose KSE or thread names it, or in the
current one. Memory is read by that process's own page tables: it need not be on a CPU."""
    name = "kse-mbx"
    most_arguments = 2
    usage = "TID|ADDR [PID]"

    def run(self, words):
        if not words:
            raise gdb.GdbError(f"usage: {self.name} {self.usage}")
        at = number(words[0], "mailbox")
        if at & 0xffffffff >= KERNBASE or at == 0:
            raise gdb.GdbError(f"{words[0]} is neither a thread nor a user address")
        for p in processes():
            for td in threads(p):
                if int(td["td_tid"]) == at and len(words) == 1:
                    self.of_thread(p, td)
                    return
        chosen = [find_process(number(words[1], "process"))] if len(words) == 2 else processes()
        for p in chosen:
            for ke in kses(p):
                if word(ke["ke_mailbox"]) == at:
                    print_kse_mailbox(p, ke)
                    return
            if len(words) == 2 or any(word(td["td_mailbox"]) == at for td in threads(p)):
                print_thread_mailbox(p, at)
                return
        td = current_thread()
        if td is None or word(td["td_proc"]["p_vmspace"]) == 0:
            raise gdb.GdbError(f"nobody names mailbox {words[0]}; say of which process: "
                               f"kse-mbx {words[0]} PID")
        print_thread_mailbox(td["td_proc"], at)

    @staticmethod
    def of_thread(p, td):
        """All that belongs to a thread."""
        found = False
        if word(td["td_mailbox"]):
            print_thread_mailbox(p, word(td["td_mailbox"]))
            found = True
        ke = td["td_kse"]
        if word(ke) and word(ke["ke_mailbox"]):
            print_kse_mailbox(p, ke)
            found = True
        if not found:
            print(f"thread {int(td['td_tid'])} carries no user thread, and its KSE has no mailbox")


Mailbox()
