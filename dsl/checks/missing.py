"""Lines that a declaration must have and does not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from dsl import syntax
from dsl.finding import Finding
from dsl.span import Origin

_NEEDED: dict[str, dict[str, str]] = {
    "metric": {"start": "start on opened", "stop": "stop on workaround-provided"},
    "pause": {"when": "when status is waiting", "stops": "stops resolution"},
    "channel": {"url": "url env PAGER_URL"},
    "escalation": {"at": "at breach of resolution notify assignee via inbox"},
    "maintenance": {"window": "window sun 02:00-06:00 zone Europe/Berlin"},
    "renegotiation": {"when": "when breaches above 5 per month"},
    "report": {
        "every": "every month on day 1 at 06:00 zone Europe/Berlin",
        "for": "for everybody",
        "format": "format pdf, csv",
        "share": "share portal",
    },
}
"""An example of each line that a block needs, by the block's keyword and the line's."""

_KEYWORDS: dict[type[syntax.Line], str] = {
    syntax.PauseWhen: "when",
    syntax.Occasion: "when",
    syntax.Step: "at",
    syntax.Window: "window",
    syntax.Schedule: "every",
    syntax.Concerns: "for",
    syntax.Everybody: "for",
    syntax.ShareMail: "share",
}


def missing_findings(tree: syntax.Declaration) -> Iterable[Finding]:
    """What a whole declaration lacks."""
    if tree.kind == "calendar":
        return _zone_and_hours(tree)
    needed = _NEEDED.get(tree.kind)
    return _unsaid(tree, needed) if needed else ()


def _unsaid(tree: syntax.Declaration, needed: Mapping[str, str]) -> Iterator[Finding]:
    said = {
        line.keyword if isinstance(line, syntax.Fact) else _KEYWORDS.get(line.__class__)
        for line in tree.lines
    }
    for keyword, example in needed.items():
        if keyword not in said:
            yield Finding(
                "E0305",
                f"this {tree.kind} has no `{keyword}`",
                Origin("", 0, tree.end),
                f"add a line such as `{example}`",
            )


def _zone_and_hours(tree: syntax.Declaration) -> Iterator[Finding]:
    if not any(isinstance(line, syntax.Fact) and line.keyword == "zone" for line in tree.lines):
        yield Finding(
            "E0402",
            "this calendar has no time zone",
            Origin("", 0, tree.end),
            "add a line such as `zone Europe/Berlin`",
        )
    if not any(isinstance(line, syntax.OpenDays | syntax.OpenDate) for line in tree.lines):
        yield Finding(
            "E0401",
            "this calendar never opens",
            Origin("", 0, tree.end),
            "add a line such as `open mon-fri 09:00-17:00`",
        )
