# SPDX-License-Identifier: BSD-2-Clause
# The operations that are measured: their names, the figures to reach, and what others need.
# Written for Kestrel; peers were measured in the same emulator, in the same way.
"""Rows in the order of the table. Figures are guest instructions of one operation, medians."""
from typing import NamedTuple


class Row(NamedTuple):
    """An operation: its key in the programs' output, its name, the goal and peers' figures."""
    key: str
    name: str
    program: str
    goal: int = None
    linux: str = ""
    xv6: str = ""
    others: str = ""
    floor: str = ""


MILLION = 1_000_000

ROWS = [
    Row("null_call", "null system call (getpid, int 0x80)", "calls",
        100, "318", "1,393", "NOVA 24, seL4 396", "24"),
    Row("yield_alone", "sched_yield, nobody else", "calls"),
    Row("yield_processes", "sched_yield between two processes", "calls",
        None, "2,029 to 2,658", "3,600", "Pintos 210, seL4 370"),
    Row("yield_threads", "yield between two user threads (ksetest's scheduler)", "upcalls",
        90, "2,029 to 2,658", "", "Pintos 210, seL4 370", "18"),
    Row("thread_switch", "kernel thread switch (mi_switch)", "switches",
        200, "~1,000", "3,600", "Pintos 210, NOVA 160, seL4 500", "~60"),
    Row("pipe_processes", "pipe, one way, two processes", "pipes",
        2000, "6,100 to 8,200", "13,600"),
    Row("pipe_threads", "pipe, one way, two user threads, through upcalls", "upcalls",
        3000, "6,590 to 8,190"),
    Row("upcall", "upcall: a thread blocks, until the UTS runs", "upcalls", 800, "none", "none"),
    Row("completion", "completion: wake-up, until the UTS has the mailbox", "upcalls",
        1000, "none", "none"),
    Row("fork_exit_wait", "fork, exit, wait, smallest process", "processes",
        20_000, "83,100", "2,017,000"),
    Row("fork_exec_wait", "fork, exec, exit, wait, smallest program", "processes",
        50_000, "159,400", "4,128,000"),
    Row("first_touch", "first touch of a page, zero-filled", "memory",
        1450, "2,837", "4,656", "NOVA 1,329 without zeroing", "1,055"),
    Row("map_touch_unmap", "mmap, touch, munmap, 4 KiB", "memory", 3000, "16,695"),
    Row("signal_to_self", "signal to self, handler, back", "signals", 1000, "4,671"),
    Row("fault_to_handler", "SIGSEGV, handler, back", "signals", 1100, "4,805"),
    Row("user_tick", "timer tick in user mode", "tick", 600, "3,880", "6,340"),
    Row("boot", "boot: from reset to the first user instruction", "first",
        14 * MILLION, "2,810 to 6,840 million", "74 million", "firmware and loader 8.7 million"),
    Row("boot_kernel", "boot: the kernel's part of it", "first"),
]

# Memory, in KiB: loaded kernel without symbols, in use after boot, least that boots to a shell.
MEMORY = [
    Row("kernel_size", "kernel text and data, without symbols, KiB", "",
        400, "15 MB", "41", "seL4 83, Pintos 93"),
    Row("memory_used", "memory in use after boot (64 MiB machine), KiB", "",
        1536, "35 MiB", "656"),
    Row("memory_least", "least memory that boots to a shell, KiB", "",
        4096, "36 MiB", "224 MiB"),
]
