# SPDX-License-Identifier: BSD-2-Clause
# Who computes on one CPU stops for another within two clock ticks, and does not wait for one.
# Written for Kestrel; D-11.
"""TAP on stdout. Time is counted in instructions: a loaded host changes nothing."""
import sys

from lib.expect import equal, kestrel, main

# No trial may take longer, in ticks; and the mean, in hundredths of a tick. A processor that is not
# interrupted comes with its next tick, after half a tick in the mean.
MOST, MEAN = 2, 30


def prompt(cpus, shift):
    """One run of the program that measures; each shift is another interleaving."""
    done = kestrel("run", f"--icount={shift}", "--cpus", str(cpus), "/tests/kse_prompt", str(MOST),
                   str(MEAN))
    text = done.stdout.decode(errors="replace")
    assert done.returncode == 0, f"{text}\n{done.stderr.decode(errors='replace')[-1000:]}"
    equal(text.count("soon in the mean"), 7)


def who_computes_on_the_other_of_two_cpus_is_interrupted():
    prompt(2, 2)


def who_computes_on_three_of_four_cpus_is_interrupted():
    prompt(4, 3)


if __name__ == "__main__":
    sys.exit(main(who_computes_on_the_other_of_two_cpus_is_interrupted,
                  who_computes_on_three_of_four_cpus_is_interrupted))
