# SPDX-License-Identifier: BSD-2-Clause
# kestrel bench, and the RELEASE kernel that it measures.
# Written for Kestrel; bounds are those of sense, not of goals.
"""TAP on stdout."""
import json
import sys

from kestrel_host import bench_scaling, bench_table, paths
from lib.expect import equal, kestrel, main

RELEASE = paths.in_build("RELEASE", "kernel")
# Less than the instruction that enters the kernel needs, more than anything here can take.
LEAST, MOST = 10, 10**9
PROGRAMS = ["context", "cow", "exec", "fork_wait", "fpu", "kse_1000", "kse_hostile",
            "kse_idle_wakeup", "memory", "pipes", "syscalls_hostile", "timing"]


def figures(*patterns):
    done = kestrel("bench", "--json", *patterns)
    equal(done.returncode, 0, done)
    return json.loads(done.stdout)


def every_operation_has_a_figure_of_sane_size():
    found = figures()
    equal(set(found), {row.key for row in bench_table.ROWS + bench_table.MEMORY})
    for key, figure in found.items():
        if "skipped" in figure:
            continue
        assert LEAST <= figure["least"] <= figure["median"] <= figure["most"] <= MOST, \
            (key, figure)


def medians(*patterns):
    return {key: figure["median"] for key, figure in figures(*patterns).items()}


def medians_are_the_same_in_every_run():
    # The largest of many samples may hold a clock interrupt in one run and not in the next.
    patterns = ("null_call", "thread_switch", "upcall", "fork_exit_wait")
    equal(medians(*patterns), medians(*patterns))


def two_processors_do_the_work_of_one_in_a_time_of_sane_size():
    # How much less time is the host's affair: it may have no second processor to spare.
    done = kestrel("bench", "--scaling", "--json")
    equal(done.returncode, 0, done)
    found = json.loads(done.stdout)
    equal(set(found), {scale.key for scale in bench_scaling.SCALES})
    for key, figure in found.items():
        assert figure["runs"] > 1 and 0.2 < figure["ratio"] < 4, (key, figure)


def the_table_shows_goals_and_peers():
    done = kestrel("bench", "null_call")
    equal(done.returncode, 0, done)
    equal(b"goal" in done.stdout and b"318" in done.stdout, True, done)


def an_operation_that_does_not_exist_is_refused():
    equal(kestrel("bench", "nonsuch").returncode, 1)


def the_release_kernel_runs_ksetest():
    done = kestrel("run", "--kernel", RELEASE, "/bin/ksetest", "-q")
    equal(done.returncode, 0, done)


def the_release_kernel_passes_user_tests():
    for name in PROGRAMS:
        done = kestrel("run", "--kernel", RELEASE, f"/tests/{name}")
        equal((name, done.returncode), (name, 0), done)


sys.exit(main(
    every_operation_has_a_figure_of_sane_size,
    medians_are_the_same_in_every_run,
    two_processors_do_the_work_of_one_in_a_time_of_sane_size,
    the_table_shows_goals_and_peers,
    an_operation_that_does_not_exist_is_refused,
    the_release_kernel_runs_ksetest,
    the_release_kernel_passes_user_tests,
))
