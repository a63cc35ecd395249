# SPDX-License-Identifier: BSD-2-Clause
# Where threads are: from the kernel through the trapframe into the program.
# Written for Kestrel.
"""kse-bt TID|all."""
import os

import gdb

from .kernel import (KERNBASE, SEL_RPL_MASK, Broken, Command, all_threads, array_text,
                     find_thread, register, select_running, state, user_word)
from .unwind import GENERAL, kernel_frames, saved_registers, symbol_address, user_frame
from .usercode import Program

BUILD = os.path.dirname(os.path.realpath(__file__)).rpartition("/scripts/")[0] + "/build"


def program_of(p):
    """The file with a process's symbols: by its name, which the kernel keeps 19 letters of."""
    name = array_text(p["p_comm"])
    for place in ("prog/bin", "prog/sbin", "prog/tests"):
        folder = os.path.join(BUILD, place)
        for found in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
            if found[:19] == name:
                return os.path.join(folder, found)
    for objfile in gdb.objfiles():
        if os.path.basename(objfile.filename or "")[:19] == name:
            return objfile.filename
    return None


def print_kernel(frames, number):
    """gdb's frames, those of the kernel only; the next number."""
    trampoline = symbol_address("fork_trampoline")
    for frame in frames:
        sal, name = frame.find_sal(), frame.name()
        if frame.pc() == trampoline:
            # A thread that has never run is to begin here: this is no return address.
            sal, name = gdb.find_pc_line(trampoline), "fork_trampoline"
        if frame.pc() < KERNBASE or name is None:
            break
        place = f" at {_short(sal.symtab.filename)}:{sal.line}" if sal.symtab else ""
        print(f"#{number:<3} {frame.pc():#010x} {name}{place}")
        number += 1
    return number


def _short(path):
    root = os.path.dirname(BUILD) + "/"
    return path[len(root):] if path.startswith(root) else path


def print_user(p, registers, number):
    """The frames of a process in user mode."""
    path = program_of(p)
    if path is None:
        print(f"#{number:<3} {registers['eip']:#010x} ?? (no symbols of {array_text(p['p_comm'])})")
        return
    try:
        program = Program.of(path)
        pcs = program.frames(registers, lambda at: user_word(p, at))
    except (Broken, gdb.MemoryError) as error:
        print(f"#{number:<3} {registers['eip']:#010x} ?? ({error})")
        return
    for pc, (function, place) in zip(pcs, program.places(pcs)):
        print(f"#{number:<3} {pc:#010x} {function} at {_short(place)}")
        number += 1


def trace(td):
    """A thread's whole stack."""
    p = td["td_proc"]
    print(f"thread {int(td['td_tid'])} of process {int(p['p_pid'])} ({array_text(p['p_comm'])}), "
          f"{state(td['td_state'])}")
    before, number = gdb.selected_thread(), 0
    try:
        if state(td["td_state"]) == "running":
            if not select_running(td):
                raise Broken(f"no CPU says that it runs thread {int(td['td_tid'])}")
            if register("cs") & SEL_RPL_MASK:
                live = {name: register(name) for name in GENERAL + ("eip", "esp")}
                print_user(p, live, 0)
                return
            with kernel_frames() as frames:
                number = print_kernel(frames, 0)
        else:
            with kernel_frames(saved_registers(td)) as frames:
                number = print_kernel(frames, 0)
    finally:
        before.switch()
    user = user_frame(td)
    if user is not None:
        print("     ---- user mode")
        print_user(p, user, number)


class Backtrace(Command):
    """A thread's frames, from the kernel into user mode: kse-bt TID|all; without argument, of the
thread that gdb has selected. Threads off the CPU start at what cpu_switch saved, running ones at
their CPU's registers. User frames are found by the tables of the program in build/prog with the
process's name, in the process's own memory."""
    name = "kse-bt"
    usage = "[TID|all]"

    def run(self, words):
        if words == ["all"]:
            chosen = list(all_threads())
            if not chosen:
                print("no threads yet")
        else:
            chosen = [find_thread(words[0] if words else "$curthread()")]
        for td in chosen:
            try:
                trace(td)
            except (Broken, gdb.MemoryError) as error:
                if len(chosen) == 1:
                    raise
                print(f"     ({error})")


Backtrace()
