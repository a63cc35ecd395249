# SPDX-License-Identifier: BSD-2-Clause
# Fifty blocked threads, over the kernel's own stub; fifty.py is the session.
# Written for Kestrel; prints TAP.
# Program: /tests/kse_blocked
# Options: --stub
echo TAP version 13\n

kse-program
tbreak everyone_blocked
continue
python
import os
import sys
import kse
sys.path.insert(0, os.path.join(os.path.dirname(kse.__file__), "..", "..", "..", "tests", "gdb"))
import fifty
end
kse-quit
