# SPDX-License-Identifier: BSD-2-Clause
# The verb stress: which rounds it runs, and what it says of one that fails.
# Written for Kestrel.
"""TAP on stdout."""
import sys
from types import SimpleNamespace

from kestrel_host import stress
from lib.expect import equal, kestrel, main


def rounds(seed):
    """The commands of some rounds."""
    options = SimpleNamespace(seed=seed, cpus=None, settings=[])
    return [stress.command(options, number) for number in range(20)]


def a_seed_stands_for_the_same_rounds():
    equal(rounds(7), rounds(7))
    assert all(one != other for one, other in zip(rounds(7), rounds(8)))


def every_storm_has_its_turn():
    equal({words[-3] for words in rounds(1)}, set(stress.SIZES))


def a_failed_round_prints_the_command_that_repeats_it():
    # No process can have a second KSE: no storm can begin.
    done = kestrel("stress", "--rounds", "1", "--cpus", "1",
                   "--set", "kern.threads.max_threads_per_proc=1")
    equal(done.returncode, 1, done)
    lines = done.stdout.decode().splitlines()
    assert lines[-1].startswith("scripts/kestrel run "), lines[-1]
    assert "kern.threads.max_threads_per_proc=1" in lines[-1], lines[-1]
    equal(lines[-1], lines[0].partition("] ")[2])


def without_time_no_round_is_run():
    done = kestrel("stress", "--time", "0")
    equal((done.returncode, done.stdout), (0, b"0 rounds held\n"), done)


if __name__ == "__main__":
    sys.exit(main(
        a_seed_stands_for_the_same_rounds, every_storm_has_its_turn,
        a_failed_round_prints_the_command_that_repeats_it, without_time_no_round_is_run))
