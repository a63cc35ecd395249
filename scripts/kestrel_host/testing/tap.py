# SPDX-License-Identifier: BSD-2-Clause
# TAP version 13: reading what tests print, writing what prove reads.
# Written for Kestrel; the dialect is what TAP::Harness 3.44 accepts.
"""Results of tests as values; a kind says why one failed."""
import re
from dataclasses import dataclass, field

OK, FAILED, TIMEOUT, PANIC, DIED, MISSING = (
    "ok", "test failed", "timeout", "kernel panic", "died", "did not run")

# Most lines of a kernel's report on a hang that are shown: it has some for each thread.
REPORT_LINES = 400

_RESULT = re.compile(r"^(not )?ok\b\s*(\d+)?\s*(?:-\s*)?([^#]*?)\s*(?:#\s*(.*))?$")
_PLAN = re.compile(r"^1\.\.(\d+)\s*(?:#.*)?$")
_BEGIN = re.compile(r"^# begin (\S+)")


@dataclass
class Result:
    """One test: its name, how it ended, and lines that help to see why."""
    name: str
    kind: str = OK
    notes: list = field(default_factory=list)
    directive: str = ""

    @property
    def passed(self):
        """Whether prove is to count it as passed."""
        return self.kind == OK


@dataclass
class Transcript:
    """What a program's TAP said. `running` is a test that began and did not end."""
    results: list = field(default_factory=list)
    plan: int = None
    running: str = None

    def faults(self):
        """What is wrong with the transcript as a whole, or None."""
        if self.plan is None:
            return "no plan"
        if self.plan != len(self.results):
            return f"planned {self.plan} tests, ran {len(self.results)}"
        return None


def parse(text):
    """The Transcript of a program's output. Comments behind a failure and behind the last result
    belong to it, unless another test has begun; others to the result that follows them."""
    transcript, notes = Transcript(), []
    for line in text.replace("\r", "").split("\n"):
        if begin := _BEGIN.match(line):
            transcript.running = begin[1]
        elif line.startswith("#"):
            last = transcript.results[-1] if transcript.results else None
            failure = last is not None and not last.passed and transcript.running is None
            (last.notes if failure else notes).append(line[1:].strip())
        elif plan := _PLAN.match(line):
            transcript.plan = int(plan[1])
        elif result := _RESULT.match(line):
            directive = result[4] or ""
            excused = directive.upper().startswith("SKIP")
            kind = FAILED if result[1] and not excused else OK
            name = result[3] or f"test {result[2] or len(transcript.results) + 1}"
            transcript.results.append(Result(name, kind, notes, directive))
            transcript.running, notes = None, []
    if notes and transcript.results and transcript.running is None:
        transcript.results[-1].notes = transcript.results[-1].notes + notes
    return transcript


def tail(text, lines=40):
    """The last lines of some output from the last test's beginning on, as notes, without terminal
    control; all of the kernel's report on a hang, if there is one."""
    clean = re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", text.replace("\r", ""))
    if (report := clean.rfind("\nhang: ")) >= 0:
        return [line for line in clean[report:].split("\n")[:REPORT_LINES] if line]
    clean = clean[max(clean.rfind("# begin "), 0):]
    return [line for line in clean.rstrip("\n").split("\n")[-lines:] if line]


def render(results):
    """TAP of a list of results; passing ones without their notes."""
    lines = ["TAP version 13", f"1..{len(results)}"]
    for number, result in enumerate(results, 1):
        name = result.name.replace("#", "_")
        suffix = f" # {result.directive}" if result.directive else ""
        if result.passed:
            lines.append(f"ok {number} - {name}{suffix}")
            continue
        why = "" if result.kind == FAILED else f": {result.kind}"
        lines.append(f"not ok {number} - {name}{why}")
        lines += [f"# {note}" for note in result.notes]
    return "\n".join(lines) + "\n"
