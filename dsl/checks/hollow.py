"""Declarations whose own text shows that they mean nothing: conditions that no ticket fulfils, and metrics that never run."""

from __future__ import annotations

from collections.abc import Iterator

from dsl import build, syntax
from dsl.checks.climb import given
from dsl.checks.conditions import meaning, tests
from dsl.checks.disjoint import can_hold
from dsl.finding import Finding, Mend, Ranged, here

EVENT_KINDS = (
    *("opened", "changed", "reply", "auto-reply", "note", "message", "resolved", "reopened", "closed"),
    *("cancelled", "acknowledged", "snoozed", "flagged", "excused"),
)
"""Kinds of events that are built in; any other is a milestone."""

NO_FIELDS = ("by", "echo")
"""What events bring under these names tells of the event and never becomes a field of the ticket."""


def never_for_priorities(line: syntax.Target) -> Iterator[Finding]:
    """A target whose condition no ticket of its priorities can fulfil."""
    if line.when is None or not line.priorities:
        return
    known = None if _surely_holds(line.when) else meaning(line.when)
    if known is None:
        return
    if not can_hold(known):
        yield _never(line, "no ticket can fulfil the condition of this target")
    elif "priority" in _fields(line.when) and not any(
        can_hold(given(known, word.text)) for word in line.priorities
    ):
        yield _never(line, "the condition of this target excludes the priorities that it is for")


def never_holds(line: syntax.PauseWhen | syntax.StopWhen) -> Iterator[Finding]:
    """A pause or a `stop when` whose condition no ticket can fulfil."""
    known = None if _surely_holds(line.when) else meaning(line.when)
    if known is not None and not can_hold(known):
        yield _never(line, "no ticket can fulfil this condition")


def _surely_holds(when: syntax.Condition) -> bool:
    """Whether some ticket fulfils it for certain: tests of different fields exclude neither each other nor a priority of their target."""
    if isinstance(when, syntax.Either):
        return any(map(_surely_holds, when.items))
    fields = _fields(when)
    return len(set(fields)) == len(fields) and "priority" not in fields


def _fields(when: syntax.Condition) -> list[str]:
    found = []
    for test in tests(when):
        found.append(test.field.text)
        if isinstance(test, syntax.Membership):
            flags = [one for one in test.values if isinstance(build.literal(one), bool)]
            found += [test.field.text] * len(flags[1:])  # each flag is a test: both are all that there are
    return found


def _never(at: Ranged, message: str) -> Finding:
    return Finding("W0607", message, here(at), "correct the condition or remove the line")


def field_findings(tree: syntax.Declaration) -> Iterator[Finding]:
    """A field that no event can bring."""
    name = tree.name
    if name and name.text in NO_FIELDS:
        yield Finding(
            "E0608",
            f"no event brings a field `{name.text}`: there the word tells of the event itself",
            here(name),
            f"choose another name, for example `{name.text}-1`, and let the tickets bring it under that",
        )


def metric_findings(tree: syntax.Declaration) -> Iterator[Finding]:
    """Kinds that are one slip away from a built-in one, and a metric that starts with what stops it."""
    kinds: dict[str, syntax.Word] = {}
    for line in tree.lines:
        if isinstance(line, syntax.Fact) and line.keyword in ("start", "stop"):
            for word in line.words:
                meant = _meant(word.text)
                if meant:
                    yield Finding(
                        "W0609",
                        f"`{word.text}` is no built-in kind of event, and nearly one",
                        here(word),
                        f"did you mean `{meant}`?",
                        mends=(Mend(f"write {meant}", ((here(word), meant),)),),
                    )
            kinds.setdefault(line.keyword, line.words[0])
    start, stop = kinds.get("start"), kinds.get("stop")
    if start and stop and start.text == stop.text:
        yield Finding(
            "W0610",
            f"this metric starts and stops on the same kind of event, `{stop.text}`",
            here(stop),
            "name the event that ends what is measured",
            labels=((here(start), "starts here"),),
        )


def _meant(kind: str) -> str:
    """The built-in kind of event that is one slip away, "" for none: with one slip an end or the other is as it was."""
    if kind in EVENT_KINDS:
        return ""
    near = (
        one
        for one in EVENT_KINDS
        if abs(len(one) - len(kind)) < 2 and (one[0] == kind[0] or one[-1] == kind[-1])
    )
    return next((one for one in near if _one_slip(kind, one)), "")


def _one_slip(one: str, other: str) -> bool:
    """Whether a letter too many, too few or wrong, or two that changed places, is all that tells them apart."""
    short, long = sorted((one, other), key=len)
    at = next((n for n, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if len(long) > len(short):
        return short[at:] == long[at + 1 :]
    swapped = short[:at] + short[at : at + 2][::-1] + short[at + 2 :]
    return short[at + 1 :] == long[at + 1 :] or swapped == long
