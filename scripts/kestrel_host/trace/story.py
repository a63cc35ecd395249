# SPDX-License-Identifier: BSD-2-Clause
# The verb `kestrel trace story`: one blocking call, from the user thread's entry to its way back.
# Written for Kestrel.
"""A Markdown table of a trace's steps, numbered like the chapters of docs/life-of-an-upcall.md."""
from .. import paths
from ..viewer import trace

# With which event each chapter begins, in this order.
CHAPTERS = ("enter", "upcall made", "sleep", "upcall", "wakeup", "lend", "hand over")


class _Call:
    """The steps of one blocking call, first to last, and the user thread that made it."""

    def __init__(self, part, name):
        self._types = part["types"]
        self._steps = part["steps"]
        blocked = self._find(0, lambda change: change[1:] == ["call", name])
        if blocked is None:
            raise paths.ToolError(f"no user thread blocks in {name}", 1)
        self.thread = next(change[0] for change in self._steps[blocked][5]
                           if change[1:] == ["call", name])
        self.first = blocked
        while self.kind(self.first) != "enter" or [self.thread, "state", "running"] not in \
                self._steps[self.first][5]:
            self.first -= 1
            if self.first < 0:
                raise paths.ToolError(f"the trace begins after the {name} that blocks", 1)
        told = self._find(blocked, lambda change: change == [self.thread, "state", "uts"])
        self.last = told
        while self.last is not None and self.kind(self.last) != "upcall":
            self.last = self.last + 1 if self.last + 1 < len(self._steps) else None
        if self.last is None:
            raise paths.ToolError(f"the trace ends before the {name} comes back", 1)

    def _find(self, start, wanted):
        """The first step with a change that is wanted."""
        return next((i for i in range(start, len(self._steps))
                     if any(wanted(change) for change in self._steps[i][5])), None)

    def kind(self, step):
        """The name of a step's event."""
        return self._types[self._steps[step][3]]["name"]

    def place(self, step):
        """Where in the source an event is recorded, as a link from docs/."""
        kind = self._types[self._steps[step][3]]
        return f"[`{kind['function']}`](../{kind['file']}#L{kind['line']})"

    def rows(self):
        """(chapter, instructions since the beginning, thread, sentence, place, changes)."""
        chapter, begin = 0, self._steps[self.first][0]
        for step in range(self.first, self.last + 1):
            ns, _, tid, _, sentence, changes = self._steps[step]
            if chapter < len(CHAPTERS) and self.kind(step) == CHAPTERS[chapter]:
                chapter += 1
            yield chapter, ns - begin, tid, sentence, self.place(step), changes


def _change(change):
    name, field, value = change
    if field is None:
        return f"{name} is gone"
    if isinstance(value, list):
        value = f"[{' '.join(value)}]"
    return f"{name}.{field} = {'none' if value is None else value}"


def table(part, name):
    """The Markdown of a call's steps."""
    lines = ["| | at | thread | what happens | recorded in | what changes |",
             "|--:|--:|--:|---|---|---|"]
    before = 0
    for chapter, at, tid, sentence, place, changes in _Call(part, name).rows():
        number = chapter if chapter != before else ""
        before = chapter
        changed = "<br>".join(f"`{_change(change)}`" for change in changes)
        lines.append(f"| {number} | {at:,} | {tid} | {sentence} | {place} | {changed} |")
    return "\n".join(lines)


def story(options):
    """The verb."""
    text = table(trace.read(options.file)["kestrel"], options.call)
    if options.document:
        paths.put_figures(options.document, text)
    else:
        print(text)
    return 0
