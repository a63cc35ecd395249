# SPDX-License-Identifier: BSD-2-Clause
# How gdb prints our types: lists, mutexes, flags, trapframes, processes and threads.
# Written for Kestrel.
"""print/r shows the bare structure."""
import gdb
import gdb.printing

from .kernel import Broken, array_text, atomic, flags, state, text_of, walk, word
from .locks import lock_text

# Fields that are flags: their type, field, and an enumerator of the enum.
FLAG_FIELDS = {"td_flags": "TDF_UNBOUND", "td_inhibitors": "TDI_LOCK", "ke_flags": "KEF_USER",
               "p_flag": "P_KSES", "p_sflag": "PS_INMEM"}
SHOWN = 32                      # elements of a list


class List:
    """tailq: its elements' addresses."""

    def __init__(self, value):
        self.value = value

    def to_string(self):
        """The head."""
        count = sum(1 for _ in walk(self.value, "tailq"))
        return f"tailq of {count} {self.value.type.strip_typedefs().template_argument(0).name}"

    def children(self):
        """The elements, the first ones of a long list."""
        for i, element in enumerate(walk(self.value, "tailq")):
            if i == SHOWN:
                return
            yield f"[{i}]", element

    def display_hint(self):
        """How gdb lays it out."""
        return "array"


class Atomic:
    """atomic<T>: its value."""

    def __init__(self, value):
        self.value = value

    def to_string(self):
        """The value."""
        return atomic(self.value)


class Mutex:
    """mtx, spin_mtx: name, owner, depth."""

    def __init__(self, value):
        self.value = value

    def to_string(self):
        """One line."""
        return lock_text(self.value)


class Fields:
    """A struct whose flag words are shown by name."""
    title = staticmethod(lambda value: "")

    def __init__(self, value):
        self.value = value

    def to_string(self):
        """The line above the fields."""
        return self.title(self.value)

    def children(self):
        """All fields, base classes' first."""
        yield from self.fields_of(self.value)

    def fields_of(self, value):
        """(name, value)."""
        for field in value.type.strip_typedefs().fields():
            if not hasattr(field, "bitpos"):
                continue
            if field.is_base_class:
                yield from self.fields_of(value[field])
            elif field.name in FLAG_FIELDS:
                bits = value[field]
                bits = bits["word_"] if bits.type.strip_typedefs().code == gdb.TYPE_CODE_STRUCT \
                    else bits
                yield field.name, f"{word(bits):#x} {flags(bits, FLAG_FIELDS[field.name])}"
            else:
                yield field.name, value[field]


class Thread(Fields):
    """struct thread."""
    title = staticmethod(lambda td: f"thread {int(td['td_tid'])} {state(td['td_state'])} "
                                    f"{text_of(td['td_wmesg'], 8)} ")


class Kse(Fields):
    """struct kse."""
    title = staticmethod(lambda ke: f"kse {int(ke['ke_id'])} {state(ke['ke_state'])} ")


class Proc(Fields):
    """struct proc."""
    title = staticmethod(lambda p: f"process {int(p['p_pid'])} {array_text(p['p_comm'])} ")


class Trapframe:
    """struct trapframe: registers in hexadecimal, and where it comes from."""

    def __init__(self, value):
        self.value = value

    def to_string(self):
        """All registers; esp and ss of a frame from the kernel are not part of it."""
        tf = self.value
        names = ["trapno", "err", "eip", "cs", "eflags", "eax", "ebx", "ecx", "edx", "esi", "edi",
                 "ebp", "ds", "es", "fs"]
        user = word(tf["tf_cs"]) & 3 == 3
        names += ["esp", "ss"] if user else []
        return f"trapframe from {'user mode' if user else 'the kernel'}: " + " ".join(
            f"{name} {word(tf['tf_' + name]):#x}" for name in names)


def lookup(value):
    """gdb asks this for each value."""
    try:
        kind = value.type.strip_typedefs()
        name = kind.name or ""
        if name.startswith("tailq_by<"):
            return List(value)
        if name.startswith("atomic<"):
            return Atomic(value)
        return {"mtx": Mutex, "spin_mtx": Mutex, "thread": Thread, "kse": Kse, "proc": Proc,
                "trapframe": Trapframe}.get(name, lambda _: None)(value)
    except (Broken, gdb.error):
        return None


gdb.pretty_printers.append(lookup)
