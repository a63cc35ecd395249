# SPDX-License-Identifier: BSD-2-Clause
# Names for the kernel's entries in backtraces, and unwinding threads off the CPU.
# Written for Kestrel. No register is written: gdb is told that frame 0 was called by the thread.
"""Past the entries gdb finds its way by their call frame information, as past a signal handler."""
import gdb
from gdb.FrameDecorator import FrameDecorator
from gdb.unwinder import Unwinder, register_unwinder

from .kernel import (FRAME_BYTES, FRAME_GAP, KERNBASE, SEL_RPL_MASK, Broken, kernel_word,
                     stack_bounds, word)

ORDER = ("fs", "es", "ds", "edi", "esi", "ebp", "isp", "ebx", "edx", "ecx", "eax", "trapno", "err",
         "eip", "cs", "eflags", "esp", "ss")
GENERAL = ("eax", "ecx", "edx", "ebx", "ebp", "esi", "edi")
FRAMES_MOST = 128


class _FrameId:
    """What names a frame to gdb."""

    def __init__(self, sp, pc):
        self.sp, self.pc = gdb.Value(sp), gdb.Value(pc)


def trapframe_at(address):
    """A trapframe's registers by name; esp of one from the kernel is what it was."""
    frame = {name: kernel_word(address + 4 * i) for i, name in enumerate(ORDER[:-2])}
    if frame["cs"] & SEL_RPL_MASK:
        frame["esp"], frame["ss"] = (kernel_word(address + FRAME_BYTES - at) for at in (8, 4))
    else:
        frame["esp"] = address + FRAME_BYTES - 8
    return frame


def symbol_address(name):
    """The address of a label, or None."""
    try:
        return word(gdb.parse_and_eval(f"(unsigned)&{name}"))
    except gdb.error:
        return None


class SavedUnwinder(Unwinder):
    """From frame 0 to the registers of a thread that is off the CPU."""

    def __init__(self):
        super().__init__("kestrel")
        self.begin = None       # registers of the frame "above" frame 0, while kse-bt looks
        self.live = None

    def __call__(self, pending):
        pc = word(pending.read_register("eip"))
        sp = word(pending.read_register("esp"))
        if self.begin is None or (pc, sp) != self.live:
            return None
        return self.info(pending, self.begin, _FrameId(self.begin["esp"] - 4, pc))

    @staticmethod
    def info(pending, registers, frame_id):
        """What gdb is told."""
        info = pending.create_unwind_info(frame_id)
        for name in GENERAL + ("esp", "eip"):
            if name in registers:
                kind = pending.read_register(name).type
                info.add_saved_register(name, gdb.Value(registers[name]).cast(kind))
        return info


UNWINDER = SavedUnwinder()
register_unwinder(None, UNWINDER, replace=True)


class _Named(FrameDecorator):
    """A frame by its plain name; gdb would call a kernel entry a signal handler."""

    def function(self):
        """The name, without types."""
        return self.inferior_frame().name() or "??"

    def line(self):
        """Of the source, in entries too."""
        return self.inferior_frame().find_sal().line or None


class PlainNames:
    """The frame filter for it."""
    name = "kestrel"
    enabled = True
    priority = 100

    def filter(self, frames):
        """Each frame but the caller of a thread's first function, which is address 0."""
        for frame in frames:
            inner = frame.inferior_frame()
            if inner.pc() != 0 or inner.level() == 0:
                yield _Named(frame)


gdb.frame_filters[PlainNames.name] = PlainNames()


def saved_registers(td):
    """Registers of a thread that is off the CPU, as cpu_switch left them."""
    pcb = td["td_pcb"]
    low, high = stack_bounds(td)
    if not low <= word(pcb) < high:
        raise Broken(f"thread {int(td['td_tid'])} has no pcb on its stack")
    sp = word(pcb["pcb_esp"])
    if not low <= sp < high:
        raise Broken(f"thread {int(td['td_tid'])} has never been switched out")
    registers = {name: word(pcb["pcb_" + name]) for name in ("ebx", "ebp", "esi", "edi", "eip")}
    return dict(registers, esp=sp + 4)


def _walk(frame):
    found = []
    while frame is not None and len(found) < FRAMES_MOST:
        found.append(frame)
        try:
            frame = frame.older()
        except gdb.error:
            break
    return found


class kernel_frames:            # a context: the frames are gone when it ends
    """gdb's frames of a thread in the kernel, innermost first: of the selected gdb thread, or from
the given registers."""

    def __init__(self, registers=None):
        self.registers = registers

    def __enter__(self):
        if self.registers is None:
            return _walk(gdb.newest_frame())
        newest = gdb.newest_frame()
        UNWINDER.live = word(newest.read_register("eip")), word(newest.read_register("esp"))
        UNWINDER.begin = self.registers
        gdb.invalidate_cached_frames()
        return _walk(gdb.newest_frame())[1:]

    def __exit__(self, *_):
        UNWINDER.begin = UNWINDER.live = None
        gdb.invalidate_cached_frames()


def user_frame(td):
    """Registers at a thread's last entry from user mode, or None: it has no user half."""
    if word(td["td_proc"]["p_vmspace"]) == 0 or word(td["td_pcb"]) == 0:
        return None
    frame = trapframe_at(word(td["td_pcb"]) - FRAME_GAP - FRAME_BYTES)
    return frame if frame["cs"] & SEL_RPL_MASK == SEL_RPL_MASK else None
