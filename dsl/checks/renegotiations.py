"""What a renegotiation looks for that no figures can show, or that another of its lines looks for already."""

from __future__ import annotations

from collections.abc import Iterator

from dsl import build, syntax, values
from dsl.checks.commitments import payment_findings, share_findings
from dsl.checks.lists import repeated
from dsl.checks.meanings import value_findings
from dsl.finding import Finding, here

LONGEST = 36
"""Months that can be looked at together."""


def renegotiation_findings(tree: syntax.Declaration) -> Iterator[Finding]:
    """What the declaration shows by itself."""
    first: dict[tuple[str, str, str, str], syntax.Occasion] = {}
    for concerned in build.of_type(tree.lines, syntax.Concerns):
        yield from repeated(concerned.names)
    for line in build.of_type(tree.lines, syntax.Occasion):
        yield from _limit(line)
        if line.months and not 1 <= int(line.months.text) <= LONGEST:
            yield Finding(
                "E1301",
                f"figures are not looked at over {line.months.text} months",
                here(line.months),
                f"write 1 to {LONGEST} months",
            )
        unit = "%" if isinstance(line.limit, syntax.Payment) and line.limit.share else ""
        key = (
            *(line.subject.text, line.metric.text if line.metric else "", unit),
            line.months.text.lstrip("0") if line.months else "1",
        )
        known = first.setdefault(key, line)
        if known is not line:
            yield Finding(
                "E0303",
                f"`when {line.subject.text}` is said twice over the same time in this renegotiation",
                here(line),
                "keep the one that is meant: any of the lines is reason enough",
                labels=((here(known), "said here first"),),
            )


def _limit(line: syntax.Occasion) -> Iterator[Finding]:
    limit = line.limit
    if isinstance(limit, syntax.Payment):
        yield from payment_findings(limit)
    elif line.subject.text == "uptime":
        yield from share_findings(limit)
    elif line.subject.text == "compliance":
        found = list(value_findings(limit, values.percent))
        yield from found
        if not found and not 0 < values.percent(limit.text) <= 10_000:
            yield Finding(
                "E1301",
                f"compliance is never below {limit.text}"
                if values.percent(limit.text) == 0
                else f"compliance is always below {limit.text}",
                here(limit),
                "limits lie above 0% and reach up to 100%",
            )
