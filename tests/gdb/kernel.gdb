# SPDX-License-Identifier: BSD-2-Clause
# A session on the kernel: stop at boot, look around, stop again at the first user program.
# Written for Kestrel; prints TAP.
echo TAP version 13\n
echo 1..4\n

hbreak i386_init
continue
python
frame = gdb.selected_frame()
print("ok 1 - the kernel stops at i386_init" if frame.name() == "i386_init"
      else "not ok 1 - the kernel stops at i386_init")
source = frame.find_sal().symtab
print("ok 2 - the frame has a source line" if source and source.filename.endswith(".cpp")
      else "not ok 2 - the frame has a source line")
end
delete

break mi_startup
continue
python
names = []
frame = gdb.newest_frame()
while frame is not None:
    names.append(frame.name())
    frame = frame.older()
print("ok 3 - the backtrace leads to i386_init" if "i386_init" in names
      else "not ok 3 - the backtrace leads to i386_init")
end
delete

break mi_switch
continue
python
thread = gdb.parse_and_eval("thread0.td_proc")
print("ok 4 - thread0 belongs to a process" if int(thread) != 0
      else "not ok 4 - thread0 belongs to a process")
end
kse-quit
