"""Syntax to model for renegotiation; called only for what has been checked."""

from __future__ import annotations

from dsl import build, renegotiation, syntax, values
from dsl.build_commitment import named, payment
from dsl.span import Origin


def renegotiation_of(key: str, text: str, it: syntax.Declaration) -> renegotiation.Renegotiation:
    """`text` is the declaration's own, from which its lines are quoted."""
    return renegotiation.Renegotiation(
        build.name_of(it),
        build.title(it),
        named(it.lines, "customer"),
        named(it.lines, "group"),
        named(it.lines, "tier"),
        tuple(_occasion(key, text, line) for line in build.of_type(it.lines, syntax.Occasion)),
        build.origin(it, key),
    )


def _occasion(key: str, text: str, line: syntax.Occasion) -> renegotiation.Occasion:
    return renegotiation.Occasion(
        renegotiation.Subject(line.subject.text),
        line.metric.text if line.metric else "",
        limit(line),
        int(line.months.text) if line.months else 1,
        " ".join(text[line.start : line.end].split()),
        Origin(key, line.start, line.end),
    )


def limit(line: syntax.Occasion) -> renegotiation.Limit:
    """The value of a limit. ValueError for one without meaning."""
    if isinstance(line.limit, syntax.Payment):
        return payment(line.limit)
    if line.subject.text == "compliance":
        return values.percent(line.limit.text)
    return values.millionths(line.limit.text) if line.subject.text == "uptime" else int(line.limit.text)
