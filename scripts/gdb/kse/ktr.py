# SPDX-License-Identifier: BSD-2-Clause
# The kernel's trace rings, and what is recorded in them.
# Written for Kestrel.
"""kse-ktr [N], kse-ktr mask [VALUE]."""
import re
import struct

import gdb

from .kernel import (Broken, Command, atomic, cpus, kernel_bytes, number, pointer, text_of,
                     variable, word)

ENTRY = struct.Struct("<IIQ6I")  # struct ktr_entry
FIELD = re.compile(r"\{\w+(?::(\w))?\}")
INHIBITORS = ((0x01, "suspended"), (0x02, "asleep"), (0x04, "swapped"),
              (0x08, "waiting for a lock"), (0x10, "waiting for an interrupt"),
              (0x20, "with its KSE lent"))
STATES = {0x20: "inactive", 0x22: "able to run", 0x23: "ready", 0x24: "running"}


def thread_state(value):
    """TD_STATE_WORD in words."""
    held = [name for bit, name in INHIBITORS if value >> 8 & bit]
    return " and ".join(held) if held else STATES.get(value & 0xff, f"in state {value:#x}")


def sentence(text, words):
    """The text of an event with its fields filled in."""
    left = list(words)

    def one(found):
        kind, value = found[1] or "u", left.pop(0) if left else 0
        if kind == "d":
            return str(value - (1 << 32) if value >> 31 else value)
        if kind == "x":
            return f"{value:#x}"
        if kind == "t":
            return thread_state(value)
        if kind == "s":
            char = gdb.lookup_type("char").pointer()
            return text_of(gdb.Value(value).cast(char)) if value else "nothing"
        if kind == "c":
            raw = b"".join(each.to_bytes(4, "little") for each in [value] + left)
            return raw.split(b"\0")[0].decode("latin-1")
        return str(value)

    return FIELD.sub(one, text)


# ---- What is recorded: the code of the events' sites, as arch/i386/ktr_machdep.cpp patches it.

SITE = struct.Struct("<IIII")   # struct ktr_site: at, from, to, classes
NOP = bytes((0x0f, 0x1f, 0x44, 0x00, 0x00))
CALL, JMP = 0xe8, 0xe9


def site_code(at, off, on, wanted):
    """The instruction at a site while its classes are recorded, or are not."""
    target = on if wanted else off
    if target == 0:
        return NOP
    opcode = CALL if off else JMP
    return struct.pack("<BI", opcode, (target - (at + len(NOP))) & 0xffffffff)


def sites():
    """All entries of the table."""
    try:
        first, past = (int(gdb.parse_and_eval(f"(unsigned)&__{end}_set_ktr_site"))
                       for end in ("start", "stop"))
    except gdb.error as error:
        raise Broken("this kernel has no table of its events") from error
    return list(SITE.iter_unpack(kernel_bytes(first, past - first)))


def set_mask(mask):
    """As the kernel's ktr_set_mask(): all CPUs stand still while gdb has the machine."""
    table = sites()
    for at, off, on, _ in table:
        if kernel_bytes(at, len(NOP)) not in (site_code(at, off, on, True),
                                              site_code(at, off, on, False)):
            raise Broken(f"nothing changed: at {at:#x} is none of the trace's instructions; "
                         "a breakpoint that stays in memory?")
    for at, off, on, classes in table:
        gdb.selected_inferior().write_memory(at, site_code(at, off, on, classes & mask))
    gdb.execute(f"set variable ktr_mask = {mask:#x}")


class Trace(Command):
    """The newest events of the trace rings of all CPUs, in order of time: kse-ktr [N], 32 unless
said. `kse-ktr mask` shows which classes are recorded, `kse-ktr mask VALUE` changes it, as
`sysctl debug.ktr.mask=` (command line ktr.mask=) does; setting ktr_mask alone changes nothing."""
    name = "kse-ktr"
    usage = "[N] | mask [VALUE]"
    most_arguments = 2

    def run(self, words):
        if words and words[0] == "mask":
            if len(words) > 1:
                set_mask(word(number(words[1], "mask")))
            print(f"debug.ktr.mask is {word(variable('ktr_mask')):#x}")
            return
        if len(words) > 1:
            raise gdb.GdbError(f"usage: {self.name} {self.usage}")
        count = number(words[0], "count") if words else 32
        if count <= 0:
            raise gdb.GdbError(f"kse-ktr: {count} events cannot be shown")
        events = []
        head = variable("ktr_head")
        for pc in cpus():
            cpu = int(pc["pc_cpuid"])
            events += self.newest(cpu, head["kh_rings"][cpu], int(head["kh_entries"]), count)
        if not events:
            print(f"no events; debug.ktr.mask is {word(variable('ktr_mask')):#x}")
        for _, line in sorted(events, key=lambda event: event[0])[-count:]:
            print(line)

    @staticmethod
    def newest(cpu, ring, size, count):
        """(time, line) of the newest events of one CPU; one that is being written is left out."""
        slots, following = atomic(ring["kr_slots"]), word(atomic(ring["kr_next"]))
        if word(slots) == 0:
            return []
        rate = atomic(variable("cpu_tick_rate")).dereference()
        base, start, scale = (int(rate[name]) for name in ("tr_ticks", "tr_ns", "tr_scale"))
        ring = kernel_bytes(word(slots), size * ENTRY.size)
        found, kinds = [], {}
        for i in range(max(0, following - min(count, size)), following):
            at, tid, ticks, *values = ENTRY.unpack_from(ring, (i & (size - 1)) * ENTRY.size)
            if at == 0:
                continue
            if at not in kinds:
                kind = pointer(at, "ktr_type")
                kinds[at] = text_of(kind["kt_name"]), text_of(kind["kt_text"], 200)
            name, text = kinds[at]
            time = start + ((ticks - base) * scale >> 32)
            found.append((time, f"cpu{cpu} {time // 10**9}.{time % 10**9:09d} tid {tid} {name}: "
                                f"{sentence(text, values)}"))
        return found


Trace()
