"""The lists of Escalations, Flags and Notices and the ladder of a ticket as data: what is chosen, how it reads, what it exports."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.delivery.outbox import Status
from engine.facts import Event, Instant
from tests.tui.hostile import EVIL, harmless
from tests.tui.ladders import climbed_detail, decision, escalations, flag, message, notice
from tests.tui.tickets import NOW, detail
from tui import view_escalations, view_flags, view_notices
from tui.export import write
from tui.fate import ROLES
from tui.filter import BadFilter, Filter, parse
from tui.glyphs import ASCII, UNICODE
from tui.line import text, width
from tui.lists import Wish, choose, fit_columns, item_line, next_sort, tabs, title_line
from tui.timeline import draw, scale_of
from tui.view_flags import flag_log, flagged
from tui.view_ladder import steps_of
from tui.view_messages import counts_line
from tui.view_ticket import ticket_page, ticket_sheet

DATA = escalations()
FLAGS = [flag(at) for at in range(4)]
NOTICES = [notice(at) for at in range(6)]
PARTS = [
    *((part, DATA) for part in view_escalations.parts(UTC)),
    *((part, FLAGS) for part in view_flags.parts(UTC)),
    *((part, NOTICES) for part in view_notices.parts(UTC)),
]
each = pytest.mark.parametrize(("part", "data"), PARTS, ids=[part.key for part, _ in PARTS])
FIRED, NEXT, OUTBOX, DEAD, SENT = (part for part, _ in PARTS[:5])


def ids(part, items) -> list[int]:
    return [part.ident(item) for item in items]


@each
@pytest.mark.parametrize("cells", [30, 60, 79, 119, 199])
@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
def test_every_line_is_exactly_as_wide_as_the_list(part, data, cells: int, glyphs) -> None:
    widths = fit_columns(part, cells)
    for item in part.items(data):
        line = item_line(item, NOW, widths, cells, glyphs, marked=True)
        assert width(line) == cells
        assert glyphs is UNICODE or text(line).isascii() or "東京" in item.customer
    assert width(title_line(widths, cells, Wish(), glyphs)) == cells


@each
def test_every_item_has_an_id_of_its_own_and_every_column_sorts(part, data) -> None:
    items = part.items(data)
    assert len(set(ids(part, items))) == len(items) > 0
    for column in part.columns:
        for reverse in (False, True):
            made = choose(part, items, Wish(sort=column.key, reverse=reverse), NOW)
            orders = [column.order(item) for item in made]
            assert orders == sorted(orders, reverse=reverse)
    assert choose(part, items, Wish(), NOW) == list(items)
    assert choose(part, items, Wish(reverse=True), NOW) == list(items)[::-1]


@each
def test_the_example_of_the_bar_is_a_filter_and_a_wrong_field_is_told(part, data) -> None:
    assert isinstance(parse(part.example, part.words), Filter)
    wrong = parse("nonsense:1", part.words)
    assert isinstance(wrong, BadFilter)
    assert all(f"{name}:" in wrong.help for name in part.words.fields)
    assert len(choose(part, part.items(data), Wish(filter="nonsense:1"), NOW)) == len(part.items(data))


@each
def test_every_list_exports_a_line_for_each_item(part, data) -> None:
    sheet = part.sheet(part.items(data), NOW, UTC)
    rows = list(csv.reader(io.StringIO(write(sheet, "csv"), newline="")))
    assert len(rows) == len(part.items(data)) + 1
    assert {len(cells) for cells in rows} == {len(sheet.header)}


@pytest.mark.parametrize(
    ("part", "words", "test"),
    [
        (FIRED, "outcome:suppressed", lambda item: item.outcome.value == "suppressed"),
        (FIRED, "late:>5m", lambda item: item.found - item.at > 300),
        (FIRED, "!customer:acme", lambda item: item.customer != "Acme"),
        (FIRED, "management", lambda item: "management" in item.step),
        (NEXT, "due:<30m", lambda item: item.at - NOW < 1800),
        (OUTBOX, "status:sending", lambda item: item.status is Status.SENDING),
        (OUTBOX, "channel:email channel:pager", lambda item: item.message.channel != "inbox"),
        (DEAD, "to:duty-manager@msp", lambda item: "duty-manager@msp" in item.message.recipient),
        (SENT, "age:>1h", lambda item: NOW - item.created > 3600),
    ],
)
def test_what_passes_a_filter(part, words: str, test) -> None:
    items = part.items(DATA)
    chosen = choose(part, items, Wish(filter=words), NOW)
    assert chosen == [item for item in items if test(item)]
    assert 0 < len(chosen) < len(items) or part is SENT


def test_sorting_goes_through_the_columns_that_fit_and_back() -> None:
    shown = [column.key for column, _ in fit_columns(FIRED, 79)]
    assert shown[:3] == ["at", "outcome", "ticket"]
    wish = Wish()
    seen = []
    for _ in range(len(shown) + 1):
        wish = next_sort(wish, shown)
        seen.append(wish.sort)
    assert seen == [*shown, ""]


def test_outcome_and_lateness_are_words() -> None:
    lines = [
        text(item_line(item, NOW, fit_columns(FIRED, 199), 199, UNICODE, marked=False))
        for item in DATA.decisions
    ]
    assert "◉ fired" in lines[0]
    assert "– skipped" in lines[1]
    assert "its `when` did not hold" in lines[1]
    assert "⊘ suppressed" in lines[2]
    assert "15m 00s" in lines[2]
    assert "15m" not in lines[0]


def test_the_countdown_of_what_comes_next_moves() -> None:
    item, widths = DATA.upcoming[0], fit_columns(NEXT, 79)
    assert "in 1m 30s" in text(item_line(item, NOW, widths, 79, UNICODE, marked=False))
    assert "over 10s" in text(item_line(item, NOW + 100, widths, 79, UNICODE, marked=False))


def test_what_waits_says_when_it_is_tried_and_a_dead_letter_why() -> None:
    widths = fit_columns(OUTBOX, 119)
    waiting, under_way = DATA.waiting[1], DATA.waiting[0]
    assert "in 45s" in text(item_line(waiting, NOW, widths, 119, UNICODE, marked=False))
    assert "now" in text(item_line(waiting, NOW + 45, widths, 119, UNICODE, marked=False))
    assert "under way" in text(item_line(under_way, NOW, widths, 119, UNICODE, marked=False))
    dead = text(item_line(DATA.dead[0], NOW, fit_columns(DEAD, 79), 79, UNICODE, marked=True))
    assert "550 5.1.1" in dead
    assert dead.startswith(UNICODE.marked)


def test_counts_of_channels_keep_what_matters_where_there_is_no_room() -> None:
    counts = {("email", Status.SENT): 10_000, ("pager", Status.DEAD): 2, ("pager", Status.SENT): 7}
    wide = text(counts_line(counts, UNICODE, 200))
    assert wide == "pager ✗ 2 dead ✓ 7 sent · email ✓ 10,000 sent"
    assert text(counts_line(counts, UNICODE, 30)) == "pager ✗ 2 dead · email idle"
    assert text(counts_line(counts, UNICODE, 20)) == "pager 2 dead 0 open · email 0 open"
    assert "No message" in text(counts_line({}, UNICODE, 80))


def test_tabs_name_all_lists_or_the_shown_one_and_its_neighbours() -> None:
    named = [("Fired", 12), ("Next", None), ("Outbox", 1234), ("Dead letters", 3)]
    assert text(tabs(named, 2, 80)).split() == [
        "Fired",
        "12",
        "Next",
        "[Outbox",
        "1,234]",
        "Dead",
        "letters",
        "3",
    ]
    assert "Fired" not in text(tabs(named, 2, 45))
    assert text(tabs(named, 2, 5)) == "[Outbox 1,234]"


def test_a_notice_that_was_acknowledged_or_read_is_not_unread() -> None:
    two = [notice(0), notice(0, read_at=NOW), notice(0, acknowledged_at=NOW)]
    assert view_notices.unread(two) == 1
    part = view_notices.parts(UTC)[0]
    assert choose(part, two, Wish(filter="is:read"), NOW) == [two[1]]


def event(at: int, **data) -> Event:
    return Event(Instant(NOW + at), "flagged", data, "console", f"f{at}")


def test_a_flag_tells_who_when_and_why_and_a_review_takes_it_away() -> None:
    set_, taken = (
        event(0, flag=True, by="desk-1", reason="called twice"),
        event(9, flag=False, by="lead", note="done"),
    )
    found = flagged(7, "INC7", {"subject": "x", "customer": "text"}, "Acme", [set_])
    assert found is not None
    assert (found.at, found.by, found.why, found.customer) == (NOW, "desk-1", "called twice", "Acme")
    assert flagged(7, "INC7", {}, "", [set_, taken]) is None
    assert flagged(7, "INC7", {}, "", []) is None
    log = [text(line) for line in flag_log([set_, taken], UTC, UNICODE, 100)]
    assert "reviewed" in log[0] and "by lead: done" in log[0]
    assert "flagged" in log[1] and "by desk-1: called twice" in log[1]


# ---------------------------------------------------------------- the ladder of a ticket


def test_the_ladder_is_drawn_on_its_clock_with_every_step_at_its_instant() -> None:
    about = climbed_detail(0)
    clock = about.clocks[0]
    steps = steps_of(about, clock)
    assert [step.word for step in steps] == ["fired", "skipped", "suppressed", "to come"]
    marks = [(step.at, step.word) for step in steps]
    _, ladder, bar, _ = draw(clock, (), (), NOW, UTC, UNICODE, 100, marks)
    scale = scale_of(clock, NOW, 100, marks)
    drawn = text(ladder)
    for step in steps:
        assert drawn[scale.cell(step.at)] == UNICODE.fate[step.word]
    assert width(bar) == 100
    assert len(draw(clock, (), (), NOW, UTC, UNICODE, 100)) == 3
    assert steps_of(about, about.clocks[1]) == []


def test_a_step_far_away_does_not_squeeze_the_clock() -> None:
    clock = detail(0).clocks[0]
    near, far = (scale_of(clock, NOW, 100, [(NOW + at, "to come")]) for at in (60, 10**9))
    assert near == scale_of(clock, NOW, 100)
    assert far.end - far.start <= 3 * (near.end - near.start)


@given(
    st.integers(10, 120),
    st.lists(
        st.tuples(st.integers(-(10**7), 10**7), st.sampled_from(["fired", "skipped", "to come"])), max_size=9
    ),
)
def test_any_ladder_can_be_drawn(cells: int, steps: list[tuple[int, str]]) -> None:
    marks = [(NOW + at, word) for at, word in steps]
    lines = draw(detail(0).clocks[0], (), (), NOW, UTC, UNICODE, cells, marks)
    assert all(width(line) <= cells for line in lines)


@pytest.mark.parametrize("cells", [40, 80, 200])
def test_the_ticket_says_what_fired_what_comes_and_what_was_sent(cells: int) -> None:
    page = [text(line).strip() for line in ticket_page(climbed_detail(0), NOW, UTC, UNICODE, cells)]
    whole = " ".join(" ".join(page).split())
    for words in (
        "ladder noc-ladder",
        "◉ fired Fri 6 Mar 11:32",
        "its `when` did not hold",
        "◌ to come Fri 6 Mar 15:27",
        "in 1h 25m",
        "duty-manager@msp.example",
        "250 queued as 7F3A",
        "✗ dead",
        "no such mailbox",
        "✓ reviewed",
        "by duty-manager: customer called",
    ):
        assert words in whole
    kinds = [row[1] for row in ticket_sheet(climbed_detail(0), UTC).rows]
    assert {"fired", "skipped", "suppressed", "sent", "dead", "event", "found"} <= set(kinds)


def test_fates_have_a_symbol_and_a_role_and_different_ones_look_different_in_a_list() -> None:
    for glyphs in (UNICODE, ASCII):
        assert set(glyphs.fate) == set(ROLES)
        for group in (("fired", "skipped", "suppressed", "to come"), ("waiting", "sending", "sent", "dead")):
            assert len({glyphs.fate[word] for word in group}) == len(group)
    assert all(sign.isascii() for sign in ASCII.fate.values())


@pytest.mark.parametrize("evil", EVIL.values(), ids=EVIL.keys())
def test_lists_and_ladders_are_made_of_harmless_lines(evil: str) -> None:
    made = decision(
        0, ticket=evil, customer=evil, metric=evil, ladder=evil, step=evil, reason=evil, cause=evil
    )
    sent = message(0, Status.DEAD, ticket=evil, decision=made, error=evil, answer=evil, batch=evil)
    sent = replace(sent, message=replace(sent.message, channel=evil, recipient=evil, name=evil))
    data = replace(
        DATA,
        decisions=(made,),
        upcoming=tuple(replace(one, ticket=evil, step=evil, ladder=evil) for one in DATA.upcoming[:1]),
        waiting=(sent,),
        dead=(sent,),
        sent=(sent,),
    )
    names = ("ticket", "customer", "subject", "priority", "assignee", "status", "by", "why")
    sources = (*[data] * 5, [replace(FLAGS[0], **dict.fromkeys(names, evil))], [sent])
    for (part, _), source in zip(PARTS, sources, strict=True):
        for item in part.items(source):
            lines = [item_line(item, NOW, fit_columns(part, 199), 199, UNICODE, marked=False)]
            lines += part.about(item, NOW, UTC, UNICODE, 80)
            assert all(harmless(text(line)) for line in lines), part.key
        for row in csv.reader(
            io.StringIO(write(part.sheet(part.items(source), NOW, UTC), "csv"), newline="")
        ):
            assert all(harmless(cell) and cell[:1] not in set("=+@") for cell in row)
    about = replace(
        climbed_detail(0),
        decisions=(replace(made, metric="resolution"),),
        messages=(sent,),
        events=(event(0, flag=True, by=evil, reason=evil),),
    )
    assert all(harmless(text(line)) for line in ticket_page(about, NOW, UTC, UNICODE, 100))
    assert harmless(text(counts_line({(evil, Status.DEAD): 1}, UNICODE, 80)))
