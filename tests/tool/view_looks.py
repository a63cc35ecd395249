# SPDX-License-Identifier: BSD-2-Clause
# The page of a trace as it is seen: themes, sizes, help, names for those who cannot see it.
# Written for Kestrel.
"""TAP on stdout."""
import sys

from lib.expect import equal, main
from lib.viewed import BROWSER, TRACE, make_page, page_of, text

FOLLOWED = "tm:7:0x806e380"


def both_themes_can_be_read():
    for scheme in ("light", "dark"):
        page = page_of(scheme=scheme)
        pairs = [["text", "panel"], ["muted", "panel"], ["text", "page"], ["muted", "page"],
                 ["accent", "panel"], ["loan", "panel"], ["on-accent", "accent"]]
        pairs += page.evaluate("CATEGORIES.map(([name]) => ['slice-text', `is-${name}`])")
        for front, back in pairs:
            contrast = page.evaluate("""(() => {
                const light = (name) => kestrel.theme.colour(name).match(/[\\d.]+/g).slice(0, 3)
                    .map((v) => v / 255).map((v) => v <= 0.03928 ? v / 12.92 :
                        ((v + 0.055) / 1.055) ** 2.4)
                    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0.05);
                const [a, b] = [light('%s'), light('%s')];
                return Math.max(a, b) / Math.min(a, b);
            })()""" % (front, back))
            if contrast < 4.5:
                raise AssertionError(f"{scheme}: {front} on {back} has contrast {contrast:.2f}")
        dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
        page.key("t")
        equal(page.evaluate("getComputedStyle(document.body).backgroundColor") != dark, True)


def help_lists_every_key_and_closes():
    page = page_of()
    page.key("?", shift=True)
    equal(page.evaluate("document.getElementById('help').open"), True)
    said = text(page, "help-keys")
    for words in page.evaluate("KEYS.flatMap(([, keys]) => keys.map((key) => key[1]))"):
        equal(words in said, True)
    equal("[object" in said, False)
    page.key("Escape")
    equal(page.evaluate("document.getElementById('help').open"), False)


def every_control_has_a_name_and_can_be_reached_by_tab():
    page = page_of()
    nameless = page.evaluate("""[...document.querySelectorAll('button, input, select, canvas')]
        .filter((e) => !(e.getAttribute('aria-label') || e.textContent.trim()))
        .map((e) => e.outerHTML)""")
    equal(nameless, [])
    wanted = set(page.evaluate("""[...document.querySelectorAll(
        '#bar button, #bar input, #player button, #player input, #player select, [tabindex]')]
        .filter((e) => e.checkVisibility()).map((e) => e.id)"""))
    reached = set()
    for _ in range(2 * len(wanted)):
        page.key("Tab")
        reached.add(page.evaluate("document.activeElement.id"))
    equal(wanted - reached, set())


def it_fits_the_window():
    for width, height in ((1280, 800), (1920, 1080)):
        page = page_of(width=width, height=height)
        page.evaluate(f"kestrel.followObject('{FOLLOWED}')")
        page.settle()
        outside = page.evaluate("""[...document.querySelectorAll('#bar > *, #player > *, nav > *,'
            + '#legend > *, canvas, #side')].filter((e) => {
            const box = e.getBoundingClientRect();
            return e.checkVisibility() && (box.right > innerWidth + 0.5 || box.left < -0.5 ||
                box.bottom > innerHeight + 0.5);
        }).map((e) => e.id || e.textContent)""")
        equal(outside, [])
        cut = page.evaluate("document.getElementById('legend').scrollHeight - "
                            "document.getElementById('legend').clientHeight")
        equal(cut <= 0, True)
        equal(page.complaints(), [])


def a_group_folds():
    page = page_of()
    rows = page.evaluate("kestrel.layout.rows.length")
    box = page.evaluate("(() => { const { top } = document.getElementById('lanes')"
                        ".getBoundingClientRect(); return top; })()")
    page.click(60, box + 26 + 10)
    equal(page.evaluate("kestrel.layout.rows.length"), rows - TRACE["kestrel"]["cpus"])
    page.click(60, box + 26 + 10)
    equal(page.evaluate("kestrel.layout.rows.length"), rows)


make_page()
with BROWSER:
    STATUS = main(
        both_themes_can_be_read,
        help_lists_every_key_and_closes,
        every_control_has_a_name_and_can_be_reached_by_tab,
        it_fits_the_window,
        a_group_folds,
    )
sys.exit(STATUS)
