"""Which iCalendar files are refused, and in which words."""

from __future__ import annotations

import pytest

from dsl.icalendar_file import broken_events, closures


def file(*lines: str) -> str:
    return "\r\n".join(
        (
            "BEGIN:VCALENDAR",
            "VERSION:2.0",
            "BEGIN:VEVENT",
            "UID:1",
            "SUMMARY:Party",
            *lines,
            "END:VEVENT",
            "END:VCALENDAR",
            "",
        )
    )


@pytest.mark.parametrize(
    "text",
    [
        file("DTSTART;VALUE=DATE:20260310"),
        file("DTSTART:20260310T120000", "DURATION:PT2H"),
        file("DTSTART:20260310T120000Z", "DTEND:20260310T140000Z", "RRULE:FREQ=YEARLY"),
        file("DTSTART;TZID=Europe/Berlin:20260310T120000", "DTEND;TZID=Europe/Berlin:20260310T140000"),
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n",
    ],
)
def test_files_that_serve(text: str) -> None:
    assert broken_events(text) == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not an iCalendar file"),
        ("just a note", "not an iCalendar file"),
        ("\0\1\2", "not an iCalendar file"),
        ("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", "not an iCalendar file"),
        ("BEGIN:VEVENT\r\nEND:VEVENT\r\n", "not an iCalendar file"),
        (file("DTSTART:2026-99-10"), 'event "Party": DTSTART'),
        (file("DESCRIPTION:when?"), "no DTSTART"),
        (file("DTSTART:20260310T120000", "DTEND:20260310T110000"), "DTEND is before DTSTART"),
        (file("DTSTART:20260310T120000", "DTEND;VALUE=DATE:20260311"), "not both dates or both times"),
        (file("DTSTART:20260310T120000Z", "DTEND:20260310T130000"), "only one of DTSTART and DTEND"),
        (file("DTSTART;TZID=Mars/Base:20260310T120000"), 'unknown time zone "Mars/Base"'),
        (file("DTSTART:20260310T120000", "RRULE:FREQ=SOMETIMES"), "RRULE"),
        (file("DTSTART:20260310T120000", "RRULE:FREQ=SECONDLY"), "by the minute or second"),
        (file("DTSTART:20260310T120000", "DURATION:-PT1H"), "DURATION is negative"),
        (file("DTSTART:20260310T120000", "DTSTART:20260311T120000"), "more than one DTSTART"),
    ],
)
def test_files_that_are_refused(text: str, reason: str) -> None:
    (fault,) = broken_events(text)
    assert reason in fault


def test_every_fault_is_told() -> None:
    event = "BEGIN:VEVENT\r\nUID:{0}\r\nSUMMARY:{0}\r\nDTSTART:never\r\nEND:VEVENT\r\n"
    text = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{event.format('a')}{event.format('b')}END:VCALENDAR\r\n"
    assert [fault.partition(":")[0] for fault in broken_events(text)] == ['event "a"', 'event "b"']


def test_a_broken_file_gives_no_closures() -> None:
    with pytest.raises(ValueError, match="not an iCalendar file"):
        closures("", 2026)
