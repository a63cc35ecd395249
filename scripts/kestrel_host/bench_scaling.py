# SPDX-License-Identifier: BSD-2-Clause
# kestrel bench --scaling: how much faster two processors are than one at the same work.
# Written for Kestrel.
"""Runs tests/bench/scaling on a machine of two processors, each a thread of the host."""
import glob
import json
import os
import re
from typing import NamedTuple

from . import bench, machine, paths, run


class Scale(NamedTuple):
    """A kind of work: its key in the program's output, its name, the ratio to reach."""
    key: str
    name: str
    goal: float


SCALES = [
    Scale("calls", "independent system calls of two processes", 1.7),
    Scale("compute", "arithmetic of two KSEs of one process", 1.9),
]
CPUS = 2
# Some twenty seconds on an idle host.
TIMEOUT = 300.0

_DONE = re.compile(rb"bench (\w+)_([12]) (\d+) \d+ \d+ 1\r?\n|bench ready .*\n")
HEADS = ["work", "2 CPUs against 1", "goal", "1 CPU, ms", "2 CPUs, ms", "by the clock", "runs"]


def _threads(process):
    """Nanoseconds on a CPU of the host, by thread of QEMU."""
    used = {}
    for path in glob.glob(f"/proc/{process}/task/*/schedstat"):
        try:
            with open(path, encoding="ascii") as file:
                used[path] = int(file.read().split()[0])
        except OSError:
            pass        # the thread has ended
    return used


class _Meter:
    """Takes times as the program reports work done; it begins the next when it gets a byte."""

    def __init__(self, go):
        self.process = None
        self.output = bytearray()
        self.busiest, self.clock = {}, {}
        self._go = go
        self._before = {}
        self._seen = 0

    def on_output(self, data):
        """What the program has printed."""
        self.output.extend(data)
        while done := _DONE.search(self.output, self._seen):
            self._seen = done.end()
            self._take(done)
            self._before = _threads(self.process)
            os.write(self._go, b"\n")

    def _take(self, done):
        if done[1] is None:
            return
        what = done[1].decode(), int(done[2])
        spent = [used - self._before.get(path, 0)
                 for path, used in _threads(self.process).items()]
        self.busiest.setdefault(what, []).append(max(spent) / 1e6)
        self.clock.setdefault(what, []).append(int(done[3]) / 1e3)


def _run():
    """The meter of a whole run."""
    options = bench.machine_options("scaling", icount=None, kernel=bench.PLAIN_KERNEL, cpus=CPUS)
    wait, go = os.pipe()
    meter, console = _Meter(go), bytearray()
    try:
        with machine.Image(options, run.PROGRAM_WORDS) as image:
            image.set_argv(["/bench/scaling"])
            session = run.Session(image, wait, meter.on_output, console.extend)
            meter.process = session.process.pid
            outcome = session.wait(TIMEOUT)
    finally:
        os.close(go)
    if outcome.status != 0:
        raise paths.ToolError(
            f"bench: scaling: {outcome.word}\n{meter.output.decode(errors='replace')}"
            f"{console.decode(errors='replace')[-2000:]}", 1)
    return meter


def _measure():
    """By key: the least times with one processor and with two, and their ratio."""
    meter = _run()
    found = {}
    for scale in SCALES:
        one, two = (min(meter.busiest[scale.key, cpus]) for cpus in (1, CPUS))
        clock_one, clock_two = (min(meter.clock[scale.key, cpus]) for cpus in (1, CPUS))
        found[scale.key] = {"ratio": one / two, "one": one, "two": two,
                            "by_clock": clock_one / clock_two,
                            "runs": len(meter.busiest[scale.key, CPUS])}
    return found


def _cells(scale, figure):
    return [scale.name, f"{figure['ratio']:.2f}", f"{scale.goal:.1f}", f"{figure['one']:.0f}",
            f"{figure['two']:.0f}", f"{figure['by_clock']:.2f}", str(figure["runs"])]


def scaling(options):
    """The verb's other form."""
    bench.need_parts()
    found = _measure()
    if options.json:
        print(json.dumps({scale.key: {"name": scale.name, "goal": scale.goal, **found[scale.key]}
                          for scale in SCALES}, indent=2))
        return 0
    print(bench.plain([HEADS] + [_cells(scale, found[scale.key]) for scale in SCALES],
                      range(1, len(HEADS))))
    return 0
