# SPDX-License-Identifier: BSD-2-Clause
# The host tool's command line: verbs, options, exit statuses.
# Written for Kestrel.
"""Parses arguments and calls the verb."""
import argparse
import sys

from . import machine, paths


def _run(options):
    from . import run
    return run.run(options)


def _debug(options):
    from . import debug
    return debug.debug(options)


def _test(options):
    from .testing import runner
    return runner.test(options)


def _bench(options):
    if options.scaling:
        from . import bench_scaling
        return bench_scaling.scaling(options)
    from . import bench
    return bench.bench(options)


def _view(options):
    from .viewer import page
    return page.view(options)


def _story(options):
    from .trace import story
    return story.story(options)


def _stress(options):
    from . import stress
    return stress.stress(options)


def _mutants(options):
    from .testing import mutants
    return mutants.mutants(options)


def _program(parser):
    parser.add_argument("program", nargs=argparse.REMAINDER, metavar="PROG [ARG...]",
                        help="a path on the guest, or an ELF file on the host")


def _parser():
    parser = argparse.ArgumentParser(prog="kestrel",
                                     description="Run, test, measure and debug Kestrel.")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")

    verb = verbs.add_parser(
        "run", help="boot to a shell, or run one program",
        description="Without PROG: a shell on this terminal, Ctrl-A x quits. With PROG: only that; "
        "its output to stdout, kernel messages to stderr, its exit status (128+signal; 124 on "
        "--timeout; 70 on a kernel panic).")
    machine.add_options(verb)
    _program(verb)
    verb.set_defaults(action=_run)

    verb = verbs.add_parser(
        "test", help="run tests", description="Runs all tests, or those whose name matches.")
    verb.add_argument("patterns", nargs="*", metavar="PATTERN",
                      help="part of a test's name, or a glob for the whole of it")
    verb.add_argument("--list", action="store_true", help="name the tests and stop")
    verb.add_argument("--cpus", type=int, default=2, metavar="N", help="processors (2)")
    verb.add_argument("--iso", action="store_true", help="boot through GRUB")
    machine.add_icount(verb)
    verb.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", dest="settings",
                      help="a sysctl tunable or a kernel option, for every boot")
    verb.add_argument("--matrix", action="store_true",
                      help="1, 2, 4 and 8 CPUs, eager_upcall 0 and 1, quantum off and 1 ms")
    verb.add_argument("--jobs", type=int, default=2, metavar="N", help="boots at a time (2)")
    verb.set_defaults(action=_test)

    verb = verbs.add_parser(
        "bench", help="count instructions of operations",
        description="Counts the guest instructions of each operation, or of those whose name "
        "matches, on a RELEASE kernel with one processor. With --scaling: how much more two "
        "processors do than one, in time, on a host that should have two idle ones.")
    verb.add_argument("patterns", nargs="*", metavar="PATTERN", help="part of an operation's name")
    verb.add_argument("--scaling", action="store_true", help="two processors against one")
    verb.add_argument("--json", action="store_true", help="for programs")
    verb.add_argument("--document", metavar="FILE", help="put the table between FILE's marks")
    verb.set_defaults(action=_bench)

    verb = verbs.add_parser("trace", help="look at a trace",
                            description="What there is for traces.")
    of_trace = verb.add_subparsers(dest="what", required=True, metavar="WHAT")
    verb = of_trace.add_parser(
        "view", help="make a page of it",
        description="Writes one HTML page, which needs no network, of a trace that `kestrel run "
        "--trace` has written.")
    verb.add_argument("file", metavar="FILE", help="the trace, gzipped or not")
    verb.add_argument("-o", dest="output", metavar="PAGE.html",
                      help="where to (FILE with the extension html)")
    verb.set_defaults(action=_view)
    verb = of_trace.add_parser(
        "story", help="tell one blocking call, step by step",
        description="Follows the first call of that name that blocks a user thread, from the user "
        "thread's entry into the kernel to the upcall that hands it back, as a Markdown table.")
    verb.add_argument("file", metavar="FILE", help="the trace, gzipped or not")
    verb.add_argument("--call", default="read", metavar="NAME", help="the system call (read)")
    verb.add_argument("--document", metavar="FILE", help="put the table between FILE's marks")
    verb.set_defaults(action=_story)

    verb = verbs.add_parser(
        "stress", help="storms of threads, processes and signals",
        description="Runs the programs of tests/stress, one boot a round, over seeds, processors, "
        "interleavings and settings, until a round fails (status 1, with its command), a limit "
        "is reached, or Ctrl-C.")
    verb.add_argument("--seed", type=int, default=1, metavar="N",
                      help="which rounds these are (1); a round is a function of it and its number")
    verb.add_argument("--time", type=float, metavar="S", help="begin no round after S seconds")
    verb.add_argument("--rounds", type=int, metavar="N", help="so many rounds")
    verb.add_argument("--cpus", type=int, metavar="N", help="processors (1, 2, 4 or 8 at random)")
    verb.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", dest="settings",
                      help="a sysctl tunable or a kernel option, for every round")
    verb.set_defaults(action=_stress)

    verb = verbs.add_parser(
        "mutants", help="take each mend of docs/errata.md out and see its test fail",
        description="Builds every mutant of tests/mutants in a copy of the tree, runs its test, "
        "and fails if the test passes.")
    verb.add_argument("rows", nargs="*", metavar="ROW",
                      help="D-01 for all mutants of that row, or one's whole name")
    verb.add_argument("--check", action="store_true", help="only look whether they all apply")
    verb.set_defaults(action=_mutants)

    verb = verbs.add_parser(
        "debug", help="boot stopped and attach gdb",
        description="Boots with the processor stopped and attaches gdb to QEMU's stub.")
    machine.add_options(verb)
    verb.add_argument("--stub", action="store_true", help="the kernel's own stub, over COM2")
    verb.add_argument("--wait", action="store_true",
                      help="console on this terminal; `make gdb` elsewhere attaches")
    verb.add_argument("--attach", action="store_true", help="gdb for a machine that --wait holds")
    verb.add_argument("--batch", action="store_true", help="gdb ends after its commands")
    verb.add_argument("-x", action="append", default=[], metavar="FILE", dest="scripts",
                      help="gdb commands from a file")
    verb.add_argument("--ex", action="append", default=[], metavar="COMMAND", dest="commands",
                      help="a gdb command")
    verb.add_argument("--gdb-args", default="", metavar="'ARGS'", help="further gdb arguments")
    _program(verb)
    verb.set_defaults(action=_debug)
    return parser


def main(arguments):
    """Run one verb; returns the exit status."""
    options = _parser().parse_args(arguments)
    if getattr(options, "program", None) and options.program[0] == "--":
        del options.program[0]
    try:
        return options.action(options)
    except paths.ToolError as error:
        print(f"kestrel: {error}", file=sys.stderr)
        return error.status
    except KeyboardInterrupt:
        return paths.EXIT_SIGNAL + 2
    except BrokenPipeError:
        sys.stderr.close()
        return paths.EXIT_SIGNAL + 13
