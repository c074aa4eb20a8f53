"""Our own format, as JSON Lines and as CSV; the fast way and the general way make the same of every line."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.intake import load, own, reading
from engine.intake.mapping import Format, load_map
from engine.intake.reading import MAX_VALUE, json_record
from engine.intake.reject import Reject
from engine.intake.shapes import Reading, event

GOOD = {
    "ticket": "T-1",
    "at": "2026-03-06T16:00:00+01:00",
    "kind": "opened",
    "id": "1",
    "data": {"vip": True},
}
AT = 1_772_809_200


def line(**changes):
    record = {**GOOD, **changes}
    return json.dumps({key: value for key, value in record.items() if value is not ...}).encode() + b"\n"


def test_a_line(take):
    events, outcome = take(line())
    assert events == {("events", "1"): ("T-1", AT, 1, "opened", {"vip": True})}
    assert (outcome.new, outcome.known, outcome.refused) == (1, 0, 0)


def test_instants(take):
    for at in (
        "2026-03-06T15:00:00Z",
        "2026-03-06 15:00:00.9+00:00",
        AT,
        str(AT),
        "2026-03-06T15:00+00:00",
        "20260306T150000Z",
    ):
        assert take(line(at=at))[0]["events", "1"][1] == AT, at
    assert take(line(at="1969-12-31T23:59:59.5Z"))[0]["events", "1"][1] == -1


def test_fields_beside_data_and_in_it(take):
    events, _ = take(
        line(
            priority="high",
            customer=None,
            data={"vip": False, "n": 3, "x": 1.5, "y": 2.0, "tags": ["a", "b"]},
        )
    )
    assert events["events", "1"][4] == {
        "priority": "high", "vip": False, "n": 3, "x": "1.5", "y": 2, "tags": "a b",
    }  # fmt: skip
    assert take(line(data={"assignee": None}))[0]["events", "1"][4] == {"assignee": ""}
    assert take(line(data=...))[0]["events", "1"][4] == {}


def test_source_sequence_and_names(take):
    events, _ = take(line(source="mail", sequence=7, id=12, ticket=99))
    assert events == {("mail", "12"): ("99", AT, 7, "opened", {"vip": True})}


def test_the_lines_number_orders_events_of_one_instant(take):
    content = (
        b"\xef\xbb\xbf"
        + line(id="a")
        + b"\n  \r\n"
        + line(id="b").replace(b"\n", b"\r\n")
        + line(id="c").strip()
    )
    events, outcome = take(content)
    assert {name: row[2] for (_, name), row in events.items()} == {"a": 1, "b": 4, "c": 5}
    assert outcome.refused == 0


def test_the_first_of_a_name_counts(take):
    events, outcome = take(line() + line(data={"other": 1}))
    assert events["events", "1"][4] == {"vip": True}
    assert (outcome.new, outcome.known, outcome.refused) == (1, 1, 0)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (b"{\n", "not JSON"),
        (b'{"a": 1} x\n', "not JSON"),
        (b"[1, 2]\n", "not a JSON object"),
        (b'"text"\n', "not a JSON object"),
        (b"\xff\xfe\n", "not UTF-8"),
        (line().replace(b"T-1", b"T-\xff"), "not UTF-8 at byte"),
        (line().replace(b"T-1", b"T-\0"), "not JSON"),
        (line(ticket="T\0"), "ticket: a NUL"),
        (line(ticket=...), "ticket: missing"),
        (line(ticket="  "), "ticket: empty"),
        (line(ticket="x" * 501), "ticket: longer"),
        (line(ticket=["a"]), "ticket: not a text"),
        (line(id=...), "id: missing"),
        (line(id=True), "id: not a text"),
        (line(kind=...), "kind: missing"),
        (line(kind="Opened!"), "kind: 'Opened!' is not a name"),
        (line(kind=["x"]), "kind: "),
        (line(at=...), "at: missing"),
        (line(at="2026-03-06T16:00:00"), "at: '2026-03-06T16:00:00' has no offset"),
        (line(at="2026-02-30T16:00:00Z"), "at: '2026-02-30T16:00:00Z' is not a time"),
        (line(at="yesterday"), "at: 'yesterday' is not a time"),
        (line(at=1_772_809_200_000), "outside the years"),
        (line(at="9999-12-31T23:59:59-23:59"), "outside the years"),
        (line(at=1.5), "at: neither"),
        (line(at=True), "at: neither"),
        (line(data={"a": {"b": 1}}), "a: a field is text"),
        (line(data={"a": [1]}), "a: a field is text"),
        (line(data=[1]), "data: not a JSON object"),
        (line(data={"a": 2**63}), "a: an integer of more than 64 bits"),
        (line().replace(b"true", b"NaN"), "NaN is not a number"),
        (line().replace(b"true", b"1" * 5000), "not JSON"),
        (line().replace(b"true", b'"\\ud800"'), "half of a surrogate pair"),
        (line(data={"": 1}), "a field's name"),
        (line(data={"x" * 201: 1}), "a field's name"),
        (line(data={"text": "x" * (MAX_VALUE + 1)}), "text: longer than"),
        (line(sequence="x"), "sequence: not a whole number"),
        (line(sequence=2**64), "sequence: not a whole number"),
        (line().replace(b"true", b"[" * 100_000 + b"]" * 100_000), "too deeply"),
    ],
)
def test_a_bad_line_is_refused_alone(reasons, bad, reason):
    found, names = reasons(line(id="before") + bad + line(id="after"))
    assert names == ["before", "after"]
    [(number, said)] = found
    assert number == 2
    assert reason in said


def test_a_subject_of_a_megabyte_is_kept_whole(take):
    events, outcome = take(line(data={"subject": "ä" * MAX_VALUE}))
    assert len(events["events", "1"][4]["subject"]) == MAX_VALUE
    assert outcome.refused == 0


def test_an_endless_line_is_passed_over(reasons, monkeypatch):
    monkeypatch.setattr(reading, "BLOCK", 1000)
    monkeypatch.setattr(reading, "MAX_LINE", 5000)
    found, names = reasons(line(id="before") + b"x" * 20_000 + b"\n" + line(id="after") + b"y" * 20_000)
    assert names == ["before", "after"]
    assert found == [(2, "the line is longer than 5000 bytes"), (4, "the line is longer than 5000 bytes")]


@pytest.mark.parametrize("size", [1, 7, 64, 4096])
def test_where_blocks_end_does_not_matter(take, monkeypatch, size):
    content = b"\xef\xbb\xbf" * (size > 2) + b"".join(
        line(id=str(n)) if n % 5 else b"bad\n\n" for n in range(40)
    )
    expected = take(content)
    monkeypatch.setattr(reading, "BLOCK", size)
    assert take(content) == expected
    assert expected[1].refused == 8


def test_small_blocks_are_committed_many_together(monkeypatch):
    sizes = []

    class Sink:
        def append(self, source, rows):
            sizes.append(len(rows))
            return len(rows), 0

    monkeypatch.setattr(reading, "BLOCK", 1000)
    monkeypatch.setattr(load, "CHUNK", 50)
    content = io.BytesIO(b"".join(line(id=str(n)) for n in range(180)))
    load.load(Sink(), content, load_map("events"), Format.JSONL, lambda read: None)
    assert sum(sizes) == 180
    assert len(sizes) == 4
    assert min(sizes[:-1]) >= 50


@pytest.mark.parametrize("name", ["T 1", "Störung-7", "T-\u200b1", "(#1)"])
def test_a_name_of_other_characters_among_plain_ones(take, name):
    events, _ = take(line(id="a") + line(id=name, ticket=name) + line(id="b"))
    assert [key for _, key in events] == ["a", name, "b"]
    assert events["events", name][0] == name


def test_a_file_that_is_something_else(take):
    for content in (b"", b"\x7fELF\0\0\0\1" * 50):
        with pytest.raises(reading.RefusedFileError):
            take(content)


def test_as_csv(take):
    content = (
        "ticket,at,kind,id,priority,subject,data\r\n"
        'T-1,2026-03-06T16:00:00+01:00,opened,1,high,"two\r\nlines, ""quoted""","{""vip"": true}"\r\n'
        "T-1,1772809201,reply,2,,,\r\n"
    )
    events, outcome = take(content.encode(), form="csv")
    assert outcome.rejects == []
    assert events == {
        ("events", "1"): (
            "T-1",
            AT,
            2,
            "opened",
            {"priority": "high", "subject": 'two\r\nlines, "quoted"', "vip": True},
        ),
        ("events", "2"): ("T-1", AT + 1, 4, "reply", {}),
    }


# ---------------------------------------------------------------- two ways, one answer

TEXT = st.text(alphabet=st.sampled_from('ab1 -é\0\n"\\\u202e'), max_size=4)
SCALAR = st.one_of(
    TEXT, st.integers(-(2**65), 2**65), st.booleans(), st.none(), st.floats(), st.lists(TEXT, max_size=2)
)
RECORD = st.fixed_dictionaries(
    {},
    optional={
        "ticket": st.one_of(TEXT, SCALAR),
        "at": st.one_of(
            st.datetimes().map(str), st.datetimes().map(lambda moment: moment.isoformat() + "+05:30"), SCALAR,
            st.integers(-(2**35), 2**35), st.sampled_from(["2026-03-06t16:00:00z", "2026-03-06T24:00:00Z", "2026-03-06", "2026-03-06T16:00:59.9999999Z"]),
        ),
        "kind": st.one_of(st.sampled_from(["opened", "x-1", "X"]), SCALAR),
        "id": st.one_of(TEXT, SCALAR),
        "data": st.one_of(st.dictionaries(TEXT, SCALAR, max_size=3), SCALAR),
        "source": SCALAR,
        "sequence": SCALAR,
        "priority": SCALAR,
    },
)  # fmt: skip
MAP = load_map("events")


def general(content):
    refused: list[Reject] = []
    record = json_record(1, content, refused.append)
    if record is None:
        return None
    try:
        source, row = event(Reading(MAP, None), record)
    except ValueError:
        return None
    return source, (*row[:4], json.loads(row[4]), row[5])


def fast(content):
    refused: list[Reject] = []
    found = own._Reader(MAP, refused.append).chunk(1, content)
    rows = [
        (source, (*row[:4], json.loads(row[4]), row[5])) for source, rows in found.items() for row in rows
    ]
    assert len(rows) + len(refused) <= 1
    return rows[0] if rows else None


@settings(max_examples=300, deadline=None)
@given(record=RECORD, good=st.booleans())
def test_the_fast_way_and_the_general_way_agree(record, good):
    # Half of them are good but for what was drawn last, so that agreement is not only on refusals.
    content = json.dumps(
        {**(GOOD if good else {}), **dict(list(record.items())[-2:])} if good else record
    ).encode()
    assert fast(content) == general(content)


@pytest.mark.parametrize(
    ("line_of_text", "key"),
    [
        (line().replace(b'"kind": "opened"', b'"kind": "opened", "kind": "closed"'), "kind"),
        (line().replace(b'"id": "1"', b'"id": "1", "id": "2"'), "id"),
        (line().replace(b'"data": {', b'"data": {"vip": false}, "data": {'), "data"),
        (line().replace(b'"vip": true', b'"vip": true, "vip": false'), "vip"),
        (line().replace(b'"vip": true', b'"note": "a: b", "vip": true, "vip": false'), "vip"),
        (line(sequence=1).replace(b'"sequence": 1', b'"sequence": 1, "sequence": 2'), "sequence"),
        (line(site="x").replace(b'"site": "x"', b'"site": "x", "site": "y"'), "site"),
    ],
)
def test_a_key_that_stands_twice_is_refused_and_not_guessed_at(take, line_of_text, key):
    events, outcome = take(line(id="before") + line_of_text + line(id="after", data=...))
    assert set(events) == {("events", "before"), ("events", "after")}
    [reject] = outcome.rejects
    assert (reject.line, reject.reason) == (2, f"not JSON: the key '{key}' stands more than once")


def test_names_of_keys_within_data_are_fields_like_others(take):
    fields = {"source": "mail", "id": "data", "kind": "a: b", "sequence": 3}
    events, outcome = take(line(data=fields) + line(id="2", data=...))
    assert (events[("events", "1")][4], outcome.refused) == (fields, 0)


@pytest.mark.parametrize("coding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_a_file_in_utf_16_is_named_as_such(take, coding):
    with pytest.raises(reading.RefusedFileError, match="UTF-16") as refused:
        take(line().decode().encode(coding))
    assert "iconv -f UTF-16" in refused.value.help
