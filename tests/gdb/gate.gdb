# SPDX-License-Identifier: BSD-2-Clause
# Steps through the older system call gate, lcall, which leaves a step's flags as they are.
# Written for Kestrel; prints TAP.
# Program: /tests/abi
# Options: --stub
echo TAP version 13\n

kse-program
tbreak getpid
continue
python
import os
import sys
import kse
sys.path.insert(0, os.path.join(os.path.dirname(kse.__file__), "..", "..", "..", "tests", "gdb"))
from gdbtap import done, names, ok, run

WAYS = []

def steps_to(name):
    """Whether at most 40 steps lead to a function; the backtraces on the way are in WAYS."""
    for _ in range(40):
        run("stepi")
        WAYS.append(names())
        if names()[0] == name:
            return True
    return False

ok(steps_to("Xlcall_syscall"), "a step over lcall is the kernel's first instruction", names())
ok(steps_to("Xint0x80_syscall") and steps_to("syscall"), "steps lead on to syscall", names())
lost = [way for way in WAYS if "getpid" not in way or way[-1] != "main"]
ok(len(WAYS) > 20 and not lost, "from each of them the backtrace leads back into the program", lost)
frame = gdb.parse_and_eval("*$curthread()->td_frame")
ok(int(frame["tf_eflags"]) & 0x300 == 0x200, "user mode's flags have no step, and interrupts",
   [str(frame["tf_eflags"])])
pid = int(gdb.parse_and_eval("$curthread()->td_proc->p_pid"))
gdb.execute(f"tbreak *{int(frame['tf_eip']):#x}")
run("continue")
ok(names()[0] == "getpid" and int(gdb.parse_and_eval("$eax")) == pid, "and back comes the answer",
   names())
ok(int(gdb.parse_and_eval("(int)$eflags")) & 0x300 == 0x200, "with the flags that were")
done()
end
kse-quit
