# SPDX-License-Identifier: BSD-2-Clause
# kestrel run --trace, and ktrdump in the guest.
# Written for Kestrel.
"""TAP on stdout."""
import re
import sys
from collections import defaultdict
from types import SimpleNamespace

from kestrel_host.trace.replay import Replay
from lib import timeline
from lib.expect import equal, kestrel, main, program, scratch

# What schedgraph.py matches lines and attributes with, after its source.
GRAPH = re.compile(r'\s*(\d+)\s+(\d+)\s+(\d+)\s+KTRGRAPH group:"([^"]*)", id:"([^"]*)", '
                   r'([^:]+):(?:"([^"]*)"|([^,]+)), attributes: (.*)')
ATTRIBUTE = re.compile(r'^[a-z]+:("[^"]*"|[^,"]+)$')
COLOURED = {"running", "idle", "yielding", "swapped", "suspended", "iwait", "sleep", "blocked",
            "runq add", "runq rem", "thread exit", "proc exit", "lent"}
LOOPS = """
int main(void) { for (;;) ; }
"""


def traced(*arguments, status=0):
    """Run with --trace; the trace, and the CompletedProcess."""
    path = scratch("trace.json")
    done = kestrel("run", "--trace", path, *arguments)
    equal(done.returncode, status, done)
    return timeline.load(path), done


def names(trace):
    """How often each event type occurs."""
    found = defaultdict(int)
    for step in trace["kestrel"]["steps"]:
        found[trace["kestrel"]["types"][step[3]]["name"]] += 1
    return found


def the_trace_of_ksetest_is_right_on_one_and_several_cpus():
    for machine in (["--cpus", "1", "--icount"], ["--cpus", "2"], ["--cpus", "4"]):
        trace, done = traced(*machine, "/bin/ksetest", "-q")
        timeline.all_right(trace)
        equal((trace["kestrel"]["lost"], trace["kestrel"]["compared"]), (0, 1), done)
        equal(b"0 wrong" in done.stdout, True, done)


def the_trace_of_ksetest_has_every_track():
    trace, _ = traced("/bin/ksetest", "-q")
    for pid, wanted in ((timeline.CPUS, "ksetest "), (timeline.KSES, "UTS"),
                        (timeline.THREADS, "syscall nanosleep"), (timeline.THREADS, "stand-in"),
                        (timeline.USERS, "blocked nanosleep"), (timeline.USERS, "completed")):
        equal(any(s[2].startswith(wanted) for s in timeline.slices(trace, pid)), True)
    whole = [points for points in timeline.flows_end(trace).values()
             if "".join(point[1] for point in points) == "sttf"]
    equal(len(whole) > 20, True)
    tracks = {e["args"]["name"] for e in trace["traceEvents"] if e["name"] == "thread_name"}
    equal(any(re.fullmatch(r"KSE \d+ ksetest\[\d+\]", name) for name in tracks), True)


def every_event_names_a_line_of_the_source():
    trace, _ = traced("/bin/ksetest", "-q")
    for kind in trace["kestrel"]["types"]:
        if kind["name"] == "begin":
            continue
        with open(kind["file"], encoding="utf-8") as source:
            lines = source.read().split("\n")
        nearby = "\n".join(lines[max(0, kind["line"] - 6):kind["line"] + 4])
        equal(f'"{kind["name"]}"' in nearby, True)


def the_traces_of_many_threads_groups_and_signals_are_right():
    for test in ("kse_signals", "kse_fork_exec_exit"):
        trace, _ = traced(f"/tests/{test}")
        timeline.all_right(trace)
        equal(trace["kestrel"]["compared"], 1)


def a_second_account_in_between_agrees_too():
    trace, _ = traced("/bin/sh", "-c", "ksetest -q; sysctl debug.ktr.state=1; ksetest -q")
    timeline.all_right(trace)
    equal((trace["kestrel"]["compared"], names(trace)["state begin"]), (2, 3))


def virtual_time_makes_traces_equal_to_the_nanosecond():
    for machine in (["--icount"], ["--icount=3", "--cpus", "3"]):
        first, second = (traced(*machine, "/bin/ksetest", "-q") for _ in range(2))
        equal(first[0] == second[0], True, second[1])


def a_panic_leaves_a_trace():
    trace, _ = traced("--set", "selftest=planted_panicking_test", "/bin/echo", status=70)
    timeline.slices_nest(trace)
    equal(names(trace)["switch"] > 0 and names(trace)["state end"] == 2, True)


def a_machine_that_is_stopped_leaves_a_trace():
    trace, done = traced("--timeout", "10", program("loops", LOOPS), status=124)
    timeline.slices_nest(trace)
    equal((trace["kestrel"]["compared"], names(trace)["exec"] > 0), (0, True), done)


def events_that_were_lost_are_counted_and_said():
    trace, done = traced("--set", "debug.ktr.entries=512", "/bin/ksetest", "-q")
    lost, begin = trace["kestrel"]["lost"], trace["kestrel"]["steps"][0]
    equal(lost > 0 and f"{lost} events lost".encode() in done.stderr, True, done)
    equal(f"{lost} earlier events were lost" in begin[4], True)
    # What was true all along is known from the account at the end.
    equal(["p:1", "comm", "init"] in begin[5], True)
    timeline.slices_nest(trace)


def a_wrong_replay_is_found_out():
    replay = Replay()

    def event(name, *values):
        replay.apply(0, SimpleNamespace(name=name), values)

    def account(thread_word, ke):
        event("state begin")
        event("state proc", 7, 0, "seven")
        event("state ksegrp", 3, 7, 1, 1)
        event("state kse", ke, 3, 12, 0, 0xff13, 0)
        event("state thread", 12, 3, ke, thread_word, 0, 0)
        event("state end")

    account(0x24, 4)
    account(0x24, 4)
    equal((replay.compared, replay.differences), (1, []))
    account(0x23, 4)
    equal(replay.differences, ["td:12 has state runq, not running"])
    account(0x23, 5)
    equal("ke:4 is not there" in replay.differences, True)


def a_trace_that_cannot_be_written_is_refused():
    equal(kestrel("run", "--trace", "/non/such/file", "/bin/echo").returncode, 2)


def guest(command):
    """Output of a shell command in a machine that records everything."""
    done = kestrel("run", "--set", "ktr.mask=0x20711889", "--set", "debug.ktr.entries=16384",
                   "/bin/sh", "-c", command)
    equal(done.returncode, 0, done)
    return done.stdout.decode().splitlines()


def ktrdump_prints_events_newest_first():
    heading, *lines = guest("ksetest -q >/dev/null; ktrdump -ctH")
    equal(heading.split(), ["index", "cpu", "timestamp", "thread", "trace"])
    rows = [re.fullmatch(r" *(\d+) +(\d+) +(\d+) +(\d+) ([a-z ]+): (.*)", line) for line in lines]
    equal(all(rows) and len(rows) > 1000, True)
    times = [int(row[3]) for row in rows]
    equal(times == sorted(times, reverse=True), True)
    equal(any(row[5] == "give back" and row[6].startswith("KSE ") for row in rows), True)
    equal(any("{" in line for line in lines), False)


def ktrdump_shows_source_lines_and_no_heading():
    lines = guest("true; ktrdump -fq")
    equal(all(re.match(r" *\d+ (kern|arch/i386)/\w+\.cpp:\d+ ", line) for line in lines), True)
    equal(kestrel("run", "/bin/ktrdump", "-x").returncode, 2)


def ktrdump_g_speaks_the_language_of_schedgraph():
    lines = guest("ksetest -q >/dev/null; ktrdump -gq")
    before, states, groups = None, set(), set()
    for line in lines:
        found = GRAPH.fullmatch(line)
        equal(bool(found), True)
        time = int(found[3])
        equal(before is None or time - 2048 <= before, True)
        before = time
        groups.add(found[4])
        equal(found[6] in ("state", "point"), True)
        if found[6] == "state":
            states.add(found[7])
        if found[9] != "none":
            equal(all(ATTRIBUTE.match(part) for part in found[9].split(", ")), True)
    equal(groups, {"thread", "kse", "upcall"})
    equal({"running", "sleep", "runq add", "idle", "thread exit"} <= states <= COLOURED, True)
    equal(any('id:"ksetest tid ' in line or 'id:"ended tid ' in line for line in lines), True)
    equal(any('wmesg:"nanslp"' in line for line in lines), True)


sys.exit(main(
    the_trace_of_ksetest_is_right_on_one_and_several_cpus,
    the_trace_of_ksetest_has_every_track,
    every_event_names_a_line_of_the_source,
    the_traces_of_many_threads_groups_and_signals_are_right,
    a_second_account_in_between_agrees_too,
    virtual_time_makes_traces_equal_to_the_nanosecond,
    a_panic_leaves_a_trace,
    a_machine_that_is_stopped_leaves_a_trace,
    events_that_were_lost_are_counted_and_said,
    a_wrong_replay_is_found_out,
    a_trace_that_cannot_be_written_is_refused,
    ktrdump_prints_events_newest_first,
    ktrdump_shows_source_lines_and_no_heading,
    ktrdump_g_speaks_the_language_of_schedgraph,
))
