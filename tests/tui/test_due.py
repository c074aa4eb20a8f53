"""`sla due` as programs and people meet it."""

from __future__ import annotations

import io
import json
import sys
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tui.cli import run

DATA = Path(__file__).parents[3] / "shared" / "data" / "clock_cases.jsonl"
RULES = """\
language 1

holidays berlin "Berlin" {
  day 2026-12-25 "Christmas Day"
}

calendar office "Service desk" {
  zone Europe/Berlin
  open mon-thu 08:00-18:00
  open fri 08:00-12:00, 13:00-16:00
  holidays berlin
  closed 2026-12-24 12:00-24:00 "Early close"
  open 2026-12-31 09:00-12:00 "Year end"
}
"""
GOOD = {"calendar": "office", "start": "2026-03-06T14:00:00+00:00", "target_seconds": 14400}


class Input:
    def __init__(self, content: bytes) -> None:
        self.buffer = io.BytesIO(content)


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    path = tmp_path / "sla.rules"
    path.write_text(RULES)
    return path


@pytest.fixture
def ask(rules: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    def asked(*lines: object, path: Path = rules) -> tuple[int, list[Any]]:
        content = b"".join((x if isinstance(x, bytes) else json.dumps(x).encode()) + b"\n" for x in lines)
        monkeypatch.setattr(sys, "stdin", Input(content))
        code = run(["due", "--rules", str(path), "--jsonl"])
        return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return asked


@pytest.fixture
def say(rules: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    def said(*arguments: str) -> tuple[int, str, str]:
        code = run(["due", "--rules", str(rules), *arguments])
        out, err = capsys.readouterr()
        return code, out, err

    return said


def test_questions_are_answered_in_order(ask: Any) -> None:
    paused = {
        **GOOD,
        "pauses": [
            ["2026-03-06T14:10:00Z", "2026-03-06T14:20:00Z"],
            ["2026-03-06T14:15:00Z", "2026-03-06T14:30:00Z"],
        ],
    }
    until = {"calendar": "office", "start": "2026-03-06T14:00:00+00:00", "end": "2026-03-09T09:00:00+00:00"}
    assert ask(GOOD, paused, until, {**GOOD, "calendar": "always"}) == (
        0,
        [
            {"due": "2026-03-09T10:00:00+00:00"},
            {"due": "2026-03-09T10:20:00+00:00"},
            {"elapsed": 10800},
            {"due": "2026-03-06T18:00:00+00:00"},
        ],
    )


def test_a_pause_without_an_end(ask: Any) -> None:
    stopped = {**GOOD, "pauses": [["2026-03-06T14:10:00Z", None]]}
    counted = {
        "calendar": "office",
        "start": GOOD["start"],
        "end": "2026-03-09T09:00:00Z",
        "pauses": stopped["pauses"],
    }
    assert ask(stopped, counted) == (0, [{"due": None}, {"elapsed": 600}])


def test_an_end_before_the_start_has_nothing_in_between(ask: Any) -> None:
    assert ask({"calendar": "office", "start": "2026-03-09T10:00:00Z", "end": "2026-03-06T10:00:00Z"}) == (
        0,
        [{"elapsed": 0}],
    )


BAD: list[tuple[object, str]] = [
    (b"", "an empty line"),
    (b"{", "not JSON"),
    (b"\xff\xfe", "not UTF-8: byte 1"),
    (b'{"calendar": "\xe9"}', "not UTF-8"),
    (b"[" * 100_000, "nested too deep"),
    (b'{"target_seconds": ' + b"9" * 5000 + b"}", "far too long"),
    (b'"' + b"x" * 1_100_000 + b'"', "longer than"),
    ([1, 2], "not an object"),
    ("office", "not an object"),
    (None, "not an object"),
    ({}, '"calendar" is missing'),
    ({**GOOD, "calendar": "ofice"}, "unknown calendar 'ofice', did you mean \"office\"?"),
    ({**GOOD, "calendar": ["office"]}, '"calendar" must be a name'),
    ({"calendar": "office"}, '"start" is missing'),
    ({"calendar": "office", "start": GOOD["start"]}, '"target_seconds" or "end" is missing'),
    ({**GOOD, "end": GOOD["start"]}, "two questions"),
    ({**GOOD, "start": "2026-03-06T14:00:00"}, "\"start\": '2026-03-06T14:00:00' has no offset"),
    ({**GOOD, "start": "tomorrow"}, "not a date and time"),
    ({**GOOD, "start": 1773066600}, '"start" must be an instant in quotes'),
    ({**GOOD, "start": "9999-12-31T23:59:59Z"}, "outside the years"),
    ({"calendar": "office", "start": GOOD["start"], "end": None}, '"end" must be an instant'),
    ({**GOOD, "target_seconds": -1}, "must not be negative"),
    ({**GOOD, "target_seconds": 1.5}, "must be a whole number"),
    ({**GOOD, "target_seconds": True}, "must be a whole number"),
    ({**GOOD, "target_seconds": "4h"}, "must be a whole number"),
    ({**GOOD, "target_seconds": 10**13}, "must not be over"),
    ({**GOOD, "target_seconds": 10**12}, "never due"),
    ({**GOOD, "calendar": "always", "target_seconds": 10**12}, "never due"),
    ({**GOOD, "pauses": "none"}, '"pauses" must be a list'),
    ({**GOOD, "pauses": [["2026-03-06T14:10:00Z"]]}, "pause 1 must be [start, end]"),
    ({**GOOD, "pauses": [["2026-03-06T14:10:00Z", "2026-03-06T14:00:00Z"]]}, "pause 1 ends before it starts"),
    ({**GOOD, "pauses": [[None, None]]}, "the start of pause 1 must be an instant"),
]


@pytest.mark.parametrize(("line", "reason"), BAD, ids=[reason[:30] for _, reason in BAD])
def test_a_bad_line_says_why_and_the_others_are_answered(ask: Any, line: object, reason: str) -> None:
    code, (first, bad, last) = ask(GOOD, line, GOOD)
    assert code == 1
    assert first == last == {"due": "2026-03-09T10:00:00+00:00"}
    assert list(bad) == ["error"]
    assert reason in bad["error"]
    assert len(bad["error"]) < 300


def test_a_calendar_that_never_opens_again(ask: Any, tmp_path: Path) -> None:
    path = tmp_path / "once.rules"
    path.write_text('language 1\ncalendar once {\n  zone UTC\n  open 2026-01-05 09:00-10:00 "Once"\n}\n')
    before = {"calendar": "once", "start": "2026-01-01T00:00:00Z", "target_seconds": 3600}
    code, answers = ask(before, {**before, "target_seconds": 3601}, path=path)
    assert answers[0] == {"due": "2026-01-05T10:00:00+00:00"}
    assert answers[1]["error"].startswith('never due: calendar "once"')
    assert code == 1


def test_no_questions_no_answers(ask: Any) -> None:
    assert ask() == (0, [])


def test_windows_line_ends_and_a_byte_order_mark_do_no_harm(ask: Any) -> None:
    line = json.dumps(GOOD).encode()
    assert ask(b"\xef\xbb\xbf" + line + b"\r", line + b"\r")[0] == 0


def test_many_lines_keep_their_order(ask: Any) -> None:
    start = datetime.fromisoformat("2026-03-06T14:00:00+00:00")
    lines = [{"calendar": "always", "start": start.isoformat(), "target_seconds": n} for n in range(7001)]
    code, answers = ask(*lines)
    assert code == 0
    assert [each["due"] for each in answers] == [
        (start + timedelta(seconds=n)).isoformat() for n in range(7001)
    ]


def test_questions_can_come_from_a_file(
    rules: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_text(json.dumps(GOOD))
    assert run(["due", "--rules", str(rules), "--jsonl", str(path)]) == 0
    assert json.loads(capsys.readouterr().out) == {"due": "2026-03-09T10:00:00+00:00"}


@pytest.mark.parametrize("name", ["missing.jsonl", "."])
def test_questions_that_cannot_be_read(
    rules: Path, tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["due", "--rules", str(rules), "--jsonl", str(tmp_path / name)]) == 4
    assert str(tmp_path) in capsys.readouterr().err


def test_a_file_is_only_for_programs(say: Any) -> None:
    assert say("questions.jsonl")[0] == 3


def test_rules_with_errors_answer_nothing(
    ask: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "broken.rules"
    path.write_text("language 1\ncalendar office {\n  opne mon 08:00-09:00\n}\n")
    assert ask(GOOD, path=path) == (1, [])


def test_people_see_the_arithmetic_day_by_day(say: Any) -> None:
    code, out, _ = say("--calendar", "office", "--from", "2026-12-23 17:00", "--target", "10h")
    assert code == 0
    assert (
        out
        == """\
calendar  office "Service desk", Europe/Berlin
from      Wed 2026-12-23 17:00 CET, 2026-12-23T16:00:00+00:00
target    10h

Wed 2026-12-23  08:00-18:00                +1h   1h
Thu 2026-12-24  08:00-12:00 (Early close)  +4h   5h
Fri 2026-12-25  closed (Christmas Day)
Sat 2026-12-26  closed
Sun 2026-12-27  closed
Mon 2026-12-28  08:00-18:00                +5h  10h

due       Mon 2026-12-28 13:00 CET, 2026-12-28T12:00:00+00:00
"""
    )


def test_people_see_pauses_changes_of_clocks_and_what_is_left(say: Any) -> None:
    code, out, _ = say(
        "--calendar", "office", "--from", "2026-03-27 15:00", "--target", "3bd",
        "--pause", "2026-03-30 10:00..2026-03-30 11:00", "--until", "2026-03-31",
    )  # fmt: skip
    assert code == 0
    assert "target    3bd, worth 28h of open time" in out
    assert "Sun 2026-03-29  closed (clocks go forward 1h)" in out
    assert "Mon 2026-03-30  08:00-18:00 (1h paused)         +9h  10h" in out
    assert "due       Wed 2026-04-01 16:00 CEST, 2026-04-01T14:00:00+00:00" in out
    assert "10h used, 18h left" in out


def test_people_can_ask_for_open_time(say: Any) -> None:
    code, out, _ = say("--calendar", "office", "--from", "2026-12-31", "--until", "2027-01-01")
    assert code == 0
    assert "Thu 2026-12-31  09:00-12:00 (Year end)  +3h  3h" in out
    assert out.endswith("open time 3h\n")


def test_a_long_way_is_told_in_short(say: Any) -> None:
    code, out, _ = say("--calendar", "always", "--from", "2026-01-01", "--target", "365d")
    assert code == 0
    assert "more days)" in out
    assert len(out.splitlines()) < 60
    assert "due       Fri 2027-01-01 00:00 UTC" in out


def test_who_asks_how_is_told_the_same_of_what_is_never_due(say: Any, ask: Any) -> None:
    _, answers = ask({**GOOD, "target_seconds": 10**12})
    for target in ("9999bd", "99999h"):
        code, out, _ = say("--calendar", "office", "--from", "2190-12-01 16:00", "--target", target)
        assert code == 1
        assert out.splitlines()[-1] == answers[0]["error"]
    assert "or not often enough before 2200" in answers[0]["error"]


def test_a_pause_that_lasts_has_no_due_time(say: Any) -> None:
    code, out, _ = say(
        "--calendar", "office", "--from", "2026-12-23", "--target", "4h", "--pause", "2026-12-23 09:00.."
    )
    assert code == 0
    assert out.endswith("not due while the pause lasts\n")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ([], "say --calendar, --from and --target"),
        (["--calendar", "office", "--from", "2026-12-23"], "--target"),
        (["--calendar", "ofice", "--from", "2026-12-23", "--target", "4h"], 'did you mean "office"?'),
        (["--calendar", "office", "--from", "soon", "--target", "4h"], "--from"),
        (["--calendar", "office", "--from", "2026-12-23", "--target", "4 hours"], "90s, 15m, 1h30m"),
        (["--calendar", "office", "--from", "2026-12-23", "--target", "2d"], "a day is not a length"),
        (["--calendar", "office", "--from", "2026-12-23", "--target", "0h"], "--target"),
        (["--calendar", "office", "--from", "2026-12-23", "--until", "2026-12-22"], "before --from"),
        (["--calendar", "office", "--from", "2026-12-23", "--target", "4h", "--pause", "noon"], "--pause"),
        (["--calendar", "office", "--from", "2026-12-23", "--target", "4h", "--pause", "2026-12-24..2026-12-23"], "before it starts"),
    ],
)  # fmt: skip
def test_a_wrong_question_is_a_usage_error(say: Any, arguments: list[str], reason: str) -> None:
    code, out, err = say(*arguments)
    assert code == 3
    assert out == ""
    assert reason in err


def test_rules_that_are_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["due", "--rules", "/nowhere/sla.rules", "--jsonl"]) == 4
    assert "/nowhere/sla.rules" in capsys.readouterr().err


# ---------------------------------------------------------------- cases of other trackers

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def calendar_of(case: dict[str, Any], name: str) -> str:
    """A rule file's calendar for one case."""
    hours = case["calendar"]
    if hours == "24x7":
        hours = {day: [["00:00", "24:00"]] for day in WEEKDAYS}
    lines = [f"  zone {case['timezone']}"]
    lines += [
        f"  open {day} " + ", ".join("-".join(each) for each in ranges)
        for day, ranges in hours.items()
        if ranges
    ]
    lines += [
        f"  open {day} " + ", ".join("-".join(each) for each in ranges) if ranges else f"  closed {day}"
        for day, ranges in case.get("special_hours", {}).items()
    ]
    days = [f'  day {date.fromisoformat(day)} "Holiday"' for day in dict.fromkeys(case["holidays"])]
    text = ""
    if days:
        lines.append(f"  holidays h-{name}")
        text = "\n".join((f"holidays h-{name} {{", *days, "}", ""))
    return text + "\n".join((f"calendar {name} {{", *lines, "}", ""))


def test_the_cases_of_other_trackers(ask: Any, tmp_path: Path) -> None:
    if not DATA.exists():
        pytest.skip("the clock cases are not on this machine")
    cases = [json.loads(line) for line in DATA.read_text().splitlines()]
    names = [f"c{number}" for number in range(len(cases))]
    path = tmp_path / "cases.rules"
    path.write_text("language 1\n" + "\n".join(map(calendar_of, cases, names)))
    questions = [
        {
            "calendar": name,
            **{key: case[key] for key in ("start", "end", "target_seconds", "pauses") if key in case},
        }
        for case, name in zip(cases, names, strict=True)
    ]
    code, answers = ask(*questions, path=path)
    wrong = []
    for case, answer in zip(cases, answers, strict=True):
        if case["kind"] == "deadline":
            right = "due" in answer and datetime.fromisoformat(answer["due"]) == datetime.fromisoformat(
                case["expect"]
            )
        else:
            right = answer == {"elapsed": case["expect"]}
        if not right:
            wrong.append((case["id"], case["expect"], answer))
    assert wrong == []
    assert code == 0
    assert len(answers) == 99
