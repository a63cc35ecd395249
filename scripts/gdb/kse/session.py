# SPDX-License-Identifier: BSD-2-Clause
# Commands that move a session on: to a panic, to a program's start, to the end.
# Written for Kestrel.
"""kse-panic, kse-program, kse-quit."""
import gdb

from .kernel import Command


class Panic(Command):
    """Run until the kernel panics, then show where."""
    name = "kse-panic"
    most_arguments = 0

    def run(self, words):
        gdb.execute("break panic")
        gdb.execute("continue")
        gdb.execute("backtrace")


class Program(Command):
    """From boot, run until the program of `kestrel debug PROG` has been loaded and is to start.
All programs are linked at one address: a breakpoint set before would stop init as well."""
    name = "kse-program"
    most_arguments = 0

    def run(self, words):
        for place in ("exec_setregs", "exec_setregs", "*entry"):
            gdb.execute(f"tbreak {place}")
            gdb.execute("continue")


class Quit(Command):
    """End the machine. The stub may close the line before gdb has its answer; that is no error."""
    name = "kse-quit"
    most_arguments = 0

    def run(self, words):
        try:
            gdb.execute("kill")
        except gdb.error:
            pass


Panic()
Program()
Quit()
