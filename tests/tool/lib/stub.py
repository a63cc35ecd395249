# SPDX-License-Identifier: BSD-2-Clause
# A machine with the kernel's gdb stub on a socket, and a peer that speaks to it byte by byte.
# Written for Kestrel after the protocol's chapter in GDB's manual.
"""Machine, Peer, attach."""
import os
import socket
import time
from types import SimpleNamespace

from kestrel_host import machine
from lib.expect import equal, scratch

# Seconds; a hang detector.
PATIENCE = 60


class Machine:
    """A machine that runs the shell, with gdb=com2 and a socket on that line."""
    number = 0

    def __init__(self, cpus, *settings, program=None):
        Machine.number += 1
        self.program = program
        self.line = scratch(f"gdb{Machine.number}.sock")
        self.console = scratch(f"console{Machine.number}.log")
        options = SimpleNamespace(cpus=cpus, mem=64, settings=list(settings), add=[], iso=False,
                                  icount=None, kernel=None, qemu="", trace=None)
        self.image = machine.Image(options, ["console=serial", "debugexit", "gdb=com2"] +
                                   (["hostio=com3"] if program else []), program)

    def __enter__(self):
        self.image.__enter__()
        self.process = machine.start(machine.command(self.image, [
            "-serial", f"file:{self.console}", "-display", "none",
            "-chardev", f"socket,id=gdb,path={self.line},server=on,wait=off",
            "-serial", "chardev:gdb", *self.host_line()]))
        self.wait_for(b"smp: " if self.program else b"kestrel# ")
        return self

    def host_line(self):
        """A line for the program's streams."""
        if not self.program:
            return []
        return ["-chardev", f"file,id=com3,path={self.console}.out",
                "-device", "isa-serial,iobase=0x3e8,irq=5,chardev=com3"]

    def wait_for(self, text):
        """Until the console has shown a text."""
        self._await(text, self.console)

    def wait_for_output(self, text):
        """Until the program has written a text."""
        self._await(text, f"{self.console}.out")

    def _await(self, text, where):
        limit = time.monotonic() + PATIENCE
        while not self._holds(where, text):
            assert time.monotonic() < limit, f"{where} does not say {text!r}"
            time.sleep(0.05)

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.image.__exit__()

    def says(self, text):
        """Whether the console has shown a text."""
        return self._holds(self.console, text)

    @staticmethod
    def _holds(where, text):
        if not os.path.exists(where):
            return False
        with open(where, "rb") as file:
            return text in file.read()


class Peer:
    """What gdb does on the line, and what it would never do."""

    def __init__(self, where):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(PATIENCE)
        self.socket.connect(where.line)
        self.pending = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def _byte(self):
        if not self.pending:
            self.pending = self.socket.recv(4096)
            assert self.pending, "the line is closed"
        first, self.pending = self.pending[:1], self.pending[1:]
        return first

    def send(self, packet):
        """A packet without waiting for an answer."""
        self.socket.sendall(b"$%b#%02x" % (packet, sum(packet) & 0xff))

    def answer(self):
        """The next packet from the kernel."""
        while self._byte() != b"$":
            pass
        text = b""
        while (one := self._byte()) != b"#":
            text += one
        self._byte()
        self._byte()
        self.socket.sendall(b"+")
        return text

    def ask(self, packet):
        """A packet and its answer."""
        self.send(packet)
        return self.answer()

    def interrupt(self):
        """Ctrl-C; the reason of the stop."""
        self.socket.sendall(b"\x03")
        return self.answer()[:3]

    def garbage(self, data):
        """Bytes, whatever comes back."""
        self.socket.sendall(data)
        self.socket.setblocking(False)
        try:
            while self.socket.recv(65536):
                pass
        except BlockingIOError:
            pass
        self.socket.settimeout(PATIENCE)


def attach(peer):
    """The first words of a session."""
    assert b"PacketSize=1000" in peer.ask(b"qSupported:swbreak+")
    equal(peer.ask(b"?")[:3], b"T02")
    assert peer.ask(b"qfThreadInfo").startswith(b"m1,2,")
