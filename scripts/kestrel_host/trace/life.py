# SPDX-License-Identifier: BSD-2-Clause
# What begins and ends, and whole structures as the kernel records them.
# Written for Kestrel.
"""Methods as in scheduling.py."""
from .state import SUSPENDED, ke_name, td_name

# Values of kern/proc.hpp.
KSE_STATES = {0x10: "idle", 0x11: "onrunq", 0x12: "unqueued", 0x13: "thread"}
P_KSES, P_ZOMBIE = 0x8000, 1 << 31
TDF_UNBOUND, TDF_UPCALLING = 0x1, 0x100
NOCPU = 0xff


class Life:
    """Of replay.Replay: beginnings and ends."""

    def on_thread_new(self, _, td, kg, pid):
        """thread_link."""
        s, td, p = self.state, td_name(td), f"p:{pid}"
        s.set(td, p=p, kg=f"kg:{kg}", ke=None, mailbox=None)
        s.thread_word(td, 0x20)
        s.set(p, threads=s.get(p, "threads", 0) + 1)

    def on_thread_end(self, _, td, pid, last):
        """thread_exit: the object stays until it is off its CPU, a zombie's until wait4."""
        s, p = self.state, f"p:{pid}"
        s.note(td_name(td), ended="last" if last else "gone")
        if last:
            ke = s.get(td_name(td), "ke")
            if ke:
                s.set(ke, cpu=None)
        else:
            s.set(p, threads=s.get(p, "threads", 0) - 1)

    def on_kse_new(self, _, ke, kg):
        """kse_link."""
        self.state.set(ke_name(ke), kg=f"kg:{kg}", state="unqueued", thread=None, owner=None,
                       cpu=None, mailbox=None)

    def on_kse_end(self, _, ke, kg):
        """kse_unlink, and kse_purge of idle ones."""
        self.state.remove(f"kg:{kg}", "iq", ke_name(ke))
        self.state.delete(ke_name(ke))

    def on_ksegrp_new(self, _, pid, kg):
        """ksegrp_link."""
        self.state.set(f"kg:{kg}", p=f"p:{pid}", runq=[], iq=[], lq=[], completed=[])

    def on_ksegrp_end(self, _, kg, __):
        """ksegrp_unlink."""
        self.state.delete(f"kg:{kg}")

    def on_exit(self, _, pid, __):
        """A zombie."""
        self.state.set(f"p:{pid}", state="zombie")

    def on_reap(self, _, pid):
        """wait4 is done with it."""
        s, p = self.state, f"p:{pid}"
        for prefix in ("tm:", "km:", "ke:", "td:", "kg:"):
            for name in s.of_process(p, prefix):
                s.delete(name)
        s.delete(p)

    def on_exec(self, _, pid, comm):
        """Another program."""
        self.state.set(f"p:{pid}", comm=comm)

    def on_stop(self, _, pid, __):
        """A stop signal takes effect."""
        self.state.set(f"p:{pid}", stopped="yes")

    def on_continue(self, _, pid):
        """Its end."""
        self.state.set(f"p:{pid}", stopped=None)


class Whole:
    """Of replay.Replay: whole structures, as the kernel records them now and then."""

    def on_state_proc(self, _, pid, flags, comm):
        """The process; its threads follow."""
        self.state.set(f"p:{pid}", comm=comm, state="zombie" if flags & P_ZOMBIE else "normal",
                       mode="KSE" if flags & P_KSES else "plain", threads=0, suspended=0,
                       single=None, singlethread=None)

    def on_state_single(self, _, pid, td):
        """Who single-threads."""
        self.state.set(f"p:{pid}", singlethread=td_name(td),
                       single=self.state.get(f"p:{pid}", "single") or "yes")

    def on_state_ksegrp(self, _, kg, pid, *__):
        """A group."""
        self.state.set(f"kg:{kg}", p=f"p:{pid}", runq=[], iq=[], lq=[])
        if self.state.get(f"kg:{kg}", "completed") is None:
            self.state.set(f"kg:{kg}", completed=[])

    def on_state_kse(self, _, ke, kg, td, owner, word, mailbox):
        """A KSE."""
        on = word >> 8
        self.state.set(ke_name(ke), kg=f"kg:{kg}", thread=td_name(td), owner=td_name(owner),
                       state=KSE_STATES.get(word & 0xff, "?"), cpu=None if on == NOCPU else on,
                       mailbox=f"{mailbox:#x}" if mailbox else None)

    def on_state_thread(self, _, td, kg, ke, word, flags, mailbox):
        """A thread."""
        s, td, kg = self.state, td_name(td), f"kg:{kg}"
        p = s.get(kg, "p")
        s.set(td, p=p, kg=kg, ke=ke_name(ke), mailbox=f"{mailbox:#x}" if mailbox else None)
        s.note(td, unbound=bool(flags & TDF_UNBOUND), upcalling=bool(flags & TDF_UPCALLING))
        s.thread_word(td, word)
        s.set(p, threads=s.get(p, "threads", 0) + 1)
        if word >> 8 & SUSPENDED:
            s.set(p, suspended=s.get(p, "suspended", 0) + 1)

    def on_state_wait(self, _, td, pri, wmesg, __, lock):
        """What the thread waits for."""
        self.state.set(td_name(td), pri=pri, wmesg=wmesg, lock=lock)

    def on_state_ready(self, _, kg, td):
        """On kg_runq."""
        self.state.insert(f"kg:{kg}", "runq", td_name(td))

    def on_state_idle(self, _, kg, ke):
        """On kg_iq."""
        self.state.insert(f"kg:{kg}", "iq", ke_name(ke))

    def on_state_loanable(self, _, kg, ke):
        """On kg_lq."""
        self.state.insert(f"kg:{kg}", "lq", ke_name(ke))

    def on_state_queued(self, _, ke):
        """On the system run queue."""
        s, ke = self.state, ke_name(ke)
        s.queue_priority[ke] = s.get(s.get(ke, "thread"), "pri", 0) // 4
        s.insert("runq", "q", ke)

    def on_join(self, _, cpu, td, ke):
        """A CPU starts, in its idle thread."""
        self.state.set(ke_name(ke), cpu=cpu)
        self.state.thread_word(td_name(td), 0x24)
        self.on_state_cpu(_, cpu, td, ke)

    def on_state_cpu(self, _, cpu, td, ke):
        """What a CPU runs."""
        self.state.set(f"cpu:{cpu}", td=td_name(td), ke=ke_name(ke))
        self.state.set(td_name(td), cpu=cpu)
        if self.state.get(td_name(td), "state") is not None:
            self.state.role(td_name(td))
