# SPDX-License-Identifier: BSD-2-Clause
# Slices in lanes, flows and instants, as Chrome's and Perfetto's JSON wants them.
# Written for Kestrel.
"""A lane's slices nest: one outer slice at a time, and inside it those that last longer, in
pieces."""

PROCESSES = {1: "CPUs", 2: "KSEs", 3: "Kernel threads", 4: "User threads"}


def microseconds(ns):
    """As Chrome wants them, to the nanosecond."""
    return round(ns / 1000, 3)


class Lane:
    """One track."""

    def __init__(self, out, pid, tid):
        self.pid, self.tid, self.name = pid, tid, None
        self.seen = 0                   # when the open slice was known to last
        self._out = out
        self._outer = None              # [label, start, arguments, step]
        self._inner = []

    def _emit(self, piece, end):
        label, start, arguments, step = piece
        if end > start:
            self._out({"name": label, "ph": "X", "ts": microseconds(start),
                       "dur": microseconds(end - start), "pid": self.pid, "tid": self.tid,
                       "args": {**arguments, "step": step}})

    def show(self, label, arguments, ns, step, end=None):
        """The outer slice from here on; None: a gap. `end`: when the one before ended, if not
        now."""
        if self._outer is not None and self._outer[0] == label:
            return
        before = ns if end is None else min(end, ns)
        if self._outer is not None:
            for piece in self._inner:
                self._emit(piece, before)
            self._emit(self._outer, before)
        self._outer = None if label is None else [label, ns, arguments, step]
        self.seen = ns
        for piece in self._inner:
            piece[1] = ns

    def push(self, label, arguments, ns, step):
        """Inside the outer slices from here on."""
        self._inner.append([label, ns, arguments, step])

    def pop(self, ns):
        """The innermost one ends."""
        if self._inner:
            piece = self._inner.pop()
            if self._outer is not None:
                self._emit(piece, ns)

    def label(self):
        """Of the outer slice that is open, or None."""
        return None if self._outer is None else self._outer[0]

    def close(self, ns):
        """Everything ends."""
        self.show(None, {}, ns, 0)
        self._inner = []

    def instant(self, label, arguments, ns, step):
        """A mark."""
        self._out({"name": label, "ph": "i", "s": "t", "ts": microseconds(ns), "pid": self.pid,
                   "tid": self.tid, "args": {**arguments, "step": step}})

    def flow(self, phase, number, ns, step):
        """s: an arrow begins, t: it goes on, f: it ends."""
        event = {"name": "blocking call", "cat": "upcall", "ph": phase, "id": number,
                 "ts": microseconds(ns), "pid": self.pid, "tid": self.tid, "args": {"step": step}}
        if phase == "f":
            event["bp"] = "e"
        self._out(event)


class Lanes:
    """All tracks, made when first needed."""

    def __init__(self, out):
        self._out = out
        self._lanes = {}

    def of(self, pid, tid):
        """The track of that number in that group."""
        if (pid, tid) not in self._lanes:
            self._lanes[pid, tid] = Lane(self._out, pid, tid)
        return self._lanes[pid, tid]

    def finish(self, ns):
        """End all slices, and name everything."""
        for pid, name in PROCESSES.items():
            for kind, key, value in (("process_name", "name", name),
                                     ("process_sort_index", "sort_index", pid)):
                self._out({"name": kind, "ph": "M", "pid": pid, "tid": 0, "args": {key: value}})
        for (pid, tid), lane in sorted(self._lanes.items()):
            lane.close(ns)
            for kind, key, value in (("thread_name", "name", lane.name or str(tid)),
                                     ("thread_sort_index", "sort_index", tid)):
                self._out({"name": kind, "ph": "M", "pid": pid, "tid": tid, "args": {key: value}})
