"""Notifications of Prometheus Alertmanager (webhook format, version 4) as outages. Pure.

An alert is known by its fingerprint, and Alertmanager has one of each at a time; so a recorded outage of that fingerprint which begins
when the alert does, or while it lasts, is the alert's own. The beginning of one can move: Alertmanager keeps the earlier of two.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Literal

import msgspec

from engine.commitment.outage import Outage
from engine.facts import Instant
from engine.graph import Graph
from engine.intake.outages import LONGEST_NOTE, customer_of, service_of
from engine.plain import plain
from engine.wall import parse_instant

SOURCE = "alertmanager"
VERSION = "4"
_NEVER = "0001-01-01T00:00:00"
"""The zero time of Go: what an alert that fires has for its end."""


@dataclass(frozen=True, slots=True)
class Labels:
    """The names of the labels that say which service, and which customer, an alert is about."""

    service: str
    customer: str


@dataclass(frozen=True, slots=True)
class Refused:
    """An alert that is not taken in: its place in the notification, from 0, its fingerprint, and why."""

    alert: int
    fingerprint: str
    reason: str


@dataclass(frozen=True, slots=True)
class Notification:
    """What a notification says. `ignored` alerts name no service; `truncated` ones Alertmanager has left out."""

    alerts: tuple[Outage, ...]
    refused: tuple[Refused, ...]
    ignored: int
    truncated: int


class _Envelope(msgspec.Struct, rename="camel"):
    version: str
    alerts: list[msgspec.Raw]
    truncated_alerts: int = 0


class _Alert(msgspec.Struct, rename="camel"):
    status: Literal["firing", "resolved"]
    labels: dict[str, str]
    starts_at: str
    ends_at: str = _NEVER
    annotations: dict[str, str] = {}
    fingerprint: str = ""


def read(body: bytes, graph: Graph, labels: Labels, now: Instant) -> Notification:
    """The alerts of a notification, each as the outage that it tells of. `now` ends what is resolved without an end. Raises ValueError for
    what is no notification of this version, in words for people."""
    try:
        told = msgspec.json.decode(body, type=_Envelope)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"this is no notification of Alertmanager: {plain(error, 200)}") from error
    if told.version != VERSION:
        raise ValueError(
            f"notifications of version {plain(told.version, 20)} are not understood, only {VERSION}"
        )
    found, refused, ignored = [], [], 0
    for place, raw in enumerate(told.alerts):
        fingerprint = ""
        try:
            alert = msgspec.json.decode(raw, type=_Alert)
            fingerprint = _fingerprint(alert)
            if not alert.labels.get(labels.service):
                ignored += 1
                continue
            found.append(_outage(alert, fingerprint, graph, labels, now))
        except (ValueError, RecursionError) as error:
            refused.append(Refused(place, fingerprint, plain(error, 300)))
    return Notification(tuple(found), tuple(refused), ignored, max(0, told.truncated_alerts))


def _fingerprint(alert: _Alert) -> str:
    """Its own, else one of its labels: both are the same for the same labels."""
    own = "".join(plain(alert.fingerprint, 64).split())
    return own or sha256(msgspec.json.encode(sorted(alert.labels.items()))).hexdigest()[:16]


def _outage(alert: _Alert, fingerprint: str, graph: Graph, labels: Labels, now: Instant) -> Outage:
    start = Instant(parse_instant(alert.starts_at))
    end = None
    if alert.status == "resolved":
        zero = alert.ends_at.startswith(_NEVER)
        end = max(now, start) if zero else Instant(parse_instant(alert.ends_at))
        if end < start:
            raise ValueError("it ends before it begins")
    words = (
        alert.labels.get("alertname", ""),
        alert.annotations.get("summary") or alert.annotations.get("description", ""),
    )
    return Outage(
        service_of(graph, alert.labels[labels.service]),
        customer_of(graph, alert.labels.get(labels.customer, "")),
        start,
        end,
        SOURCE,
        f"{fingerprint} {start}",
        plain(": ".join(filter(None, words)), LONGEST_NOTE),
    )


def outages(alerts: Iterable[Outage], known: Sequence[Outage]) -> list[Outage]:
    """What is to be recorded of alerts, where `known` are recorded outages of alerts that last or ended after the first of these began.

    An outage that lasts although its alert fires anew ended unheard: it is taken to have lasted until then.
    """
    found: dict[str, Outage] = {one.source_id: one for one in known}
    told: dict[str, Outage] = {}
    for alert in sorted(alerts, key=lambda one: one.start):
        fingerprint = _of(alert)
        own = [one for one in found.values() if _of(one) == fingerprint]
        for one in own:
            if one.end is None and one.start < alert.start:
                found[one.source_id] = told[one.source_id] = replace(one, end=alert.start)
        same = min((one for one in own if _same(alert, one)), key=lambda one: one.start, default=alert)
        end = same.end if alert.end is None else alert.end
        changed = replace(alert, source_id=same.source_id, end=end)
        found[same.source_id] = told[same.source_id] = changed
    return list(told.values())


def _of(one: Outage) -> str:
    return one.source_id.split(" ", 1)[0]


def _same(alert: Outage, known: Outage) -> bool:
    if known.start <= alert.start:
        return known.start == alert.start
    return alert.end is None or known.start < alert.end
