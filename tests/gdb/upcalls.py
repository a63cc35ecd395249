# SPDX-License-Identifier: BSD-2-Clause
# Stops at the upcalls of one program, and no longer when told so.
# Written for Kestrel; follow.gdb runs it over QEMU's stub, upcalls_stub.gdb over the kernel's own.
"""Where the first reader of /tests/kse_blocked begins; prints points."""
import gdb

from gdbtap import names, ok, run

entry = int(gdb.parse_and_eval("(unsigned)&ru_upcall"))
run("kse-break-upcall kse_blocked")
lines = run("continue")
ok(any(line.startswith("upcall 1 of KSE ") and "(kse_blocked)" in line for line in lines)
   and int(gdb.newest_frame().pc()) == entry,
   "kse-break-upcall stops at the entry and tells which KSE", lines)
ok(any("km_curthread 0x0" in line for line in lines) and
   any("km_completed" in line for line in lines), "and shows its mailbox", lines)
ok(run("backtrace 1")[0].find("ru_upcall") >= 0, "the frame is the UTS's")
lines = run("continue")
ok(any(line.startswith("upcall ") for line in lines) and int(gdb.newest_frame().pc()) == entry,
   "the next upcall stops there, too", lines)
run("kse-break-upcall off")
gdb.execute("tbreak everyone_blocked")
lines = run("continue")
ok(names()[0] == "everyone_blocked" and not any(line.startswith("upcall ") for line in lines),
   "`off` ends it", lines)
