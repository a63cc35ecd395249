# SPDX-License-Identifier: BSD-2-Clause
# The verb bench: counts guest instructions of each operation and shows them beside the goals.
# Written for Kestrel.
"""Boots the benchmark kernel with virtual time of one instruction a nanosecond, once a program."""
import argparse
import fnmatch
import json
import os
import re
import subprocess
import sys

from . import machine, paths, run
from .bench_table import MEMORY, ROWS

KERNEL = paths.in_build("RELEASE", "kernel.bench")
PLAIN_KERNEL = paths.in_build("RELEASE", "kernel")
PROGRAMS = paths.in_build("root", "bench")
# As the peers were measured: one processor, 512 MiB.
MEMORY_MIB = 512
SMALL_MIB = 64
TIMEOUT = 120.0
# A machine with too little memory says so, or hangs in its firmware.
SMALL_TIMEOUT = 4.0

# What a program needs beside itself: further files of the image, settings of the kernel.
FILES = {"processes": ["nothing"]}
SETTINGS = {"tick": ["kern.hz=10000"]}

_FIGURE = re.compile(r"^bench (\w+) (\d+) (\d+) (\d+) (\d+)$", re.M)
_SKIP = re.compile(r"^skip (\w+) (.*)$", re.M)


def machine_options(program, memory=MEMORY_MIB, icount=0, kernel=KERNEL, cpus=1):
    """A machine for one of the programs; without a program, for what is in the image."""
    add = [f"{os.path.join(PROGRAMS, name)}=/bench/{name}"
           for name in [program] + FILES.get(program, []) if name]
    return argparse.Namespace(
        cpus=cpus, mem=memory, add=add, timeout=TIMEOUT, stall=None, iso=False, trace=None, qemu="",
        settings=list(SETTINGS.get(program, [])), icount=icount, vga=False,
        kernel=kernel)


def _figures(text):
    found = {}
    for key, median, least, most, samples in _FIGURE.findall(text.replace("\r", "")):
        found[key] = {"median": int(median), "least": int(least), "most": int(most),
                      "samples": int(samples)}
    for key, why in _SKIP.findall(text.replace("\r", "")):
        found[key] = {"skipped": why}
    return found


def run_program(program, settings=()):
    """The figures of a program that init starts, with further settings of the kernel."""
    output, console = bytearray(), bytearray()
    options = machine_options(program)
    options.settings += settings
    outcome = run.run_program(options, [f"/bench/{program}"], None, output.extend,
                              console.extend)
    text = output.decode(errors="replace")
    if outcome.status != 0:
        raise paths.ToolError(f"bench: {program}: {outcome.word}\n{text}"
                              f"{console.decode(errors='replace')[-2000:]}", 1)
    return _figures(text)


def _run_first():
    """The figures of the program that takes init's place."""
    output = bytearray()
    options = machine_options("first")
    words = ["console=serial", "debugexit", "init=/bench/first"]
    with machine.Image(options, words) as image:
        run.Session(image, None, lambda _: None, output.extend).wait(options.timeout)
    return _figures(output.decode(errors="replace"))


# ---- memory

def _loaded_size():
    """Bytes of the plain kernel's sections that occupy memory, its symbol table apart."""
    objdump = subprocess.run(["objdump", "-h", PLAIN_KERNEL], capture_output=True, text=True,
                             check=True).stdout
    sections = re.findall(r"^\s*\d+ (\S+)\s+([0-9a-f]{8}) .*\n\s+(.*)$", objdump, re.M)
    return sum(int(size, 16) for name, size, flags in sections
               if "ALLOC" in flags and name != ".ksyms")


def _shell(memory, command, leave_out=None):
    """Output of a shell command on a machine of that size; None when it did not end well."""
    output = bytearray()
    options = machine_options("", memory, None, PLAIN_KERNEL)
    options.timeout = SMALL_TIMEOUT
    options.leave_out = leave_out
    outcome = run.run_program(options, ["/bin/sh", "-c", command], None,
                              output.extend, lambda _: None)
    return output.decode(errors="replace") if outcome.status == 0 else None


def _memory_used():
    """Bytes that are not free while init, a shell and sysctl run, the boot image apart."""
    text = _shell(SMALL_MIB, "sysctl -n vm.stats.total vm.stats.free")
    total, free = (int(word) for word in text.split())
    return (total - free) * 4096 - os.path.getsize(paths.INITRD)


def _memory_least():
    """The smallest number of MiB that runs a command in a shell. The image is the system's alone:
    the tests in it would be most of the memory."""
    for memory in range(2, SMALL_MIB):
        if (_shell(memory, "echo there", "tests/") or "").strip() == "there":
            return memory
    return SMALL_MIB


def _measure_memory(wanted):
    measures = {"kernel_size": lambda: _loaded_size() // 1024,
                "memory_used": lambda: _memory_used() // 1024,
                "memory_least": lambda: _memory_least() * 1024}
    found = {}
    for row in MEMORY:
        if row in wanted:
            value = measures[row.key]()
            found[row.key] = {"median": value, "least": value, "most": value, "samples": 1}
    return found


# ---- tables

def _measure(wanted):
    """Figures by key, for the rows wanted."""
    found = {}
    for program in dict.fromkeys(row.program for row in wanted if row.program):
        found.update(_run_first() if program == "first" else run_program(program))
    found.update(_measure_memory(wanted))
    for row in wanted:
        if row.key not in found:
            raise paths.ToolError(f"bench: {row.program} did not report {row.key}", 1)
    return found


def _number(value):
    return "" if value is None else f"{value:,}"


def _cells(row, figure):
    value = figure.get("median")
    shown = "skipped" if value is None else _number(value)
    ratio = f"{value / row.goal:.2f}" if row.goal and value is not None else ""
    return [row.name, shown, _number(row.goal), ratio, row.linux, row.xv6, row.others, row.floor]


HEADS = ["operation", "Kestrel", "goal", "ratio", "Linux 6.1", "xv6", "others", "floor"]


def plain(table, numbers=range(1, 4)):
    """The table as lines; the columns of numbers are flush right."""
    widths = [max(len(line[column]) for line in table) for column in range(len(table[0]))]
    lines = []
    for line in table:
        cells = [cell.rjust(width) if column in numbers else cell.ljust(width)
                 for column, (cell, width) in enumerate(zip(line, widths))]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def _markdown(table):
    lines = ["| " + " | ".join(line) + " |" for line in table]
    lines.insert(1, "|---|--:|--:|--:|---|---|---|---|")
    return "\n".join(lines)


def need_parts():
    """Build what is missing; never rebuild what exists."""
    paths.need_artefacts()
    if all(os.path.exists(path) for path in (KERNEL, PLAIN_KERNEL, PROGRAMS)):
        return
    made = subprocess.run(["make", "-C", paths.ROOT, "--no-print-directory", "bench-parts"],
                          stdout=sys.stderr, check=False)
    if made.returncode != 0:
        raise paths.ToolError("the build failed", 1)


def _matches(row, patterns):
    return not patterns or any(pattern in row.key or pattern in row.name or
                               fnmatch.fnmatchcase(row.key, pattern) for pattern in patterns)


def bench(options):
    """The verb."""
    wanted = [row for row in ROWS + MEMORY if _matches(row, options.patterns)]
    if not wanted:
        raise paths.ToolError("no operation matches", 1)
    need_parts()
    found = _measure(wanted)
    table = [HEADS] + [_cells(row, found[row.key]) for row in wanted]
    if options.json:
        print(json.dumps({row.key: {"name": row.name, "goal": row.goal, "linux": row.linux,
                                    "xv6": row.xv6, "others": row.others, **found[row.key]}
                          for row in wanted}, indent=2))
    elif options.document:
        paths.put_figures(options.document, _markdown(table))
    else:
        print(plain(table))
        for row in wanted:
            if "skipped" in found[row.key]:
                print(f"{row.key}: {found[row.key]['skipped']}")
    return 0
