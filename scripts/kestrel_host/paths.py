# SPDX-License-Identifier: BSD-2-Clause
# Where things are, and the errors that the tool reports without a traceback.
# Written for Kestrel.
"""Places in the tree, exit statuses, and the tool's own error."""
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
BUILD = os.path.join(ROOT, "build")
KERNEL = os.path.join(BUILD, "kernel")
INITRD = os.path.join(BUILD, "initrd.tar")

# Exit statuses of `kestrel run` that are not the program's own.
EXIT_USAGE = 2
EXIT_PANIC = 70
EXIT_TIMEOUT = 124
EXIT_NOT_EXECUTABLE = 126
EXIT_NOT_FOUND = 127
EXIT_SIGNAL = 128


# Between these lines of a document stands what a run has written.
FIGURES = ("<!-- figures: begin -->", "<!-- figures: end -->")


class ToolError(Exception):
    """Said on one line; ends the tool with `status`."""

    def __init__(self, message, status=EXIT_USAGE):
        super().__init__(message)
        self.status = status


def in_build(*parts):
    """A path below build/."""
    return os.path.join(BUILD, *parts)


def need_artefacts():
    """Build kernel and boot image when there are none; never rebuild what exists."""
    if os.path.exists(KERNEL) and os.path.exists(INITRD):
        return
    print("kestrel: nothing is built yet, running make", file=sys.stderr)
    made = subprocess.run(["make", "-C", ROOT, "--no-print-directory", "kernel", "initrd"],
                          stdout=sys.stderr, check=False)
    if made.returncode != 0:
        raise ToolError("the build failed", 1)


def put_figures(document, text):
    """Put text between the marks of a document."""
    with open(document, encoding="utf-8") as file:
        old = file.read()
    begin, end = (old.find(mark) for mark in FIGURES)
    if not 0 <= begin < end:
        raise ToolError(f"{document}: no {FIGURES[0]} ... {FIGURES[1]}", 1)
    with open(document, "w", encoding="utf-8") as file:
        file.write(f"{old[:begin]}{FIGURES[0]}\n{text}\n{old[end:]}")
