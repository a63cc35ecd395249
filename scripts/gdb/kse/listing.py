# SPDX-License-Identifier: BSD-2-Clause
# Tables of processes and threads.
# Written for Kestrel.
"""kse-ps, kse-threads [PID]."""
from .kernel import (Command, array_text, constant, find_process, flags, number,
                     processes, state, text_of, threads, walk, word)


class Ps(Command):
    """All processes: number, parent, state, flags, command, threads, KSEs, groups.
THR, KSE and GRP are counted on the lists; `(n)` behind one is the kernel's own count, if another.
MODE is `kse` in a KSE process (P_KSES), `-` otherwise."""
    name = "kse-ps"
    most_arguments = 0

    def run(self, words):
        print(f"{'PID':>6} {'PPID':>6} {'STATE':<7} {'THR':>5} {'KSE':>4} {'GRP':>4} {'MODE':<4} "
              f"{'COMMAND':<19} FLAGS")
        for p in processes():
            self.line(p)

    @staticmethod
    def line(p):
        """One process."""
        what = f"process {int(p['p_pid'])}"
        groups = list(walk(p["p_ksegrps"], f"p_ksegrps of {what}"))
        kses = sum(1 for kg in groups for _ in walk(kg["kg_kseq"], f"kg_kseq of {what}"))
        found = sum(1 for _ in threads(p))
        mode = "kse" if word(p["p_flag"]) & constant("P_KSES") else "-"
        count = str(found) if found == int(p["p_numthreads"]) \
            else f"{found}({int(p['p_numthreads'])})"
        print(f"{int(p['p_pid']):>6} {int(p['p_ppid']):>6} {state(p['p_state']):<7} {count:>5} "
              f"{kses:>4} {len(groups):>4} {mode:<4} {array_text(p['p_comm']):<19} "
              f"{flags(p['p_flag'], 'P_KSES')}")


def role(td):
    """What a thread is to its KSE: bound, unbound, owner of a lent KSE, borrower, upcall."""
    words = ["bound" if not word(td["td_flags"]["word_"]) & constant("TDF_UNBOUND")
             else "unbound"]
    ke = td["td_kse"]
    if word(ke) and word(ke["ke_bound"]):
        words.append("lender" if word(ke["ke_bound"]) == word(td) else "borrower")
    if word(td["td_flags"]["word_"]) & constant("TDF_UPCALLING"):
        words.append("upcalling")
    if word(td["td_standin"]):
        words.append("standin")
    return ",".join(words)


def waits(td):
    """What keeps a thread: its wait message and channel, or the lock it is blocked on."""
    if word(td["td_blocked"]):
        return f"lock {text_of(td['td_lockname'])}"
    if word(td["td_wchan"]):
        return f"{text_of(td['td_wmesg'], 8)} {word(td['td_wchan']):#x}"
    return "-"


def cpu_of(td):
    """The CPU a thread runs on, `(n)` where it ran last."""
    ke = td["td_kse"]
    if state(td["td_state"]) == "running" and word(ke) and int(ke["ke_oncpu"]) != 255:
        return str(int(ke["ke_oncpu"]))
    return f"({int(td['td_lastcpu'])})"


class Threads(Command):
    """Threads of one process, or of all: kse-threads [PID].
KSE is the KSE that the thread has; ROLE says bound or unbound, lender (owner of a KSE that another
thread uses), borrower, upcalling, standin (has a spare for the next upcall). CPU in parentheses:
where it ran last. MAILBOX: of the user thread it carries."""
    name = "kse-threads"
    usage = "[PID]"

    def run(self, words):
        chosen = [find_process(number(words[0], "process"))] if words else processes()
        print(f"{'TID':>6} {'PID':>5} {'STATE':<9} {'INHIBITORS':<10} {'WAITS FOR':<20} "
              f"{'KSE':>5} {'GROUP':>5} {'ROLE':<18} {'CPU':>4} {'PRI':>7} MAILBOX")
        for p in chosen:
            for td in threads(p):
                self.line(p, td)

    @staticmethod
    def line(p, td):
        """One thread."""
        ke, kg = td["td_kse"], td["td_ksegrp"]
        kse = str(int(ke["ke_id"])) if word(ke) else "-"
        group = str(int(kg["kg_id"])) if word(kg) else "-"
        mailbox = word(td["td_mailbox"])
        priority = f"{int(td['td_priority'])}/{int(td['td_base_pri'])}"
        print(f"{int(td['td_tid']):>6} {int(p['p_pid']):>5} {state(td['td_state']):<9} "
              f"{flags(td['td_inhibitors'], 'TDI_SLEEPING').lower():<10} {waits(td):<20} "
              f"{kse:>5} {group:>5} {role(td):<18} {cpu_of(td):>4} {priority:>7} "
              f"{f'{mailbox:#x}' if mailbox else '-'}")


Ps()
Threads()
