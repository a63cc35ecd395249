# SPDX-License-Identifier: BSD-2-Clause
# An idle system, over QEMU's stub; idle.py is the session.
# Written for Kestrel; prints TAP.
# Program: /tests/planted_deadlock
echo TAP version 13\n

kse-program
python
import os
import sys
import kse
sys.path.insert(0, os.path.join(os.path.dirname(kse.__file__), "..", "..", "..", "tests", "gdb"))
import idle
end
kse-quit
