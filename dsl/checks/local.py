"""Checks that need nothing but one declaration: values without meaning, facts said twice or not at all.

What they find is kept with the declaration's text, so an unchanged declaration is never checked again. Ten thousand
declarations pass through here when a program starts: each meets the checks of its kind and of its lines, and no others.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from dsl import syntax
from dsl.checks.commitments import (
    band_findings,
    currency_findings,
    retainer_findings,
    tie_findings,
    twice_findings,
)
from dsl.checks.dates import assignment_findings, override_findings
from dsl.checks.hollow import field_findings, metric_findings
from dsl.checks.lines import empty, line_findings
from dsl.checks.missing import missing_findings
from dsl.checks.own_name import keyword_as_name, name_findings
from dsl.checks.renegotiations import renegotiation_findings
from dsl.checks.reports import report_findings
from dsl.checks.steps import escalate_findings, step_findings
from dsl.checks.stories import check_findings, scenario_findings
from dsl.finding import Finding, Mend, here
from dsl.span import Origin

LANGUAGE_VERSION = "1"
_STRING_WITH_TAB = re.compile(r'"(?:[^"\\\n]|\\.)*"')


def local_findings(tree: syntax.Declaration, text: str, *, broken: bool) -> list[Finding]:
    """Everything that the declaration's own text shows. Of a broken one nothing is said to be missing."""
    kind = tree.kind
    out = [*name_findings(kind, tree.name, broken)]
    if tree.lines:
        out += line_findings(kind, tree.lines, broken)
        together = dict.fromkeys([_OF_LINES.get(line.__class__) for line in tree.lines])
        for check in (_OF_KIND.get(kind), *together):
            if check is not None:
                out += check(tree)
    if kind == "check":
        out += check_findings(tree, broken=broken)
    elif kind == "scenario":
        out += scenario_findings(tree, broken=broken)
    if tree.title is not None:
        out += empty(tree.title)
    if not broken:
        out += missing_findings(tree)
    if "\t" in text:
        out += _tabs(text)
    return out


def _words(tree: syntax.Declaration) -> Iterator[syntax.Word]:
    return (word for line in tree.lines if isinstance(line, syntax.Fact) for word in line.words)


def _version(tree: syntax.Declaration) -> Iterator[Finding]:
    for word in _words(tree):
        if word.text != LANGUAGE_VERSION:
            yield Finding(
                "E0220",
                f"this program does not know version {word.text} of the language",
                here(word),
                "write `language 1`, or use a newer program",
                mends=(Mend("write 1", ((here(word), "1"),)),),
            )


def _priority_names(tree: syntax.Declaration) -> Iterator[Finding]:
    for word in _words(tree):
        yield from keyword_as_name(word, "a priority")


def _open_and_closed(tree: syntax.Declaration) -> Iterator[Finding]:
    opened = {line.day.text: line for line in tree.lines if isinstance(line, syntax.OpenDate)}
    for line in tree.lines:
        if isinstance(line, syntax.ClosedDate) and line.day.text in opened:
            yield Finding(
                "E0407",
                f"{line.day.text} is both open and closed",
                here(line),
                "`open` with a date already replaces that day's hours: keep one of the two lines",
                labels=((here(opened[line.day.text]), "opened here"),),
            )


def _tabs(text: str) -> Iterator[Finding]:
    for match in _STRING_WITH_TAB.finditer(text):
        if "\t" in match[0]:
            at = Origin("", *match.span())
            yield Finding(
                "E0214",
                "there is a tab inside this text",
                at,
                "write spaces: a tab is not seen, and nothing would match",
                mends=(Mend("write a space", ((at, match[0].replace("\t", " ")),), safe=True),),
            )


_Check = Callable[[syntax.Declaration], Iterable[Finding]]
_OF_KIND: Mapping[str, _Check] = {
    "language": _version,
    "priorities": _priority_names,
    "escalation": step_findings,
    "metric": metric_findings,
    "field": field_findings,
    "credits": currency_findings,
    "renegotiation": renegotiation_findings,
    "report": report_findings,
}
"""What is looked at in a declaration as a whole, by its keyword; checks and scenarios also where they are broken."""

_OF_LINES: Mapping[type[syntax.Line], _Check] = {
    syntax.OpenDate: _open_and_closed,
    syntax.Assignment: assignment_findings,
    syntax.Override: override_findings,
    syntax.Retainer: retainer_findings,
    syntax.Escalate: escalate_findings,
    syntax.Uptime: twice_findings,
    syntax.Cap: twice_findings,
    syntax.Announced: twice_findings,
    syntax.UptimeBand: band_findings,
    syntax.BreachCredit: tie_findings,
}
"""How the lines of a class go together, and with others."""
