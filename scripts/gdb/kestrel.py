# SPDX-License-Identifier: BSD-2-Clause
# What every debugging session of Kestrel starts with: settings, commands, printers.
# Written for Kestrel; read by `kestrel debug`, never from a home directory.
"""gdb -x scripts/gdb/kestrel.py build/kernel: nothing here depends on what is behind the stub."""
import os
import sys

import gdb

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))

# pylint: disable=wrong-import-position,unused-import
from kse import (backtrace, functions, ktr, listing, locks, mailbox, printers,  # noqa: E402,F401
                 queues, session, upcalls, zones)

for setting in ("confirm off", "pagination off", "print pretty on", "print static-members off",
                "architecture i386", "mem inaccessible-by-default off",
                "dcache line-size 256"):
    gdb.execute(f"set {setting}", to_string=True)
# While the machine stands still the kernel's memory is read once, in pieces worth a packet each:
# over the kernel's own stub a table of threads takes a tenth of the time.
gdb.execute("mem 0xc0000000 0 rw cache", to_string=True)
