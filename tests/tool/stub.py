# SPDX-License-Identifier: BSD-2-Clause
# The kernel's gdb stub as a peer on the line sees it: attaching, Ctrl-C, garbage, the end.
# Written for Kestrel after the protocol's chapter in GDB's manual.
"""TAP on stdout."""
import random
import sys

from kestrel_host import machine
from lib.expect import equal, main
from lib.stub import PATIENCE, Machine, Peer, attach

def session(cpus):
    """Attach, run, Ctrl-C in an idle system, detach, attach again, kill."""
    with Machine(cpus) as there:
        with Peer(there) as peer:
            attach(peer)
            peer.send(b"c")
            equal(peer.interrupt(), b"T02")
            equal(peer.ask(b"D"), b"OK")
        with Peer(there) as peer:
            attach(peer)
            peer.send(b"k")
            equal(there.process.wait(PATIENCE), machine.STATUS_OFF)


def gdb_attaches_interrupts_detaches_and_kills_on_one_CPU():
    session(1)


def gdb_attaches_interrupts_detaches_and_kills_on_two_CPUs():
    session(2)


def absurd_requests_get_an_error():
    with Machine(2) as there, Peer(there) as peer:
        attach(peer)
        for request in (b"m0,ffffffff", b"mffffffff,2", b"m", b"M0,1:00", b"X0,ffffffff:",
                        b"Z1,1", b"Z2,0,ffffffff", b"vCont;s:ffff", b"vCont;x", b"Hg7fffffff",
                        b"T0", b"pffffffff", b"P8", b"qThreadExtraInfo,", b"qXfer:auxv:read::0,1"):
            equal(peer.ask(request), b"E01")
        equal(len(peer.ask(b"mc0100000,ffffffff")), 4096)
        equal(peer.ask(b"Z9,0,0"), b"")
        equal(peer.ask(b"no such thing"), b"")
        peer.send(b"c")
        equal(peer.interrupt(), b"T02")


def what_only_begins_like_a_command_is_none():
    with Machine(2) as there, Peer(there) as peer:
        attach(peer)
        for request in (b"c10,5", b"s10:", b"cx", b"C05;10,", b"S05;zz"):
            equal(peer.ask(request), b"E01")
        equal(peer.ask(b"kx"), b"")
        peer.send(b"c")
        equal(peer.interrupt(), b"T02")


def the_console_tells_who_is_waited_for():
    with Machine(2, "kern.threads.oiks=2", "kern.threads.max_per_proc=2",
                 program=["/bin/ksetest", "-t"]) as there:
        there.wait_for(b"gdb: OIKS; stopped until a gdb on the second serial port goes on")
        with Peer(there) as peer:
            assert b"PacketSize" in peer.ask(b"qSupported:swbreak+")
            equal(peer.ask(b"?")[:3], b"T05")
            peer.send(b"k")
            equal(there.process.wait(PATIENCE), machine.STATUS_OFF)


def a_session_works_after_random_and_truncated_bytes():
    with Machine(2) as there:
        dice = random.Random(20021031)
        with Peer(there) as peer:
            for turn in range(200):
                peer.garbage(dice.randbytes(200) + b"$m" + b"f" *
                             dice.randrange(9000 if turn % 10 == 0 else 40) + b"#")
        with Peer(there) as peer:
            attach(peer)
            peer.send(b"c")
            equal(peer.interrupt(), b"T02")
        assert not there.says(b"panic"), "the kernel panicked"


def noise_in_a_session_without_acknowledgements_ends_nothing():
    with Machine(2) as there:
        dice = random.Random(20021101)
        with Peer(there) as peer:
            attach(peer)
            equal(peer.ask(b"QStartNoAckMode"), b"OK")
            for _ in range(100):                # what would kill, were its checksum good
                peer.garbage(dice.randbytes(300) + b"$k#00$vKill;1#00$D#xx$c#6")
        with Peer(there) as peer:
            peer.send(b"qSupported:swbreak+")
            while b"PacketSize" not in peer.answer():   # behind answers to what was good by chance
                pass
            equal(peer.ask(b"?")[:3], b"T02")
            peer.send(b"c")
            equal(peer.interrupt(), b"T02")
        assert not there.says(b"panic"), "the kernel panicked"


if __name__ == "__main__":
    sys.exit(main(gdb_attaches_interrupts_detaches_and_kills_on_one_CPU,
                  gdb_attaches_interrupts_detaches_and_kills_on_two_CPUs,
                  absurd_requests_get_an_error,
                  what_only_begins_like_a_command_is_none,
                  the_console_tells_who_is_waited_for,
                  a_session_works_after_random_and_truncated_bytes,
                  noise_in_a_session_without_acknowledgements_ends_nothing))
