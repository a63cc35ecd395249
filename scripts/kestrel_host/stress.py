# SPDX-License-Identifier: BSD-2-Clause
# The verb stress: storms of tests/stress, over seeds, processors, interleavings and settings.
# Written for Kestrel.
"""Each round is one boot whose command line is a function of the seed and the round's number."""
import os
import random
import shlex
import subprocess
import sys
import time

from . import paths

KESTREL = os.path.join("scripts", "kestrel")
# Sizes of a round of each storm: calls, rounds, stops, steps.
SIZES = {"upcalls": (1000, 20000), "forks": (2, 12), "kses": (5, 40), "stops": (20, 200),
         "random": (10, 80)}
CPUS = (1, 2, 4, 8)
# Real time, or QEMU's shift: another interleaving each.
SHIFTS = (None, None, None, 2, 3, 4, 5, 6, 7)
# Above this one, a thousand ticks a second with a signal each are all that a DEBUG kernel gets
# done, and QEMU gives other CPUs no turn while the first one has work.
BUSIEST_SHIFT = 5
# Seconds for a round: a hang detector.
LIMIT = 900


def command(options, number):
    """The command of one round."""
    dice = random.Random(f"{options.seed} {number}")
    kind = sorted(SIZES)[number % len(SIZES)]
    words = [KESTREL, "run", "--timeout", str(LIMIT),
             "--cpus", str(options.cpus or dice.choice(CPUS))]
    shift = dice.choice(SHIFTS)
    if shift is not None:
        words.append(f"--icount={shift}")
    rates = (100, 100, 1000) if shift is None or shift <= BUSIEST_SHIFT else (100,)
    settings = [f"sched.seed={dice.choice((0, dice.randrange(1, 1 << 30)))}",
                f"kern.threads.eager_upcall={dice.randrange(2)}",
                f"kern.threads.quantum={dice.choice((0, 1, 10))}",
                f"kern.hz={dice.choice(rates)}"]
    for setting in settings + options.settings:
        words += ["--set", setting]
    return words + ["/tests/stress", kind, str(dice.randrange(1, 1 << 30)),
                    str(dice.randint(*SIZES[kind]))]


def _run(words):
    """Exit status and what a failed round has to show."""
    done = subprocess.run(words, cwd=paths.ROOT, stdin=subprocess.DEVNULL,
                          capture_output=True, check=False)
    shown = (done.stdout + b"\n" + done.stderr).decode(errors="replace").splitlines()
    return done.returncode, shown


def _numbers(options):
    """The rounds to run, until one of the limits."""
    begun = time.monotonic()
    number = 0
    while options.rounds is None or number < options.rounds:
        if options.time is not None and time.monotonic() - begun >= options.time:
            return
        yield number
        number += 1


def stress(options):
    """The verb."""
    paths.need_artefacts()
    rounds = 0
    try:
        for number in _numbers(options):
            words = command(options, number)
            print(f"[{number}] {shlex.join(words)}", flush=True)
            status, shown = _run(words)
            if status != 0:
                print("\n".join(shown[-60:]))
                print(f"FAILED with exit status {status}, again with:\n{shlex.join(words)}")
                return 1
            rounds += 1
    except KeyboardInterrupt:
        print(file=sys.stderr)
    print(f"{rounds} rounds held")
    return 0
