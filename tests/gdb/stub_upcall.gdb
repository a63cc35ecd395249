# SPDX-License-Identifier: BSD-2-Clause
# A session over the kernel's own stub: threads, a watched KSE, and step by step into a system call.
# Written for Kestrel; prints TAP.
# Program: /bin/ksetest -t
# Options: --stub --cpus 1
echo TAP version 13\n
echo 1..12\n

python
def say(number, holds, what):
    print(f"{'ok' if holds else 'not ok'} {number} - {what}")

def chain():
    found, frame = [], gdb.newest_frame()
    while frame is not None:
        found.append(frame.name())
        frame = frame.older()
    return found

def threads():
    return {thread.ptid[1]: thread.name for thread in gdb.selected_inferior().threads()}

say(1, any("gdb_start" in name for name in chain()), "the kernel waits at boot for gdb")
end

# Hardware: all programs are linked at one address, and the page is not there yet.
hbreak thread_schedule_upcall_with
continue
python
say(2, chain()[0] == "thread_schedule_upcall_with" and "syscall" in chain(),
    "a breakpoint stops a thread that blocks, with its backtrace to the system call")
gdb.execute("info threads", to_string=True)
names = list(threads().values())
say(3, {"kernel", "init", "ksetest"} <= set(names) and names.count("idle") >= 1,
    "every thread of every process is a thread of gdb's")
traced = asleep = 0
stopped = gdb.selected_thread()
for thread in gdb.selected_inferior().threads():
    thread.switch()
    traced += 1 if len(chain()) >= 1 and gdb.newest_frame().pc() != 0 else 0
    if thread.name in ("tty", "sigpost", "schedcpu"):
        asleep += {"mi_switch", "sleep_on", "fork_trampoline"} <= set(chain())
stopped.switch()
say(4, asleep == 3, "a thread that is switched out has its backtrace")
say(5, traced == len(gdb.selected_inferior().threads()), "each one has registers")
end
delete

python
# A KSE is lent where ke_bound gets an owner.
kse = int(gdb.parse_and_eval("(unsigned long)ke"))
gdb.execute(f"watch ((struct kse *){kse})->ke_bound")
gdb.execute("continue")
say(6, int(gdb.parse_and_eval(f"(unsigned long)((struct kse *){kse})->ke_bound")) != 0,
    "a hardware watchpoint sees ke_bound change: " + str(chain()[0]))
gdb.execute("delete")

# From a user thread's system call, one instruction at a time.
entry = int(gdb.parse_and_eval("(unsigned long)&__sys_nanosleep"))
gdb.execute("hbreak uts_upcall")
gdb.execute("continue")
gdb.execute("delete")
say(7, int(gdb.parse_and_eval("$cs")) & 3 == 3, "the upcall enters the thread scheduler")

code = bytes(gdb.selected_inferior().read_memory(entry, 16))
gdb.execute(f"hbreak *{entry + code.index(bytes((0xcd, 0x80)))}")
gdb.execute("continue")
gdb.execute("delete")
gdb.execute("stepi")
say(8, gdb.newest_frame().name() == "Xint0x80_syscall",
    "a step over int $0x80 is at the kernel's first instruction")
for count in range(100):
    gdb.execute("stepi", to_string=True)
    if gdb.newest_frame().name() == "syscall":
        break
say(9, gdb.newest_frame().name() == "syscall", "stepping leads on to syscall")
print(f"# {count} steps, now in {gdb.newest_frame().name()}")

# The trace, switched on while everything stands still, with a breakpoint at one of its events that
# stays in memory: gdb hides it from those who read, the stub tells.
from kse import ktr
from kse.kernel import kernel_bytes
sched = 0x20000000
at, off, on, _ = [site for site in ktr.sites() if site[3] == sched and site[1] == 0][0]
def in_memory():
    told = gdb.execute(f"maint packet m{at:x},5", to_string=True)
    return bytes.fromhex(told.split('received: "')[1].split('"')[0])
gdb.execute("set breakpoint always-inserted on")
gdb.execute(f"break *{at}")
gdb.execute("kse-ktr mask 0x20000000")
jump = ktr.site_code(at, off, on, True)
held = in_memory()
gdb.execute("delete")
say(10, held == b"\xcc" + jump[1:] and in_memory() == jump,
    f"kse-ktr mask writes under a breakpoint: {held.hex()}, then {in_memory().hex()}")
gdb.execute("set breakpoint always-inserted off")
say(11, all(kernel_bytes(site[0], 5) == ktr.site_code(*site[:3], site[3] & sched)
            for site in ktr.sites()), "kse-ktr mask changes the kernel's code")
gdb.execute("tbreak cpu_activate")
gdb.execute("continue")
lines = gdb.execute("kse-ktr 1", to_string=True).splitlines()
say(12, len(lines) == 1 and " switch: thread " in lines[0], f"which then records: {lines}")
end
kse-quit
