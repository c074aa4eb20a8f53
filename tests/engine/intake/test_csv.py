"""CSV as it comes: quotes that never close, bytes that are no text, rows that are too short."""

from __future__ import annotations

import pytest

from engine.intake.mapping import Map
from engine.intake.reading import MAX_VALUE, RefusedFileError

HEAD = b"nr,when,what,note\n"


def map_(**more):
    return Map.model_validate({
        "source": "desk", "shape": "events",
        "columns": {"ticket": "nr", "at": "when", "kind": "what"}, "fields": {"subject": "note"}, **more,
    })  # fmt: skip


def row(n, note="x"):
    return f"T-{n},2026-03-06 16:0{n},opened,{note}\n".encode()


@pytest.fixture
def csv(take):
    def csv_(content, **more):
        events, outcome = take(content, map_(**more), "csv")
        return [(ticket, data.get("subject")) for ticket, *_, data in events.values()], [
            (item.line, item.reason) for item in outcome.rejects
        ]

    return csv_


def test_plain(csv):
    assert csv(HEAD + row(1) + row(2)) == ([("T-1", "x"), ("T-2", "x")], [])


def test_byte_order_mark_carriage_returns_blank_lines_and_no_last_newline(csv):
    content = b"\xef\xbb\xbf" + HEAD + row(1) + b"\n" + row(2).strip()
    assert csv(content.replace(b"\n", b"\r\n")) == ([("T-1", "x"), ("T-2", "x")], [])


def test_quoted_newlines(csv):
    assert csv(HEAD + row(1, '"a\n\nb, ""c"""') + row(2)) == ([("T-1", 'a\n\nb, "c"'), ("T-2", "x")], [])


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (b"T-9,2026-03-06 16:00,opened\n", "3 columns where the header has 4"),
        (b"T-9,2026-03-06 16:00,opened,a,b\n", "5 columns"),
        (b"T-9,2026-03-06 16:00,opened,\xff\n", "not UTF-8 at byte 29"),
        (b"T-9,2026-03-06 16:00,opened,a\0b\n", "NUL byte"),
        (b'T-9,2026-03-06 16:00,opened,"a" b\n', "not CSV"),
        (b'T-9,2026-03-06 16:00,opened,"never closed\n', "not CSV"),
        (b"T-9,31-02-2026,opened,x\n", "when: '31-02-2026' is not a time of the form iso"),
        (b"T-9,,opened,x\n", "when: missing"),
        (b",2026-03-06 16:00,opened,x\n", "nr: empty"),
        (b"T-9,2026-03-06 16:00,opened," + b"x" * (MAX_VALUE + 1) + b"\n", "larger than field limit"),
    ],
)
def test_a_bad_row_is_refused_alone(csv, bad, reason):
    found, [(line, said)] = csv(HEAD + row(1) + bad + row(2) + row(3, '"quo""ted"'))
    assert found == [("T-1", "x"), ("T-2", "x"), ("T-3", 'quo"ted')]
    assert line == 3
    assert reason in said


def test_a_quote_that_eats_the_rest_of_the_file_loses_one_row(csv):
    rows = b"".join(row(n) for n in range(1, 10))
    found, rejects = csv(HEAD + b'T-0,2026-03-06 16:00,opened,"\n' + rows)
    assert len(found) == 9
    assert [line for line, _ in rejects] == [2]


def test_rows_that_run_over_lines_are_named_by_their_first(csv):
    found, rejects = csv(HEAD + row(1, '"a\nb\nc"') + b'T-9,nonsense,opened,"x\ny"\n' + row(2))
    assert [ticket for ticket, _ in found] == ["T-1", "T-2"]
    assert [line for line, _ in rejects] == [5]


def test_a_megabyte_is_kept(csv):
    [(_, subject)], rejects = csv(HEAD + row(1, "x" * MAX_VALUE))
    assert (len(subject), rejects) == (MAX_VALUE, [])


def test_unknown_values_values_types_and_constants(take):
    chosen = map_(
        unknown=["", "?"],
        fields={"subject": "note", "vip": "v", "impact": "i", "priority": "p"},
        types={"vip": "flag", "impact": "number"},
        values={"priority": {"P1": "critical"}},
        constants={"customer": "Acme"},
        kinds={"Created": "opened"},
    )
    head = b"nr,when,what,note,v,i,p\n"
    events, outcome = take(
        head + b"T-1,2026-03-06,Created,?,YES,3,P1\nT-2,2026-03-06,opened,,no,,P2\n", chosen, "csv"
    )
    assert [(kind, data) for *_, kind, data in events.values()] == [
        ("opened", {"vip": True, "impact": 3, "priority": "critical", "customer": "Acme"}),
        ("opened", {"vip": False, "priority": "P2", "customer": "Acme"}),
    ]
    _, outcome = take(
        head + b"T-1,2026-03-06,opened,,maybe,3,P1\nT-1,2026-03-06,opened,,1,many,P1\n", chosen, "csv"
    )
    assert [item.reason for item in outcome.rejects] == [
        "vip: 'maybe' is neither true nor false", "impact: 'many' is not a whole number",
    ]  # fmt: skip


def test_times_have_a_zone_and_a_reading_in_the_gap_is_refused(take):
    chosen = map_(times={"formats": ["%d.%m.%Y %H:%M", "iso"], "zone": "Europe/Berlin"})
    content = HEAD + b"".join(
        f"T,{text},opened,{n}\n".encode()
        for n, text in enumerate(
            [
                "29.03.2026 01:30",
                "29.03.2026 02:30",
                "29.03.2026 03:30",
                "2026-10-25 02:30",
                "2026-10-25T02:30:00+01:00",
            ]
        )
    )
    events, outcome = take(content, chosen, "csv")
    assert [at for _, at, *_ in events.values()] == [1774744200, 1774747800, 1792888200, 1792891800]
    [reject] = outcome.rejects
    assert reject.line == 3
    assert "does not exist in Europe/Berlin" in reject.reason


def test_without_an_id_a_row_is_known_by_its_content(take):
    twice = HEAD + row(1) + row(1) + row(1, "other")
    events, outcome = take(twice, map_(), "csv")
    assert (len(events), outcome.known) == (2, 1)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b"a,b\n1,2\n", "no column 'note', 'nr', 'what', 'when'"),
        (b"nr,when,what,nr\n", "more than one column 'nr'"),
        (b"\x7fELF\0\0\n", "binary"),
        (b"nr,wh\xffen\n", "UTF-8"),
        ("nr,when,what,note\n".encode("utf-16"), "UTF-16"),
        (b'nr,"when\n', "not a CSV"),
    ],
)
def test_a_file_that_is_something_else_is_one_error(take, content, said):
    with pytest.raises(RefusedFileError, match=said) as caught:
        take(content, map_(), "csv")
    assert caught.value.exit_code == 1


def test_a_row_per_ticket(take):
    chosen = Map.model_validate({
        "source": "old-desk", "shape": "tickets", "delimiter": ";",
        "columns": {"ticket": "id", "opened": "created", "replied": "first", "resolved": "done", "closed": "end"},
        "fields": {"status": "state", "priority": "prio"},
    })  # fmt: skip
    content = (
        b"id;created;first;done;end;state;prio\n"
        b"1;2026-03-06 10:00;2026-03-06 11:00;2026-03-06 12:00;2026-03-07 12:00;Closed;high\n"
        b"2;2026-03-06 10:00;2026-03-06 11:00;;;Waiting;low\n"
        b"3;2026-03-06 10:00;2026-03-06 09:00;;;New;low\n"
        b"4;;;;;New;low\n"
    )
    events, outcome = take(content, chosen, "csv")
    assert [(name, kind, data) for (_, name), (*_, kind, data) in events.items()] == [
        ("1:opened", "opened", {"priority": "high"}),
        ("1:reply", "reply", {}),
        ("1:resolved", "resolved", {}),
        ("1:closed", "closed", {"status": "Closed"}),
        ("2:opened", "opened", {"priority": "low", "status": "Waiting"}),
        ("2:reply", "reply", {}),
    ]
    assert [(item.line, item.reason) for item in outcome.rejects] == [
        (4, "reply before it was opened"), (5, "created: missing"),
    ]  # fmt: skip
