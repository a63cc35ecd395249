# SPDX-License-Identifier: BSD-2-Clause
# Mutants: each takes one mend of docs/errata.md out again, and a named test must notice.
# Written for Kestrel.
"""tests/mutants/ROW-story.mutant: head, `test:` line, then edits:

    file: PATH
    <<<<
    text that occurs once in PATH
    ====
    what takes its place
    >>>>

check() looks whether every mutant still applies; mutants() builds each in a copy of the tree."""
import glob
import os
import re
import shutil
import subprocess
from dataclasses import dataclass, field

from .. import paths
from . import jobs, tap

DIRECTORY = os.path.join(paths.ROOT, "tests", "mutants")
TREE = paths.in_build("mutants", "tree")
ERRATA = os.path.join("docs", "errata.md")
# The kernel's watchdog comes soon: many mutants make their test hang.
SETTINGS = ["kern.selftest.timeout=10"]
LIMIT = 600.0
NOT_COPIED = {"build", ".git", "__pycache__"}

_EDIT = re.compile(r"^file: (\S+)\n<<<<\n(.*?)^====\n(.*?)^>>>>\n", re.M | re.S)
_JOB = re.compile(r"^\[\d+/\d+\] (\S+) \.\.\. (ok|\d+ of)")


@dataclass
class Mutant:
    """One mutant: row of the errata, job that must fail, edits as (path, old, new)."""
    name: str
    row: str
    test: str
    edits: list = field(default_factory=list)


def _load(path):
    with open(path, encoding="utf-8") as source:
        text = source.read()
    name = os.path.splitext(os.path.basename(path))[0]
    test = re.search(r"^test: (\S+)$", text, re.M)
    edits = _EDIT.findall(text)
    if test is None or not edits:
        raise paths.ToolError(f"{path}: no `test:` line or no edit")
    return Mutant(name, "-".join(name.split("-")[:2]), test[1], edits)


def load(patterns=()):
    """All mutants, or those of the rows or names given."""
    found = [_load(path) for path in sorted(glob.glob(os.path.join(DIRECTORY, "*.mutant")))]
    return [mutant for mutant in found
            if not patterns or mutant.row in patterns or mutant.name in patterns]


def _read(path):
    with open(path, encoding="utf-8") as source:
        return source.read()


def _write(path, text):
    with open(path, "w", encoding="utf-8") as target:
        target.write(text)


# ---- Do they apply?

def _known_tests():
    names = {f"kernel/{name}" for name in jobs.selftest_names()}
    names |= {f"user/{name}" for name in jobs.user_names()}
    names |= {f"tool/{name}" for name in jobs.tool_names()}
    return names | {"static/locks"}


def _complaints(mutant, tests, errata):
    if mutant.test not in tests:
        yield f"there is no test {mutant.test}"
    index = [line for line in errata.split("\n") if line.startswith(f"| {mutant.row} |")]
    if not index or mutant.test.rpartition("/")[2] not in index[0]:
        yield f"{ERRATA}: the line of {mutant.row} does not name {mutant.test}"
    for path, old, _ in mutant.edits:
        full = os.path.join(paths.ROOT, path)
        count = _read(full).count(old) if os.path.exists(full) else 0
        if count != 1:
            yield f"{path}: the text to replace occurs {count} times, not once:"
            yield from (f"  {line}" for line in old.rstrip("\n").split("\n"))


def check():
    """A result for each mutant: does it apply, is its test there, does the errata name it?"""
    tests, errata = _known_tests(), _read(os.path.join(paths.ROOT, ERRATA))
    results = []
    for mutant in load():
        notes = list(_complaints(mutant, tests, errata))
        results.append(tap.Result(mutant.name, tap.FAILED if notes else tap.OK, notes))
    return results


# ---- The copy of the tree

def _sources(root):
    """Paths of all files to copy, from the root."""
    for directory, subdirectories, names in os.walk(root):
        subdirectories[:] = [d for d in subdirectories if d not in NOT_COPIED]
        for name in names:
            yield os.path.relpath(os.path.join(directory, name), root)


def _same(path):
    source, target = os.path.join(paths.ROOT, path), os.path.join(TREE, path)
    with open(source, "rb") as one, open(target, "rb") as other:
        return one.read() == other.read()


def _sync():
    """Make the copy; what has not changed keeps its time, and its object."""
    if not os.path.isdir(TREE):
        os.makedirs(TREE)
        # Copied with their times, objects before sources, so that nothing is built twice.
        for part in ("DEBUG", "user", "lib", "prog", "root", "lint", "bad"):
            if os.path.isdir(paths.in_build(part)):
                shutil.copytree(paths.in_build(part), os.path.join(TREE, "build", part))
    wanted = set(_sources(paths.ROOT))
    for path in set(_sources(TREE)) - wanted:
        os.unlink(os.path.join(TREE, path))
    for path in wanted:
        target = os.path.join(TREE, path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        if not os.path.lexists(target):
            shutil.copy2(os.path.join(paths.ROOT, path), target)
        elif not _same(path):
            shutil.copy(os.path.join(paths.ROOT, path), target)


def _command(command):
    """Exit status and output in the copy; status None when it hangs."""
    try:
        done = subprocess.run(command, cwd=TREE, stdin=subprocess.DEVNULL, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=LIMIT,
                              errors="replace", check=False)
    except subprocess.TimeoutExpired:
        return None, ""
    return done.returncode, done.stdout


def _build():
    status, output = _command(["make", "--no-print-directory", "-j2", "all"])
    return "" if status == 0 else output[-2000:]


def _verdict(test):
    """How a test ended in the copy: tap.OK, another kind, or None when it did not run."""
    settings = [word for setting in SETTINGS for word in ("--set", setting)]
    _, output = _command([os.path.join(TREE, "scripts", "kestrel"), "test", "--cpus", "1",
                          *settings, test])
    lines = output.split("\n")
    for number, line in enumerate(lines):
        job = _JOB.match(line)
        if job and job[1] == test:
            if job[2] == "ok":
                return tap.OK
            return lines[number + 1].rpartition(": ")[2]
    return None


class _Mutated:
    """The copy with a mutant's edits, for a `with` block."""

    def __init__(self, mutant):
        self._mutant = mutant
        self._before = {}

    def __enter__(self):
        for path, old, new in self._mutant.edits:
            full = os.path.join(TREE, path)
            text = _read(full)
            if text.count(old) != 1:
                self.__exit__()
                raise paths.ToolError(f"{self._mutant.name} does not apply to {path}", 1)
            self._before.setdefault(full, text)
            _write(full, text.replace(old, new))
        return self

    def __exit__(self, *_):
        for full, text in self._before.items():
            _write(full, text)


def _run(mutant):
    """One line on what became of a mutant, and whether it is what should."""
    with _Mutated(mutant):
        # The analysis needs no kernel, and refuses one that would build.
        if not mutant.test.startswith("static/") and (output := _build()):
            return f"DOES NOT BUILD\n{output}", False
        verdict = _verdict(mutant.test)
    if verdict in (tap.OK, None):
        return "SURVIVED" if verdict else "ITS TEST DID NOT RUN", False
    return f"noticed: {verdict}", True


def mutants(options):
    """The verb."""
    if options.check:
        results = check()
        print(tap.render(results), end="")
        return 0 if all(result.passed for result in results) else 1
    chosen = load(options.rows)
    if not chosen:
        raise paths.ToolError("no mutant of that row", 1)
    paths.need_artefacts()
    _sync()
    if output := _build():
        raise paths.ToolError(f"the unchanged tree does not build\n{output}", 1)
    unwell = 0
    for test in sorted({mutant.test for mutant in chosen}):
        if (verdict := _verdict(test)) != tap.OK:
            print(f"{test}: fails without any mutant: {verdict}", flush=True)
            unwell += 1
    for number, mutant in enumerate(chosen, 1):
        told, good = _run(mutant)
        unwell += not good
        print(f"[{number}/{len(chosen)}] {mutant.name} by {mutant.test}: {told}", flush=True)
    _build()
    return 1 if unwell else 0
