# SPDX-License-Identifier: BSD-2-Clause
# What the tests of the host tool share: running it, TAP, programs made with the SDK.
# Written for Kestrel.
"""Each test is a function whose name is a sentence; it returns nothing or raises AssertionError."""
import os
import subprocess
import tempfile
import traceback

from kestrel_host import paths
from kestrel_host.testing import tap

KESTREL = os.path.join(paths.ROOT, "scripts", "kestrel")
SDK = paths.in_build("sdk", "bin")
WORK = tempfile.TemporaryDirectory(prefix="kestrel-tool-")
# A hang detector for each use of the tool.
LIMIT = 120


def scratch(name):
    """A file of this test's own directory."""
    return os.path.join(WORK.name, name)


def kestrel(*arguments, data=b"", limit=LIMIT):
    """Run the tool with `data` as standard input; the CompletedProcess, bytes in both streams."""
    return subprocess.run([KESTREL, *arguments], input=data, capture_output=True, timeout=limit,
                          check=False)


def compiler(name, *arguments):
    """Run an SDK wrapper in the scratch directory."""
    return subprocess.run([os.path.join(SDK, name), *arguments], cwd=WORK.name, timeout=LIMIT,
                          capture_output=True, text=True, check=False)


def program(name, text, *flags, wrapper="kestrel-cc", suffix=".c"):
    """Compile a program from its text; its path."""
    with open(scratch(name + suffix), "w", encoding="utf-8") as source:
        source.write(text)
    made = compiler(wrapper, *flags, name + suffix, "-o", name)
    assert made.returncode == 0, made.stderr
    return scratch(name)


def equal(actual, expected, context=None):
    """Compare, showing both."""
    if actual != expected:
        detail = context.stderr.decode(errors="replace")[-2000:] if context is not None else ""
        raise AssertionError(f"got {actual!r}, expected {expected!r}\n{detail}")


def main(*tests):
    """Run the tests, print TAP; the exit status."""
    results = []
    for test in tests:
        result = tap.Result(test.__name__.replace("_", " "))
        try:
            test()
        except (AssertionError, subprocess.TimeoutExpired):
            result.kind = tap.FAILED
            result.notes = traceback.format_exc().splitlines()
        results.append(result)
    print(tap.render(results), end="")
    return 0 if all(result.passed for result in results) else 1
