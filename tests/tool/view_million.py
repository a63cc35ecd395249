# SPDX-License-Identifier: BSD-2-Clause
# kestrel trace view with a million events: the page opens, moves and steps. In Chromium.
# Written for Kestrel.
"""TAP on stdout."""
import sys

from lib.browser import Browser
from lib.expect import equal, kestrel, main, scratch
from lib.synthetic import synthetic, write_multiplied

# A hang detector for the conversion, which keeps a busy machine at it for a while.
LONG = 280


def a_million_events_open_move_and_step():
    with Browser() as browser:
        open_move_and_step(browser)


def open_move_and_step(browser):
    trace = synthetic()
    times = 1_000_000 // sum(event["ph"] != "M" for event in trace["traceEvents"]) + 1
    steps = trace["kestrel"]["steps"]
    write_multiplied(scratch("million.json"), trace, times)
    done = kestrel("trace", "view", scratch("million.json"), limit=LONG)
    equal((done.returncode, done.stdout.decode()), (0, scratch("million.html") + "\n"), done)
    page = browser.page(f"file://{scratch('million.html')}")
    page.wait("document.documentElement.dataset.state === 'ready'")
    page.settle()
    count = times * len(steps)
    equal(page.evaluate("kestrel.trace.steps.count"), count)
    equal(page.evaluate("kestrel.trace.slices.count"),
          times * sum(event["ph"] == "X" for event in trace["traceEvents"]))
    for key in "wwwddsss0xwwx":
        page.key(key)
    page.key("End")
    equal(page.evaluate("kestrel.step"), count - 1)
    equal(page.evaluate("document.getElementById('sentence').textContent"), steps[-1][4])
    page.evaluate("kestrel.followObject('tm:7:0x806e380')")
    page.settle()
    for number in (count // 2, count // 3):
        page.evaluate(f"kestrel.goTo({number}, true)")
        page.settle()
        equal(page.evaluate("kestrel.trace.text(kestrel.step)"), steps[number % len(steps)][4])
    equal(page.complaints(), [])


sys.exit(main(a_million_events_open_move_and_step))
