# SPDX-License-Identifier: BSD-2-Clause
# What events do to mailboxes, to the user threads behind them, and to upcalls.
# Written for Kestrel.
"""Methods as in scheduling.py. What a UTS does between two kernel entries nobody sees."""
from .state import LOAN, ke_name, td_name


class Mailboxes:
    """Of replay.Replay: user threads."""

    def on_mailbox(self, _, ke, pid, at):
        """kse_create."""
        self.state.set(ke_name(ke), mailbox=f"{at:#x}")
        self.state.set(f"km:{pid}:{at:#x}", ke=ke_name(ke), current=None, completed=[])
        self.state.set(f"p:{pid}", mode="KSE")

    def on_plain(self, _, pid):
        """thread_leave_kse_mode."""
        s, p = self.state, f"p:{pid}"
        for prefix in ("tm:", "km:"):
            for name in s.of_process(p, prefix):
                s.delete(name)
        for name in s.of_process(p, "ke:"):
            s.set(name, mailbox=None)
        for name in s.of_process(p, "kg:"):
            s.set(name, completed=[])
        for name in s.of_process(p, "td:"):
            s.note(name, unbound=False, upcalling=False)
            s.set(name, mailbox=None)
            s.role(name)
        s.set(p, mode="plain")

    def km_of(self, ke):
        """The mailbox object of a KSE, or None."""
        s = self.state
        mailbox, p = s.get(ke, "mailbox"), s.get(s.get(ke, "kg"), "p")
        return f"km:{p[2:]}:{mailbox}" if mailbox and p else None

    def on_enter(self, _, td, at, ke, __):
        """thread_user_enter found a user thread."""
        s, td, ke = self.state, td_name(td), ke_name(ke)
        tm = f"tm:{self.pid_of(td)}:{at:#x}"
        s.note(td, unbound=True, uts=False)
        s.set(td, mailbox=f"{at:#x}")
        s.role(td)
        km = self.km_of(ke)
        before = s.get(km, "current") if km else None
        if before and before != tm and s.get(before, "state") == "running":
            s.set(before, state="uts", td=None)     # its scheduler has put it aside
        s.set(tm, p=f"p:{self.pid_of(td)}", td=td, state="running", call=None)
        if km:
            s.set(km, current=tm, completed=[])

    def on_block(self, _, at, td, __, ___):
        """thread_block_upcall."""
        td = td_name(td)
        self.state.set(f"tm:{self.pid_of(td)}:{at:#x}", state="blocked",
                       call=self.state.fact(td, "call"))

    def on_return(self, _, td, __):
        """return_directly."""
        s, td = self.state, td_name(td)
        tm = f"tm:{self.pid_of(td)}:{s.get(td, 'mailbox')}"
        if tm in s.objects:
            s.set(tm, td=None, state="running", call=None)
        s.note(td, unbound=False)
        s.set(td, mailbox=None)
        s.role(td)

    def on_completed(self, _, at, td, kg):
        """thread_export_context."""
        s, kg = self.state, f"kg:{kg}"
        tm = f"tm:{self.pid_of(td_name(td))}:{at:#x}"
        s.set(tm, td=None, state="completed")
        s.set(td_name(td), mailbox=None)
        s.insert(kg, "completed", tm, 0)

    def on_become_upcall(self, _, td, __):
        """end_or_upcall on its own KSE."""
        self.state.note(td_name(td), unbound=False, upcalling=True)
        self.state.role(td_name(td))

    def on_upcall_due(self, _, td, __):
        """thread_upcall_now."""
        self.state.note(td_name(td), upcalling=True)
        self.state.role(td_name(td))

    def on_upcall_made(self, _, td, ke, __, pri):
        """thread_schedule_upcall, for the KSE of the thread that asks."""
        s, td, ke = self.state, td_name(td), ke_name(ke)
        s.note(td, unbound=False, upcalling=True)
        s.set(td, pri=pri, ke=ke)
        s.own(ke, td)
        s.thread_inhibit(td, LOAN)

    def on_upcall_start(self, _, td, ke, pri):
        """The same, for another KSE."""
        s, td, ke = self.state, td_name(td), ke_name(ke)
        s.note(td, unbound=False, upcalling=True)
        s.set(td, pri=pri)
        s.remove(s.get(ke, "kg"), "iq", ke)
        s.set(ke, state="thread")
        s.attach(ke, td)
        s.thread_word(td, 0x22)

    def on_hand_over(self, _, kg, __, ke):
        """thread_link_mboxes."""
        s, km = self.state, self.km_of(ke_name(ke))
        done = s.get(f"kg:{kg}", "completed", [])
        s.set(f"kg:{kg}", completed=[])
        for tm in done:
            s.set(tm, state="uts")
        if km:
            s.set(km, completed=done)

    def on_upcall(self, _, ke, td):
        """The UTS is entered."""
        s, km = self.state, self.km_of(ke_name(ke))
        before = s.get(km, "current") if km else None
        if before and s.get(before, "state") == "running":
            s.set(before, state="uts", td=None)
        if km:
            s.set(km, current=None)
        s.note(td_name(td), upcalling=False, uts=True)
        s.role(td_name(td))

    def on_syscall(self, _, td, call, *__):
        """The call that may block."""
        self.state.note(td_name(td), call=call)

    def on_sysret(self, _, td):
        """Its end."""
        self.state.note(td_name(td), call=None)

    def on_trap(self, _, td, name, *__):
        """A trap may block too."""
        self.state.note(td_name(td), call=name)

    def on_trap_end(self, _, td):
        """Its end."""
        self.state.note(td_name(td), call=None)
