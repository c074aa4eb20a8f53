"""Alertmanager's notifications as outages: what an alert says, and which outage is its own."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsl.load import load_texts
from engine.commitment.outage import Outage
from engine.graph import Graph
from engine.intake.alertmanager import SOURCE, Labels, outages, read
from engine.wall import parse_instant
from tests.engine.uptime_site import SERVICES, SITE

LABELS = Labels("sla_service", "sla_customer")
GRAPH = Graph.compile(load_texts("sla.rules", {"sla.rules": SITE.format(SERVICES)}))
START = parse_instant("2026-10-05T08:00:00Z")
ZERO = "0001-01-01T00:00:00Z"


def alert(status="firing", start="2026-10-05T10:00:00.123456789+02:00", end=ZERO, **other):
    labels = {"alertname": "WebDown", "sla_service": "web", **other.pop("labels", {})}
    return {
        "status": status,
        "labels": {name: value for name, value in labels.items() if value is not None},
        "annotations": {"summary": "no answer", "description": "for two minutes"},
        "startsAt": start,
        "endsAt": end,
        "generatorURL": "http://prometheus.example/graph",
        "fingerprint": "1a30ba71cca2921f",
        **other,
    }


def notification(*alerts, **other):
    envelope = {
        "receiver": "tiercel",
        "status": "firing",
        "alerts": list(alerts),
        "groupLabels": {},
        "commonLabels": {},
        "commonAnnotations": {},
        "externalURL": "http://alertmanager.example",
        "version": "4",
        "groupKey": "{}:{}",
        "truncatedAlerts": 0,
        **other,
    }
    return json.dumps(envelope).encode()


def told(*alerts, now=START + 500, **other):
    return read(notification(*alerts, **other), GRAPH, LABELS, now)


def test_what_an_alert_says():
    [one] = told(alert()).alerts
    assert one == Outage("web", "", START, None, SOURCE, f"1a30ba71cca2921f {START}", "WebDown: no answer")
    [one] = told(alert("resolved", end="2026-10-05T08:10:00Z", labels={"sla_customer": "ACME"})).alerts
    assert (one.customer, one.start, one.end) == ("acme", START, START + 600)
    assert told(alert(end="2026-10-05T08:04:00Z")).alerts[0].end is None, "what fires has no end yet"
    [one] = told(alert("resolved")).alerts
    assert one.end == START + 500, "the zero time of what is resolved is the time at which it was said"
    [one] = told(alert(annotations={"description": "\x1b[31m=1+1\n"}, labels={"alertname": None})).alerts
    assert one.note == "\ufffd[31m=1+1 "


def test_alerts_without_the_label_are_counted_and_nothing_else():
    found = told(alert(labels={"sla_service": None}), alert(labels={"sla_service": ""}), truncatedAlerts=7)
    assert (found.alerts, found.refused, found.ignored, found.truncated) == ((), (), 2, 7)
    mine = Labels("service", "tenant")
    [one] = read(
        notification(alert(labels={"sla_service": None, "service": "shop", "tenant": "hooli"})),
        GRAPH,
        mine,
        0,
    ).alerts
    assert (one.service, one.customer) == ("shop", "hooli")


def test_labels_stand_in_for_a_fingerprint():
    same = told(alert(fingerprint=""), alert(fingerprint=" "), alert(fingerprint="", labels={"a": "b"}))
    first, second, third = (one.source_id for one in same.alerts)
    assert first == second != third


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (alert(labels={"sla_service": "wbe"}), "no service 'wbe' is declared; did you mean web?"),
        (alert(labels={"sla_customer": "acmee"}), "no customer 'acmee' is declared; did you mean acme?"),
        (alert("resolved", end="2026-10-05T07:00:00Z"), "it ends before it begins"),
        (alert(start="yesterday"), "is not a date and time"),
        (alert(start=ZERO), "outside the years"),
        (alert(start="2026-10-05T10:00:00"), "no offset"),
        (alert("pending"), "status"),
        (alert(start=5), "startsAt"),
        (alert(labels={"sla_service": 5}), "labels"),
        ("alert", "object"),
        (None, "object"),
    ],
)
def test_one_bad_alert_leaves_the_others(bad, reason):
    found = told(alert(), bad, alert(fingerprint="ff"))
    assert len(found.alerts) == 2
    [refused] = found.refused
    assert refused.alert == 1
    assert reason in refused.reason


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"version": "4"}',
        b'{"version": "4", "alerts": 1}',
        b'{"alerts": []}',
        b"[" * 100_000,
        b'{"version": "4", "alerts": [' + b"[" * 100_000,
        b'{"version": "4", "alerts": [' + b"[" * 100_000 + b"]" * 100_000 + b"]",
        b'{"version": "\\ud800", "alerts": []}',
    ],
)
def test_what_is_no_notification(body):
    with pytest.raises(ValueError, match="this is no notification of Alertmanager"):
        read(body, GRAPH, LABELS, 0)


def test_another_version_is_not_guessed_at():
    with pytest.raises(ValueError, match="version 5 are not understood, only 4"):
        told(version="5")


def fired(start, end=None, fingerprint="f"):
    return Outage("web", "", start, end, SOURCE, f"{fingerprint} {start}")


def kept(known, alerts):
    """What a store holds that knew these and is told those."""
    since = min(one.start for one in alerts)
    seen = [one for one in known.values() if one.end is None or one.end >= since]
    for one in outages(alerts, seen):
        known[one.source_id] = one
    return known


def after(*notifications):
    known = {}
    for alerts in notifications:
        kept(known, alerts)
    return sorted((one.start, one.end) for one in known.values())


def test_which_outage_is_the_alerts_own():
    assert after([fired(10)], [fired(10)], [fired(10)]) == [(10, None)]
    assert after([fired(10)], [fired(10, 20)], [fired(10, 20)]) == [(10, 20)]
    assert after([fired(10, 20)], [fired(10)]) == [(10, 20)], "resolved was heard before firing"
    assert after([fired(10, 20)], [fired(10, 25)]) == [(10, 25)]
    assert after([fired(10)], [fired(10, 20)], [fired(30)], [fired(30, 40)]) == [(10, 20), (30, 40)]
    assert after([fired(10)], [fired(5)], [fired(5, 20)], [fired(5, 20)]) == [(5, 20)], (
        "the earlier beginning"
    )
    assert after([fired(10)], [fired(30)]) == [(10, 30), (30, None)], "its end was never heard"
    assert after([fired(10)], [fired(30, 40)]) == [(10, 30), (30, 40)]
    assert after([fired(30)], [fired(10, 20)]) == [(10, 20), (30, None)], "late word of the one before"
    assert after([fired(10, 20), fired(20)]) == [(10, 20), (20, None)]
    assert after([fired(10, 10)], [fired(10)]) == [(10, 10)]


@st.composite
def stories(draw):
    """Outages of one alert, and notifications of them: repeated, and with beginnings that move to an earlier time."""
    edges = sorted(draw(st.lists(st.integers(0, 60), min_size=2, max_size=8, unique=True)))
    episodes, heard = [], []
    for start, end in zip(edges[::2], edges[1::2], strict=False):
        beginnings = sorted(draw(st.lists(st.integers(start, end - 1), max_size=3)), reverse=True)
        heard += [[fired(at)] for at in beginnings]
        heard += [[fired(start, end)]] * draw(st.integers(1, 2))
        heard += [[fired(start)]] * draw(st.integers(0, 1))
        episodes.append((start, end))
    return episodes, heard


@given(stories())
def test_whatever_is_repeated_the_outages_are_those_that_were(story):
    episodes, heard = story
    assert after(*heard) == episodes


@given(stories(), st.data())
def test_notifications_that_are_lost_leave_no_more_than_one_outage_that_lasts(story, data):
    episodes, heard = story
    some = [item for item in heard if data.draw(st.booleans())]
    assert sum(end is None for _, end in after(*some)) <= 1


def test_the_note_and_the_place_are_the_alerts():
    one = replace(fired(10), note="a", service="shop")
    assert outages([one], [fired(10)]) == [one]
