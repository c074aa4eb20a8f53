"""Lines of a ladder, each by itself: amounts without meaning, options that do not fit, lines that stand there twice."""

from __future__ import annotations

from collections.abc import Iterator

from dsl import syntax, values
from dsl.checks.conditions import local_condition_findings
from dsl.checks.lists import repeated
from dsl.checks.tiers import bare
from dsl.finding import Finding, Mend, here
from dsl.model import ALWAYS

_MOST_SHARE = 100_000  # ten times the target, in hundredths of a percent
_SPELT = {
    "when": "when",
    "skip": "skip if nobody",
    "only": "only in .. hours",
    "repeat": "repeat",
    "including": "including rule-edits",
}


def step_findings(tree: syntax.Declaration) -> Iterator[Finding]:
    """What the text of one escalation shows, apart from what is wrong with any list or name."""
    seen: dict[object, syntax.Step] = {}
    for line in tree.lines:
        if isinstance(line, syntax.StopWhen):
            yield from local_condition_findings(line.when)
        elif isinstance(line, syntax.Step):
            yield from _amounts(line)
            yield from _options(line)
            first = seen.setdefault(_meaning(line), line)
            if first is not line:
                yield Finding(
                    "E0703",
                    "this line is there twice",
                    here(line),
                    "remove one of them: a ladder does each thing once",
                    labels=((here(first), "here first"),),
                )


def escalate_findings(tree: syntax.Declaration) -> Iterator[Finding]:
    """Priorities that a tier sends up two ladders."""
    seen: dict[str, syntax.Escalate] = {}
    for line in tree.lines:
        if not isinstance(line, syntax.Escalate):
            continue
        for priority in dict.fromkeys(word.text for word in line.priorities) or ("",):
            first = seen.setdefault(priority, line)
            if first is not line:
                whom = (
                    f"`{priority}` tickets climb"
                    if priority
                    else "tickets without a ladder of their own climb"
                )
                yield Finding(
                    "E0704",
                    f"{whom} two ladders",
                    here(line),
                    "keep one; `escalate via .. for` a priority beats a line without `for`",
                    labels=((here(first), "the first"),),
                )


def _meaning(line: syntax.Step) -> object:
    """A line without positions and without the order of what may stand in any."""
    amount = line.trigger.amount.text if line.trigger.amount else ""
    return (
        (line.trigger.kind, amount, line.trigger.metric.text),
        frozenset(word.text for word in line.priorities),
        line.action.kind,
        frozenset((to.role, to.name.text if to.name else "") for to in line.action.to),
        frozenset(word.text for word in line.action.channels),
        line.action.word.text if line.action.word else "",
        frozenset(_option(option) for option in line.options),
    )


def _option(option: syntax.Option) -> object:
    words = tuple(word.text if word else "" for word in (option.word, option.most))
    return (option.kind, words, bare(option.when))


# ---------------------------------------------------------------- amounts


def _amounts(line: syntax.Step) -> Iterator[Finding]:
    amount = line.trigger.amount
    if amount is not None and line.trigger.kind == "share":
        yield from _share(amount)
    elif amount is not None:
        yield from _delay(amount, line)
    repeat = line.option("repeat")
    if repeat is None:
        return
    if repeat.word is not None:
        yield from _delay(repeat.word, line)
    if repeat.most is not None and not 0 < int(repeat.most.text) < 10_000:
        yield Finding(
            "E0219",
            f"`up to {repeat.most.text}` is no number of repetitions",
            here(repeat.most),
            "write how often it is said again at most, or leave `up to` out",
        )


def _share(word: syntax.Word) -> Iterator[Finding]:
    try:
        share = values.percent(word.text)
    except ValueError as reason:
        yield Finding("E0219", str(reason), here(word), "correct the value")
        return
    if not 0 < share <= _MOST_SHARE:
        yield Finding(
            "E0701",
            f"no step stands at {word.text} of a target",
            here(word),
            "100% is the breach; a step lies above 0% and at most at 1000%",
        )


def _delay(word: syntax.Word, line: syntax.Step) -> Iterator[Finding]:
    try:
        values.amount(word.text)
    except ValueError as reason:
        yield Finding("E0512", str(reason), here(word), "correct the value")
        return
    only = line.option("only")
    if values.counts_days(word.text) and not (only and only.word and only.word.text == ALWAYS):
        hours = values.in_hours(word.text)
        yield Finding(
            "E0503",
            f"`{word.text}` is not certain here: it is counted in open hours, and a day of those is not 24 hours",
            here(word),
            f"write `{hours}`, or add `only in always hours` to count around the clock",
            mends=(Mend(f"write {hours}", ((here(word), hours),)),),
        )


# ---------------------------------------------------------------- options and lists


def _options(line: syntax.Step) -> Iterator[Finding]:
    seen: dict[str, syntax.Option] = {}
    for option in line.options:
        first = seen.setdefault(option.kind, option)
        if first is not option:
            yield Finding(
                "E0303",
                f"`{_SPELT[option.kind]}` is said twice in this line",
                here(option),
                "keep the one that is meant",
                labels=((here(first), "said here first"),),
            )
        if option.when is not None:
            yield from local_condition_findings(option.when)
        if option.kind == "repeat" and line.action.kind != "notify":
            yield Finding(
                "E0702",
                "only messages are repeated",
                here(option),
                "leave it out, or repeat a `notify`",
            )
        elif option.kind == "skip" and line.action.kind in ("raise", "tag"):
            yield Finding(
                "E0702",
                "`skip if nobody` fits only a step that is about somebody",
                here(option),
                "leave it out",
            )
    to = line.action.to[0] if line.action.to else None
    if line.action.kind == "reassign" and to and to.role == "assignee":
        yield Finding(
            "E0702",
            "a ticket that goes to its assignee stays where it is",
            here(to),
            "name a person, a team, or the `lead`, `senior` or `member` of a team",
        )
    tag = line.action.word if line.action.kind == "tag" else None
    if tag is not None and (not tag.text or tag.text.split() != [tag.text]):
        yield Finding(
            "E0219",
            "a tag is one word",
            here(tag),
            'join its parts with a hyphen: `tag "sla-breached"`',
        )
    yield from repeated(line.priorities)
    yield from repeated(line.action.channels)
    yield from repeated([syntax.Word(spelt(one), one.start, one.end) for one in line.action.to])


def spelt(one: syntax.Recipient) -> str:
    """A recipient as the language writes it."""
    name = one.name.text if one.name else ""
    return f"{one.role} of {name}" if one.role and name else one.role or name
