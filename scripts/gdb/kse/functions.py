# SPDX-License-Identifier: BSD-2-Clause
# Convenience functions for expressions and breakpoint conditions.
# Written for Kestrel.
"""$curthread(), $pcpu(), $tid()."""
import gdb

from . import kernel


class CurThread(gdb.Function):
    """struct thread of the selected gdb thread; null while it runs none."""

    def __init__(self):
        super().__init__("curthread")

    def invoke(self):
        """The value."""
        td = kernel.current_thread()
        return kernel.pointer(0 if td is None else kernel.word(td), "thread")


class PCpu(gdb.Function):
    """struct pcpu of the CPU that runs the selected gdb thread; null when none does."""

    def __init__(self):
        super().__init__("pcpu")

    def invoke(self):
        """The value."""
        pc = kernel.current_pcpu()
        return kernel.pointer(0 if pc is None else kernel.word(pc), "pcpu")


class Tid(gdb.Function):
    """td_tid of the selected gdb thread, or of a struct thread: $tid(), $tid(td); 0 for none."""

    def __init__(self):
        super().__init__("tid")

    def invoke(self, td=None):
        """The value."""
        found = kernel.current_thread() if td is None else td
        return 0 if found is None or kernel.word(found) == 0 else int(found["td_tid"])


CurThread()
PCpu()
Tid()
