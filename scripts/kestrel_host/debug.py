# SPDX-License-Identifier: BSD-2-Clause
# The verb debug: a stopped machine and gdb on it.
# Written for Kestrel; the two-window way is xv6's.
"""One window: gdb here, the console in a file. Two: the console here, `make gdb` elsewhere."""
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time

from . import machine, paths, program

# Where --wait listens and --attach looks; other sessions have a socket of their own.
SOCKET = paths.in_build("gdb.sock")
CONSOLE = paths.in_build("console.log")
OUTPUT = paths.in_build("program.out")
# Seconds; a hang detector.
BOOT_LIMIT = 60
GDBINIT = os.path.join(paths.ROOT, "scripts", "gdb", "kestrel.py")


def _gdb_line(options, where, user_program):
    gdb = shutil.which("gdb") or shutil.which("gdb-multiarch")
    if gdb is None:
        raise paths.ToolError("no gdb found; scripts/setup installs it", 1)
    line = [gdb, "-q", "-nx"]
    if options.batch:
        line.append("-batch")
    line += ["-iex", "set auto-load safe-path /", "-x", GDBINIT, paths.KERNEL,
             "-ex", f"target remote {where}"]
    if user_program:
        line += ["-ex", f"add-symbol-file {user_program}"]
    for script in options.scripts:
        line += ["-x", script]
    for command in options.commands:
        line += ["-ex", command]
    return line + shlex.split(options.gdb_args)


def _wait_for_socket(where, process):
    limit = time.monotonic() + 10
    while not os.path.exists(where):
        if process.poll() is not None or time.monotonic() > limit:
            raise paths.ToolError("QEMU did not start", 1)
        time.sleep(0.02)


def _wait_for_stub(process):
    """Until the kernel listens: what is sent before is lost."""
    limit = time.monotonic() + BOOT_LIMIT
    while True:
        try:
            with open(CONSOLE, "rb") as console:
                if b"gdb: on the second serial port" in console.read():
                    return
        except FileNotFoundError:
            pass
        if process.poll() is not None or time.monotonic() > limit:
            raise paths.ToolError(f"the kernel's stub does not answer; see {CONSOLE}", 1)
        time.sleep(0.02)


def _symbols_of(options):
    """The file with symbols of the program to run, if there is one."""
    if not options.program:
        return None
    name = options.program[0]
    for path in (paths.in_build("prog", name.lstrip("/")), name):
        if os.path.isfile(path):
            return path
    return None


def _session(options):
    """gdb in this terminal; its exit status."""
    if options.wait and os.path.exists(SOCKET):
        os.unlink(SOCKET)
    words = machine.console_words(options)
    if options.stub:
        words.append("gdb=com2,wait")
    serial = ["-serial", "mon:stdio"] if options.wait else ["-serial", f"file:{CONSOLE}"]
    devices = serial + ["-display", "none"] + ([] if options.stub else ["-S"])
    output = []
    if options.program:
        # The program's output; its input never comes.
        words.append("hostio=com3")
        output = ["-chardev", f"file,id=com3,path={OUTPUT}",
                  "-device", "isa-serial,iobase=0x3e8,irq=5,chardev=com3"]
    with machine.Image(options, words) as image:
        where = SOCKET if options.wait else image.path("gdb.sock")
        line = f"path={where},server=on,wait=off"
        if options.stub:
            devices += ["-chardev", f"socket,id=gdb,{line}", "-serial", "chardev:gdb"]
        else:
            devices += ["-gdb", f"unix:{where},server=on,wait=off", "-serial", "null"]
        devices += output
        if options.program:
            guest = program.resolve(options.program[0], image)
            image.set_argv([guest] + options.program[1:])
        if options.stub and not options.wait and os.path.exists(CONSOLE):
            os.unlink(CONSOLE)
        if options.wait:
            print("Now run 'make gdb' in another window.", file=sys.stderr)
            return subprocess.run(machine.command(image, devices), check=False).returncode
        process = machine.start(machine.command(image, devices), stdin=subprocess.DEVNULL,
                                start_new_session=True)
        try:
            _wait_for_socket(where, process)
            if options.stub:
                _wait_for_stub(process)
            return _run_gdb(options, where)
        finally:
            process.kill()
            process.wait()


def _run_gdb(options, where):
    # Ctrl-C is gdb's.
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        gdb = subprocess.Popen(_gdb_line(options, where, _symbols_of(options)),
                               preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
        return gdb.wait(options.timeout)
    except subprocess.TimeoutExpired:
        gdb.kill()
        gdb.wait()
        return paths.EXIT_TIMEOUT
    finally:
        signal.signal(signal.SIGINT, before)


def debug(options):
    """The verb."""
    machine.check_options(options)
    paths.need_artefacts()
    if options.attach:
        if not os.path.exists(SOCKET):
            raise paths.ToolError("no machine waits; start `scripts/kestrel debug --wait` first", 1)
        return _run_gdb(options, SOCKET)
    if not options.batch and not options.wait:
        print(f"console: {os.path.relpath(CONSOLE)}", file=sys.stderr)
    return _session(options)
