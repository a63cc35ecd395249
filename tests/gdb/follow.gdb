# SPDX-License-Identifier: BSD-2-Clause
# Following threads: upcalls of one program, the trace, one thread's return.
# Written for Kestrel; prints TAP.
# Program: /tests/kse_blocked
echo TAP version 13\n

python
import os
import sys
import kse
sys.path.insert(0, os.path.join(os.path.dirname(kse.__file__), "..", "..", "..", "tests", "gdb"))
from gdbtap import done, ok, refuses, run
end
kse-program
python
from kse import ktr
from kse.kernel import atomic, kernel_bytes, word

# ---- What is recorded.
table = ktr.sites()
def codes():
    return [kernel_bytes(at, 5) for at, *_ in table]
def wanted(mask):
    return [ktr.site_code(at, off, on, classes & mask) for at, off, on, classes in table]

ok(len(table) > 50 and codes() == wanted(0), "nothing is recorded until somebody wants it")
at = table[0][0]
gdb.selected_inferior().write_memory(at + 1, b"\x90")
refuses("kse-ktr mask 0x20701000", "nothing changed")
ok(codes()[1:] == wanted(0)[1:] and run("kse-ktr mask") == ["debug.ktr.mask is 0x0"],
   "nor is it while the code is not the trace's")
gdb.selected_inferior().write_memory(at, wanted(0)[0])
ok(run("kse-ktr mask 0x20701000") == ["debug.ktr.mask is 0x20701000"] and
   codes() == wanted(0x20701000), "kse-ktr mask changes the code of its classes, and no other")
end
tbreak reader
continue
python

me = int(gdb.parse_and_eval("$tid()"))

# ---- Upcalls of one program.
import upcalls

# ---- The trace of how it came to this.
# All that the rings hold: where the newest come from depends on how busy the host is.
head = gdb.parse_and_eval("ktr_head")
counts = {f"cpu{cpu}": min(word(atomic(head["kh_rings"][cpu]["kr_next"])), word(head["kh_entries"]))
          for cpu in range(2)}
lines = run(f"kse-ktr {sum(counts.values())}")
times = [line.split()[1] for line in lines]
ok(times == sorted(times, key=float), "kse-ktr merges by time", lines[:5])
shown = [line.split()[0] for line in lines]
# A CPU that was stopped while it wrote an event has one that cannot be shown yet, or two.
ok(all(count - 2 <= shown.count(cpu) <= count for cpu, count in counts.items()) and
   sum(counts.values()) > 200, "the events of both CPUs", [str(counts)] + lines[:5])
ok(not any("{" in line or "}" in line for line in lines), "every event is formatted", lines)
ok(any(" lend" in line or "give back: KSE " in line for line in lines),
   "KSEs that are lent and come back are among them", lines)
ok(len(run("kse-ktr 7")) == 7, "no more than asked for")
run("kse-ktr mask 0")
ok(codes() == wanted(0), "kse-ktr mask 0 ends it")

# ---- One thread's way back to user mode.
gdb.execute(f"break thread_userret if td->td_tid == {me}")
lines = run("continue")
ok(int(gdb.parse_and_eval("td->td_tid")) == me and gdb.newest_frame().name() == "thread_userret",
   "a condition stops in thread_userret for one thread", lines)
ok(int(gdb.parse_and_eval("$tid()")) == me, "which $tid() names")
gdb.execute("delete")
done()
end
kse-quit
