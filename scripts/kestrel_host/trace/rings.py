# SPDX-License-Identifier: BSD-2-Clause
# The kernel's trace rings: event types, and events in the order of time.
# Written for Kestrel; the layout is kern/ktr.hpp's.
"""Trace.types are what the kernel calls ktr_type; Trace.events all that the rings still hold."""
import re
import struct

from .memory import Unreadable

MAGIC = 0x3152544b
HEADER = struct.Struct("<7I")       # up to kh_rings, which begin on a line of their own
RINGS_AT, RING_BYTES = 64, 64
ENTRY = struct.Struct("<IIQ6I")
MOST_CPUS, MOST_ENTRIES = 8, 1 << 20
FIELD = re.compile(r"\{(\w+)(?::(\w))?\}")

# td_state and td_inhibitors of a {name:t} field, as kern/proc.hpp has them.
STATES = {0x20: "inactive", 0x21: "inhibited", 0x22: "can_run", 0x23: "runq", 0x24: "running"}
INHIBITORS = ((0x01, "suspended"), (0x02, "sleeping"), (0x04, "swapped"), (0x08, "lock"),
              (0x10, "iwait"), (0x20, "loan"))
# The same in a sentence.
TEXTS = {"inactive": "inactive", "can_run": "able to run", "runq": "ready", "running": "running",
         "suspended": "suspended", "sleeping": "asleep", "swapped": "swapped",
         "lock": "waiting for a lock", "iwait": "waiting for an interrupt",
         "loan": "with its KSE lent"}


def inhibitors(bits):
    """The names of td_inhibitors, joined; None when there are none."""
    return "+".join(name for bit, name in INHIBITORS if bits & bit) or None


class Type:
    """A place in the kernel's source that records events."""

    def __init__(self, index, name, text, source):
        self.index = index
        self.name = name
        self.kind, self.file, self.line, self.function = source
        self.fields = [(match[1], match[2] or "u") for match in FIELD.finditer(text)]
        self._pieces = FIELD.sub("\0", text).split("\0")

    def sentence(self, values):
        """What happened, as one plain sentence."""
        parts = [self._pieces[0]]
        for (_, kind), value, piece in zip(self.fields, values, self._pieces[1:]):
            parts += [_shown(kind, value), piece]
        return "".join(parts)

    def described(self):
        """As the trace file has it."""
        return {"name": self.name, "class": self.kind, "file": self.file, "line": self.line,
                "function": self.function}


def _shown(kind, value):
    if kind == "x":
        return f"{value:#x}"
    if kind == "t":
        held = (inhibitors(value >> 8) or STATES.get(value & 0xff, "?")).split("+")
        return " and ".join(TEXTS.get(name, name) for name in held)
    return "nothing" if value is None else str(value)


CLASSES = {0x00000001: "general", 0x00000008: "lock", 0x00000040: "interrupt", 0x00000080: "signal",
           0x00000800: "syscall", 0x00001000: "proc", 0x00010000: "trap", 0x00100000: "kse",
           0x00200000: "upcall", 0x00400000: "sleep", 0x20000000: "sched"}


class Trace:
    """Everything that the rings hold: events are (ns, cpu, tid, Type, values)."""

    def __init__(self, memory, head):
        self._memory = memory
        self.types = []
        self._by_address = {}
        header = HEADER.unpack(memory.read(head, HEADER.size))
        magic, self.cpus, self._entries, entry_bytes, pdir, rate, _ = header
        if magic != MAGIC or entry_bytes != ENTRY.size or not 0 < self.cpus <= MOST_CPUS:
            raise Unreadable("the kernel has no trace rings, or others than this tool knows")
        if not 0 < self._entries <= MOST_ENTRIES or self._entries & (self._entries - 1):
            raise Unreadable(f"{self._entries} entries a ring cannot be")
        memory.use_page_directory(pdir)
        self._rate = struct.unpack("<3Q", memory.read(memory.words(rate, 1)[0], 24))
        self.lost = 0
        self._raw = []
        self._whole_from = 0            # ticks: what is older, not all rings have
        for cpu in range(self.cpus):
            slots, following = memory.words(head + RINGS_AT + cpu * RING_BYTES, 2)
            if slots != 0:
                self._load(cpu, slots, following)
        whole = sorted(one for one in self._raw if one[0] >= self._whole_from)
        self.lost += len(self._raw) - len(whole)
        self._raw = whole

    def _load(self, cpu, slots, following):
        kept = min(following, self._entries)
        self.lost += following - kept
        data = self._memory.read(slots, kept * ENTRY.size)
        first = following - kept
        for number in range(first, following):
            entry = ENTRY.unpack_from(data, number % self._entries * ENTRY.size)
            if entry[0] == 0:           # it was being written
                self.lost += 1
                continue
            if number == first != 0:
                self._whole_from = max(self._whole_from, entry[2])
            self._raw.append((entry[2], cpu, number, entry))

    def _ns(self, ticks):
        base, ns, scale = self._rate
        return max(0, ns + ((ticks - base) * scale >> 32))

    def _type(self, address):
        if address not in self._by_address:
            kind, line, *strings = self._memory.words(address, 6)
            name, text, file, function = (self._memory.string(at) or "" for at in strings)
            made = Type(len(self.types), name, text,
                        (CLASSES.get(kind, f"{kind:#x}"), file, line, function))
            self.types.append(made)
            self._by_address[address] = made
        return self._by_address[address]

    def add_type(self, name, text, source):
        """A type of the tool's own, for what no event of the kernel says."""
        self.types.append(Type(len(self.types), name, text, source))
        return self.types[-1]

    def _values(self, kind, words):
        values = []
        for (_, form), word in zip(kind.fields, words):
            if form == "d":
                word -= word >> 31 << 32
            elif form == "s":
                word = self._memory.string(word)
            elif form == "c":
                rest = struct.pack(f"<{len(words) - len(values)}I", *words[len(values):])
                word = rest.split(b"\0")[0].decode(errors="replace")
            values.append(word)
        return values

    def events(self):
        """In order of time."""
        for ticks, cpu, _, entry in self._raw:
            kind = self._type(entry[0])
            yield self._ns(ticks), cpu, entry[1], kind, self._values(kind, entry[3:])

    def __len__(self):
        return len(self._raw)
