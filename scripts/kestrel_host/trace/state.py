# SPDX-License-Identifier: BSD-2-Clause
# The kernel's structures at one instant: objects with fields, and the changes to them.
# Written for Kestrel.
"""Names are p:PID, kg:ID, ke:ID, td:TID, tm:PID:ADDRESS, km:PID:ADDRESS, cpu:N and runq."""

from .rings import STATES, inhibitors

# td_inhibitors of kern/proc.hpp.
LOAN, SLEEPING, LOCK, SUSPENDED = 0x20, 0x02, 0x08, 0x01


def td_name(number):
    """The object of a thread number; None for 0."""
    return f"td:{number}" if number else None


def ke_name(number):
    """The object of a KSE number; None for 0."""
    return f"ke:{number}" if number else None


class State:
    """Objects by name, each a dict of fields. What changes is noted in `changes` until taken."""

    def __init__(self):
        self.objects = {"runq": {"q": []}}
        self.changes = []
        self.hidden = {}                # object: what is known of it and not shown
        self.queue_priority = {}        # of the KSEs on the run queue

    def get(self, name, field, default=None):
        """A field, or the default where it is not known."""
        return self.objects.get(name, {}).get(field, default)

    def set(self, name, **fields):
        """Fields that have new values; None takes a field away. Of what a trace that has lost its
        beginning does not name, nothing is known."""
        if name is None:
            return
        have = self.objects.setdefault(name, {})
        for field, value in fields.items():
            if field not in have or have[field] != value:
                have[field] = value
                self.changes.append([name, field, value])

    def note(self, name, **facts):
        """What the replay must know but nobody is shown."""
        if name is None:
            return
        self.hidden.setdefault(name, {}).update(facts)

    def fact(self, name, what, default=None):
        """Something noted."""
        return self.hidden.get(name, {}).get(what, default)

    def delete(self, name):
        """The object is gone."""
        self.hidden.pop(name, None)
        if self.objects.pop(name, None) is not None:
            self.changes.append([name, None, None])

    def take(self):
        """The changes since the last time."""
        changes, self.changes = self.changes, []
        return changes

    # ---- lists of names

    def remove(self, name, field, element):
        """The element, if it is there, leaves the list."""
        elements = self.get(name, field) or []
        if element in elements:
            self.set(name, **{field: [other for other in elements if other != element]})

    def insert(self, name, field, element, at=None):
        """The element joins the list, at the end unless `at` says where."""
        elements = list(self.get(name, field, []))
        elements.insert(len(elements) if at is None else at, element)
        self.set(name, **{field: elements})

    # ---- threads

    def thread_word(self, td, word):
        """The thread's state as a trace word tells it."""
        self.note(td, inhibitors=word >> 8)
        self.set(td, state=STATES.get(word & 0xff, "?"), inhibitors=inhibitors(word >> 8))
        self.role(td)

    def thread_inhibit(self, td, bits):
        """Further inhibitors."""
        held = self.fact(td, "inhibitors", 0) | bits
        self.thread_word(td, 0x21 | held << 8)

    def thread_let(self, td, bits):
        """Inhibitors less; without any it can run."""
        held = self.fact(td, "inhibitors", 0) & ~bits
        if held or self.get(td, "state") == "inhibited":
            self.thread_word(td, (0x21 if held else 0x22) | held << 8)

    def role(self, td):
        """What the thread is to its KSE."""
        ke = self.get(td, "ke")
        if self.fact(td, "unbound"):
            owner = ke and self.get(ke, "owner")
            role = "borrower" if owner and owner != td else "unbound"
        elif self.fact(td, "upcalling"):
            role = "stand-in" if self.fact(td, "inhibitors", 0) & LOAN else "upcall"
        else:
            role = "bound"
        self.set(td, role=role)

    # ---- KSEs

    def attach(self, ke, td):
        """The KSE runs the thread."""
        self.set(ke, thread=td)
        self.set(td, ke=ke)
        self.role(td)

    def detach(self, td):
        """The thread has no KSE any more."""
        ke = self.get(td, "ke")
        if ke is not None and self.get(ke, "thread") == td:
            self.set(ke, thread=None)
        self.set(td, ke=None)
        self.role(td)

    def own(self, ke, owner):
        """The owner of a lent KSE; None: it is not lent."""
        self.set(ke, owner=owner)
        thread = self.get(ke, "thread")
        if thread:
            self.role(thread)

    def queue(self, ke, priority):
        """Onto the system run queue: behind those of its sixty-fourth and better ones."""
        names = self.get("runq", "q")
        rank = priority // 4
        at = len(names)
        while at > 0 and self.queue_priority.get(names[at - 1], 0) > rank:
            at -= 1
        self.queue_priority[ke] = rank
        self.insert("runq", "q", ke, at)
        self.set(ke, state="onrunq")

    def unqueue(self, ke):
        """Off the system run queue."""
        self.remove("runq", "q", ke)

    def make_ready(self, td, priority):
        """An unbound thread onto its group's queue, behind its equals."""
        kg = self.get(td, "kg")
        if kg is None:
            return
        self.remove(kg, "runq", td)
        names = self.get(kg, "runq", [])
        at = 0
        while at < len(names) and self.get(names[at], "pri", 0) <= priority:
            at += 1
        self.insert(kg, "runq", td, at)

    def of_process(self, p, prefix):
        """The objects of a kind that belong to a process."""
        if prefix in ("tm:", "km:"):
            prefix += p[2:] + ":"
            return [name for name in self.objects if name.startswith(prefix)]
        if prefix == "ke:":
            groups = self.of_process(p, "kg:")
            return [name for name, o in self.objects.items()
                    if name.startswith("ke:") and o.get("kg") in groups]
        return [name for name, o in self.objects.items()
                if name.startswith(prefix) and o.get("p") == p]
