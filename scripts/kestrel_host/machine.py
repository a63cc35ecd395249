# SPDX-License-Identifier: BSD-2-Clause
# The emulated machine: from options to a QEMU command line, and what its exit statuses mean.
# Written for Kestrel.
"""QEMU command lines. One place knows every device that the kernel counts on."""
import argparse
import ctypes
import os
import shlex
import signal
import subprocess
import tempfile

from . import initrd, paths
from .trace import record

QEMU = "qemu-system-i386"
MOST_CPUS = 8
MOST_SHIFT = 10         # of QEMU's -icount

# isa-debug-exit makes QEMU's status (value << 1) | 1.
STATUS_OFF = 33         # normal power-off
STATUS_PANIC = 35
STATUS_SELFTEST = 37    # an in-kernel test failed
STATUS_WATCHDOG = 39


def start(command, **options):
    """A child process that ends when this one does, however it ends."""
    libc = ctypes.CDLL(None)
    pr_set_pdeathsig = 1

    def die_with_parent():
        libc.prctl(pr_set_pdeathsig, signal.SIGKILL)

    return subprocess.Popen(command, preexec_fn=die_with_parent, **options)


def add_icount(parser):
    """--icount, alone or as --icount=SHIFT: options.icount is the shift, or None. Every shift is an
    option of its own: as an optional value, it would be PROG that follows."""
    parser.add_argument("--icount", action="store_const", const=0,
                        help="deterministic virtual time: 1 ns an instruction, one CPU; "
                        f"--icount=SHIFT (1 to {MOST_SHIFT}): 2^SHIFT ns, CPUs as --cpus says, "
                        "each shift another interleaving")
    for shift in range(MOST_SHIFT + 1):
        parser.add_argument(f"--icount={shift}", action="store_const", const=shift, dest="icount",
                            help=argparse.SUPPRESS)


def add_options(parser):
    """The options of a machine, on a verb's argument parser."""
    parser.add_argument("--cpus", type=int, default=2, metavar="N", help="processors (2)")
    parser.add_argument("--mem", type=int, default=64, metavar="MIB", help="memory in MiB (64)")
    parser.add_argument("--add", action="append", default=[], metavar="HOSTFILE[=GUESTPATH]",
                        help="put a host file into the image, as /NAME unless a path is given")
    parser.add_argument("--timeout", type=float, metavar="S",
                        help="stop the machine after S seconds, exit status 124")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", dest="settings",
                        help="a sysctl tunable or a kernel option")
    parser.add_argument("--iso", action="store_true", help="boot through GRUB")
    add_icount(parser)
    parser.add_argument("--kernel", metavar="FILE", help="another kernel than build/kernel")
    parser.add_argument("--trace", metavar="FILE",
                        help="write a timeline of threads, KSEs and upcalls, in Perfetto's JSON")
    parser.add_argument("--qemu", default="", metavar="'ARGS'", help="further arguments for QEMU")
    parser.add_argument("--vga", action="store_true", help="a window instead of the terminal")


def check_options(options):
    """Refuse what cannot be."""
    if options.cpus < 1 or options.cpus > MOST_CPUS:
        raise paths.ToolError(f"--cpus: from 1 to {MOST_CPUS}")
    if options.mem < 4 or options.mem > 3584:
        raise paths.ToolError("--mem: from 4 to 3584 MiB")
    for setting in options.settings:
        if not setting or any(char.isspace() for char in setting):
            raise paths.ToolError(f"--set: {setting!r} is not one word NAME=VALUE")


def _icount_words(options):
    """What several CPUs need to repeat themselves. When all of them halt, another thread of QEMU's
    moves the clock, and which CPU has the next turn depends on when the host runs that thread."""
    return ["machdep.cpu_idle_hlt=0"] if options.icount and options.cpus > 1 else []


class Image:
    """Kernel, boot image and command line of one boot; temporary files end with the `with`. What
    options.leave_out, if there, begins the name of is not in the image."""

    def __init__(self, options, words, argv=None):
        self.options = options
        # Settings last, so that they can change what is set for them.
        self.recording = record.Recording(options) if options.trace else None
        traced = self.recording.words() if self.recording else []
        self.cmdline = " ".join(list(words) + _icount_words(options) + traced + options.settings)
        self.kernel = getattr(options, "kernel", None) or paths.KERNEL
        self._directory = None
        self._argv = argv
        self._extra = {}
        for spec in options.add:
            host, _, guest = spec.partition("=")
            self.add(host, guest or os.path.basename(host))

    def add(self, host, guest):
        """Put a host file at a guest path."""
        try:
            self._extra[initrd.guest_name(guest)] = initrd.member_of(host)
        except OSError as error:
            raise paths.ToolError(f"{host}: {error.strerror}") from error

    def set_argv(self, argv):
        """The program to run instead of init's shell."""
        self._argv = argv

    def __enter__(self):
        self._directory = tempfile.TemporaryDirectory(prefix="kestrel-")
        if self.recording:
            self.recording.__enter__()
        return self

    def __exit__(self, *_):
        if self.recording:
            self.recording.__exit__()
        self._directory.cleanup()

    def path(self, name):
        """A temporary file of this boot."""
        return os.path.join(self._directory.name, name)

    def initrd(self):
        """The archive to boot with: the built one unless something is added."""
        leave_out = getattr(self.options, "leave_out", None)
        if not self._extra and self._argv is None and leave_out is None:
            return paths.INITRD
        members = {name: member for name, member in initrd.read(paths.INITRD).items()
                   if leave_out is None or not name.startswith(leave_out)}
        members.update(self._extra)
        if self._argv is not None:
            members["etc/run"] = initrd.run_file(self._argv)
        initrd.write(self.path("initrd.tar"), members)
        return self.path("initrd.tar")

    def boot_arguments(self):
        """QEMU's arguments that name what to boot."""
        if not self.options.iso:
            return ["-kernel", self.kernel, "-append", self.cmdline, "-initrd", self.initrd()]
        iso = self.path("kestrel.iso")
        made = subprocess.run(
            [os.path.join(paths.ROOT, "scripts", "mkiso"), "--only", self.cmdline,
             iso, self.kernel, self.initrd()],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if made.returncode != 0:
            raise paths.ToolError(f"mkiso failed: {made.stderr}", 1)
        return ["-cdrom", iso, "-boot", "d"]


def command(image, devices):
    """The whole QEMU command line; `devices` are the serial lines and the display."""
    options = image.options
    # At shift 0 other CPUs get no turn in QEMU's round: time passes too slowly for its timers.
    cpus = 1 if options.icount == 0 else options.cpus
    # One core a socket: firmware tables list packages, not cores.
    smp = f"cpus={cpus},sockets={cpus},cores=1,threads=1"
    memory = image.recording.arguments() if image.recording else ["-m", str(options.mem)]
    line = [QEMU, *memory, "-smp", smp, "-no-reboot", "-net", "none",
            "-device", "isa-debug-exit,iobase=0xf4,iosize=0x04"]
    if options.icount is not None:
        line += ["-icount", f"shift={options.icount},sleep=off",
                 "-rtc", "base=2002-10-31T00:00:00,clock=vm"]
    else:
        line += ["-accel", "tcg,thread=multi"]
    return line + image.boot_arguments() + devices + shlex.split(options.qemu)


def console_words(options):
    """Command-line words for a machine whose console is this terminal or a window."""
    return ["console=vga" if options.vga else "console=serial", "debugexit"]
