# SPDX-License-Identifier: BSD-2-Clause
# kestrel run and the ISO image with a shell on the console: a session as a user would have it.
# Written for Kestrel.
"""TAP on stdout."""
import sys
import time

from kestrel_host import paths
from lib.console import Console, control
from lib.expect import KESTREL, main

PROMPT = b"# "
QUIT = b"\x01x"


def converse(console):
    """What the shell must be able to do."""
    console.expect(PROMPT)
    console.type(b"echo one two\n")
    console.expect(b"echo one two\n")           # the echo of what was typed
    console.expect(b"one two\n")
    console.expect(PROMPT)
    console.type(b"ls /bin\n")
    console.expect(b"cat")
    console.expect(PROMPT)
    console.type(b"ech\x08\x7fcho x\x15echo mended\n")
    console.expect(b"\nmended\n")
    console.expect(PROMPT)


def interrupts_and_stops_work_at_the_console():
    with Console([KESTREL, "run"]) as console:
        console.expect(PROMPT)
        console.type(b"echo unfinished")
        console.expect(b"unfinished")
        console.type(control("C"))
        console.expect(b"^C\n")
        console.expect(PROMPT)                  # the shell itself lives on
        console.type(b"sleep 1000\n")
        console.expect(b"sleep 1000\n")
        time.sleep(0.3)
        console.type(control("C"))
        console.expect(PROMPT)
        console.type(b"echo status $?\n")
        console.expect(b"\nstatus 130\n")
        console.expect(PROMPT)
        console.type(b"sleep 1000 | cat\n")
        console.expect(b"cat\n")
        time.sleep(0.3)
        console.type(control("\\"))
        console.expect(PROMPT)
        console.type(b"echo status $?\n")
        console.expect(b"\nstatus 131\n")
        console.expect(PROMPT)
        console.type(QUIT)
        assert console.end() == 0


def jobs_stop_and_go_on():
    with Console([KESTREL, "run"]) as console:
        console.expect(PROMPT)
        console.type(b"sleep 4 | cat\n")
        console.expect(b"cat\n")
        time.sleep(0.3)
        console.type(control("Z"))
        console.expect(b"[1] stopped\tsleep 4 | cat")
        console.expect(PROMPT)
        console.type(b"jobs\n")
        console.expect(b"[1] stopped")
        console.expect(PROMPT)
        console.type(b"bg\n")
        console.expect(b"[1] sleep 4 | cat &")
        console.expect(PROMPT)
        console.type(b"jobs\n")
        console.expect(b"[1] running")
        console.expect(PROMPT)
        console.type(b"fg %1\n")
        console.expect(b"sleep 4 | cat")
        console.expect(PROMPT)                  # the sleep was over
        console.type(b"cat &\n")               # reads in the background
        console.expect(PROMPT)
        time.sleep(0.3)
        console.type(b"jobs\n")
        console.expect(b"[1] stopped\tcat")
        console.expect(PROMPT)
        console.type(b"fg\n")
        console.expect(b"cat")
        console.type(b"to the job\n")
        console.expect(b"to the job\n")        # the echo
        console.expect(b"to the job\n")
        console.type(control("D"))
        console.expect(PROMPT)
        console.type(b"sleep 1000 &\n")
        console.expect(PROMPT)
        console.type(control("C"))              # for the foreground: the shell
        console.expect(PROMPT)
        console.type(b"jobs\n")
        console.expect(b"[1] running\tsleep 1000")
        console.expect(PROMPT)
        console.type(QUIT)
        assert console.end() == 0


def a_shell_answers_on_the_console():
    with Console([KESTREL, "run"]) as console:
        converse(console)
        console.type(QUIT)
        assert console.end() == 0


def the_iso_image_boots_to_the_same_shell():
    machine = ["qemu-system-i386", "-m", "64", "-display", "none", "-serial", "mon:stdio", "-net",
               "none", "-no-reboot", "-cdrom", paths.in_build("kestrel.iso"), "-boot", "d"]
    with Console(machine) as console:
        converse(console)
        console.type(QUIT)
        assert console.end() == 0


def the_iso_menu_runs_the_self_tests():
    machine = ["qemu-system-i386", "-m", "64", "-display", "none", "-serial", "mon:stdio", "-net",
               "none", "-no-reboot", "-device", "isa-debug-exit,iobase=0xf4,iosize=0x04",
               "-cdrom", paths.in_build("kestrel.iso"), "-boot", "d"]
    with Console(machine) as console:
        console.expect(b"self-tests")
        console.type(b"t")                      # the entry's hotkey
        console.expect(b"TAP version 13\n")
        console.expect(b"ok 1 ")
        console.type(QUIT)
        assert console.end() == 0


sys.exit(main(
    a_shell_answers_on_the_console,
    interrupts_and_stops_work_at_the_console,
    jobs_stop_and_go_on,
    the_iso_image_boots_to_the_same_shell,
    the_iso_menu_runs_the_self_tests,
))
