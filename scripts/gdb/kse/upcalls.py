# SPDX-License-Identifier: BSD-2-Clause
# A breakpoint where the kernel enters user thread schedulers.
# Written for Kestrel.
"""kse-break-upcall [PROGRAM]."""
import gdb

from .kernel import (Broken, Command, array_text, current_thread, processes, register, user_word,
                     word)
from .mailbox import kses, print_list, typed

ENTRIES = {}                    # entry address: its breakpoint
COUNTS = {}                     # (pid, KSE): upcalls seen
WANTED = set()                  # names of programs; empty: all


def is_wanted(p):
    """Whether the upcalls of a process are asked for."""
    return not WANTED or array_text(p["p_comm"]) in WANTED


class EntryBreakpoint(gdb.Breakpoint):
    """At one entry address. Hardware: the page may be absent, and of several processes."""

    def __init__(self, at):
        super().__init__(f"*{at:#x}", type=gdb.BP_HARDWARE_BREAKPOINT)

    def stop(self):
        """Whether this is an upcall that was asked for; says which."""
        td = current_thread()
        if td is None or word(td["td_kse"]) == 0 or not is_wanted(td["td_proc"]):
            return False
        p, ke = td["td_proc"], td["td_kse"]
        key = int(p["p_pid"]), int(ke["ke_id"])
        COUNTS[key] = COUNTS.get(key, 0) + 1
        print(f"upcall {COUNTS[key]} of KSE {key[1]}, process {key[0]} "
              f"({array_text(p['p_comm'])}), thread {int(td['td_tid'])}")
        try:
            at = user_word(p, register("esp") + 4)
            mailbox = typed(p, at, "kse_mailbox")
            print(f"  KSE mailbox {at:#x}"
                  + ("" if at == word(ke["ke_mailbox"]) else ", which is not this KSE's"))
            print(f"  km_curthread {word(mailbox['km_curthread']):#x}")
            print_list(p, "km_completed", word(mailbox["km_completed"]))
        except (Broken, gdb.MemoryError) as error:
            print(f"  (its mailbox cannot be read: {error})")
        return True


class DeliverBreakpoint(gdb.Breakpoint):
    """In the kernel, where an upcall is made ready: learns entry addresses, never stops."""

    def __init__(self):
        super().__init__("deliver", internal=True)

    def stop(self):
        """Never."""
        td = current_thread()
        if td is not None and word(td["td_kse"]) and is_wanted(td["td_proc"]):
            learn(word(td["td_kse"]["ke_upcall"]))
        return False


def learn(entry):
    """A breakpoint at an entry, once."""
    if entry and (entry not in ENTRIES or not ENTRIES[entry].is_valid()):
        ENTRIES[entry] = EntryBreakpoint(entry)


class BreakUpcall(Command):
    """Stop where the kernel enters a user thread scheduler: kse-break-upcall [PROGRAM].
PROGRAM is a command name as kse-ps shows it; without one, upcalls of all processes. Processes that
begin later are included. Each stop tells KSE, mailbox and completed threads. `kse-break-upcall off`
takes it back."""
    name = "kse-break-upcall"
    usage = "[PROGRAM|off]"
    deliver = None

    def run(self, words):
        if words == ["off"]:
            self.off()
            return
        if words:
            WANTED.add(words[0][:19])
        else:
            WANTED.clear()
        if BreakUpcall.deliver is None or not BreakUpcall.deliver.is_valid():
            BreakUpcall.deliver = DeliverBreakpoint()
        self.learn_present()
        print(f"upcalls of {', '.join(sorted(WANTED)) or 'all processes'} stop at the entry")

    @staticmethod
    def learn_present():
        """The entries of the processes that there are; none before the kernel has set them up."""
        try:
            for p in processes():
                if is_wanted(p):
                    for ke in kses(p):
                        learn(word(ke["ke_upcall"]))
        except gdb.MemoryError:
            pass

    @staticmethod
    def off():
        """No breakpoint is left."""
        for breakpoint_ in [BreakUpcall.deliver, *ENTRIES.values()]:
            if breakpoint_ is not None and breakpoint_.is_valid():
                breakpoint_.delete()
        BreakUpcall.deliver = None
        ENTRIES.clear()
        WANTED.clear()
        COUNTS.clear()


BreakUpcall()
