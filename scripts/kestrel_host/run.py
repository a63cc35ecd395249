# SPDX-License-Identifier: BSD-2-Clause
# The verb run: a shell on this terminal, or one program with its streams and exit status.
# Written for Kestrel.
"""Boots a machine and turns its end into an exit status."""
import fcntl
import os
import selectors
import socket
import subprocess
import sys
import threading
import time

from . import channel, machine, paths, program

# What the guest may write ahead of us, in bytes. The machine waits when it is full, and then a run
# under --icount depends on the host: a socket takes 278 bytes, as each is a packet.
AHEAD = 1 << 18
# How long a machine that has sent its exit status may take to power off.
POWER_OFF_LIMIT = 10.0
# How long a kernel that hangs may take to say where, in all and without a word.
REPORT_LIMIT = 60.0
REPORT_STALL = 15.0
# What the kernel is told for a program whose streams are a Session's.
PROGRAM_WORDS = ["console=serial", "debugexit", "hostio=com3"]
WATCHDOG = "stopped by the watchdog"


class Outcome:
    """How a machine ended: exit status as `kestrel run` gives it, and a word for it."""

    def __init__(self, status, word):
        self.status = status
        self.word = word


def outcome_of(qemu_status, program_status):
    """The outcome of a machine that stopped by itself."""
    if qemu_status == machine.STATUS_PANIC:
        return Outcome(paths.EXIT_PANIC, "kernel panic")
    if qemu_status == machine.STATUS_WATCHDOG:
        return Outcome(paths.EXIT_PANIC, WATCHDOG)
    if qemu_status == machine.STATUS_SELFTEST:
        return Outcome(1, "self-tests failed")
    if program_status is not None:
        return Outcome(program_status, f"exit status {program_status}")
    if qemu_status == machine.STATUS_OFF:
        return Outcome(0, "powered off")
    return Outcome(paths.EXIT_PANIC, f"machine reset or died (QEMU status {qemu_status})")


def _write_whole(line, data):
    """A write to a pipe that is full ends early when the process is stopped meanwhile."""
    while data:
        data = data[line.write(data):]


def _forward_input(source, line):
    """Our standard input to the guest, then the end of it. Its own thread: may block for ever."""
    try:
        while source is not None and (data := os.read(source, 4096)):
            _write_whole(line, channel.escape(data))
        _write_whole(line, channel.END_OF_INPUT)
    except (OSError, ValueError):
        pass        # the machine has gone, or its line has been closed


def _start_input(source, line):
    threading.Thread(target=_forward_input, args=(source, line), daemon=True).start()


def _pipe():
    """A pipe's two ends, to read and to write, as unbuffered files."""
    reader, writer = os.pipe()
    try:
        fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, AHEAD)
    except PermissionError:
        pass        # the user has many large pipes; 64 KiB will do as a rule
    return os.fdopen(reader, "rb", buffering=0), os.fdopen(writer, "wb", buffering=0)


class Session:
    """A machine that runs one program: COM1 and COM3 are pipes to this process."""

    def __init__(self, image, stdin_fd, on_output, on_console):
        console, console_far = _pipe()
        output, output_far = _pipe()
        input_far, self._input = _pipe()
        self._monitor, monitor_far = socket.socketpair()
        self._decoder = channel.Decoder(lambda: _start_input(stdin_fd, self._input))
        self._on = {console: on_console,
                    output: lambda data: on_output(self._decoder.feed(data))}
        # QEMU opens a line that goes both ways by two names, PATH.in and PATH.out.
        for name, far in (("host.in", input_far), ("host.out", output_far)):
            os.symlink(f"/proc/self/fd/{far.fileno()}", image.path(name))
        devices = [
            "-display", "none",
            "-chardev", f"file,id=com1,path=/proc/self/fd/{console_far.fileno()}",
            "-serial", "chardev:com1",
            "-serial", "null",
            "-chardev", f"pipe,id=com3,path={image.path('host')}",
            "-device", "isa-serial,iobase=0x3e8,irq=5,chardev=com3",
            "-chardev", f"socket,id=monitor,fd={monitor_far.fileno()}",
            "-mon", "chardev=monitor,mode=control",
        ]
        fars = (console_far, output_far, input_far, monitor_far)
        self.process = machine.start(
            machine.command(image, devices), stdin=subprocess.DEVNULL, stdout=sys.stderr,
            pass_fds=[far.fileno() for far in fars])
        for far in fars:
            far.close()

    def _pump(self, timeout, stall):
        """Pass bytes on until both lines close; False when a limit came first."""
        limits = {"whole": time.monotonic() + timeout} if timeout else {}
        with selectors.DefaultSelector() as selector:
            for line in self._on:
                selector.register(line, selectors.EVENT_READ)
            while selector.get_map():
                now = time.monotonic()
                if self._decoder.status is not None:
                    limits.setdefault("power-off", now + POWER_OFF_LIMIT)
                if stall:
                    limits["stall"] = now + stall
                left = min(limits.values()) - now if limits else None
                if left is not None and left <= 0:
                    return False
                ready = selector.select(left)
                if not ready:
                    return False
                for key, _ in ready:
                    if data := os.read(key.fd, 65536):
                        self._on[key.fileobj](data)
                    else:
                        selector.unregister(key.fileobj)
        return True

    def _ask(self):
        """Have a kernel that hangs report where, on the console: by an NMI, which it always takes.
        It ends the machine then."""
        try:
            self._monitor.sendall(b'{"execute": "qmp_capabilities"}{"execute": "inject-nmi"}')
        except OSError:
            return      # the machine has gone
        self._pump(REPORT_LIMIT, REPORT_STALL)

    def wait(self, timeout, stall=None):
        """Run to the end, to the timeout, or to `stall` seconds without output; the Outcome."""
        begun = time.monotonic()
        try:
            if not self._pump(timeout, stall):
                if self._decoder.status is not None:
                    return Outcome(self._decoder.status, "no power-off after the exit status")
                seconds = time.monotonic() - begun
                self._ask()
                return Outcome(paths.EXIT_TIMEOUT, f"timeout after {seconds:.0f} s")
            return outcome_of(self.process.wait(), self._decoder.status)
        finally:
            self.process.kill()
            self.process.wait()
            for line in [*self._on, self._input, self._monitor]:
                line.close()


def _writer(stream):
    def write(data):
        if data:
            stream.write(data)
            stream.flush()
    return write


def _write_trace(image, argv):
    """The machine has ended: what its trace rings hold becomes the file of --trace."""
    if image.recording is None:
        return
    done = image.recording.finish(image.kernel, argv)
    print(f"kestrel: {image.recording.path}: {done.steps} steps"
          + (f", {done.lost} events lost before them" if done.lost else ""), file=sys.stderr)
    for difference in done.differences[:5]:
        print(f"kestrel: the replay is wrong: {difference}", file=sys.stderr)


def run_program(options, argv, stdin_fd, on_output, on_console):
    """Boot for one program and wait for it; the Outcome."""
    with machine.Image(options, PROGRAM_WORDS) as image:
        guest = program.resolve(argv[0], image)
        image.set_argv([guest] + argv[1:])
        session = Session(image, stdin_fd, on_output, on_console)
        outcome = session.wait(options.timeout, options.stall)
        _write_trace(image, argv)
        return outcome


def _run_console(options):
    """A shell on this terminal, by QEMU's own terminal handling."""
    display = [] if options.vga else ["-display", "none"]
    serial = ["-serial", "null"] if options.vga else ["-serial", "mon:stdio"]
    with machine.Image(options, machine.console_words(options)) as image:
        process = machine.start(machine.command(image, display + serial))
        try:
            status = process.wait(options.timeout)
        except subprocess.TimeoutExpired:
            process.terminate()         # lets QEMU restore the terminal
            process.wait()
            print("kestrel: timeout", file=sys.stderr)
            return paths.EXIT_TIMEOUT
        except KeyboardInterrupt:
            process.terminate()
            process.wait()
            raise
        finally:
            _write_trace(image, [])
    if status == 0:
        return 0                        # Ctrl-A x
    return outcome_of(status, None).status


def run(options):
    """The verb."""
    machine.check_options(options)
    paths.need_artefacts()
    options.stall = None
    if not options.program:
        return _run_console(options)
    outcome = run_program(options, options.program, sys.stdin.fileno(),
                          _writer(sys.stdout.buffer), _writer(sys.stderr.buffer))
    if outcome.status >= paths.EXIT_PANIC and not outcome.word.startswith("exit status"):
        print(f"kestrel: {outcome.word}", file=sys.stderr)
    return outcome.status
