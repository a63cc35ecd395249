# SPDX-License-Identifier: BSD-2-Clause
# The structures, followed event by event, and compared with what the kernel says they are.
# Written for Kestrel.
"""Replay takes the events of rings.Trace in order."""
from .life import Life, Whole
from .mailboxes import Mailboxes
from .scheduling import Scheduling
from .state import State

# What the kernel records at no one moment with the rest, or not at all.
NOT_COMPARED = {"completed", "role", "single", "stopped"}
PREFIXES = ("p:", "kg:", "ke:", "td:", "cpu:", "runq")


class Replay(Scheduling, Life, Whole, Mailboxes):
    """`state` is what the structures are after the last event."""

    def __init__(self):
        self.state = State()
        self.differences = []           # sentences: where the kernel disagrees
        self.compared = 0               # how often all structures were compared
        self.unknown = []               # assignments that were true before the first event
        self._told = None               # structures that the kernel is telling of
        self._begun = False             # all structures are known

    def apply(self, cpu, kind, values):
        """The effect of one event that CPU `cpu` recorded."""
        if kind.name == "state begin":
            self._told = Replay()
        elif kind.name == "state end" and self._told is not None:
            self._compare(self._told.state)
            self._told = None
        elif self._told is not None and kind.name.startswith("state "):
            METHODS[kind.name](self._told, cpu, *values)
        elif (method := METHODS.get(kind.name)) is not None:
            method(self, cpu, *values)

    def pid_of(self, td):
        """The process of a thread, as its number."""
        p = self.state.get(td, "p") or self.state.get(self.state.get(td, "kg"), "p")
        return p[2:] if p else "?"

    def _compare(self, told):
        """Take over what the kernel says, noting what it says otherwise."""
        mine = self.state
        for name in list(mine.objects):
            if self._begun and name.startswith(PREFIXES) and name not in told.objects:
                self.differences.append(f"{name} is not there")
                mine.delete(name)
        for name, fields in told.objects.items():
            for field, value in fields.items():
                if field in mine.objects.get(name, {}):
                    self._compare_field(name, field, mine.get(name, field), value)
                elif self._begun is False:
                    self.unknown.append([name, field, value])
            mine.set(name, **{f: v for f, v in fields.items()
                              if f not in NOT_COMPARED or f not in mine.objects.get(name, {})})
            mine.note(name, **told.hidden.get(name, {}))
        mine.queue_priority.update(told.queue_priority)
        self.compared += self._begun
        self._begun = True

    def _compare_field(self, name, field, mine, told):
        # Between its export and its end or upcall a thread has its mailbox still.
        if not self._begun or mine == told or field in NOT_COMPARED or (
                field == "mailbox" and name.startswith("td:") and mine is None):
            return
        self.differences.append(f"{name} has {field} {told}, not {mine}")


METHODS = {name[3:].replace("_", " "): getattr(Replay, name)
           for name in dir(Replay) if name.startswith("on_")}
