# SPDX-License-Identifier: BSD-2-Clause
# Writes down steps, slices and flows as `kestrel run --trace` does, for tests of what reads them.
# Written for Kestrel.
"""A Recorder keeps the clock; lanes are (pid, tid) as in the trace's format."""
CPUS, KSES, THREADS, USERS = 1, 2, 3, 4
TITLES = ("CPUs", "KSEs", "Kernel threads", "User threads")
TYPES = (
    ("enter", "syscall", "kern/kern_upcall.cpp", 88, "thread_user_enter"),
    ("block", "upcall", "kern/kern_upcall.cpp", 123, "thread_block_upcall"),
    ("sleep", "sleep", "kern/kern_synch.cpp", 195, "sleep_on"),
    ("reassign", "sched", "kern/kern_switch.cpp", 210, "kse_reassign"),
    ("upcall", "upcall", "kern/kern_upcall.cpp", 301, "deliver"),
    ("uts", "upcall", "userland/ksetest/uts.c", 232, "uts_upcall"),
    ("wakeup", "sleep", "kern/kern_synch.cpp", 402, "wakeup"),
    ("lend", "lending", "kern/kern_upcall.cpp", 255, "lend_if_wanted"),
    ("complete", "upcall", "kern/kern_mailbox.cpp", 140, "thread_export_context"),
    ("exit", "sched", "kern/kern_thread_exit.cpp", 77, "thread_exit"),
    ("release", "syscall", "kern/kern_kse.cpp", 314, "kse_release"),
    ("trap", "trap", "arch/i386/trap.cpp", 60, "trap"),
    ("create", "syscall", "kern/kern_kse.cpp", 120, "kse_create"),
)
NUMBERS = {kind[0]: number for number, kind in enumerate(TYPES)}


class Recorder:
    """Collects a trace; `clock` is in nanoseconds since boot."""

    def __init__(self, clock=1_203_000_000):
        self.clock = self.start = clock
        self.events, self.steps, self.open_slices = [], [], {}
        for number, title in enumerate(TITLES, 1):
            self.meta(number, 0, "process_name", name=title)
            self.meta(number, 0, "process_sort_index", sort_index=number)

    def meta(self, pid, tid, kind, **args):
        """A name or an order."""
        self.events.append({"ph": "M", "pid": pid, "tid": tid, "name": kind, "args": args})

    def lane(self, pid, tid, name):
        """Name a lane; lanes are ordered by their numbers."""
        self.meta(pid, tid, "thread_name", name=name)
        self.meta(pid, tid, "thread_sort_index", sort_index=tid)

    def step(self, kind, cpu, thread, text, *changes):
        """Something happened now: (object, field, value)... change."""
        self.steps.append([self.clock, cpu, thread, NUMBERS[kind], text,
                           [list(change) for change in changes]])

    def _at(self):
        return self.clock / 1000

    def _now(self):
        return max(0, len(self.steps) - 1)

    def begin(self, pid, tid, name, **args):
        """A slice begins in a lane, inside the one that is open there."""
        self.open_slices.setdefault((pid, tid), []).append(
            {"ph": "X", "pid": pid, "tid": tid, "ts": self._at(), "name": name,
             "args": {"step": self._now(), **args}})

    def end(self, pid, tid):
        """The innermost slice of a lane ends."""
        event = self.open_slices[pid, tid].pop()
        event["dur"] = round(self._at() - event["ts"], 3)
        self.events.append(event)

    def state(self, pid, tid, name=None, **args):
        """A lane goes from one outermost slice to the next, or to none."""
        while self.open_slices.get((pid, tid)):
            self.end(pid, tid)
        if name is not None:
            self.begin(pid, tid, name, **args)

    def instant(self, pid, tid, name):
        """A mark on a lane."""
        self.events.append({"ph": "i", "s": "t", "pid": pid, "tid": tid, "ts": self._at(),
                            "name": name, "args": {"step": self._now()}})

    def flow(self, phase, number, pid, tid):
        """A point of the arrow from a call over upcall and completion to resumption."""
        self.events.append({"ph": phase, "pid": pid, "tid": tid, "ts": self._at(), "id": number,
                            "cat": "upcall", "name": "upcall", "args": {"step": self._now()}})

    def trace(self, program="/bin/ksetest -q", cpus=2):
        """The finished trace."""
        for pid, tid in self.open_slices:
            self.state(pid, tid)
        types = [dict(zip(("name", "class", "file", "line", "function"), kind)) for kind in TYPES]
        return {"displayTimeUnit": "ns", "traceEvents": self.events, "kestrel": {
            "version": 1, "program": program, "cpus": cpus, "lost": 0, "start": self.start,
            "end": self.clock, "types": types, "steps": self.steps}}
