# SPDX-License-Identifier: BSD-2-Clause
# The catalogue of tests: found in the tree, named, each with the function that runs it.
# Written for Kestrel.
"""Names are kind/NAME, with @variant where a test runs in more than one way:
static/ tree checks, host/ GoogleTest, tool/ this tool, kernel/ self-tests, user/ programs, gdb/
scripted sessions, harness/ planted failures that must be noticed."""
import fnmatch
import glob
import os
import re
from dataclasses import dataclass
from typing import Callable

from .. import paths
from . import boots, checks

PLANTED = "planted_"
EAGER = "kern.threads.eager_upcall"
QUANTUM = "kern.threads.quantum"        # milliseconds, 0: off


@dataclass(frozen=True)
class Variant:
    """How the machine of a test differs: a name for it, processors, settings, loader."""
    name: str
    cpus: int
    settings: tuple = ()
    iso: bool = False
    icount: int = None      # QEMU's shift, or real time

    def label(self, name):
        """A test's name in this variant."""
        return f"{name}@{self.name}" if self.name else name


@dataclass
class Job:
    """Something to run at one go: file name of its TAP, the tests in it, and how."""
    name: str
    run: Callable       # returns a list of tap.Result


def _stems(pattern):
    found = glob.glob(os.path.join(paths.ROOT, "tests", *pattern))
    return sorted(os.path.splitext(os.path.basename(path.rstrip("/")))[0] for path in found)


def selftest_names():
    """All in-kernel self-tests of the sources."""
    names = []
    for path in sorted(glob.glob(os.path.join(paths.ROOT, "tests", "kernel", "*.cpp"))):
        with open(path, encoding="utf-8") as source:
            names += re.findall(r"^SELFTEST\((\w+)\)", source.read(), re.M)
    return names


def user_names():
    """All user test programs of the sources, planted ones apart."""
    tree = os.path.join(paths.ROOT, "tests", "user")
    names = _stems(["user", "*.c"]) + _stems(["user", "*.S"])
    for folder in _stems(["user", "*/"]):
        if folder != "lib" and glob.glob(os.path.join(tree, folder, "*.[cS]*")):
            names.append(folder)
    return sorted(name for name in names if not name.startswith(PLANTED))


def tool_names():
    """All tests of the host tool."""
    return _stems(["tool", "*.py"])


def mutants_apply():
    """Whether every mutant of tests/mutants still applies."""
    from . import mutants       # which needs the catalogue
    return mutants.check()


def _wanted(name, patterns):
    return not patterns or any(
        pattern in name or fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def _kernel_jobs(variant, patterns):
    """One boot for all self-tests, or one for each of a few chosen ones."""
    names = [name for name in selftest_names() if not name.startswith(PLANTED)]
    chosen = [name for name in names if _wanted(variant.label(f"kernel/{name}"), patterns)]
    options = boots.options_for(variant)
    if not chosen:
        return []
    if chosen == names:
        return [Job(variant.label("kernel/*"),
                    lambda: boots.selftests("*", names, options))]
    return [Job(variant.label(f"kernel/{name}"),
                lambda name=name: boots.selftests(name, [name], options))
            for name in chosen]


def _user_jobs(variant, patterns, kse_variant):
    jobs = []
    for name in user_names():
        for each in [variant, kse_variant] if name.startswith("kse") else [variant]:
            options = boots.options_for(each, stall=boots.LIMIT)
            jobs.append(Job(each.label(f"user/{name}"),
                            lambda name=name, options=options: boots.user_program(
                                f"/tests/{name}", options)))
    return [job for job in jobs if _wanted(job.name, patterns)]


def _stress_jobs(variant, patterns):
    """A short run of every storm; `kestrel stress` runs them for long."""
    options = boots.options_for(variant, stall=boots.LIMIT)
    job = Job(variant.label("stress/short"), lambda: boots.user_program("/tests/stress", options))
    return [job] if _wanted(job.name, patterns) else []


def variants(options):
    """The machine variants asked for, each with the one that its KSE tests run in as well."""
    given = tuple(options.settings)

    def variant(name, cpus, *settings):
        return Variant(name, cpus, given + settings, options.iso, options.icount)

    if not options.matrix:
        return [(variant("", options.cpus), variant("eager", options.cpus, f"{EAGER}=1"))]
    return [(variant(f"cpus={cpus},eager={eager}", cpus, f"{EAGER}={eager}", f"{QUANTUM}=0"),
             variant(f"cpus={cpus},eager={eager},quantum=1", cpus, f"{EAGER}={eager}",
                     f"{QUANTUM}=1"))
            for cpus in (1, 2, 4, 8) for eager in (0, 1)]


def catalogue(options):
    """All jobs whose tests match the patterns, those that find most mistakes first."""
    patterns = options.patterns
    jobs = [Job(f"static/{name}", run) for name, run in checks.STATIC]
    jobs.append(Job("static/mutants", mutants_apply))
    jobs += [Job(f"host/{stem}", lambda stem=stem: checks.googletest(stem))
             for stem in _stems(["host", "*.cpp"])]
    jobs = [job for job in jobs if _wanted(job.name, patterns)]
    for variant, kse_variant in variants(options):
        jobs += _kernel_jobs(variant, patterns)
        jobs += _user_jobs(variant, patterns, kse_variant)
        jobs += _stress_jobs(variant, patterns)
    rest = [Job(f"harness/{name}", run) for name, run in checks.HARNESS]
    rest += [Job(f"tool/{stem}", lambda stem=stem: checks.tool(stem))
             for stem in tool_names()]
    rest += [Job(f"gdb/{stem}", lambda stem=stem: checks.gdb(stem))
             for stem in _stems(["gdb", "*.gdb"])]
    return jobs + [job for job in rest if _wanted(job.name, patterns)]


def test_names(options):
    """The name of each test, one for each in-kernel self-test."""
    names = []
    for job in catalogue(options):
        kind, _, variant = job.name.partition("@")
        if kind != "kernel/*":
            names.append(job.name)
            continue
        suffix = f"@{variant}" if variant else ""
        names += [f"kernel/{name}{suffix}" for name in selftest_names()
                  if not name.startswith(PLANTED)]
    return names
