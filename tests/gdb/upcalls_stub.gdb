# SPDX-License-Identifier: BSD-2-Clause
# Upcalls of one program, over the kernel's own stub; upcalls.py is the session.
# Written for Kestrel; prints TAP.
# Program: /tests/kse_blocked
# Options: --stub
echo TAP version 13\n

kse-program
tbreak reader
continue
python
import os
import sys
import kse
sys.path.insert(0, os.path.join(os.path.dirname(kse.__file__), "..", "..", "..", "tests", "gdb"))
import gdbtap
import upcalls
gdbtap.done()
end
kse-quit
