"""The name that a declaration has itself: that it has one, and that the word is free."""

from __future__ import annotations

from collections.abc import Iterator

from dsl import condition, ladder, model, syntax
from dsl.finding import Finding, here
from dsl.span import Origin
from dsl.vocabulary import KEYWORDS

_NAMED = frozenset(
    (
        *("field", "person", "team", "channel", "holidays", "calendar", "metric", "tier", "pause"),
        *("escalation", "group", "customer", "override", "service", "maintenance", "credits"),
        *("renegotiation", "report"),
    )
)
_BUILT_IN = {
    "metric": frozenset(model.BUILT_IN_METRICS),
    "calendar": frozenset((model.ALWAYS,)),
    "field": frozenset(condition.BUILT_IN_FIELDS),
    "channel": frozenset(ladder.BUILT_IN_CHANNELS),
}


def name_findings(
    kind: str, name: syntax.Word | None, broken: bool, start: int = 0
) -> tuple[Finding, ...] | Iterator[Finding]:
    """What is wrong with the name of a declaration or override whose head begins at `start`; one that is broken may have lost it."""
    if kind not in _NAMED:
        return ()
    if name is None:
        return () if broken else (_nameless(kind, start),)
    if name.text in _BUILT_IN.get(kind, ()):
        return (
            Finding(
                "E0309",
                f"the {kind} `{name.text}` is built in",
                here(name),
                f"choose another name; the built-in {kind} can be used without declaring it",
            ),
        )
    return keyword_as_name(name, f"{_article(kind)} {kind}") if name.text in KEYWORDS else ()


def _nameless(kind: str, start: int) -> Finding:
    return Finding(
        "E0217",
        f"this {kind} has no name",
        Origin("", start, start + len(kind)),
        f"write a name after the keyword: `{kind} my-{kind}`",
    )


def _article(kind: str) -> str:
    return "an" if kind[0] in "aeiou" else "a"


def keyword_as_name(word: syntax.Word, what: str) -> Iterator[Finding]:
    """A finding when a word of the language is to be the name of `what`."""
    if word.text in KEYWORDS:
        yield Finding(
            "E0215",
            f"`{word.text}` is a keyword and cannot be the name of {what}",
            here(word),
            f"choose another name, for example `{word.text}-1`",
        )
