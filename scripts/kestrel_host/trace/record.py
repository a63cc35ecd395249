# SPDX-License-Identifier: BSD-2-Clause
# What a machine needs for its trace to outlive it: RAM in a file, room for the rings.
# Written for Kestrel.
"""The guest does nothing for it but record: the rings are read when the machine has ended."""
import os
import shutil
import tempfile

from .. import paths
from .memory import Unreadable

# All classes but interrupts (0x40), of which every tick would be one.
MASK = 0x20711889
ENTRY_BYTES = 40
LARGEST = 1 << 20
RING_MIB = 64                   # of all CPUs together, beyond the memory that the guest has anyway


def entries_for(cpus):
    """Slots of each ring: a power of two."""
    entries = 1024
    while entries < LARGEST and 2 * entries * ENTRY_BYTES * cpus <= RING_MIB << 20:
        entries *= 2
    return entries


class Recording:
    """One boot that is traced; with `with`, the memory file is gone afterwards."""

    def __init__(self, options):
        self.path = options.trace
        self._options = options
        self._directory = None
        self._bytes = (options.mem + RING_MIB) << 20
        try:
            with open(self.path, "w", encoding="utf-8"):
                pass
        except OSError as error:
            raise paths.ToolError(f"--trace: {self.path}: {error.strerror}") from error

    def __enter__(self):
        shared = "/dev/shm"
        usable = os.access(shared, os.W_OK) and shutil.disk_usage(shared).free > 2 * self._bytes
        self._directory = tempfile.TemporaryDirectory(prefix="kestrel-ram-",
                                                      dir=shared if usable else None)
        return self

    def __exit__(self, *_):
        self._directory.cleanup()

    def words(self):
        """Words for the kernel's command line."""
        cpus = 1 if self._options.icount == 0 else self._options.cpus
        return [f"debug.ktr.entries={entries_for(cpus)}", f"ktr.mask={MASK:#x}"]

    def _ram(self):
        return os.path.join(self._directory.name, "ram")

    def arguments(self):
        """QEMU's arguments for memory that stays when QEMU goes."""
        return ["-m", str(self._bytes >> 20), "-object",
                f"memory-backend-file,id=ram,size={self._bytes},mem-path={self._ram()},share=on",
                "-machine", "memory-backend=ram"]

    def finish(self, kernel, program):
        """Read what the dead machine recorded and write the trace; the counts of `write`."""
        from . import document
        try:
            return document.convert(self._ram(), kernel, self.path, " ".join(program or []))
        except (Unreadable, FileNotFoundError, ValueError) as error:
            raise paths.ToolError(f"--trace: nothing to write: {error}", 1) from error
