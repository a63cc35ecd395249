# SPDX-License-Identifier: BSD-2-Clause
# Turns a checked trace into columns of numbers and tables of strings, for the page's typed arrays.
# Written for Kestrel.
"""pack(trace) gives bytes: the length of a JSON header, the header, the columns, the step texts."""
import json
import struct
import sys
from array import array

from . import trace as traces

ALIGN = 8
INNER = ("syscall ", "trap ", "upcall", "ast", "interrupt")


class Table:
    """Numbers for values, in order of their first sight."""

    def __init__(self, *first):
        self.items = list(first)
        self.numbers = {item: number for number, item in enumerate(first)}

    def number(self, item):
        """The number of an item, which must be hashable."""
        number = self.numbers.get(item)
        if number is None:
            number = self.numbers[item] = len(self.items)
            self.items.append(item)
        return number


class Columns:
    """Arrays, each in the narrowest type that holds it; the header says which."""

    def __init__(self):
        self.described = []
        self.parts = []
        self.size = 0

    def add(self, name, values):
        """Append a column of numbers that are not negative."""
        top = max(values, default=0)
        code, kind = next(((code, kind) for code, kind, limit in (
            ("B", "u8", 1 << 8), ("H", "u16", 1 << 16), ("I", "u32", 1 << 32)) if top < limit),
            ("d", "f64"))
        column = array(code, values)
        if sys.byteorder != "little":
            column.byteswap()
        self.described.append([name, kind, self.size, len(values)])
        self.add_bytes(column.tobytes())

    def add_bytes(self, data):
        """Append bytes, and what makes the next column begin at a multiple of eight."""
        self.parts += [data, bytes(-len(data) % ALIGN)]
        self.size += len(data) + -len(data) % ALIGN


def _nanoseconds(microseconds):
    return round(microseconds * 1000)


def _freeze(value):
    """A key for a value of an assignment: 1, 1.0 and True are three."""
    if isinstance(value, list):
        return ("list", *((type(each), each) for each in value))
    return (type(value), value)


class _Lanes:
    """The tracks, in the order in which they are shown."""

    def __init__(self, events):
        self.processes, self.names, self.orders = dict(traces.PROCESSES), {}, {}
        for event in events:
            if event["ph"] == "M":
                self._learn(event, event.get("args", {}))
        used = {(e["pid"], e["tid"]) for e in events if e["ph"] in "Xi"} | set(self.names)
        self.keys = sorted(used, key=lambda key: (
            self.orders.get((key[0], None), key[0]), key[0],
            self.orders.get(key, key[1]), key[1]))
        self.numbers = {key: number for number, key in enumerate(self.keys)}

    def _learn(self, event, args):
        pid, tid, name = event["pid"], event.get("tid"), event["name"]
        if name == "process_name" and isinstance(args.get("name"), str):
            self.processes[pid] = args["name"]
        elif name == "thread_name" and isinstance(args.get("name"), str) and isinstance(tid, int):
            self.names[pid, tid] = args["name"]
        elif name.endswith("_sort_index") and isinstance(args.get("sort_index"), (int, float)):
            self.orders[pid, tid if name.startswith("thread") else None] = args["sort_index"]

    def describe(self):
        """For the header: process, thread, name of each lane."""
        return [[pid, tid, self.names.get((pid, tid), str(tid))] for pid, tid in self.keys]


class _Events:
    """Slices, instants and flows."""

    def __init__(self, events, start):
        self.lanes, self.start = _Lanes(events), start
        self.names, self.args = Table(), Table("{}")
        self.rows = []
        slices, instants, flows = [], [], []
        for event in events:
            phase = event["ph"]
            if phase == "M":
                continue
            key = (event["pid"], event["tid"])
            at = max(_nanoseconds(event["ts"]) - start, 0)
            if phase == "X":
                end = max(at, _nanoseconds(event["ts"] + event["dur"]) - start)
                # Of slices that begin and end together, a state is around what happens in it.
                inner = event["name"].startswith(INNER)
                slices.append((self.lanes.numbers[key], at, -end, inner, len(slices), event))
            elif phase == "i":
                instants.append((self.lanes.numbers[key], at, event))
            elif key in self.lanes.numbers:
                flows.append((str(event["id"]), at, "stf".index(phase),
                              self.lanes.numbers[key], event["args"]["step"]))
        self.slices = sorted(slices)
        self.instants = sorted(instants, key=lambda i: i[:2])
        self.flows = sorted(flows)

    def _arguments(self, event):
        args = event["args"]
        if len(args) == 1:
            return 0
        del args["step"]
        return self.args.number(json.dumps(args))

    def _by_row(self):
        """Slices with their depth, so that those of one depth in one lane never overlap."""
        lane, open_ends, placed = None, [], []
        for number, at, end, _inner, order, event in self.slices:
            if number != lane:
                lane, open_ends = number, []
            while open_ends and open_ends[-1] <= at:
                open_ends.pop()
            placed.append((number, len(open_ends), at, order, -end, event))
            open_ends.append(min([-end] + open_ends[-1:]) if open_ends else -end)
        placed.sort()
        return placed

    def add_to(self, columns):
        """Append all columns; times and steps are differences within a row."""
        placed = self._by_row()
        starts, steps, last = [], [], None
        for number, depth, at, _order, _end, event in placed:
            step = event["args"]["step"]
            if last is None or last[:2] != (number, depth):
                self.rows.append([number, depth, len(starts), 0])
                last = (number, depth, 0, 0)
            starts.append(at - last[2])
            steps.append(step)
            last = (number, depth, at, step)
            self.rows[-1][3] += 1
        columns.add("slice.start", starts)
        columns.add("slice.duration", [max(0, end - at) for _n, _d, at, _o, end, _e in placed])
        columns.add("slice.name", [self.names.number(p[5]["name"]) for p in placed])
        columns.add("slice.step", steps)
        columns.add("instant.lane", [i[0] for i in self.instants])
        columns.add("instant.time", [i[1] for i in self.instants])
        columns.add("instant.name",
                    [self.names.number(i[2].get("name", "")) for i in self.instants])
        columns.add("instant.step", [i[2]["args"]["step"] for i in self.instants])
        # The last ones, because they take the steps out of the arguments.
        columns.add("slice.args", [self._arguments(p[5]) for p in placed])
        columns.add("instant.args", [self._arguments(i[2]) for i in self.instants])
        flow_numbers = Table()
        columns.add("flow.id", [flow_numbers.number(f[0]) for f in self.flows])
        columns.add("flow.time", [f[1] for f in self.flows])
        columns.add("flow.phase", [f[2] for f in self.flows])
        columns.add("flow.lane", [f[3] for f in self.flows])
        columns.add("flow.step", [f[4] for f in self.flows])


class _Steps:
    """The steps, and what each of them assigns to which slot (a field of an object)."""

    def __init__(self, steps, start):
        self.steps, self.start = steps, start
        self.objects, self.fields, self.slots = Table(), Table(), Table()
        self.values = Table(None)
        self.json = [None]

    def _value(self, value):
        if value is None:
            return 0
        number = self.values.number(_freeze(value))
        if number == len(self.json):
            self.json.append(value)
        return number

    def _assign(self, live, change):
        """(slot, value number) pairs of one assignment; that of a whole object clears its slots."""
        name, field, value = change
        present = live.setdefault(name, set())
        if field is None:
            gone = sorted(present)
            present.clear()
            return [(slot, 0) for slot in gone]
        slot = self.slots.number((self.objects.number(name), self.fields.number(field)))
        number = self._value(value)
        if number:
            present.add(slot)
        else:
            present.discard(slot)
        return [(slot, number)]

    def add_to(self, columns):
        """Append all columns; times are differences."""
        times, counts, slots, values, live, before = [], [], [], [], {}, self.start
        for step in self.steps:
            at = max(step[0], self.start)
            times.append(at - before)
            before = at
            count = len(slots)
            for change in step[5]:
                for slot, value in self._assign(live, change):
                    slots.append(slot)
                    values.append(value)
            counts.append(len(slots) - count)
        columns.add("step.time", times)
        columns.add("step.cpu", [step[1] for step in self.steps])
        columns.add("step.thread", [max(step[2], 0) for step in self.steps])
        columns.add("step.type", [step[3] for step in self.steps])
        columns.add("step.count", counts)
        columns.add("change.slot", slots)
        columns.add("change.value", values)
        columns.add("slot.object", [slot[0] for slot in self.slots.items])
        columns.add("slot.field", [slot[1] for slot in self.slots.items])


def _text(step):
    return " ".join(step[4].split())


def pack(trace):
    """The whole trace as bytes."""
    about, events = trace["kestrel"], trace["traceEvents"]
    columns = Columns()
    start = min([about.get("start", EARLIEST)] + [step[0] for step in about["steps"][:1]])
    if start == EARLIEST:
        start = 0
    packed, steps = _Events(events, start), _Steps(about["steps"], start)
    packed.add_to(columns)
    steps.add_to(columns)
    latest = max([about.get("end", 0) - start, 1]
                 + [step[0] - start for step in about["steps"][-1:]]
                 + [-s[2] for s in packed.slices])
    texts = "\n".join(map(_text, about["steps"])).encode("utf-8", "replace")
    header = {
        "program": about.get("program", ""), "cpus": about.get("cpus", 0),
        "lost": about.get("lost", 0), "differences": len(about.get("differences", [])),
        "start": start, "length": latest,
        "types": about["types"], "groups": packed.lanes.processes,
        "lanes": packed.lanes.describe(), "rows": packed.rows, "names": packed.names.items,
        "args": packed.args.items, "objects": steps.objects.items, "fields": steps.fields.items,
        "values": steps.json, "columns": columns.described, "texts": [columns.size, len(texts)],
    }
    head = json.dumps(header, separators=(",", ":")).encode("utf-8", "replace")
    head += b" " * (-(len(head) + ALIGN) % ALIGN)
    return b"".join([struct.pack("<II", len(head), 0), head, *columns.parts, texts])


EARLIEST = 1 << 62
