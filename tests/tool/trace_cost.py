# SPDX-License-Identifier: BSD-2-Clause
# What the kernel trace costs where it is compiled in: nothing but nops, and little when it is on.
# Written for Kestrel; counts instructions, never time.
"""TAP on stdout."""
import struct
import sys

from kestrel_host import bench, paths
from kestrel_host.trace.memory import symbol
from lib.expect import equal, main

# More instructions that a thread switch may need while it is recorded.
SWITCH_MOST = 150
SCHED, KSE, SLEEP, SYSC = 0x20000000, 0x00100000, 0x00400000, 0x800
NOP, CALL = bytes((0x0f, 0x1f, 0x44, 0x00, 0x00)), 0xe8
KERNELS = (paths.in_build("kernel"), paths.in_build("RELEASE", "kernel"), bench.KERNEL)


class Image:
    """The bytes of a linked kernel by their addresses."""

    def __init__(self, path):
        with open(path, "rb") as file:
            self.data = file.read()
        table, = struct.unpack_from("<I", self.data, 28)
        size, count = struct.unpack_from("<HH", self.data, 42)
        self.segments = [struct.unpack_from("<IIIIII", self.data, table + i * size)
                         for i in range(count)]

    def read(self, at, size):
        """What is loaded there."""
        for _, offset, address, _, length, _ in self.segments:
            if address <= at and at + size <= address + length:
                start = offset + at - address
                return self.data[start:start + size]
        raise AssertionError(f"{at:#x} is in no segment")


def sites(path):
    """(address, call when off, target, classes, code) of each event of a kernel."""
    image = Image(path)
    first, past = (symbol(path, f"__{end}_set_ktr_site") for end in ("start", "stop"))
    for entry in struct.iter_unpack("<IIII", image.read(first, past - first)):
        yield *entry, image.read(entry[0], 5)


def an_event_that_nobody_wants_is_one_instruction():
    for path in KERNELS:
        found = list(sites(path))
        assert len(found) > 50, (path, len(found))
        equal(len({at for at, *_ in found}), len(found))
        for at, off, on, classes, code in found:
            assert classes != 0 and on != 0, (path, hex(at))
            call = struct.pack("<BI", CALL, (off - at - 5) & 0xffffffff)
            equal((path, hex(at), code), (path, hex(at), call if off else NOP))


def entries_of_the_kernel_and_the_switch_cost_nothing_when_off():
    for path in KERNELS:
        replaced = {off for _, off, *_ in sites(path) if off}
        equal((path, {symbol(path, name) for name in
                      ("syscall", "trap", "intr_dispatch", "choosethread")}), (path, replaced))


def instructions(program, key, mask):
    """The median of one figure with these classes recorded."""
    return bench.run_program(program, [f"ktr.mask={mask:#x}"])[key]["median"]


def a_recorded_switch_needs_few_more_instructions():
    off = instructions("switches", "thread_switch", 0)
    for mask in (SCHED, SCHED | KSE | SLEEP):
        more = instructions("switches", "thread_switch", mask) - off
        # Nothing more would be nothing recorded.
        assert 0 < more < SWITCH_MOST, (hex(mask), off, more)


def recording_one_class_costs_the_others_nothing():
    off = instructions("switches", "thread_switch", 0)
    equal(instructions("switches", "thread_switch", SYSC | SLEEP), off)
    off = instructions("calls", "null_call", 0)
    equal(instructions("calls", "null_call", SCHED | KSE | SLEEP), off)
    assert instructions("calls", "null_call", SYSC) > off


bench.need_parts()
sys.exit(main(
    an_event_that_nobody_wants_is_one_instruction,
    entries_of_the_kernel_and_the_switch_cost_nothing_when_off,
    a_recorded_switch_needs_few_more_instructions,
    recording_one_class_costs_the_others_nothing,
))
