# SPDX-License-Identifier: BSD-2-Clause
# What events do to threads and KSEs: switches, queues, loans, sleep, locks, suspension.
# Written for Kestrel; an event's sentence in the kernel's source says what it means.
"""on_give_back is what the event "give back" does; arguments are the CPU and the event's fields."""
from .state import LOAN, LOCK, ke_name, td_name


class Scheduling:
    """Of replay.Replay: `state` is there."""

    # ---- switches and queues

    def on_switch(self, cpu, left, word, taken, ke_number, pri):
        """One thread leaves, another arrives."""
        s, name = self.state, f"cpu:{cpu}"
        old, new, ke = td_name(left), td_name(taken), ke_name(ke_number)
        if s.get(name, "ke") in s.objects:
            s.set(s.get(name, "ke"), cpu=None)
        if old != new:
            s.set(old, cpu=None)
            s.thread_word(old, word)
            if s.fact(old, "ended") == "gone":
                s.delete(old)
        s.unqueue(ke)
        s.set(ke, state="thread", cpu=cpu)
        s.remove(s.get(new, "kg"), "runq", new)
        s.attach(ke, new)
        s.set(new, pri=pri, cpu=cpu)
        s.thread_word(new, 0x24)
        s.set(name, td=new, ke=ke)

    def on_queue(self, _, ke, td, pri, bound):
        """sched_add: a KSE with its thread onto the run queue."""
        s, ke, td = self.state, ke_name(ke), td_name(td)
        s.attach(ke, td)
        s.set(td, pri=pri)
        s.thread_word(td, 0x23)
        if bound:
            s.own(ke, None)
            s.remove(s.get(ke, "kg"), "lq", ke)
        s.queue(ke, pri)

    def on_unqueue(self, _, ke):
        """sched_rem."""
        self.state.unqueue(ke_name(ke))
        self.state.set(ke_name(ke), state="thread")

    def on_ready(self, _, td, pri, __):
        """setrunqueue of an unbound thread."""
        s, td = self.state, td_name(td)
        s.detach(td)
        s.thread_word(td, 0x23)
        s.make_ready(td, pri)
        s.set(td, pri=pri)

    def on_unready(self, _, td):
        """remrunqueue."""
        s, td = self.state, td_name(td)
        s.thread_word(td, 0x22)
        s.remove(s.get(td, "kg"), "runq", td)
        if s.fact(td, "unbound"):
            s.detach(td)

    def on_prio(self, _, td, pri, *__):
        """A new priority."""
        self.state.set(td_name(td), pri=pri)

    # ---- who has a KSE

    def on_take_idle(self, _, ke):
        """An idle KSE gets work."""
        s, ke = self.state, ke_name(ke)
        s.remove(s.get(ke, "kg"), "iq", ke)
        s.set(ke, state="thread")

    def on_lend(self, _, owner, ke, *__):
        """A bound thread lends its KSE."""
        s, owner, ke = self.state, td_name(owner), ke_name(ke)
        s.remove(s.get(ke, "kg"), "lq", ke)
        s.set(ke, thread=None, state="thread")
        s.own(ke, owner)
        s.thread_inhibit(owner, LOAN)

    def on_take(self, _, __, td):
        """A better thread commandeers the KSE of another."""
        self.state.detach(td_name(td))

    def on_leave(self, _, td, *__):
        """An unbound thread gives its KSE to another."""
        self.state.detach(td_name(td))

    def on_give_up(self, _, td, ke):
        """A dying thread."""
        self.state.detach(td_name(td))
        self.state.set(ke_name(ke), state="unqueued", cpu=None)

    def on_loanable(self, _, ke, owner):
        """Nobody needs the KSE of a blocked thread."""
        s, ke = self.state, ke_name(ke)
        s.own(ke, None)
        s.set(ke, state="thread")
        s.attach(ke, td_name(owner))
        s.insert(s.get(ke, "kg"), "lq", ke, 0)

    def on_idle(self, _, ke, td):
        """Nobody needs the KSE."""
        s, ke = self.state, ke_name(ke)
        if td:
            s.detach(td_name(td))
        s.own(ke, None)
        s.set(ke, thread=None, state="idle")
        s.insert(s.get(ke, "kg"), "iq", ke, 0)

    def on_give_back(self, _, ke, owner, td):
        """The end of a loan."""
        s, ke, owner = self.state, ke_name(ke), td_name(owner)
        if td:
            s.detach(td_name(td))
        s.own(ke, None)
        s.attach(ke, owner)
        s.thread_let(owner, LOAN)

    # ---- sleep and locks

    def on_sleep(self, _, td, wmesg, __):
        """Onto a sleep queue, not yet asleep."""
        self.state.set(td_name(td), wmesg=wmesg)

    def on_wakeup(self, _, td, word):
        """Off it."""
        self.state.set(td_name(td), wmesg=None)
        self.state.thread_word(td_name(td), word)

    def on_no_sleep(self, _, td, __):
        """Off it before it slept."""
        self.state.set(td_name(td), wmesg=None)

    def on_contest(self, _, td, lock, __):
        """Waits for a mutex."""
        self.state.set(td_name(td), lock=lock)
        self.state.thread_inhibit(td_name(td), LOCK)

    def on_unblock(self, _, __, td, word):
        """May try the mutex again."""
        self.state.set(td_name(td), lock=None)
        self.state.thread_word(td_name(td), word)

    def on_suspend(self, _, td, pid, word):
        """thread_suspend_one."""
        p = f"p:{pid}"
        self.state.set(p, suspended=self.state.get(p, "suspended", 0) + 1)
        self.state.thread_word(td_name(td), word)

    def on_unsuspend(self, _, td, pid, word):
        """thread_unsuspend_one."""
        p = f"p:{pid}"
        self.state.set(p, suspended=self.state.get(p, "suspended", 0) - 1)
        self.state.thread_word(td_name(td), word)

    def on_single(self, _, td, pid, gone):
        """thread_single begins."""
        self.state.set(f"p:{pid}", single="exit" if gone else "no exit", singlethread=td_name(td))

    def on_single_end(self, _, pid):
        """thread_single_end."""
        self.state.set(f"p:{pid}", single=None, singlethread=None)
