# SPDX-License-Identifier: BSD-2-Clause
# The run queues: the system's, and those of each group.
# Written for Kestrel.
"""kse-runq."""
from .kernel import Command, array_text, atomic, cpus, processes, state, variable, walk, word


def kse_text(ke):
    """A KSE in a list: its number and its thread."""
    td = ke["ke_thread"]
    text = f"kse {int(ke['ke_id'])}"
    if word(td):
        text += f" (thread {int(td['td_tid'])} pri {int(td['td_priority'])})"
    return text


def thread_text(td, assigned=False):
    """A thread in a list; kg_last_assigned is marked."""
    mark = " <- last with a KSE" if assigned else ""
    return f"thread {int(td['td_tid'])} pri {int(td['td_priority'])}{mark}"


class RunQueues(Command):
    """All run queues: of the system (KSEs by priority), of each group (ready threads in kg_runq,
idle KSEs in kg_iq, loanable ones in kg_lq, user threads that sleep), and what each CPU runs.
Of groups of one KSE with nothing queued only a count is shown; `kse-runq all` shows them too."""
    name = "kse-runq"
    usage = "[all]"

    def run(self, words):
        self.cpus()
        self.system()
        quiet = 0
        for p in processes():
            for kg in walk(p["p_ksegrps"], f"p_ksegrps of process {int(p['p_pid'])}"):
                if not words and self.is_quiet(kg):
                    quiet += 1
                else:
                    self.group(p, kg)
        if quiet:
            print(f"{quiet} groups of one KSE with nothing queued")

    @staticmethod
    def is_quiet(kg):
        """Whether all queues of a group are empty."""
        return int(kg["kg_kses"]) <= 1 and not any(
            word(kg[name]["first_"]) for name in ("kg_runq", "kg_iq", "kg_lq"))

    @staticmethod
    def cpus():
        """What each CPU runs."""
        idle = word(atomic(variable("idle_cpus")))
        for pc in cpus():
            td, cpu = pc["pc_curthread"], int(pc["pc_cpuid"])
            if word(td) == 0:
                print(f"cpu {cpu}: no thread yet")
                continue
            what = "idle" if word(td) == word(pc["pc_idlethread"]) else \
                f"{array_text(td['td_proc']['p_comm'])} pri {int(td['td_priority'])}"
            asleep = ", halted" if idle >> cpu & 1 else ""
            print(f"cpu {cpu}: thread {int(td['td_tid'])} {what}{asleep}")

    @staticmethod
    def system():
        """The queues of KSEs."""
        queues, total = variable("system_runq")["queues_"], 0
        low, high = queues.type.range()
        bits = variable("system_runq")["bits_"]
        for i in range(low, high + 1):
            found = list(walk(queues[i], f"system run queue {i}"))
            total += len(found)
            if bool(found) != bool(word(bits[i // 32]) >> i % 32 & 1):
                print(f"  (queue {i} and its bit in the bitmap disagree)")
            if found:
                print(f"  queue {i:>2} (pri {4 * i}-{4 * i + 3}): "
                      + ", ".join(kse_text(ke) for ke in found))
        print(f"system run queue: {total} KSEs, counted by the kernel {word(variable('queued'))}")

    @staticmethod
    def group(p, kg):
        """The queues of one group."""
        what = f"group {int(kg['kg_id'])}"
        last = word(kg["kg_last_assigned"])
        print(f"{what} of process {int(p['p_pid'])} ({array_text(p['p_comm'])}): "
              f"{int(kg['kg_kses'])} KSEs, {int(kg['kg_numthreads'])} threads")
        ready = [thread_text(td, word(td) == last)
                 for td in walk(kg["kg_runq"], f"kg_runq of {what}")]
        asleep = [thread_text(td) for td in walk(kg["kg_threads"], f"kg_threads of {what}")
                  if word(td["td_wchan"]) and state(td["td_state"]) == "inhibited"]
        for name, texts in (
                ("kg_runq", ready), ("asleep", asleep),
                ("kg_iq", [kse_text(ke) for ke in walk(kg["kg_iq"], f"kg_iq of {what}")]),
                ("kg_lq", [kse_text(ke) for ke in walk(kg["kg_lq"], f"kg_lq of {what}")])):
            print(f"  {name:<8} {len(texts):>3}" + (": " if texts else "") + ", ".join(texts))


RunQueues()
