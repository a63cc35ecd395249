# SPDX-License-Identifier: BSD-2-Clause
# The page of a trace as somebody uses it: keys, pointer, search, stepping. In Chromium.
# Written for Kestrel.
"""TAP on stdout."""
import sys

from lib.browser import SHIFT
from lib.expect import equal, main
from lib.viewed import BROWSER, STEPS, TRACE, make_page, page_of, pixel, show, slice_numbers, text

FOLLOWED = "tm:7:0x806e380"


def lent_at(number):
    """{KSE: (owner, borrower)} just after a step, by brute force."""
    state = {}
    for step in STEPS[:number + 1]:
        for name, field, value in step[5]:
            state.setdefault(name, {})[field] = value
    return {name: (fields["owner"], fields["thread"]) for name, fields in state.items()
            if name.startswith("ke:") and fields.get("owner") and fields.get("thread")
            and fields["owner"] != fields["thread"]}


def every_lane_is_there_in_its_group():
    page = page_of()
    wanted = {}
    for event in TRACE["traceEvents"]:
        if event["ph"] == "M" and event["name"] == "thread_name":
            wanted.setdefault(event["pid"], []).append((event["tid"], event["args"]["name"]))
    got = page.evaluate("kestrel.layout.rows.filter((row) => row.lane)"
                        ".map(({ lane }) => [lane.pid, lane.tid, lane.name])")
    equal(got, [[pid, *lane] for pid in sorted(wanted) for lane in sorted(wanted[pid])])


def arrow_keys_go_from_event_to_event():
    page = page_of()
    page.key("Home")
    for number in (1, 2, 3):
        page.key("ArrowRight")
        equal((page.evaluate("kestrel.step"), text(page, "sentence")), (number, STEPS[number][4]))
    page.key("ArrowLeft")
    equal(text(page, "sentence"), STEPS[2][4])
    kind = TRACE["kestrel"]["types"][STEPS[2][3]]
    equal(text(page, "source"), f"{kind['file']}:{kind['line']} in {kind['function']}")
    page.key("End")
    page.key("ArrowRight")
    equal(page.evaluate("[kestrel.step, Number(document.getElementById('position').value)]"),
          [len(STEPS) - 1] * 2)


def the_drawing_shows_who_lends_to_whom_at_every_step():
    page = page_of()
    page.key("Home")
    seen = 0
    for number in range(90):
        drawn = page.evaluate("""Object.fromEntries([...document.querySelectorAll('.kse.lent')]
            .map((box) => [box.dataset.object, [...box.querySelectorAll('.inside .chip')]
                .map((chip) => chip.dataset.object)]))""")
        equal(drawn, {kse: list(pair) for kse, pair in lent_at(number).items()})
        seen += len(drawn)
        page.key("ArrowRight")
    equal(seen > 10, True)


def what_an_event_changes_is_marked_and_nothing_else():
    page = page_of()
    for number in (40, 75, 150, 151, 152, 300):
        page.evaluate(f"kestrel.goTo({number}, true)")
        page.settle()
        marked = page.evaluate("""[...document.querySelectorAll('[data-object].changed')]
            .map((box) => box.dataset.object)""")
        changed = {change[0] for change in STEPS[number][5]}
        equal(set(marked) <= changed, True)
        # Mailboxes of user threads and KSEs, and threads on KSEs, are all drawn.
        equal({name for name in changed if name[:3] in ("ke:", "tm:")} <= set(marked) |
              page_unchanged(page, number), True)


def page_unchanged(page, number):
    """Objects to which a step assigns only what they had already."""
    moved = page.evaluate(f"kestrel.replay.changes({number}).map((change) => change.object)")
    return {change[0] for change in STEPS[number][5]} - set(moved)


def the_player_plays_and_stops():
    page = page_of()
    page.key("Home")
    page.key(" ")
    page.wait("kestrel.step >= 3")
    equal(page.evaluate("document.getElementById('play').getAttribute('aria-label')"), "Pause")
    page.key(" ")
    step = page.evaluate("kestrel.step")
    page.evaluate("new Promise((done) => setTimeout(done, 800))")
    equal(page.evaluate("kestrel.step"), step)


def l_goes_from_loan_to_loan_and_tells_them():
    page = page_of()
    page.key("Home")
    before = -1
    for _ in range(12):
        page.key("l")
        step = page.evaluate("kestrel.step")
        equal(step > before, True)
        new = lent_at(step).items() - lent_at(step - 1).items()
        equal(len(new), 1)
        (kse, (owner, borrower)), = new
        words = f"KSE {kse[3:]}: lent by thread {owner[3:]} to thread {borrower[3:]}"
        equal("Lent now. " + words in text(page, "lending"), True)
        told = page.evaluate("document.querySelector('#loans .now').textContent")
        equal("lent by thread" in told and "came back at" in told, True)
        before = step
    page.key("L", shift=True)
    equal(page.evaluate("kestrel.step") < before, True)


def keys_and_wheel_zoom_and_pan():
    page = page_of()
    spans = []
    for key in "0wws":
        page.key(key)
        spans.append(page.evaluate("kestrel.view.t1 - kestrel.view.t0"))
    equal(spans[0] > spans[1] > spans[2] < spans[3], True)
    start = page.evaluate("kestrel.view.t0")
    page.key("d")
    equal(page.evaluate("kestrel.view.t0") > start, True)
    page.key("a")
    equal(abs(page.evaluate("kestrel.view.t0") - start) < 1000, True)
    at = page.evaluate("kestrel.view.time(500 - LABELS)")
    page.mouse("mouseWheel", 500, 200, deltaX=0, deltaY=-200)
    page.settle()
    span = page.evaluate("kestrel.view.t1 - kestrel.view.t0")
    equal(span < spans[3], True)
    equal(abs(page.evaluate("kestrel.view.time(500 - LABELS)") - at) < span / 100, True)


def dragging_pans_and_selecting_zooms_in():
    page = page_of()
    page.key("w")
    start = page.evaluate("kestrel.view.t0")
    page.drag(600, 105, 700, 105)
    equal(page.evaluate("kestrel.view.t0") < start, True)
    wanted = page.evaluate("[kestrel.view.time(400 - LABELS), kestrel.view.time(700 - LABELS)]")
    page.drag(400, 200, 700, 200, SHIFT)
    got = page.evaluate("[kestrel.view.t0, kestrel.view.t1]")
    slack = (wanted[1] - wanted[0]) / 50
    equal([abs(a - b) < slack for a, b in zip(got, wanted)], [True, True])
    page.drag(500, 85, 600, 85)
    equal(page.evaluate("kestrel.view.t1 - kestrel.view.t0") < (got[1] - got[0]) / 2, True)


def events_can_be_spaced_evenly():
    page = page_of()
    page.key("0")
    page.key("x")
    steps = page.evaluate("[100, 101, 200, 201].map((i) => kestrel.view.x("
                          "kestrel.trace.steps.time[i]))")
    equal(abs((steps[1] - steps[0]) - (steps[3] - steps[2])) < 0.01, True)
    page.key("x")
    equal(page.evaluate("kestrel.view.even"), False)


def lanes_and_slices_are_walked_with_keys_and_told():
    page = page_of()
    names = page.evaluate("kestrel.layout.walk().map((lane) => lane.name)")
    page.key("ArrowDown")
    page.key("ArrowDown")
    equal((page.evaluate("kestrel.selectedLane.name"), text(page, "live")), (names[2],) * 2)
    page.key("ArrowUp")
    equal(page.evaluate("kestrel.selectedLane.name"), names[1])
    page.key("ArrowDown")
    page.key("Home")
    page.key("]")
    page.key("]")
    first = page.evaluate("kestrel.selectedSlice")
    page.key("]")
    equal(page.evaluate("kestrel.selectedSlice"), first + 1)
    page.key("[")
    equal(page.evaluate("kestrel.selectedSlice"), first)
    name = page.evaluate(f"kestrel.trace.names[kestrel.trace.slices.name[{first}]]")
    equal(text(page, "live").startswith(name), True)


def pieces_of(serial):
    """{(pid, tid): [[from, to]...]} that a user thread has on KSEs, by brute force."""
    start, pieces = TRACE["kestrel"]["start"], {}

    def times(event):
        at = round(event["ts"] * 1000)
        return at - start, at + round(event["dur"] * 1000) - start
    slices = [event for event in TRACE["traceEvents"] if event["ph"] == "X"]
    for mine in slices:
        if (mine["pid"], mine["tid"]) != (4, serial) or mine["name"] == "completed":
            continue
        from_, to = times(mine)
        for other in slices:
            if other["pid"] == 3 and other["tid"] == mine["args"]["thread"] \
                    and "kse" in other["args"]:
                begin, end = max(from_, times(other)[0]), min(to, times(other)[1])
                if begin < end:
                    pieces.setdefault(other["args"]["kse"], []).append([begin, end])
    return pieces


def following_a_thread_keeps_the_kse_pieces_that_it_ran_on():
    page = page_of()
    page.evaluate(f"kestrel.followObject('{FOLLOWED}')")
    page.settle()
    serial = page.evaluate("kestrel.followed.lane.tid")
    for kse, wanted in pieces_of(serial).items():
        lane = f"kestrel.trace.lane(2, {kse}).index"
        got = page.evaluate(f"kestrel.followed.pieces.get({lane}) ?? []")

        def covered(list_, at):
            return any(a - 2 <= at <= b + 2 for a, b in list_)
        equal(all(covered(got, (a + b) / 2) for a, b in wanted), True)
        equal(abs(sum(b - a for a, b in got) - sum(b - a for a, b in wanted)) < 10 * len(wanted),
              True)
    equal(len(pieces_of(serial)), 2)
    page.key("Escape")
    equal(page.evaluate("kestrel.followed"), None)


def a_click_on_a_user_thread_follows_it_and_fades_the_rest():
    page = page_of()
    other = slice_numbers(page, "lane.object === 'tm:7:0x806e080' && name === 'running'")[1]
    mine = slice_numbers(page, f"lane.object === '{FOLLOWED}' && name === 'running'")[1]
    x, y = show(page, other)
    page.key("r")
    bright = pixel(page, int(x), int(y) + 5)
    x, y = show(page, mine)
    page.click(x, y)
    equal(page.evaluate("kestrel.followed.object"), FOLLOWED)
    equal((text(page, "following-name"), page.evaluate("kestrel.selectedSlice")),
          ("0x806e380 ksetest[7]", mine))
    equal("running" in text(page, "event") and ".c" in text(page, "event"), True)
    x, y = show(page, other)
    faded = pixel(page, int(x), int(y) + 5)
    equal(max(abs(a - b) for a, b in zip(bright, faded)) > 40, True)


def hovering_tells_the_event_its_source_and_the_loan():
    page = page_of()
    number = slice_numbers(page, "lane.pid === 2 && name.includes('(borrowed)')")[3]
    page.mouse("mouseMoved", *show(page, number))
    page.settle()
    step = page.evaluate(f"kestrel.trace.slices.step[{number}]")
    said = text(page, "tip")
    equal(page.evaluate("document.getElementById('tip').hidden"), False)
    for words in (STEPS[step][4], TRACE["kestrel"]["types"][STEPS[step][3]]["file"],
                  "lent by thread", "came back at"):
        equal(words in said, True)


def search_finds_every_event_in_order():
    page = page_of()
    page.key("Home")
    page.key("/")
    page.type("LENDS KSE")
    page.key("Enter")
    hits = [number for number, step in enumerate(STEPS) if "lends KSE" in step[4]]
    for hit in hits[:4]:
        equal(page.evaluate("kestrel.step"), hit)
        page.key("Enter")
    page.key("Enter", shift=True)
    equal(page.evaluate("kestrel.step"), hits[3])
    equal(text(page, "search-result"), f"4 of {len(hits)}")
    page.evaluate("document.getElementById('search').value = 'no such thing'")
    page.key("Enter")
    equal(text(page, "search-result"), "nothing")


def arrows_are_of_the_kind_that_they_lead_to():
    page = page_of()
    flows = {}
    for event in TRACE["traceEvents"]:
        if event["ph"] in "stf":
            flows.setdefault(event["id"], []).append(event)
    wanted = [["resumption" if to["ph"] == "f" else "completion" if to["pid"] == 4 else "upcall"
               for to in points[1:]] for points in flows.values()]
    got = page.evaluate("kestrel.trace.flows.map((flow) =>"
                        " legsOf(kestrel.trace, flow).map((leg) => leg.kind))")
    equal(sorted(got), sorted(wanted))


def other_processes_come_and_go_where_one_is():
    page = page_of()
    for _ in range(5):
        page.key("ArrowRight")
    where = "[kestrel.step, kestrel.view.t0, kestrel.view.t1, kestrel.view.even]"
    before, lanes = page.evaluate(where), page.evaluate("kestrel.layout.process")
    for wanted in (False, True):
        page.key("o")
        equal((page.evaluate(where), page.evaluate("kestrel.layout.process") == lanes),
              (before, wanted))


def the_panel_of_a_slice_says_what_is_there():
    page = page_of()
    for category in ("running", "sleep nanslp"):
        page.evaluate(f"kestrel.selectSlice({slice_numbers(page, f'name === {category!r}')[0]})")
        page.settle()
        said = text(page, "event")
        equal((category in said, "null" in said, "ke:" in said), (True, False, False))


def a_key_takes_the_pointers_box_away_and_scrolls_what_has_the_focus():
    page = page_of()
    page.mouse("mouseMoved", *show(page, slice_numbers(page, "name === 'running'")[0]))
    page.settle()
    page.key("ArrowRight")
    equal(page.evaluate("document.getElementById('tip').hidden"), True)
    page.evaluate("document.getElementById('drawing').focus()")
    before = page.evaluate("[kestrel.step, kestrel.selectedLane?.index]")
    for key in ("ArrowDown", "End", "Home", "PageDown"):
        page.key(key)
    equal(page.evaluate("[kestrel.step, kestrel.selectedLane?.index]"), before)
    page.key("ArrowRight")
    equal(page.evaluate("kestrel.step"), before[0] + 1)


make_page()
with BROWSER:
    STATUS = main(
        every_lane_is_there_in_its_group,
        arrow_keys_go_from_event_to_event,
        the_drawing_shows_who_lends_to_whom_at_every_step,
        what_an_event_changes_is_marked_and_nothing_else,
        the_player_plays_and_stops,
        l_goes_from_loan_to_loan_and_tells_them,
        keys_and_wheel_zoom_and_pan,
        dragging_pans_and_selecting_zooms_in,
        events_can_be_spaced_evenly,
        lanes_and_slices_are_walked_with_keys_and_told,
        following_a_thread_keeps_the_kse_pieces_that_it_ran_on,
        a_click_on_a_user_thread_follows_it_and_fades_the_rest,
        hovering_tells_the_event_its_source_and_the_loan,
        search_finds_every_event_in_order,
        arrows_are_of_the_kind_that_they_lead_to,
        other_processes_come_and_go_where_one_is,
        the_panel_of_a_slice_says_what_is_there,
        a_key_takes_the_pointers_box_away_and_scrolls_what_has_the_focus,
    )
sys.exit(STATUS)
