from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.clock import State
from tests.tui.tickets import NOW, row
from tui.filter import EXAMPLE, TICKETS, BadFilter, Filter, compile_filter, parse

ACME = row(
    0,
    customer="Acme Ltd",
    tier="gold",
    due=NOW + 600,
    warn_at=NOW - 5,
    state=State.RUNNING,
    queue="network",
    tags="vip paid",
    assignee="",
    subject="VPN down: again",
    opened=NOW - 7200,
)


def passes(words: str, one: object = ACME, now: int = NOW) -> bool:
    parsed = parse(words)
    assert isinstance(parsed, Filter), parsed
    test = compile_filter(parsed)
    return test is None or test(one, now)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "words",
    [
        "",
        "  ",
        "vpn",
        "VPN DOWN",
        '"down: again"',
        "customer:acme tier:gold",
        'customer:"acme ltd"',
        "due:<30m",
        "due:<=10m",
        "due:>9m",
        "due:30m",
        "!due:<5m",
        "state:at-risk",
        "state:at",
        "!queue:spam",
        "-queue:spam",
        "tag:vip",
        'assignee:""',
        "is:unassigned",
        "!is:acknowledged",
        "age:>1h",
        "tier:silver tier:gold",
        "!over:>1s",
    ],
)
def test_lets_through(words: str) -> None:
    assert passes(words)


@pytest.mark.parametrize(
    "words",
    [
        "printer",
        "!vpn",
        "customer:globex",
        "due:<10m",
        "due:<9m",
        "over:>0s",
        "state:breached",
        "!queue:network",
        "tag:vi",
        "is:flagged",
        "age:>1d",
        "tier:silver",
        '!assignee:""',
        "vpn printer",
        "tier:silver tier:bronze",
    ],
)
def test_keeps_out(words: str) -> None:
    assert not passes(words)


def test_a_row_without_a_due_instant_is_neither_soon_nor_late() -> None:
    paused = row(10)
    assert paused.due is None
    assert not passes("due:<99d", paused)
    assert not passes("due:>0s", paused)
    assert passes("state:paused", paused)
    assert passes("state:unmanaged", row(1, state=None, due=None, metric=""))


def test_time_moves_rows_in_and_out() -> None:
    assert passes("state:breached", ACME, NOW + 601)
    assert parse("due:<1h").moves  # type: ignore[union-attr]
    assert not parse("customer:acme").moves  # type: ignore[union-attr]
    assert passes("is:snoozed", row(1, snoozed_until=NOW + 5))
    assert not passes("is:snoozed", row(1, snoozed_until=NOW))


@pytest.mark.parametrize(
    ("words", "at", "remedy"),
    [
        ("custmer:acme", 0, "customer"),
        ("vpn due:soon", 8, "due:<30m"),
        ("state:bad", 6, "at-risk"),
        ("is:mine", 3, "acknowledged"),
        ('customer:"acme', 9, 'with "'),
        ("customer:", 9, "customer:VALUE"),
        ("due:", 4, "due:VALUE"),
        ("!", 0, EXAMPLE),
        ('ab"cd', 2, "quotes"),
        ("http://x", 0, "quotes"),
    ],
)
def test_a_bad_filter_says_where_and_what_to_do(words: str, at: int, remedy: str) -> None:
    answer = parse(words)
    assert isinstance(answer, BadFilter)
    assert answer.at == at
    assert remedy in answer.help


def test_the_example_of_the_bar_is_a_filter() -> None:
    assert isinstance(parse(EXAMPLE), Filter)


@given(st.text(max_size=40))
def test_any_text_is_a_filter_or_a_remedy(words: str) -> None:
    answer = parse(words)
    if isinstance(answer, BadFilter):
        assert answer.help
        assert 0 <= answer.at <= len(words)
    else:
        test = compile_filter(answer)
        assert test is None or test(ACME, NOW) in {True, False}


@given(st.sampled_from(TICKETS.fields), st.text(alphabet='abc<>:!" ', max_size=8))
def test_no_term_is_left_out(field: str, value: str) -> None:
    answer = parse(f"vpn {field}:{value}")
    assert isinstance(answer, BadFilter) or len(answer.terms) >= 2
