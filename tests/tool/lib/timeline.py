# SPDX-License-Identifier: BSD-2-Clause
# What must be true of every trace file: nesting, flows, loans, replay.
# Written for Kestrel; the format is docs/trace-format.md's.
"""Each check raises AssertionError with the first thing that is wrong."""
import json
from collections import defaultdict

CPUS, KSES, THREADS, USERS = 1, 2, 3, 4


def load(path):
    """The trace of a file."""
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def slices(trace, pid=None):
    """(start, end, name, args, pid, tid) in nanoseconds, by track and time, outer ones first."""
    found = [(round(e["ts"] * 1000), round((e["ts"] + e["dur"]) * 1000), e["name"], e["args"],
              e["pid"], e["tid"])
             for e in trace["traceEvents"] if e["ph"] == "X" and pid in (None, e["pid"])]
    return sorted(found, key=lambda s: (s[4], s[5], s[0], -s[1]))


def slices_nest(trace):
    """No slice of a track ends inside another that began before it."""
    track, stack = None, []
    for one in slices(trace):
        if track != one[4:]:
            track, stack = one[4:], []
        while stack and stack[-1][1] <= one[0]:
            stack.pop()
        assert not stack or one[1] <= stack[-1][1], f"{one} in {stack[-1]}"
        assert one[0] < one[1], one
        stack.append(one)


def steps_are_right(trace):
    """Steps in order of time, each of a known type; what is drawn names the step it began with."""
    steps, types = trace["kestrel"]["steps"], trace["kestrel"]["types"]
    for before, step in zip(steps, steps[1:]):
        assert before[0] <= step[0], (before, step)
    assert all(step[3] < len(types) for step in steps)
    for event in trace["traceEvents"]:
        if event["ph"] != "M":
            step = steps[event["args"]["step"]]
            # The pieces of what goes on inside a slice all name its one beginning.
            assert step[0] <= round(event["ts"] * 1000) or event["ph"] == "X", (event, step)


def structures(trace):
    """Of each step: its number, the assignments, and all objects after it."""
    objects = {}
    for number, step in enumerate(trace["kestrel"]["steps"]):
        for name, field, value in step[5]:
            if field is None:
                del objects[name]
            else:
                objects.setdefault(name, {})[field] = value
        yield number, step, objects


def flows_end(trace):
    """Every flow begins once, goes forward, and ends, but where the call is never seen to end."""
    flows = defaultdict(list)
    for event in trace["traceEvents"]:
        if event["ph"] in "stf":
            flows[event["id"]].append((event["ts"], event["ph"], event["args"]["step"]))
    steps = trace["kestrel"]["steps"]
    process_ends = {step[2]: number for number, step in enumerate(steps)
                    if trace["kestrel"]["types"][step[3]]["name"] == "thread end"}
    for number, points in flows.items():
        phases = "".join(point[1] for point in points)
        assert phases[0] == "s" and phases.count("s") == 1, (number, phases)
        assert points == sorted(points, key=lambda point: point[0]), (number, points)
        if "f" in phases:
            assert phases[-1] == "f" and phases.count("f") == 1, (number, phases)
        else:
            blocked = steps[points[0][2]][2]
            assert len(phases) < 3 or blocked in process_ends, (number, phases)
    return flows


def loans_are_right(trace):
    """A slice "thread N (borrowed)" of a KSE: from first to last the KSE is lent by its owner, who
    stands still for it, to that thread."""
    loans = [s for s in slices(trace, KSES) if s[2].endswith(" (borrowed)")]
    at = sorted(loans, key=lambda s: s[0])
    ended = set()
    for _, step, objects in structures(trace):
        for loan in at:
            if loan[0] > step[0]:
                break
            if loan[:3] in ended or loan[0] == step[0]:
                continue
            if loan[1] <= step[0]:
                ended.add(loan[:3])
                continue
            ke, owner = objects[f"ke:{loan[5]}"], loan[3]["owner"]
            assert ke["owner"] == f"td:{owner}", (loan, ke)
            assert ke["thread"] in (None, f"td:{loan[3]['thread']}"), (loan, ke)
            held = objects[f"td:{owner}"]
            assert held["ke"] == f"ke:{loan[5]}" and "loan" in held["inhibitors"], (loan, held)
        at = [loan for loan in at if loan[:3] not in ended]
    return loans


def relations_hold(trace):
    """After each switch, what the structures say of each other agrees."""
    types = trace["kestrel"]["types"]
    for number, step, objects in structures(trace):
        if types[step[3]]["name"] != "switch":
            continue
        cpu = objects[f"cpu:{step[1]}"]
        td, ke = objects[cpu["td"]], objects[cpu["ke"]]
        assert td["state"] == "running" and td["ke"] == cpu["ke"], (number, td)
        assert ke["thread"] == cpu["td"] and ke["cpu"] == step[1], (number, ke)
        for name in objects["runq"]["q"]:
            assert objects[name]["state"] == "onrunq", (number, name)


def labels_hold(trace):
    """What CPUs and KSEs are said to run, they run, and it has that name at that time."""
    waiting = sorted((s for pid in (CPUS, KSES) for s in slices(trace, pid)
                      if not s[2].endswith(" (borrowed)")), key=lambda s: s[0], reverse=True)
    shown = []
    for number, step, objects in structures(trace):
        while waiting and waiting[-1][0] < step[0]:
            shown.append(waiting.pop())
        shown = [s for s in shown if s[1] > step[0]]
        for _, _, name, arguments, pid, tid in shown:
            td = objects[f"td:{arguments['thread']}"]
            if pid == CPUS:
                assert objects[f"cpu:{tid - 1}"]["td"] == f"td:{arguments['thread']}", number
                assert name == f"{objects[td['p']]['comm']} {arguments['thread']}", (number, name)
            else:
                assert (td["state"], td["ke"]) == ("running", f"ke:{tid}"), (number, name, td)


def all_right(trace):
    """Everything above; and the kernel's own account at the end is that of the replay."""
    slices_nest(trace)
    steps_are_right(trace)
    flows_end(trace)
    loans_are_right(trace)
    relations_hold(trace)
    labels_hold(trace)
    assert trace["kestrel"]["differences"] == [], trace["kestrel"]["differences"]
