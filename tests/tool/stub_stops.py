# SPDX-License-Identifier: BSD-2-Clause
# Why the gdb stub stops the system, as a peer on the line sees it, and what registers it may set.
# Written for Kestrel after the protocol's chapter in GDB's manual.
"""TAP on stdout."""
import re
import subprocess
import sys
import time

from kestrel_host import machine, paths
from lib.expect import equal, main
from lib.stub import PATIENCE, Machine, Peer, attach

EIP, EFLAGS, CS, SS, DS, ES, FS = range(8, 15)
INTERRUPTS, IOPL, NESTED, VM86 = 0x200, 0x3000, 0x4000, 0x20000


def symbol(name, file=paths.KERNEL):
    """The address of a function of the kernel or a program, as the protocol writes numbers."""
    listed = subprocess.run(["i686-linux-gnu-nm", "-C", file], capture_output=True,
                            text=True, check=True).stdout
    return re.search(rf"^(\w+) [Tt] {name}\b", listed, re.MULTILINE).group(1).encode()


def thread_of(stop):
    """The number of the thread in a stop reply."""
    return re.search(rb"thread:(\w+);", stop).group(1)


def register(peer, number):
    """The value of a register of the chosen thread."""
    return int.from_bytes(bytes.fromhex(peer.ask(b"p%x" % number).decode()), "little")


def set_register(peer, number, value):
    """P."""
    return peer.ask(b"P%x=%b" % (number, value.to_bytes(4, "little").hex().encode()))


def Debugger_a_fault_and_a_panic_stop_for_gdb():
    with Machine(2, "kern.threads.oiks=2", "kern.threads.max_per_proc=2", "debug.ddb.lines=0",
                 program=["/bin/ksetest", "-t"]) as there, Peer(there) as peer:
        stop = peer.ask(b"?")
        if stop.startswith(b"T02"):             # before the program came so far
            peer.send(b"c")
            stop = peer.answer()
        assert stop.startswith(b"T05"), stop
        there.wait_for(b"OIKS 3")
        # Not a second time, and an instruction that does not exist.
        equal(peer.ask(b"M%b,2:0f0b" % symbol("sys_exit")), b"OK")
        peer.send(b"c")
        while (stop := peer.answer()).startswith(b"T05"):
            peer.send(b"c")
        assert stop.startswith(b"T0b"), stop
        equal(register(peer, EIP), int(symbol("sys_exit"), 16))
        peer.send(b"c")
        assert peer.answer().startswith(b"T05")
        there.wait_for(b"panic: invalid opcode in kernel mode")
        peer.send(b"c")
        equal(there.process.wait(PATIENCE), machine.STATUS_PANIC)


def meet_in_turn(peer, place, rounds):
    """As gdb does with a breakpoint that is met again and again: stop, take it out, one step of the
    thread that met it, put it back, go on. The step is told of that thread and of no other."""
    cores = []
    for _ in range(rounds):
        equal(peer.ask(b"Z0,%b,1" % place), b"OK")
        peer.send(b"vCont;c")
        stop = peer.answer()
        assert stop.startswith(b"T05") and b"swbreak" in stop, stop
        equal(register(peer, EIP), int(place, 16))
        cores.append(re.search(rb"core:(\d)", stop).group(1))
        equal(peer.ask(b"z0,%b,1" % place), b"OK")
        peer.send(b"vCont;s:%b" % thread_of(stop))
        step = peer.answer()
        assert step.startswith(b"T05") and b"swbreak" not in step, step
        equal(thread_of(step), thread_of(stop))
        assert register(peer, EIP) != int(place, 16), "the step did nothing"
    return cores


def breakpoints_of_two_CPUs_are_told_one_by_one():
    with Machine(2) as there, Peer(there) as peer:
        attach(peer)
        cores = meet_in_turn(peer, symbol("hardclock"), 24)
        equal(set(cores), {b"0", b"1"})         # neither takes all turns, however slow the host is
        equal(peer.ask(b"D"), b"OK")
        attach(peer)                            # it runs, and answers again


def busy_program(there, peer):
    """Stops the machine where a thread of /tests/planted_busy is in the program's function meet,
    and returns that function's address."""
    place = symbol("meet", paths.in_build("prog", "tests", "planted_busy"))
    there.wait_for_output(b"# begin planted_busy")
    attach(peer)
    equal(peer.ask(b"Z1,%b,1" % place), b"OK")  # in every process, whichever is running now
    peer.send(b"vCont;c")
    assert b"hwbreak" in peer.answer()
    equal(peer.ask(b"z1,%b,1" % place), b"OK")
    return place


def two_KSEs_that_meet_one_breakpoint_of_their_program_are_told_one_by_one():
    with Machine(2, program=["/tests/planted_busy"]) as there, Peer(there) as peer:
        cores = meet_in_turn(peer, busy_program(there, peer), 60)
        equal(set(cores), {b"0", b"1"})


def a_thread_of_another_CPU_steps_while_the_first_one_waits():
    with Machine(2, program=["/tests/planted_busy"]) as there, Peer(there) as peer:
        place = busy_program(there, peer)
        equal(peer.ask(b"Z0,%b,1" % place), b"OK")
        for _ in range(20):
            peer.send(b"vCont;c")
            stop = peer.answer()
            here = thread_of(stop)
            other = next(tid for tid, _ in running(peer) if tid != here)
            equal(peer.ask(b"Hg" + other), b"OK")
            before = register(peer, EIP)
            peer.send(b"vCont;s:" + other)
            step = peer.answer()
            assert step.startswith(b"T05"), step
            equal(thread_of(step), other)
            if b"swbreak" in step:              # it had stopped there, too
                equal(before, int(place, 16))
                equal(peer.ask(b"z0,%b,1" % place), b"OK")
                peer.send(b"vCont;s:" + other)
                equal(thread_of(peer.answer()), other)
                equal(peer.ask(b"Z0,%b,1" % place), b"OK")
            elif not before & 0x80000000:       # a loop in the kernel may stay where it is
                assert register(peer, EIP) != before, "the step did nothing"


def running(peer):
    """The threads that are on a CPU: number and CPU."""
    for tid in peer.ask(b"qfThreadInfo")[1:].split(b","):
        text = bytes.fromhex(peer.ask(b"qThreadExtraInfo," + tid).decode())
        if found := re.search(rb" cpu (\d)", text):
            yield tid, int(found.group(1))


def try_registers(peer, ring):
    """Of the chosen thread, in that ring: what may not change does not."""
    flags = register(peer, EFLAGS)
    equal(set_register(peer, EFLAGS, flags ^ (IOPL | NESTED | VM86)), b"OK")
    equal(register(peer, EFLAGS), flags)
    if ring == 3:
        equal(set_register(peer, EFLAGS, flags & ~INTERRUPTS), b"OK")
        equal(register(peer, EFLAGS), flags)
    for number in (CS, SS, DS, ES, FS):
        value = register(peer, number)
        equal(set_register(peer, number, value ^ 3), b"E01")
        equal(register(peer, number), value)
    whole = peer.ask(b"g")
    for bad in (b"G", b"G00", b"Gzz" + whole, b"G" + b"ff" * 64, b"P8=zz", b"P8=00",
                b"G" + b"11" * 16 + whole[32:80] + b"0b000000" * 6,     # all good but the selectors
                b"P8=0000000000", b"P20=00000000"):
        equal(peer.ask(bad), b"E01")
        equal(peer.ask(b"g"), whole)
    equal(peer.ask(b"G" + whole), b"OK")
    equal(peer.ask(b"g"), whole)


def a_peer_cannot_change_rings_modes_or_half_of_the_registers():
    with Machine(2, program=["/tests/planted_hang"]) as there, Peer(there) as peer:
        attach(peer)
        seen, pause = set(), 0.0
        while seen != {0, 3}:                   # the program's CPU, and the idle one
            peer.send(b"c")
            # All clock interrupts of the time that it stood still come first: longer and longer.
            time.sleep(pause)
            pause += 0.02
            equal(peer.interrupt(), b"T02")
            for tid, _ in list(running(peer)):
                equal(peer.ask(b"Hg" + tid), b"OK")
                ring = register(peer, CS) & 3
                if ring not in seen:
                    try_registers(peer, ring)
                    seen.add(ring)
        peer.send(b"c")
        equal(peer.interrupt(), b"T02")


def Ctrl_C_stops_a_system_whose_first_CPU_loops_with_interrupts_off():
    with Machine(2) as there, Peer(there) as peer:
        attach(peer)
        idle = next(tid for tid, cpu in running(peer) if cpu == 0)
        equal(peer.ask(b"Hg" + idle), b"OK")
        place = symbol("cpu_reset")             # nobody needs it
        equal(peer.ask(b"M%b,2:ebfe" % place), b"OK")
        equal(set_register(peer, EIP, int(place, 16)), b"OK")
        equal(set_register(peer, EFLAGS, 2), b"OK")
        for _ in range(2):
            peer.send(b"c")
            equal(peer.interrupt(), b"T02")
            equal(peer.ask(b"Hg" + idle), b"OK")
            equal(register(peer, EIP), int(place, 16))
        peer.send(b"k")
        equal(there.process.wait(PATIENCE), machine.STATUS_OFF)


if __name__ == "__main__":
    sys.exit(main(Debugger_a_fault_and_a_panic_stop_for_gdb,
                  breakpoints_of_two_CPUs_are_told_one_by_one,
                  two_KSEs_that_meet_one_breakpoint_of_their_program_are_told_one_by_one,
                  a_thread_of_another_CPU_steps_while_the_first_one_waits,
                  a_peer_cannot_change_rings_modes_or_half_of_the_registers,
                  Ctrl_C_stops_a_system_whose_first_CPU_loops_with_interrupts_off))
