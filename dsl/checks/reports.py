"""What a report says that no report can be: sections, formats and days that there are not, and recipients that it does not have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dsl import build, syntax, values
from dsl.checks.meanings import value_findings
from dsl.finding import Finding, Mend, here
from dsl.ladder import Role
from dsl.report import WORDS
from dsl.resolve import Site
from dsl.span import Origin
from dsl.suggest import nearest, some


def report_findings(tree: syntax.Declaration) -> Iterator[Finding]:
    """What the declaration shows by itself."""
    schedules = build.of_type(tree.lines, syntax.Schedule)
    for when in schedules:
        yield from _schedule(when)
    for second in schedules[1:]:
        yield _twice("every", here(second), here(schedules[0]))
    for line in build.of_type(tree.lines, syntax.Fact):
        known = WORDS.get(line.keyword, ())
        for word in line.words if known else ():
            if word.text not in known:
                yield _unknown(line.keyword, word, known)
    everybody = build.of_type(tree.lines, syntax.Everybody)
    somebody = build.of_type(tree.lines, syntax.Concerns)
    if everybody and somebody:
        yield Finding(
            "E1202",
            "this report is for everybody and for some",
            here(somebody[0]),
            "keep the line that is meant",
            labels=((here(everybody[0]), "everybody is meant here"),),
        )
    for mailed in build.of_type(tree.lines, syntax.ShareMail):
        for one in mailed.to:
            if one.role == Role.ASSIGNEE.value:
                yield Finding(
                    "E1203",
                    "a report is of no ticket: it has no assignee",
                    here(one),
                    "name the `account-manager`, a person or a team",
                )


def unmailed_findings(site: Site) -> Iterator[Finding]:
    """Persons that a report is mailed to and that have no address."""
    for declared in site.of("report"):
        for line in build.of_type(declared.tree.lines, syntax.ShareMail):
            for one in line.to:
                person = site.named["person"].get(one.name.text) if one.name and not one.role else None
                if person is None or person.unit.tree is None or person.unit.broken:
                    continue
                if not build.words_of(person.unit.tree.lines, "email"):
                    yield Finding(
                        "E0708",
                        f"`{person.unit.name}` has no email address",
                        here(one, declared.key),
                        "give the person an `email` line, or name somebody who has one",
                        labels=((Origin(person.key, 0, person.unit.tree.end), "declared here"),),
                    )


def _schedule(line: syntax.Schedule) -> Iterator[Finding]:
    yield from value_findings(line.time, values.second)
    if line.unit != "week":
        yield from value_findings(line.day, values.day_of_month)
    elif "-" in line.day.text:
        yield Finding(
            "E1201", "a week's report is made on one day", here(line.day), f"write `{line.day.text[:3]}`"
        )


def _twice(what: str, at: Origin, first: Origin) -> Finding:
    return Finding(
        "E0303",
        f"`{what}` is said twice in this report",
        at,
        "keep the one that is meant, or declare another report",
        labels=((first, "said here first"),),
    )


def _unknown(keyword: str, word: syntax.Word, known: Sequence[str]) -> Finding:
    meant = nearest(word.text, known)
    what = "section" if keyword == "show" else "format"
    return Finding(
        "E1201",
        f"a report has no {what} `{word.text}`",
        here(word),
        f"did you mean `{meant}`?" if meant else f"use {some(known)}",
        mends=(Mend(f"write {meant}", ((here(word), meant),)),) if meant else (),
    )
