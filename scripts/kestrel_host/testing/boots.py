# SPDX-License-Identifier: BSD-2-Clause
# Boots that are tests: in-kernel self-tests, and user programs that print TAP.
# Written for Kestrel; limits are hang detectors, not targets.
"""Each function boots machines and returns a list of tap.Result."""
import argparse
import re

from .. import machine, paths, run
from . import tap

# Seconds without any output after which a boot counts as hanging, and for a boot as a whole. The
# kernel's own watchdog (kern.selftest.timeout, 60 s) comes first, since it can say what hangs.
STALL = 90.0
LIMIT = 400.0
# Boots for the self-tests of one job: a panic or hang costs one or two more.
MOST_BOOTS = 60
# Bytes for the names in selftest=..., of the 1023 that the kernel's command line has.
PATTERN_LENGTH = 800
# Has the kernel look at what a user program leaves behind, and say so in such lines.
AUDIT = "kern.selftest.programs=1"
_KEPT = re.compile(r"^# (?:zone |[0-9]+ frames ).* before the test", re.M)


def options_for(variant, timeout=LIMIT, stall=STALL):
    """Machine options of a test variant."""
    return argparse.Namespace(
        cpus=variant.cpus, mem=64, add=[], timeout=timeout, stall=stall, iso=variant.iso,
        settings=list(variant.settings), icount=variant.icount, trace=None, qemu="", vga=False)


def _kind_of(outcome):
    if outcome.status == paths.EXIT_TIMEOUT or outcome.word == run.WATCHDOG:
        return tap.TIMEOUT
    if outcome.word == "kernel panic":
        return tap.PANIC
    if outcome.status == paths.EXIT_PANIC:
        return tap.DIED
    return None


def _boot_selftests(pattern, options):
    """One boot; the Transcript, how it ended, and the serial output."""
    output = bytearray()
    words = ["console=serial", "debugexit", f"selftest={pattern}"]
    with machine.Image(options, words) as image:
        outcome = run.Session(image, None, lambda _: None, output.extend).wait(
            options.timeout, options.stall)
    text = output.decode(errors="replace")
    return tap.parse(text), outcome, text


def _one_boot(pattern, options):
    """Results of one boot of self-tests; the test that ended it, if one did, last."""
    transcript, outcome, text = _boot_selftests(pattern, options)
    results = transcript.results
    kind = _kind_of(outcome)
    if kind is not None:
        name = transcript.running or f"boot with selftest={pattern}"
        notes = [f"{outcome.word} in {name}"] + tap.tail(text)
        results.append(tap.Result(name, kind, notes))
    elif (fault := transcript.faults()) is not None:
        results.append(tap.Result(f"boot with selftest={pattern}", tap.DIED,
                                  [fault, outcome.word] + tap.tail(text)))
    elif outcome.status != 0 and all(result.passed for result in results):
        results.append(tap.Result("the exit status agrees with the results", tap.FAILED,
                                  [outcome.word] + tap.tail(text)))
    return results, kind is not None


def _batches(names):
    """Patterns for the tests named, each of a length that the kernel's command line can hold."""
    batch = ""
    for name in names:
        if batch and len(batch) + len(name) > PATTERN_LENGTH:
            yield batch
            batch = ""
        batch += ("," if batch else "") + name
    if batch:
        yield batch


def selftests(pattern, expected, options):
    """Run the self-tests of the glob; `expected` names those that must report. Those that a panic
    or hang kept from running are run again without the culprit."""
    results, ended_early = _one_boot(pattern, options)
    boots = 1
    while ended_early and boots < MOST_BOOTS:
        reported = {result.name for result in results}
        missing = [name for name in expected if name not in reported]
        ended_early = False
        for batch in _batches(missing):
            more, ended = _one_boot(batch, options)
            results += more
            boots += 1
            # A batch that reported nothing would be tried for ever.
            ended_early = ended_early or (ended and bool(more))
    reported = {result.name for result in results}
    results += [tap.Result(name, tap.MISSING) for name in expected if name not in reported]
    return results


def user_program(guest, options):
    """Run a program that prints TAP; its results, then one for how it ended, and one for whether
    the kernel has all that it lent the program, with its structures whole."""
    output, console = bytearray(), bytearray()
    options = argparse.Namespace(**{**vars(options), "settings": options.settings + [AUDIT]})
    outcome = run.run_program(options, [guest], None, output.extend, console.extend)
    text = output.decode(errors="replace")
    transcript = tap.parse(text)
    results = transcript.results
    ending = tap.Result(f"{guest} runs to its end", _kind_of(outcome) or tap.OK)
    if ending.kind == tap.OK:
        fault = transcript.faults()
        all_passed = all(result.passed for result in results)
        if fault is not None or (outcome.status != 0 and all_passed):
            ending.kind = tap.FAILED
            ending.notes = [fault or outcome.word]
    if not ending.passed:
        ending.notes += [outcome.word] + tap.tail(text, 20) + tap.tail(console.decode(
            errors="replace"))
    if ending.kind in (tap.OK, tap.FAILED):
        kept = _KEPT.findall(console.decode(errors="replace"))
        results.append(tap.Result(f"{guest} leaves nothing behind",
                                  tap.FAILED if kept else tap.OK, kept))
    return results + [ending]
