# SPDX-License-Identifier: BSD-2-Clause
# Access to the kernel's structures: symbols, lists, flags, processes, threads, user memory.
# Written for Kestrel. Reads memory and registers only, so that any stub will do.
"""Nothing here writes to the machine, and no list is followed for ever."""
import re

import gdb

KERNBASE = 0xc0000000           # the direct map: physical address 0
LIST_MOST = 20000               # elements; no list of a sound kernel is longer
PAGE = 4096
PG_V, PG_PS, PG_FRAME, PG_FRAME_LARGE = 0x001, 0x080, 0xfffff000, 0xffc00000
SEL_RPL_MASK = 3
FRAME_BYTES, FRAME_GAP = 72, 16  # of a trapframe; between it and the pcb


class Broken(Exception):
    """A structure is not what it should be; the text says how."""


def word(value):
    """A pointer or number as an unsigned word."""
    return int(value) & 0xffffffff


def pointer(address, type_name):
    """The address as a pointer to a type of the kernel."""
    return gdb.Value(address).cast(gdb.lookup_type(type_name).pointer())


def variable(name):
    """A variable of the kernel by its last name, static ones and those of no namespace too."""
    try:
        return gdb.parse_and_eval(name)
    except gdb.error:
        symbol = gdb.lookup_static_symbol(f"(anonymous namespace)::{name}")
        if symbol is not None:
            return symbol.value()
    raise Broken(f"this kernel has no variable {name}")


def constant(name):
    """The value of an enumerator."""
    return int(gdb.parse_and_eval(name))


def atomic(value):
    """What an atomic<T> holds."""
    return value["value_"]


def number(text, what):
    """An argument that is an expression with a number."""
    try:
        return int(gdb.parse_and_eval(text))
    except (gdb.error, ValueError, TypeError) as error:
        raise gdb.GdbError(f"{what}: '{text}' is no number ({error})") from error


def text_of(value, most=64):
    """A C string of the kernel, '-' for null, '?' for what cannot be read."""
    if word(value) == 0:
        return "-"
    try:
        return value.string("latin-1", length=-1)[:most]
    except (gdb.error, gdb.MemoryError):
        return "?"


def array_text(value):
    """A char array of the kernel up to its 0."""
    low, high = value.type.range()
    raw = bytes(int(value[i]) & 0xff for i in range(low, high + 1))
    return raw.split(b"\0")[0].decode("latin-1")


_FLAGS = {}


def flags(value, example):
    """The bits of a word by the names of the enum that `example` belongs to, 0x... the rest."""
    if example not in _FLAGS:
        fields = gdb.parse_and_eval(example).type.fields()
        prefix = example.partition("_")[0] + "_"
        _FLAGS[example] = [(field.enumval, field.name[len(prefix):]) for field in fields
                           if field.enumval & (field.enumval - 1) == 0 and field.enumval]
    rest, names = word(value), []
    for bit, name in _FLAGS[example]:
        if rest & bit:
            names.append(name)
            rest &= ~bit
    if rest:
        names.append(f"{rest:#x}")
    return "|".join(names) or "-"


def state(value):
    """An enumerator without its prefix, or its number when it is none."""
    name = str(value).rpartition("::")[2]
    if not re.fullmatch(r"[A-Z]+_\w+", name):
        return f"?{word(value):#x}"
    return name.partition("_")[2].lower()


def link_of(head):
    """The member of an element that links it into the list of this type."""
    found = re.search(r"&\w+::(\w+)", str(head.type.strip_typedefs()))
    return found.group(1) if found else "td_lockq"


def walk(head, what):
    """The elements of a tailq, as pointers. A list that is none ends with a line that says so."""
    try:
        yield from _walk(head)
    except (Broken, gdb.MemoryError) as error:
        print(f"  (broken list: {what}: {error})")


def _walk(head):
    kind = head.type.strip_typedefs()
    link, seen = link_of(head), set()
    at, slot = head["first_"], word(head["first_"].address)
    link_type = kind.template_argument(0).pointer()
    while word(at) != 0:
        if word(at) < KERNBASE:
            raise Broken(f"element {word(at):#x} is no kernel address")
        if word(at) in seen or len(seen) >= LIST_MOST:
            raise Broken(f"element {word(at):#x} comes again" if word(at) in seen
                         else f"more than {LIST_MOST} elements")
        seen.add(word(at))
        entry = at.dereference()[link]
        if word(entry["tqe_prev"]) != slot:
            raise Broken(f"element {word(at):#x} points back to {word(entry['tqe_prev']):#x}, "
                         f"not {slot:#x}")
        following, slot = entry["tqe_next"].cast(link_type), word(entry["tqe_next"].address)
        yield at
        at = following


# ---- Processes and threads.

def processes():
    """All processes, process 0 first even when no list has it yet, zombies last."""
    first = variable("proc0").address
    seen = {word(first)}
    yield first
    for name in ("allproc", "zombproc"):
        for p in walk(variable(name), name):
            if word(p) not in seen:
                seen.add(word(p))
                yield p


def threads(p):
    """All threads of a process."""
    return walk(p["p_threads"], f"p_threads of process {int(p['p_pid'])}")


def all_threads():
    """All threads of all processes."""
    for p in processes():
        yield from threads(p)


def find_process(pid):
    """The process of that number."""
    for p in processes():
        if int(p["p_pid"]) == pid:
            return p
    raise gdb.GdbError(f"no process {pid}; kse-ps lists them")


def find_thread(text):
    """The thread of that td_tid, or at that kernel address."""
    wanted = number(text, "thread")
    for td in all_threads():
        if wanted in (int(td["td_tid"]), word(td)) or wanted & 0xffffffff == word(td):
            return td
    raise gdb.GdbError(f"no thread {text}; kse-threads lists them")


def stack_bounds(td):
    """Lowest address of a thread's kernel stack and the first above it."""
    low = word(td["td_kstack"])
    return low, low + int(td["td_kstack_pages"]) * PAGE


def cpus():
    """struct pcpu of all CPUs that run, as pointers."""
    data = variable("cpu_data")
    for cpu in range(int(variable("mp_ncpus"))):
        yield data[cpu].address


def register(name):
    """A register of the selected gdb thread's newest frame."""
    return word(gdb.newest_frame().read_register(name))


def stub_cpu():
    """The CPU that the selected gdb thread is, where the stub's threads are CPUs, or None."""
    thread = gdb.selected_thread()
    found = re.match(r"CPU#(\d+)", getattr(thread, "details", None) or "")
    if not found:
        return None
    for pc in cpus():
        if int(pc["pc_apicid"]) == int(found.group(1)):
            return pc
    return None


def current_thread():
    """struct thread of the selected gdb thread, or None: not a CPU yet that runs threads."""
    if gdb.selected_thread() is None:
        raise gdb.GdbError("no machine: nothing runs")
    sp = register("esp")
    if register("cs") & SEL_RPL_MASK == 0 and sp >= KERNBASE:
        running = [pc["pc_curthread"] for pc in cpus() if word(pc["pc_curthread"])]
        for td in running + list(all_threads()):
            low, high = stack_bounds(td)
            if low <= sp < high:
                return td
    pc = stub_cpu()
    if pc is not None:
        return pc["pc_curthread"] if word(pc["pc_curthread"]) else None
    # Behind our own stub a gdb thread is a kernel thread.
    numbers = gdb.selected_thread().ptid[1:]
    for td in all_threads():
        if int(td["td_tid"]) and int(td["td_tid"]) in numbers:
            return td
    return None


def current_pcpu():
    """struct pcpu of the CPU that runs the current thread, or None."""
    td = current_thread()
    for pc in cpus():
        if td is not None and word(pc["pc_curthread"]) == word(td):
            return pc
    return stub_cpu()


def select_running(td):
    """Selects the gdb thread whose registers are td's. False: there is none; nothing changes."""
    before = gdb.selected_thread()
    others = [thread for thread in gdb.selected_inferior().threads() if thread != before]
    if stub_cpu() is None:      # our own stub's threads have the kernel's numbers
        others = [thread for thread in others if int(td["td_tid"]) in thread.ptid[1:]]
    for thread in [before] + others:
        thread.switch()
        try:
            here = current_thread()
        except gdb.MemoryError:
            continue            # a CPU that has not been started: no page tables
        if here is not None and word(here) == word(td):
            return True
    before.switch()
    return False


# ---- Memory of any process, whichever page tables a CPU is on.

def kernel_bytes(address, length):
    """Bytes at a kernel address."""
    return gdb.selected_inferior().read_memory(address, length).tobytes()


def kernel_word(address):
    """A word at a kernel address."""
    return int.from_bytes(kernel_bytes(address, 4), "little")


def _physical(p, at):
    directory = word(p["p_vmspace"]["vm_pmap"]["pm_pdir"])
    if directory < KERNBASE:
        raise Broken(f"process {int(p['p_pid'])} has no page tables")
    pde = kernel_word(directory + (at >> 22) * 4)
    if not pde & PG_V:
        raise Broken(f"{at:#x} is not mapped in process {int(p['p_pid'])}")
    if pde & PG_PS:
        return (pde & PG_FRAME_LARGE) + (at & ~PG_FRAME_LARGE)
    pte = kernel_word(KERNBASE + (pde & PG_FRAME) + (at >> 12 & 1023) * 4)
    if not pte & PG_V:
        raise Broken(f"{at:#x} is not mapped in process {int(p['p_pid'])}")
    return (pte & PG_FRAME) + at % PAGE


def user_bytes(p, at, length):
    """Bytes of a process's memory, found by its page tables through the direct map."""
    if word(p["p_vmspace"]) == 0:
        raise Broken(f"process {int(p['p_pid'])} has no user memory")
    found = b""
    while length > 0:
        if not 0 < at < KERNBASE:
            raise Broken(f"{at:#x} is no user address")
        part = min(length, PAGE - at % PAGE)
        found += kernel_bytes(KERNBASE + _physical(p, at), part)
        at, length = at + part, length - part
    return found


def user_word(p, at):
    """A word of a process's memory."""
    return int.from_bytes(user_bytes(p, at, 4), "little")


# ---- Commands.

class Command(gdb.Command):
    """A command named `name`; its class's text is its help, `run` its work."""
    name = None
    most_arguments = 1
    usage = ""

    def __init__(self):
        super().__init__(self.name, gdb.COMMAND_DATA)

    def invoke(self, argument, _from_tty):
        """What gdb calls."""
        self.dont_repeat()
        words = gdb.string_to_argv(argument)
        if len(words) > self.most_arguments:
            raise gdb.GdbError(f"usage: {self.name} {self.usage}".rstrip())
        try:
            self.run(words)
        except Broken as error:
            raise gdb.GdbError(f"{self.name}: {error}") from error
        except gdb.MemoryError as error:
            raise gdb.GdbError(f"{self.name}: {error}; not set up yet, or broken") from error

    def run(self, words):
        """The work, with the arguments as words."""
        raise NotImplementedError
