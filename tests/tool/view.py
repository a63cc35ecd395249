# SPDX-License-Identifier: BSD-2-Clause
# kestrel trace view: what it refuses, and that a page holds what the trace says. In Chromium.
# Written for Kestrel.
"""TAP on stdout."""
import copy
import json
import os
import random
import sys

from lib.browser import Browser
from lib.expect import equal, kestrel, main, scratch
from lib.recorder import Recorder
from lib.synthetic import synthetic, write_multiplied

READY = "document.documentElement.dataset.state === 'ready'"
SMALL = synthetic()
BROWSER = Browser()


def write(name, trace, times=1):
    """The trace as a file, so many times over; its path."""
    if times > 1:
        write_multiplied(scratch(name), trace, times)
        return scratch(name)
    with open(scratch(name), "w", encoding="utf-8") as file:
        json.dump(trace, file)
    return scratch(name)


def opened(name, trace, times=1):
    """The page of a trace, loaded."""
    path = write(f"{name}.json", trace, times)
    done = kestrel("trace", "view", path, "-o", scratch(f"{name}.html"))
    equal(done.returncode, 0, done)
    page = BROWSER.page(f"file://{scratch(name)}.html")
    page.wait(READY)
    page.settle()
    return page


def without(part, key):
    """A small trace in which something is missing."""
    trace = copy.deepcopy(SMALL)
    del part(trace)[key]
    return trace


def changed(part, key, value):
    """A small trace in which something is wrong."""
    trace = copy.deepcopy(SMALL)
    part(trace)[key] = value
    return trace


def about(trace):
    return trace["kestrel"]


def slice_of(trace):
    return next(event for event in trace["traceEvents"] if event["ph"] == "X")


def step_of(trace):
    return trace["kestrel"]["steps"][7]


MALFORMED = [
    ("", "no JSON"), ("{", "line 1 column"), ("[]", "no JSON object"), ("{}", "traceEvents"),
    ('{"traceEvents": []}', "no part kestrel"), ("\x00\x01", "no JSON"), ("[" * 100000, "deep"),
    ('{"traceEvents": [], "kestrel": {"version": NaN}}', "NaN"),
    (changed(about, "version", 2), "version 2"), (without(about, "steps"), "kestrel.steps"),
    (without(about, "types"), "kestrel.types"), (changed(about, "start", "now"), "kestrel.start"),
    (changed(about, "lost", -1), "kestrel.lost"), (changed(about, "program", 3), "program"),
    (changed(lambda t: about(t)["types"], 0, {"name": 7}), "kestrel.types[0]"),
    (changed(lambda t: about(t)["steps"], 3, [1, 2]), "kestrel.steps[3]"),
    (changed(step_of, 0, 5), "kestrel.steps[7] is earlier"),
    (changed(step_of, 1, -1), "CPU"), (changed(step_of, 3, 999), "type"),
    (changed(step_of, 4, None), "text"), (changed(step_of, 5, [["td:1", "x"]]), "assignment"),
    (changed(step_of, 5, [["td:1", "x", {}]]), "kestrel.steps[7]"),
    (changed(step_of, 5, [["td:1", None, 3]]), "assignment"),
    (changed(lambda t: t["traceEvents"], 9, 4), "traceEvents[9]"),
    (changed(slice_of, "ph", "B"), "ph"), (changed(slice_of, "ts", -4), "ts"),
    (changed(slice_of, "ts", 1e300), "ts"), (changed(slice_of, "dur", "long"), "dur"),
    (without(slice_of, "dur"), "dur"), (without(slice_of, "tid"), "tid"),
    (changed(slice_of, "pid", True), "pid"), (changed(slice_of, "name", None), "name"),
    (changed(lambda t: slice_of(t)["args"], "step", 10**6), "args.step"),
    (without(lambda t: slice_of(t)["args"], "step"), "args.step"),
]


def malformed_traces_are_refused_and_nothing_is_written():
    for number, (content, word) in enumerate(MALFORMED):
        path = scratch(f"bad{number}.json")
        with open(path, "w", encoding="utf-8") as file:
            file.write(content if isinstance(content, str) else json.dumps(content))
        done = kestrel("trace", "view", path)
        equal((done.returncode, done.stdout), (1, b""), done)
        said = done.stderr.decode()
        equal(said.count("\n") == 1 and word in said and path in said, True, done)
        equal(os.path.exists(scratch(f"bad{number}.html")), False, done)


def a_file_that_cannot_be_read_or_written_is_an_error():
    path = write("fine.json", SMALL)
    equal(kestrel("trace", "view", scratch("nonsuch.json")).returncode, 1)
    equal(kestrel("trace", "view", scratch("")).returncode, 1)
    equal(kestrel("trace", "view", path, "-o", scratch("no/such/page.html")).returncode, 1)
    equal(kestrel("trace", "view", path, "-o", path).returncode, 1)
    equal(json.load(open(path, encoding="utf-8")) == SMALL, True)


def an_old_page_survives_a_malformed_trace():
    with open(scratch("kept.html"), "w", encoding="utf-8") as file:
        file.write("old")
    with open(scratch("kept.json"), "w", encoding="utf-8") as file:
        file.write("{")
    equal(kestrel("trace", "view", scratch("kept.json")).returncode, 1)
    equal(open(scratch("kept.html"), encoding="utf-8").read(), "old")


def a_page_loads_without_a_complaint_or_a_request():
    page = opened("plain", SMALL)
    equal(page.complaints(), [])
    equal(page.evaluate("document.title"), "/bin/ksetest -q – Kestrel trace")


def every_slice_is_in_the_page_with_its_lane_and_times():
    page = opened("slices", SMALL)
    start = SMALL["kestrel"]["start"]
    wanted = sorted(
        [e["pid"], e["tid"], e["name"], round(e["ts"] * 1000) - start,
         round((e["ts"] + e["dur"]) * 1000) - start, e["args"]["step"]]
        for e in SMALL["traceEvents"] if e["ph"] == "X")
    got = page.evaluate("""Array.from({ length: kestrel.trace.slices.count }, (_, i) => {
        const { pid, tid } = kestrel.trace.laneOfSlice(i), s = kestrel.trace.slices;
        return [pid, tid, kestrel.trace.names[s.name[i]], s.start[i], s.end[i], s.step[i]];
    })""")
    equal(sorted(got) == wanted, True)
    overlaps = page.evaluate("""kestrel.trace.rows.filter((row) => {
        const { start, end } = kestrel.trace.slices;
        for (let i = row.first + 1; i < row.last; i++)
            if (start[i] < end[i - 1])
                return true;
        return false;
    }).length""")
    equal(overlaps, 0)


def instants_and_flows_are_in_the_page():
    page = opened("flows", SMALL)
    events = SMALL["traceEvents"]
    equal(page.evaluate("kestrel.trace.instants.count"), sum(e["ph"] == "i" for e in events))
    wanted = {}
    for event in events:
        if event["ph"] in "stf":
            wanted.setdefault(event["id"], []).append(event["ph"])
    got = page.evaluate("""kestrel.trace.flows.map((flow) => Array.from({ length: flow.to -
        flow.from }, (_, i) => 'stf'[kestrel.trace.flowPoints.phase[flow.from + i]]).join(''))""")
    equal(sorted(got), sorted("".join(phases) for phases in wanted.values()))
    equal("sttf" in got, True)


def state_at(steps, number):
    """All objects just after a step, by brute force."""
    state = {}
    for step in steps[:number + 1]:
        for name, field, value in step[5]:
            if field is None:
                state.pop(name, None)
            elif value is None:
                state.get(name, {}).pop(field, None)
            else:
                state.setdefault(name, {})[field] = value
    return {name: fields for name, fields in state.items() if fields}


SHOWN = """(() => {
    kestrel.replay.seek(%d);
    const out = {};
    for (const kind of kestrel.replay.ofKind.keys())
        for (const object of kestrel.replay.living(kind))
            out[object] = Object.fromEntries(kestrel.replay.fieldsOf(object));
    return out;
})()"""


def the_structures_are_right_at_any_step_in_any_order():
    page = opened("replay", SMALL, 4)
    with open(scratch("replay.json"), encoding="utf-8") as file:
        steps = json.load(file)["kestrel"]["steps"]
    equal(len(steps), 4 * len(SMALL["kestrel"]["steps"]))
    order = random.Random(7).sample(range(len(steps)), 40) + [0, len(steps) - 1, 0]
    for number in order:
        equal(page.evaluate(SHOWN % number) == state_at(steps, number), True)


def loans_of(steps):
    """[KSE, owner, borrower, first step, last step or -1], by brute force.

    A loan ends when the owner has the KSE back, not yet when the borrower gives it up.
    """
    loans, open_loans, state = [], {}, {}
    for number, step in enumerate(steps):
        for name, field, value in step[5]:
            if name.startswith("ke:"):
                state.setdefault(name, {})[field] = value
        for name, fields in state.items():
            owner, thread = fields.get("owner"), fields.get("thread")
            now = (owner, thread) if owner and thread and owner != thread else None
            if name in open_loans and owner == open_loans[name][1] and thread is None:
                continue
            if name in open_loans and open_loans[name][1:3] != list(now or ()):
                open_loans.pop(name)[4] = number
            if now and name not in open_loans:
                open_loans[name] = [name, *now, number, -1]
                loans.append(open_loans[name])
    return loans


def every_loan_is_told_with_lender_borrower_and_times():
    page = opened("loans", SMALL)
    steps, wanted = SMALL["kestrel"]["steps"], loans_of(SMALL["kestrel"]["steps"])
    equal(len(wanted) > 20, True)
    equal(page.evaluate("kestrel.loans.all.map((l) => [l.ke, l.owner, l.borrower, l.from, l.to])"),
          wanted)
    start = SMALL["kestrel"]["start"]
    for (kse, owner, borrower, begin, end), said in zip(
            wanted, page.evaluate("kestrel.loans.all.map(loanSentence)")):
        at = f"+{(steps[begin][0] - start) / 1e6:.6f}"
        equal(said.startswith(f"KSE {kse[3:]}: lent by thread {owner[3:]} to thread "
                              f"{borrower[3:]}, which carries user thread 0x"), True)
        equal(f"at {at[:-3]} {at[-3:]} ms" in said, True)
        back = f"+{(steps[end][0] - start) / 1e6:.6f}" if end >= 0 else None
        equal((f"came back at {back[:-3]} {back[-3:]} ms" if back else "had not come back") in said,
              True)


def a_kse_that_waits_to_be_lent_again_is_back():
    rec = Recorder()
    for changes in (
            [("kg:15", "lq", []), ("ke:16", "kg", "kg:15"), ("ke:16", "thread", "td:1"),
             ("ke:16", "owner", None)],
            [("ke:16", "owner", "td:1"), ("ke:16", "thread", None), ("kg:15", "lq", ["ke:16"])],
            [("ke:16", "thread", "td:2"), ("kg:15", "lq", [])],
            [("ke:16", "thread", None)],
            [("kg:15", "lq", ["ke:16"])],
            [("ke:16", "thread", "td:3"), ("kg:15", "lq", [])],
            [("ke:16", "thread", None)],
            [("ke:16", "thread", "td:1"), ("ke:16", "owner", None)]):
        rec.step("lend", 0, 1, "Something happens.", *changes)
        rec.clock += 1000
    page = opened("again", rec.trace())
    equal(page.evaluate("kestrel.loans.all.map((l) => [l.owner, l.borrower, l.from, l.to])"),
          [["td:1", "td:2", 2, 4], ["td:1", "td:3", 5, 7]])


def a_trace_without_events_is_a_page_that_says_so():
    page = opened("empty", {"traceEvents": [], "kestrel": {
        **SMALL["kestrel"], "steps": [], "end": SMALL["kestrel"]["start"]}})
    equal(page.evaluate("document.getElementById('sentence').textContent"),
          "This trace has no events.")
    for key in ("ArrowRight", "l", "z", "End", "w", "f", "]", "ArrowDown", "x"):
        page.key(key)
    equal(page.complaints(), [])


def names_in_a_trace_are_text_and_nothing_else():
    evil = "</script><img src=x onerror='document.title=\"run\"'><b>&amp;\u2028"
    trace = copy.deepcopy(SMALL)
    trace["kestrel"]["program"] = evil
    for step in trace["kestrel"]["steps"]:
        step[4] = evil
    for event in trace["traceEvents"]:
        if event["ph"] == "M":
            event["args"] = {"name": evil} if "name" in event["args"] else event["args"]
        else:
            event["name"] = evil
    page = opened("evil", trace)
    page.key("ArrowRight")
    equal(page.evaluate("document.getElementById('sentence').textContent"), " ".join(evil.split()))
    equal(page.evaluate("document.querySelectorAll('img').length"), 0)
    equal(page.complaints(), [])


with BROWSER:
    STATUS = main(
        malformed_traces_are_refused_and_nothing_is_written,
        a_file_that_cannot_be_read_or_written_is_an_error,
        an_old_page_survives_a_malformed_trace,
        a_page_loads_without_a_complaint_or_a_request,
        every_slice_is_in_the_page_with_its_lane_and_times,
        instants_and_flows_are_in_the_page,
        the_structures_are_right_at_any_step_in_any_order,
        every_loan_is_told_with_lender_borrower_and_times,
        a_kse_that_waits_to_be_lent_again_is_back,
        a_trace_without_events_is_a_page_that_says_so,
        names_in_a_trace_are_text_and_nothing_else,
    )
sys.exit(STATUS)
