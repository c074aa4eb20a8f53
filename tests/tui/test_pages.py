"""Health, Ticket and Rules as lines, and the clock on its time line."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsl.diagnostic import Label
from dsl.span import Span
from engine.clock import State
from engine.snapshot import Snapshot, Tally
from tests.tui.tickets import BROKEN, NOW, RULES, detail, health
from tui.excerpt import excerpt
from tui.feed import Failure
from tui.glyphs import ASCII, UNICODE
from tui.line import text, width
from tui.plain import plain
from tui.status import Situation, calm_banner, failure_banner, header
from tui.timeline import Scale, draw
from tui.view_health import health_lines, health_page, health_view, percent, worst_first
from tui.view_rules import rules_page
from tui.view_ticket import ticket_page


@pytest.mark.parametrize(
    ("met", "failed", "words"),
    [
        (9999, 1, "99.9 %"),
        (99_996, 4, "99.9 %"),
        (1, 0, "100.0 %"),
        (2, 1, "66.6 %"),
        (0, 3, "0.0 %"),
        (0, 0, "-"),
    ],
)
def test_percentages_are_never_rounded_up(met: int, failed: int, words: str) -> None:
    assert percent(Tally(met, failed)) == words


@given(st.integers(0, 10**7), st.integers(1, 10**7))
def test_a_failure_never_reads_a_hundred(met: int, failed: int) -> None:
    assert percent(Tally(met, failed)) != "100.0 %"


def test_worst_first_and_nothing_decided_last() -> None:
    order = worst_first({"a": Tally(1, 0), "b": Tally(0, 0), "c": Tally(1, 1), "d": Tally(2, 2)})
    assert [name for name, _ in order] == ["d", "c", "a", "b"]


def test_a_single_failure_is_to_be_seen_in_the_bar() -> None:
    figures = replace(health(), overall=Tally(1_000_000, 1))
    assert UNICODE.failed in text(health_view(figures, NOW, UTC, UNICODE, 80)[2])


@pytest.mark.parametrize("cells", [40, 80, 99, 100, 200])
@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
def test_health_fits_and_says_everything(cells: int, glyphs) -> None:
    lines = health_view(health(), NOW, UTC, glyphs, cells)
    whole = "\n".join(text(line) for line in lines)
    for words in (
        "97.3 %",
        "Coming due",
        "14:00",
        "By customer, worst first",
        "Globex",
        "By tier",
        "Unmanaged",
    ):
        assert words in whole
    assert max(width(line) for line in lines) <= max(cells, 80)


def test_plain_health_is_one_thing_after_the_other() -> None:
    lines = health_lines(health(), NOW, width=200)
    assert lines[0].startswith("Compliance March 2026")
    assert lines.index("Coming due in the next hours") < lines.index("Trend by day")


def test_an_empty_period_is_not_a_hundred_percent() -> None:
    nothing = replace(
        health(),
        overall=Tally(0, 0),
        by_metric={},
        by_customer={},
        by_tier={},
        trend=(),
        forecast=(),
        unmanaged=(),
    )
    whole = "\n".join(health_lines(nothing, NOW))
    assert "no clock is decided yet" in whole
    assert "nothing comes due" in whole
    assert "100" not in whole
    loading = Snapshot(NOW, 1, [], 0, None, RULES, partial=True)
    assert "Loading" in text(health_page(loading, NOW, UTC, UNICODE, 80)[1])


def test_rules_in_force_broken_ones_and_what_moved() -> None:
    snapshot = Snapshot(NOW, 1, [], 0, None, replace(RULES, broken=BROKEN))
    whole = "\n".join(text(line) for line in rules_page(snapshot, NOW, UTC, UNICODE, 80))
    assert "Generation 41 stays in force." in whole
    assert "error E201  rules/tiers.rules:14:23" in whole
    assert "help did you mean office?" in whole
    assert "Fri 6 Mar 12:02 (2h 00m ago)" in whole
    fine = "\n".join(text(line) for line in rules_page(replace(snapshot, rules=RULES), NOW, UTC, UNICODE, 80))
    assert "broken" not in fine


SOURCE = "# rules\n" * 12 + "tier gold {\n  calendar ofice  # the old one\n}\n"


def test_a_finding_shows_its_line_in_colours_with_marks_below_what_is_meant() -> None:
    start = SOURCE.index("ofice")
    found = replace(BROKEN[0], span=Span("rules/tiers.rules", start, start + 5, 14, 12, 14, 17))
    elsewhere = Label(Span("rules/other.rules", 0, 4, 1, 1, 1, 5), "declared here")
    other = "tier gold \u202e{\n"
    status = replace(
        RULES,
        broken=(replace(found, labels=(elsewhere,)), BROKEN[1]),
        sources={"rules/tiers.rules": SOURCE, "rules/other.rules": other},
    )
    lines = rules_page(Snapshot(NOW, 1, [], 0, None, status), NOW, UTC, UNICODE, 80)
    at = next(n for n, line in enumerate(lines) if "  calendar ofice" in text(line))
    assert text(lines[at]) == "  14 |   calendar ofice  # the old one"
    assert ("calendar", "key") in lines[at]
    assert text(lines[at + 1]) == "     |            ^^^^^"
    assert "see rules/other.rules:1:1 declared here" in text(lines[at + 2])
    assert text(lines[at + 3]) == "  1 | tier gold \ufffd{"
    assert text(lines[at + 4]) == "    | ----"
    narrow = rules_page(Snapshot(NOW, 1, [], 0, None, status), NOW, UTC, ASCII, 30)
    assert all(width(line) <= 30 for line in narrow if "|" in text(line))


@given(st.text(max_size=60), st.integers(0, 60), st.integers(0, 30), st.integers(5, 100))
def test_an_excerpt_points_at_what_the_span_does(line: str, at: int, length: int, most: int) -> None:
    line = line.replace("\n", " ")
    start = min(at, len(line))
    end = min(start + length, len(line))
    source = f"first\n{line}\nlast"
    span = Span("r", 6 + start, 6 + end, 2, start + 1, 2, end + 1)
    shown = excerpt(span, {"r": source}, most)
    assert shown.line == 2
    assert len(shown.text) <= most
    assert 0 <= shown.start <= most
    meant = "".join(plain(one) or " " for one in line[start:end])
    assert meant.startswith(shown.text[shown.start : shown.start + shown.width].rstrip()) or not meant


def test_a_clock_is_drawn_to_scale() -> None:
    clock = detail(0).clocks[0]
    clock = replace(clock, started=NOW - 3600, due=NOW + 3600, thresholds=())
    above, bar, below = draw(
        clock, ((NOW - 3600, NOW + 9999),), ((NOW - 1800, NOW - 900, "x"),), NOW, UTC, UNICODE, 75
    )
    line = text(bar)
    assert line[0] == UNICODE.start
    assert line.index(UNICODE.now) == 36
    assert line.index(UNICODE.threshold) == 72
    assert text(above).index("due") == 71
    assert line[20] == UNICODE.paused_hours
    assert line[30] == UNICODE.open_hours
    assert "now 14:02" in text(below)
    assert {role for piece, role in bar if UNICODE.paused_hours in piece} == {"paused"}


def test_closed_hours_and_what_is_over_look_different() -> None:
    clock = replace(
        detail(0).clocks[0], started=NOW - 7200, due=NOW - 3600, state=State.BREACHED, thresholds=()
    )
    _, bar, _ = draw(clock, ((NOW - 7200, NOW - 5400), (NOW - 3600, NOW + 60)), (), NOW, UTC, UNICODE, 60)
    roles = {(character, role) for piece, role in bar for character in piece}
    assert (UNICODE.closed_hours, "off") in roles
    assert (UNICODE.open_hours, "running") in roles
    assert (UNICODE.open_hours, "breached") in roles


@given(st.integers(10, 120), st.integers(-(10**7), 10**7), st.one_of(st.none(), st.integers(-(10**7), 10**7)))
def test_any_clock_can_be_drawn(cells: int, started: int, due: int | None) -> None:
    clock = detail(0).clocks[0]
    clock = replace(clock, started=NOW + started, due=None if due is None else NOW + due)
    above, bar, below = draw(clock, (), (), NOW, UTC, UNICODE, cells)
    assert width(bar) == cells
    assert max(width(above), width(below)) <= cells


def test_scale_covers_its_ends() -> None:
    scale = Scale(100, 200, 10)
    assert [scale.cell(at) for at in (0, 100, 109, 110, 199, 500)] == [0, 0, 0, 1, 9, 9]
    assert scale.middle(0) == 105


def test_the_ticket_says_what_was_promised_by_which_line_and_why() -> None:
    whole = "\n".join(text(line) for line in ticket_page(detail(0), NOW, UTC, UNICODE, 100))
    for words in (
        "▲ at risk",
        "in 25m 00s",
        "paused 1h 00m",
        "promised by tier gold",
        "rules/tiers.rules:12",
        "✓ met",
    ):
        assert words in whole
    assert whole.index("resolution") < whole.index("response  ")
    bare = replace(detail(0), clocks=(), transitions=(), terms_tier="")
    whole = "\n".join(text(line) for line in ticket_page(bare, NOW, UTC, UNICODE, 60))
    assert "No promise covers this ticket" in whole
    assert "none: unmanaged" in whole


SITUATION = Situation(store="demo.db", zone=UTC, snapshot=Snapshot(NOW, 1, [], 0, None, RULES), looked_at=NOW)


@pytest.mark.parametrize("cells", [30, 60, 80, 120])
def test_the_header_gives_way_from_the_left_of_its_right_side(cells: int) -> None:
    line = header(replace(SITUATION, engine="engine here"), "Inbox", NOW, UNICODE, cells)
    assert width(line) <= cells
    assert text(line).endswith("14:02:09")
    assert text(line).startswith("tiercel")


def test_data_of_a_while_ago_is_called_old_only_if_nobody_looked() -> None:
    assert "data 0s old" in text(header(SITUATION, "Inbox", NOW, UNICODE, 120))
    line = header(replace(SITUATION, looked_at=NOW - 90), "Inbox", NOW, UNICODE, 120)
    assert ("data 1m 30s old", "warning") in line


def test_banners_are_quiet_when_all_is_well() -> None:
    assert failure_banner(SITUATION, NOW) == ()
    assert calm_banner(SITUATION, "p") == ()
    broken = replace(SITUATION, failure=Failure("gone", "look"), looked_at=NOW - 86_400)
    assert "showing data of Thu 5 Mar 14:02: gone  look" in text(failure_banner(broken, NOW))
