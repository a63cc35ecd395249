# SPDX-License-Identifier: BSD-2-Clause
# A session on an upcall: from the blocking call that makes it into the thread scheduler it enters.
# Written for Kestrel; prints TAP.
# Program: /bin/ksetest -t
echo TAP version 13\n
echo 1..4\n

python
def names():
    found, frame = [], gdb.newest_frame()
    while frame is not None:
        found.append(frame.name())
        frame = frame.older()
    return found

def say(number, holds, what):
    print(f"{'ok' if holds else 'not ok'} {number} - {what}")
end

kse-program
hbreak thread_schedule_upcall
continue
python
chain = names()
say(1, "thread_schedule_upcall" in chain, "an upcall is made where a thread blocks")
print("# " + " < ".join(str(name) for name in chain))
order = [chain.index(name) for name in ("msleep", "syscall") if name in chain]
say(2, len(order) == 2 and order[0] < order[1], "the backtrace leads through msleep to syscall")
end
delete

hbreak uts_upcall
continue
python
say(3, gdb.newest_frame().name() == "uts_upcall", "the upcall enters the thread scheduler")
say(4, int(gdb.parse_and_eval("$cs")) & 3 == 3, "in user mode")
end
kse-quit
