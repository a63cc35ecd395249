# SPDX-License-Identifier: BSD-2-Clause
# Tests beside those that boots print: the tree, GoogleTest, the tool, gdb, the harness itself.
# Written for Kestrel.
"""Each function returns a list of tap.Result."""
import json
import os
import re
import subprocess
import sys
import tempfile
from types import SimpleNamespace

from .. import paths
from . import boots, tap

LIMIT = 600.0


def _run(command, environment=None):
    """Exit status and output of a command; None as status when it hangs."""
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=LIMIT, cwd=paths.ROOT,
                              check=False, env={**os.environ, **(environment or {})})
    except subprocess.TimeoutExpired as hang:
        return None, (hang.stdout or b"").decode(errors="replace")
    return done.returncode, done.stdout.decode(errors="replace")


def _command(name, command):
    status, output = _run(command)
    if status == 0:
        return [tap.Result(name)]
    kind = tap.TIMEOUT if status is None else tap.FAILED
    return [tap.Result(name, kind, tap.tail(output))]


def _script(name):
    return os.path.join(paths.ROOT, "scripts", name)


STATIC = [
    ("headers", lambda: _command("every header compiles alone",
                                 ["make", "--no-print-directory", "-j2", "headers"])),
    ("layers", lambda: _command("includes point in the allowed directions",
                                [_script("layers.py")])),
    ("format", lambda: _command("sources keep the format", [_script("format-check")])),
    ("locks", lambda: _command("clang agrees with the lock contracts",
                               ["make", "--no-print-directory", "-j2", "locks"])),
]


def googletest(stem):
    """Build and run a GoogleTest program; a result for each of its tests."""
    program = paths.in_build("host", stem)
    built = _command(f"host/{stem} builds", ["make", "--no-print-directory", f"build/host/{stem}"])
    if not built[0].passed:
        return built
    with tempfile.NamedTemporaryFile(suffix=".json") as report:
        status, output = _run([program, f"--gtest_output=json:{report.name}"])
        text = report.read()
    if not text:
        kind = tap.TIMEOUT if status is None else tap.DIED
        return [tap.Result(f"host/{stem}", kind, tap.tail(output))]
    results = []
    for suite in json.loads(text)["testsuites"]:
        for test in suite["testsuite"]:
            failures = [line for failure in test.get("failures", [])
                        for line in failure["failure"].splitlines()]
            kind = tap.FAILED if failures else tap.OK
            directive = "SKIP" if test.get("result") == "SKIPPED" else ""
            results.append(tap.Result(f"{suite['name']}.{test['name']}", kind, failures, directive))
    if status != 0 and all(result.passed for result in results):
        results.append(tap.Result(f"host/{stem} exits with 0", tap.DIED, tap.tail(output)))
    return results


def _transcript_of(name, status, output):
    """Results of a program that printed TAP, and one more when it did not end well."""
    transcript = tap.parse(output)
    fault = transcript.faults()
    bad_end = status != 0 and all(result.passed for result in transcript.results)
    if fault is not None or bad_end:
        kind = tap.TIMEOUT if status is None else tap.FAILED
        transcript.results.append(tap.Result(
            f"{name} runs to its end", kind,
            [fault or f"exit status {status}"] + tap.tail(output)))
    return transcript.results


def tool(stem):
    """Run a test of the host tool."""
    script = os.path.join(paths.ROOT, "tests", "tool", stem + ".py")
    status, output = _run([sys.executable, script],
                          {"PYTHONPATH": os.path.join(paths.ROOT, "scripts"),
                           "PYTHONDONTWRITEBYTECODE": "1"})
    return _transcript_of(f"tool/{stem}", status, output)


def gdb(stem):
    """Run a scripted gdb session; its head may name the program to debug, and options."""
    script = os.path.join(paths.ROOT, "tests", "gdb", stem + ".gdb")
    with open(script, encoding="utf-8") as source:
        head = dict(line[2:].strip().split(": ", 1) for line in source
                    if line.startswith(("# Program: ", "# Options: ")))
    command = [_script("kestrel"), "debug", "--timeout", "200", "--batch", "-x", script]
    status, output = _run(command + head.get("Options", "").split()
                          + head.get("Program", "").split())
    return _transcript_of(f"gdb/{stem}", status, output)


# ---- The harness tests itself: each planted failure must be seen as what it is.

def _is_seen_as(kind, name, run, told=()):
    """A result that passes when run() yields one named `name` of that kind, and it is reported with
    all that the patterns in `told` match, in this order."""
    results = run()
    seen = [result for result in results if name in result.name and result.kind == kind]
    report = tap.render(results)
    title = f"{name} is reported as {kind}"
    missing = [] if re.search(".*?".join(told), report, re.S) else [f"not told: {told}"]
    if seen and "not ok" in report and not missing:
        return [tap.Result(title)]
    return [tap.Result(title, tap.FAILED, missing + report.splitlines())]


def _options(cpus, *settings):
    return boots.options_for(SimpleNamespace(cpus=cpus, settings=settings, iso=False,
                                             icount=None), stall=10.0)


def _planted_selftest(kind, name, *settings, cpus=1, told=()):
    return lambda: _is_seen_as(
        kind, name, lambda: boots.selftests(name, [name], _options(cpus, *settings)), told)


def _planted_program(kind, name, *settings, cpus=1, told=()):
    return lambda: _is_seen_as(
        kind, name, lambda: boots.user_program(f"/tests/{name}", _options(cpus, *settings)), told)


# What the kernel says of a hang, as patterns.
ASKED = "hang: asked from outside"
DEAF = ["cpu [01], process .*selftest", "planted_deaf_test", "thread [0-9]+ of process 0 "]
BLOCKED = [r"thread [0-9]+ of process [0-9]+ \(waiter\): inhibited \(lock\)",
           r"waits for lock planted, held by thread [0-9]+ \(selftest\)", "mtx::lock"]
DEADLOCK = [ASKED] + 2 * [
    r"thread [0-9]+ of process [0-9]+ \(planted_deadloc\w*\): inhibited \(sleeping\)",
    "sleeps on piperd 0x", "pipe_read", "syscall"]


HARNESS = [
    ("failing_test", _planted_selftest(tap.FAILED, "planted_failing_test")),
    ("leaking_test", _planted_selftest(tap.FAILED, "planted_leaking_test")),
    ("panicking_test", _planted_selftest(tap.PANIC, "planted_panicking_test")),
    ("kassert", _planted_selftest(tap.PANIC, "planted_kassert")),
    ("hanging_test", _planted_selftest(tap.TIMEOUT, "planted_hanging_test")),
    ("hanging_test_seen_by_the_kernel",
     _planted_selftest(tap.TIMEOUT, "planted_hanging_test", "kern.selftest.timeout=2",
                       told=["hang: not done after 2 seconds", "sleeps on hang"])),
    ("deaf_cpu_seen_by_another",
     _planted_selftest(tap.TIMEOUT, "planted_deaf_test", "kern.watchdog.period=2", cpus=2,
                       told=["hang: cpu [01] takes no clock interrupts for 2 seconds"] + DEAF)),
    ("deaf_cpu_seen_from_outside",
     _planted_selftest(tap.TIMEOUT, "planted_deaf_test", told=[ASKED] + DEAF)),
    ("blocked_thread", _planted_selftest(tap.TIMEOUT, "planted_blocked_test",
                                         "kern.selftest.timeout=2", cpus=2, told=BLOCKED)),
    ("program_deadlock", _planted_program(tap.TIMEOUT, "planted_deadlock", cpus=2, told=DEADLOCK)),
    ("program_failure", _planted_program(tap.FAILED, "planted_failure")),
    ("program_hang", _planted_program(tap.TIMEOUT, "planted_hang")),
    ("program_leak", lambda: _is_seen_as(
        tap.FAILED, "planted_leak leaves nothing behind",
        lambda: boots.user_program("/tests/planted_leak", _options(2)),
        ["zone malloc-128: [0-9]+ items in use, [0-9]+ before"])),
    ("program_status", _planted_program(tap.FAILED, "planted_status")),
    ("program_shortfall", _planted_program(tap.FAILED, "planted_shortfall")),
]
