# SPDX-License-Identifier: BSD-2-Clause
# Threads that come by the same places, over the kernel's own stub; turns.py is the session.
# Written for Kestrel; prints TAP.
# Program: /tests/planted_busy
# Options: --stub
echo TAP version 13\n

kse-program
tbreak meet
continue
python
import os
import sys
import kse
sys.path.insert(0, os.path.join(os.path.dirname(kse.__file__), "..", "..", "..", "tests", "gdb"))
import turns
end
kse-quit
