# SPDX-License-Identifier: BSD-2-Clause
# The verb test: runs the jobs, a few at a time, and hands their TAP to prove.
# Written for Kestrel.
"""build/tap/ holds one file a job; the exit status is prove's."""
import concurrent.futures
import os
import shutil
import subprocess
import sys
import time
import traceback

from .. import machine, paths
from . import jobs, tap

TAP = paths.in_build("tap")


def _file_of(index, job):
    name = job.name.replace("/", "-").replace("*", "all").replace("@", "-")
    return os.path.join(TAP, f"{index:03}-{name}.tap")


def _run(index, job):
    """Run a job, write its TAP; (job, results, seconds)."""
    begun = time.monotonic()
    try:
        results = job.run()
    except Exception:       # the runner's own mistake must not hide the other results
        results = [tap.Result(job.name, tap.DIED, traceback.format_exc().splitlines())]
    if not results:
        results = [tap.Result(job.name, tap.MISSING, ["the job ran no test"])]
    with open(_file_of(index, job), "w", encoding="utf-8") as file:
        file.write(tap.render(results))
    return job, results, time.monotonic() - begun


def _report(done, count, job, results, seconds):
    failed = [result for result in results if not result.passed]
    verdict = "ok" if not failed else f"{len(failed)} of {len(results)} FAILED"
    print(f"[{done}/{count}] {job.name} ... {verdict} ({len(results)} tests, {seconds:.1f} s)",
          flush=True)
    for result in failed:
        print(f"    {result.name}: {result.kind}")
        for note in result.notes:
            print(f"      {note}")


def _run_all(chosen, workers):
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        running = [pool.submit(_run, index, job) for index, job in enumerate(chosen)]
        try:
            for done, each in enumerate(concurrent.futures.as_completed(running), 1):
                _report(done, len(chosen), *each.result())
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def test(options):
    """The verb."""
    if options.cpus < 1 or options.cpus > machine.MOST_CPUS:
        raise paths.ToolError(f"--cpus: from 1 to {machine.MOST_CPUS}")
    if options.list:
        print("\n".join(jobs.test_names(options)))
        return 0
    paths.need_artefacts()
    chosen = jobs.catalogue(options)
    if not chosen:
        raise paths.ToolError("no test matches", 1)
    shutil.rmtree(TAP, ignore_errors=True)
    os.makedirs(TAP)
    _run_all(chosen, max(1, options.jobs))
    files = [os.path.relpath(_file_of(index, job), paths.ROOT)
             for index, job in enumerate(chosen)]
    print(flush=True)
    return subprocess.run(["prove", "-e", "cat"] + files, cwd=paths.ROOT, check=False,
                          stderr=sys.stderr).returncode
