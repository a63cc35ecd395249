# SPDX-License-Identifier: BSD-2-Clause
# What the scripted sessions share: TAP, and the output of commands as lines.
# Written for Kestrel.
"""from gdbtap import ok, run, refuses, done."""
import gdb

COUNT = 0
# Whether the kernel's own stub is at the other end: its threads are the kernel's, not CPUs.
OURS = "CPU#" not in (getattr(gdb.selected_thread(), "details", None) or "")
# Every stop, newest last; gdb tells people of them past any capture.
STOPS = []
gdb.events.stop.connect(STOPS.append)


def ok(holds, what, seen=()):
    """A point; `seen` is shown when it fails."""
    global COUNT
    COUNT += 1
    print(f"{'ok' if holds else 'not ok'} {COUNT} - {what}")
    for line in () if holds else seen:
        print(f"# {line}")


def run(command):
    """The lines that a command prints."""
    return gdb.execute(command, to_string=True).splitlines()


def interrupted():
    """Whether the newest stop is by Ctrl-C."""
    return getattr(STOPS[-1], "stop_signal", None) == "SIGINT"


def names():
    """The functions of the selected thread's frames, innermost first."""
    found, frame = [], gdb.newest_frame()
    while frame is not None:
        found.append(frame.name())
        frame = frame.older()
    return found


def rows(lines):
    """The words of each line."""
    return [line.split() for line in lines]


def refuses(command, words):
    """A point: the command ends with an error that contains the words."""
    try:
        seen = run(command)
    except gdb.error as error:
        ok(words in str(error), f"`{command}` says: {words}", [str(error)])
    else:
        ok(False, f"`{command}` says: {words}", seen)


def done():
    """The plan."""
    print(f"1..{COUNT}")
