# SPDX-License-Identifier: BSD-2-Clause
# What the tests of the page of a trace share: a page to look at, and what is where on it.
# Written for Kestrel.
"""BROWSER shows TRACE; every test takes a fresh page."""
import json

from .browser import Browser
from .expect import equal, kestrel, scratch
from .synthetic import synthetic

TRACE = synthetic()
STEPS = TRACE["kestrel"]["steps"]
BROWSER = Browser()
# The middle of the slice with a number, in the window.
PLACE = """(() => {
    const { trace, view, layout } = kestrel, i = %d, row = trace.rowOfSlice(i);
    const box = document.getElementById('lanes').getBoundingClientRect();
    const { y } = layout.place.get(row.lane);
    const t0 = Math.max(view.t0, trace.slices.start[i]);
    const t1 = Math.min(view.t1, trace.slices.end[i]);
    return [box.left + LABELS + (view.x(t0) + view.x(t1)) / 2,
        box.top + RULER + y - view.scroll + 10];
})()"""


def make_page():
    """Write TRACE and its page."""
    with open(scratch("page.json"), "w", encoding="utf-8") as file:
        json.dump(TRACE, file)
    equal(kestrel("trace", "view", scratch("page.json")).returncode, 0)


def page_of(**more):
    """A fresh page."""
    page = BROWSER.page(f"file://{scratch('page.html')}", **more)
    page.wait("document.documentElement.dataset.state === 'ready'")
    page.settle()
    return page


def text(page, name):
    """What an element says."""
    return page.evaluate(f"document.getElementById('{name}').textContent")


def slice_numbers(page, condition):
    """The slices of the outermost rows for which a condition on `lane` and `name` holds."""
    return page.evaluate("""Array.from({ length: kestrel.trace.slices.count }, (_, i) => i)
        .filter((i) => {
            const lane = kestrel.trace.laneOfSlice(i);
            const name = kestrel.trace.names[kestrel.trace.slices.name[i]];
            return kestrel.trace.rowOfSlice(i).depth === 0 && (%s);
        })""" % condition)


def show(page, number):
    """Bring a slice into the middle of the lanes; its place in the window."""
    page.evaluate(f"kestrel.zoomToSlice({number})")
    page.evaluate(f"kestrel.showLane(kestrel.trace.laneOfSlice({number}))")
    page.settle()
    return page.evaluate(PLACE % number)


def pixel(page, x, y):
    """Red, green, blue of the lanes at a place of the window, on white."""
    return page.evaluate(f"""(() => {{
        const canvas = document.getElementById('lanes'), box = canvas.getBoundingClientRect();
        const [r, g, b, a] = canvas.getContext('2d')
            .getImageData({x} - box.left, {y} - box.top, 1, 1).data;
        return [r, g, b].map((v) => 255 + (v - 255) * a / 255);
    }})()""")
