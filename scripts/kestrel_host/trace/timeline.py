# SPDX-License-Identifier: BSD-2-Clause
# The picture of a trace: which slice each CPU, KSE, kernel thread and user thread is in.
# Written for Kestrel.
"""Labels follow from the structures after each event; system calls, traps and flows from events."""
from .lanes import Lanes
from .state import ke_name, td_name

CPUS, KSES, THREADS, USERS = 1, 2, 3, 4
# Marks: event name, and what its lane is.
ON_THREAD = {"wakeup", "timeout", "no sleep", "handler", "interrupt", "unblock"}
ON_KSE = {"kse wakeup", "upcall made", "upcall start", "signal upcall", "signals caught",
          "hand over", "give back"}
ON_CPU = {"signal", "stop", "continue", "fork", "exec", "exit", "reap", "mailbox", "plain"}


class Timeline:
    """Takes each event after the replay has applied it."""

    def __init__(self, replay, out):
        self._replay = replay
        self._state = replay.state
        self._lanes = Lanes(out)
        self._users = {}                # tm object: its number
        self._flows = {}                # tm object: its open flow
        self._awaited = {}              # td object of an upcall: the flow that caused it
        self._count = 0

    # ---- lanes and their names

    def _whose(self, p):
        return f"{self._state.get(p, 'comm', '?')}[{p[2:] if p else '?'}]"

    def _cpu(self, cpu):
        lane = self._lanes.of(CPUS, cpu + 1)
        lane.name = f"CPU {cpu}"
        return lane

    def _kse(self, ke):
        lane = self._lanes.of(KSES, int(ke[3:]))
        p = self._state.get(self._state.get(ke, "kg"), "p")
        if p:
            lane.name = f"KSE {ke[3:]} {self._whose(p)}"
        return lane

    def _thread(self, td):
        lane = self._lanes.of(THREADS, int(td[3:]))
        if self._state.get(td, "p"):
            lane.name = f"thread {td[3:]} {self._whose(self._state.get(td, 'p'))}"
        return lane

    def _user(self, tm):
        number = self._users.setdefault(tm, len(self._users) + 1)
        lane = self._lanes.of(USERS, number)
        _, pid, address = tm.split(":")
        lane.name = f"{address} {self._whose('p:' + pid)}"
        return lane

    # ---- labels

    def _label_cpu(self, name, ns, step):
        td = self._state.get(name, "td")
        if td is None:
            return
        comm = self._state.get(self._state.get(td, "p"), "comm", "?")
        self._cpu(int(name[4:])).show(f"{comm} {td[3:]}", {"thread": int(td[3:])}, ns, step)

    def _label_kse(self, ke, ns, step):
        s = self._state
        thread, owner = s.get(ke, "thread"), s.get(ke, "owner")
        label, arguments = None, {"cpu": s.get(ke, "cpu")}
        if owner and not thread and (self._kse(ke).label() or "").endswith("(borrowed)"):
            return                      # between two borrowers
        if owner and thread:
            label = f"thread {thread[3:]} (borrowed)"
            arguments = {"owner": int(owner[3:])}
        elif thread and s.get(thread, "state") == "running":
            label = "UTS" if s.fact(thread, "uts") else f"thread {thread[3:]}"
        if thread:
            arguments["thread"] = int(thread[3:])
        self._kse(ke).show(label, arguments, ns, step)

    def _label_thread(self, td, ns, step):
        s = self._state
        state, inhibited = s.get(td, "state"), s.get(td, "inhibitors") or ""
        label, arguments = None, {}
        if state == "running":
            label = "running"
            arguments = {"cpu": s.get(td, "cpu"), "kse": s.get(td, "ke")}
        elif state in ("runq", "can_run") and s.get(s.get(td, "p"), "comm") != "idle":
            label = "run queue"
        elif "lock" in inhibited:
            label = f"lock {s.get(td, 'lock')}"
        elif "sleeping" in inhibited:
            label = f"sleep {s.get(td, 'wmesg')}"
        elif "suspended" in inhibited:
            label = "suspended"
        elif "loan" in inhibited:
            label = "stand-in" if s.get(td, "role") == "stand-in" else "KSE lent"
        self._thread(td).show(label, arguments, ns, step)

    def _label_user(self, tm, ns, step):
        s, state, lane = self._state, self._state.get(tm, "state"), self._user(tm)
        if state == "uts":
            lane.show(None, {}, ns, step, self._last_seen(lane, ns))
            return
        label = state if state != "blocked" else f"blocked {s.get(tm, 'call') or ''}".strip()
        td = s.get(tm, "td")
        lane.show(label, {"thread": int(td[3:]), "kse": s.get(td, "ke")} if td else {}, ns, step)

    @staticmethod
    def _last_seen(lane, ns):
        """When a user thread stopped running, as far as is known: its scheduler put it aside at a
        time that only the scheduler knows."""
        return lane.seen if lane.label() == "running" else ns

    def _label(self, changes, ns, step):
        touched = {}
        for name, field, _ in changes:
            touched[name] = True
            if field == "comm":         # exec: what a CPU runs has another name
                touched.update((cpu, True) for cpu in self._state.objects if cpu[:4] == "cpu:" and
                               self._state.get(self._state.get(cpu, "td"), "p") == name)
            if name.startswith("td:") and (ke := self._state.get(name, "ke")):
                touched[ke] = True
        show = {"cp": self._label_cpu, "ke": self._label_kse, "td": self._label_thread,
                "tm": self._label_user}
        for name in touched:
            if name in self._state.objects:
                if method := show.get(name[:2]):
                    method(name, ns, step)
            elif name[:2] in show:
                self._gone(name, ns, step)

    def _gone(self, name, ns, step):
        if name.startswith("tm:"):
            self._end_flow(name)
            lane = self._user(name)
            lane.show(None, {}, ns, step, self._last_seen(lane, ns))
        elif name.startswith("ke:"):
            self._kse(name).close(ns)
        elif name.startswith("td:"):
            self._thread(name).close(ns)

    # ---- what happens inside threads

    def _inside(self, kind, values, ns, step):
        lane = self._thread(td_name(values[0]))
        if kind in ("sysret", "trap end", "ast end"):
            lane.pop(ns)
            self._seen_in_user_mode(td_name(values[0]), ns)
        elif kind == "syscall":
            lane.push(f"syscall {values[1]}", {}, ns, step)
        elif kind == "trap":
            lane.push(f"trap {values[1]}", {"pc": f"{values[2]:#x}",
                                            "address": f"{values[3]:#x}"}, ns, step)
        elif kind == "ast":
            lane.push("ast", {}, ns, step)

    def _seen_in_user_mode(self, td, ns):
        km = self._replay.km_of(self._state.get(td, "ke"))
        tm = km and self._state.get(km, "current")
        if tm and self._state.get(tm, "state") == "running":
            self._user(tm).seen = ns

    # ---- from a blocking call to its end

    def _begin_flow(self, tm, upcall, ns, step):
        if tm in self._flows:
            return
        self._count += 1
        self._flows[tm] = {"id": self._count, "completed": False, "handed": None, "to": None}
        self._user(tm).flow("s", self._count, ns, step)
        if upcall:
            self._awaited[td_name(upcall)] = self._count

    def _end_flow(self, tm):
        """Nobody saw the user thread again: it went on when its scheduler got it."""
        flow = self._flows.pop(tm, None)
        if flow is not None and flow["handed"]:
            lane, ns, step = flow["handed"]
            lane.flow("f", flow["id"], ns, step)

    def _flow(self, kind, values, pid, ns, step):
        if kind == "block":
            self._begin_flow(f"tm:{pid}:{values[0]:#x}", values[3], ns, step)
        elif kind == "upcall":
            number = self._awaited.pop(td_name(values[1]), None)
            lane = self._kse(ke_name(values[0]))
            if number is not None:
                lane.flow("t", number, ns, step)
            # Now the UTS knows of those that were handed over; one whose own upcall is as late as
            # this ends no earlier.
            for flow in self._flows.values():
                if flow["to"] is lane or (flow["handed"] and flow["id"] == number):
                    flow["handed"], flow["to"] = (lane, ns, step), None
        elif kind == "completed":
            tm = f"tm:{pid}:{values[0]:#x}"
            if tm in self._flows:
                self._flows[tm]["completed"] = True
                self._user(tm).flow("t", self._flows[tm]["id"], ns, step)
        elif kind in ("enter", "return"):
            tm = f"tm:{pid}:{values[1]:#x}"
            if tm in self._flows and (kind == "return" or self._flows[tm]["completed"]):
                number = self._flows.pop(tm)["id"]
                # An upcall that comes after its reason has gone is no part of it any more.
                self._awaited = {td: n for td, n in self._awaited.items() if n != number}
                self._user(tm).flow("f", number, ns, step)
        elif kind == "hand over":
            ke = ke_name(values[2])
            for tm in self._state.get(self._replay.km_of(ke), "completed", []):
                if tm in self._flows:
                    self._flows[tm]["handed"] = (self._kse(ke), ns, step)
                    self._flows[tm]["to"] = self._kse(ke)

    def event(self, record, changes, step):
        """One event of rings.Trace, already applied."""
        ns, cpu, tid, kind, values = record
        self._label(changes, ns, step)
        name = kind.name
        if kind.kind in ("syscall", "trap"):
            self._inside(name, values, ns, step)
        elif kind.kind == "upcall":
            self._flow(name, values, self._replay.pid_of(td_name(tid)), ns, step)
            if name in ("upcall", "enter"):
                ke = ke_name(values[0] if name == "upcall" else values[2])
                self._label_kse(ke, ns, step)
        self._mark(name, cpu, kind, values, ns, step)

    def _mark(self, name, cpu, kind, values, ns, step):
        if name in ON_CPU:
            lane = self._cpu(cpu)
        elif name in ON_THREAD or name in ON_KSE:
            fields = dict(zip((field for field, _ in kind.fields), values))
            lane = (self._thread(td_name(fields["td"])) if name in ON_THREAD else
                    self._kse(ke_name(fields["ke"])))
        else:
            return
        lane.instant(name, {"text": kind.sentence(values)}, ns, step)

    def finish(self, ns):
        """The end of the trace."""
        for tm in list(self._flows):
            if self._flows[tm]["handed"]:
                self._end_flow(tm)
        self._lanes.finish(ns)
