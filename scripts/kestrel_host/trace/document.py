# SPDX-License-Identifier: BSD-2-Clause
# The trace file: Chrome's JSON with a part of our own; docs/trace-format.md describes it.
# Written for Kestrel.
"""Events and steps go to the file as they come: there may be a million."""
import json
import tempfile

from .memory import Memory, symbol
from .replay import Replay
from .rings import Trace
from .timeline import Timeline

VERSION = 1


class List:
    """The elements of a JSON array, in a temporary file."""

    def __init__(self):
        self.count = 0
        self._file = tempfile.TemporaryFile("w+", encoding="utf-8")

    def append(self, element):
        """One more."""
        self._file.write((",\n" if self.count else "") + json.dumps(element, separators=(",", ":")))
        self.count += 1

    def copy_to(self, out):
        """All of them."""
        self._file.seek(0)
        while part := self._file.read(1 << 20):
            out.write(part)
        self._file.close()


class Summary:
    """What was written."""

    def __init__(self, trace, replay, steps):
        self.steps = steps
        self.lost = trace.lost
        self.compared = replay.compared
        self.differences = replay.differences


def _follow(trace, steps, events):
    """Replay the whole trace; the replay, and the times of the first and the last event."""
    replay = Replay()
    timeline = Timeline(replay, events.append)
    start = end = 0
    for record in trace.events():
        ns, cpu, tid, kind, values = record
        if start == 0:
            start = ns
        end = max(end, ns)
        replay.apply(cpu, kind, values)
        changes = replay.state.take()
        # Step 0 is the beginning, written last.
        step = steps.count + 1
        steps.append([ns, cpu, tid, kind.index, kind.sentence(values), changes])
        timeline.event(record, changes, step)
    timeline.finish(end)
    return replay, start, end


def convert(ram, kernel, path, program):
    """From the RAM of a dead machine to a trace file; the Summary. Unreadable when there is no
    trace."""
    memory = Memory(ram)
    trace = Trace(memory, symbol(kernel, "ktr_head"))
    steps, events = List(), List()
    replay, start, end = _follow(trace, steps, events)
    begin = trace.add_type("begin", "the trace begins", ("general", "kern/kern_ktr.cpp", 0, ""))
    text = f"the trace begins; {trace.lost} earlier events were lost" if trace.lost else \
        "the trace begins"
    first = [start, 0, 0, begin.index, text, replay.unknown if trace.lost else []]
    kestrel = {"version": VERSION, "program": program, "cpus": trace.cpus, "lost": trace.lost,
               "start": start, "end": end, "compared": replay.compared,
               "differences": replay.differences,
               "types": [kind.described() for kind in trace.types]}
    with open(path, "w", encoding="utf-8") as out:
        out.write('{"displayTimeUnit":"ns","traceEvents":[\n')
        events.copy_to(out)
        out.write('\n],"kestrel":')
        out.write(json.dumps(kestrel)[:-1] + ',"steps":[\n' + json.dumps(first))
        if steps.count:
            out.write(",\n")
        steps.copy_to(out)
        out.write("\n]}}\n")
    memory.close()
    return Summary(trace, replay, steps.count + 1)
