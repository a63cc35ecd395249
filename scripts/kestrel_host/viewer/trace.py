# SPDX-License-Identifier: BSD-2-Clause
# Reads a trace of `kestrel run --trace` and checks every value that the page will rely on.
# Written for Kestrel; the event format is the Chrome and Perfetto JSON of traces.
"""read(path) gives the trace as JSON objects, or raises a ToolError: what is wrong, and where."""
import gzip
import json
import zlib

from .. import paths

PHASES = ("X", "i", "s", "t", "f", "M")
EXACT = 1 << 53
PROCESSES = {1: "CPUs", 2: "KSEs", 3: "Kernel threads", 4: "User threads"}


class Malformed(Exception):
    """What is wrong, without the file's name."""


def _need(condition, message):
    if not condition:
        raise Malformed(message)


def _integer(value):
    return type(value) is int and abs(value) < EXACT


def _number(value):
    return type(value) in (int, float) and abs(value) < EXACT


def _no_constant(name):
    raise Malformed(f"{name} is no JSON number")


def _check_event(number, event, steps):
    where = f"traceEvents[{number}]"
    _need(isinstance(event, dict), f"{where} is no object")
    phase = event.get("ph")
    _need(phase in PHASES, f"{where}: ph is {phase!r}, not one of {' '.join(PHASES)}")
    args = event.get("args", {})
    _need(isinstance(args, dict), f"{where}: args is no object")
    _need(_integer(event.get("pid")), f"{where}: pid is no integer")
    if phase == "M":
        _need(isinstance(event.get("name"), str), f"{where}: name is no string")
        return
    _need(_integer(event.get("tid")), f"{where}: tid is no integer")
    _need(_number(event.get("ts")) and event["ts"] >= 0, f"{where}: ts is no time")
    _need(isinstance(event.get("name", ""), str), f"{where}: name is no string")
    step = args.get("step")
    _need(_integer(step) and 0 <= step < steps,
          f"{where}: args.step is {step!r}, not the number of one of {steps} steps")
    if phase == "X":
        _need(_number(event.get("dur")) and event["dur"] >= 0, f"{where}: dur is no duration")
        _need("name" in event, f"{where}: no name")
    elif phase != "i":
        _need(isinstance(event.get("id"), (int, str)), f"{where}: a flow without id")


def _event_is_plain(event, steps):
    """A slice without a fault, told quickly; what is not plain may still be right."""
    try:
        args, at = event["args"], event["ts"]
        return (event["ph"] == "X" and type(event["pid"]) is type(event["tid"]) is int
                and type(at) is float and 0 <= at < EXACT and 0 <= event["dur"] < EXACT
                and type(event["dur"]) is not bool and type(event["name"]) is str
                and -EXACT < event["pid"] < EXACT and -EXACT < event["tid"] < EXACT
                and type(args["step"]) is int and 0 <= args["step"] < steps)
    except (KeyError, TypeError):
        return False


def _step_is_plain(step, types):
    """The same for a step with numbers and strings only."""
    try:
        time, cpu, thread, kind, text, changes = step
        return (type(step) is list and type(changes) is list and type(text) is str
                and type(time) is type(cpu) is type(thread) is type(kind) is int
                and 0 <= time < EXACT and 0 <= cpu < 256 and abs(thread) < EXACT
                and 0 <= kind < types
                and all(type(change) is list and len(change) == 3 and type(change[0]) is str
                        and type(change[1]) is str and type(change[2]) in (str, int)
                        for change in changes))
    except (TypeError, ValueError):
        return False


def _check_value(value, where):
    if isinstance(value, list):
        _need(all(isinstance(each, (str, int)) for each in value),
              f"{where}: a list of something else than names and numbers")
        return
    _need(value is None or isinstance(value, (str, int, float)), f"{where}: the value is an object")


def _check_step(number, step, types):
    where = f"kestrel.steps[{number}]"
    _need(isinstance(step, list) and len(step) == 6, f"{where} is no list of six")
    time, cpu, thread, kind, text, changes = step
    _need(_integer(time) and time >= 0, f"{where}: the time is {time!r}")
    _need(_integer(cpu) and 0 <= cpu < 256, f"{where}: the CPU is {cpu!r}")
    _need(_integer(thread), f"{where}: the thread is {thread!r}")
    _need(_integer(kind) and 0 <= kind < types, f"{where}: the type is {kind!r} of {types}")
    _need(isinstance(text, str), f"{where}: the text is no string")
    _need(isinstance(changes, list), f"{where}: the assignments are no list")
    for change in changes:
        _need(isinstance(change, list) and len(change) == 3 and isinstance(change[0], str)
              and (isinstance(change[1], str) or change[1] is change[2] is None),
              f"{where}: {change!r} is no assignment [object, field, value]")
        _check_value(change[2], where)


def _check_type(number, kind):
    where = f"kestrel.types[{number}]"
    _need(isinstance(kind, dict), f"{where} is no object")
    for key in ("name", "class", "file", "function"):
        _need(isinstance(kind.get(key, ""), str), f"{where}: {key} is no string")
    _need(isinstance(kind.get("name"), str), f"{where} has no name")
    _need(_integer(kind.get("line", 0)), f"{where}: line is no integer")


def check(trace):
    """Raise Malformed at the first thing that is not as the format says."""
    _need(isinstance(trace, dict), "no JSON object")
    events, about = trace.get("traceEvents"), trace.get("kestrel")
    _need(isinstance(events, list), "no traceEvents: this is no trace")
    _need(isinstance(about, dict), "no part kestrel: a trace, but not of `kestrel run --trace`")
    _need(about.get("version") == 1, f"version {about.get('version')!r}; this tool knows 1")
    types, steps = about.get("types"), about.get("steps")
    _need(isinstance(types, list), "kestrel.types is no list")
    _need(isinstance(steps, list), "kestrel.steps is no list")
    for key in ("start", "end", "cpus", "lost"):
        _need(_integer(about.get(key, 0)) and about.get(key, 0) >= 0,
              f"kestrel.{key} is {about[key]!r}" if key in about else f"no kestrel.{key}")
    _need(isinstance(about.get("differences", []), list), "kestrel.differences is no list")
    _need(isinstance(about.get("program", ""), str), "kestrel.program is no string")
    for number, kind in enumerate(types):
        _check_type(number, kind)
    before = 0
    for number, step in enumerate(steps):
        if not _step_is_plain(step, len(types)):
            _check_step(number, step, len(types))
        if step[0] < before:
            raise Malformed(f"kestrel.steps[{number}] is earlier than the one before it")
        before = step[0]
    for number, event in enumerate(events):
        if not _event_is_plain(event, len(steps)):
            _check_event(number, event, len(steps))


def read(path):
    """The trace in a file, gzipped or not, checked."""
    try:
        with open(path, "rb") as file:
            data = file.read()
        if data[:2] == b"\x1f\x8b":
            data = gzip.decompress(data)
        trace = json.loads(data, parse_constant=_no_constant)
        del data
        check(trace)
    except OSError as error:
        raise paths.ToolError(f"{path}: {error.strerror or error}", 1) from None
    except (EOFError, zlib.error):
        raise paths.ToolError(f"{path}: gzipped, and damaged", 1) from None
    except UnicodeDecodeError:
        raise paths.ToolError(f"{path}: no JSON: not UTF-8", 1) from None
    except json.JSONDecodeError as error:
        raise paths.ToolError(
            f"{path}: no JSON: {error.msg} at line {error.lineno} column {error.colno}",
            1) from None
    except RecursionError:
        raise paths.ToolError(f"{path}: nested too deeply", 1) from None
    except (Malformed, ValueError) as error:
        raise paths.ToolError(f"{path}: {error}", 1) from None
    return trace
