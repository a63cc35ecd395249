# SPDX-License-Identifier: BSD-2-Clause
# A session on a user program: its symbols are loaded, a breakpoint in main stops it.
# Written for Kestrel; prints TAP.
# Program: /bin/echo one two
echo TAP version 13\n
echo 1..2\n

kse-program
tbreak main
continue
python
print("ok 1 - the program stops in main" if gdb.selected_frame().name() == "main"
      else "not ok 1 - the program stops in main")
count = int(gdb.parse_and_eval("argc"))
print("ok 2 - main has its arguments" if count == 3 else f"not ok 2 - main has its arguments")
end
kse-quit
