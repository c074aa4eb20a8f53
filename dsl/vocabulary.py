"""The words of the language: which keyword may begin a line where, and which words are no names.

`tests/dsl` holds this table against the grammar.
"""

from __future__ import annotations

import re

DECLARATIONS = (
    "language",
    "include",
    "priorities",
    "statuses",
    "field",
    "person",
    "team",
    "channel",
    "holidays",
    "calendar",
    "metric",
    "default",
    "tier",
    "pause",
    "escalation",
    "group",
    "customer",
    "service",
    "maintenance",
    "credits",
    "renegotiation",
    "report",
    "check",
    "scenario",
)

LINES: dict[str, tuple[str, ...]] = {
    "statuses": ("working", "waiting", "resolved", "closed", "cancelled"),
    "person": ("email", "alias"),
    "team": ("lead", "senior", "member"),
    "channel": ("url", "secret", "kind", "source"),
    "metric": ("start", "stop"),
    "holidays": ("country", "day", "yearly", "easter", "file", "observed"),
    "calendar": ("zone", "open", "closed", "holidays"),
    "tier": ("like", "calendar", "target", "warn", "pause", "reopen", "escalate", "uptime", "credits"),
    "pause": ("when", "stops", "limit"),
    "escalation": ("at", "stop"),
    "group": ("zone", "calendar", "tier", "retainer", "override"),
    "customer": ("alias", "group", "zone", "calendar", "tier", "account-manager", "retainer", "override"),
    "service": ("for",),
    "maintenance": ("affects", "window", "announced", "excludes"),
    "credits": ("uptime", "breach", "cap"),
    "renegotiation": ("for", "when"),
    "report": ("every", "for", "show", "format", "share"),
    "override": ("reason", "target", "calendar"),
    "check": ("customer",),
    "scenario": ("zone", "ticket", "at", "outage", "maintenance", "expect"),
}
"""What may begin a line of a block, by the block's keyword."""

BLOCKS = frozenset(LINES)

REFERENCES: dict[str, dict[str, str]] = {
    "default": {"default": "tier"},
    "team": {"lead": "person", "senior": "person", "member": "person"},
    "metric": {"start": "event", "stop": "event"},
    "calendar": {"holidays": "holidays"},
    "tier": {"like": "tier", "calendar": "calendar", "pause": "pause", "credits": "credits"},
    "pause": {"stops": "metric"},
    "group": {"calendar": "calendar"},
    "customer": {"group": "group", "calendar": "calendar", "account-manager": "person"},
    "override": {"calendar": "calendar"},
}
"""What the words of a plain line name, by the block's keyword and the line's."""

TITLED = frozenset(("check", "scenario"))
"""Declarations that are known by their title."""

INNER = frozenset(
    (
        *("on", "subdivision", "within", "every", "at", "by", "from", "until", "through"),
        *("not", "and", "or", "in", "matches", "is", "true", "false", "yes", "no", "flag", "text", "number"),
        *("resumes", "continues", "restarts", "ignored", "mon", "tue", "wed", "thu", "fri", "sat", "sun"),
        *(
            "env",
            "via",
            "for",
            "of",
            "warning",
            "breach",
            "before",
            "past",
            "notify",
            "reassign",
            "raise",
            "to",
        ),
        *("management", "priority", "tag", "escalate", "assignee", "skip", "if", "nobody", "only", "hours"),
        *("repeat", "up", "acknowledged", "including", "rule-edits", "webhook", "chat"),
        *("set", "with", "due", "never", "decides", "running", "met", "paused", "breached", "nothing"),
        *("per", "month", "excluding", "below", "pays", "each"),
        *("compliance", "breaches", "above", "over", "months"),
        *("week", "quarter", "everybody", "portal", "mail"),
    )
)

ALSO_NAMES = frozenset(
    (
        *("management", "priority", "source", "kind", "url", "env", "secret", "tag", "webhook", "chat"),
        *("warning", "breach", "before", "past", "up", "hours", "nobody", "acknowledged"),
        "continues",
        *("ticket", "expect", "with", "due", "never", "decides", "running", "met", "paused", "breached"),
        *("service", "outage", "window", "announced", "cap", "per", "month", "below", "each"),
        *("compliance", "breaches", "above", "over", "months"),
        *("week", "quarter", "everybody", "portal", "mail", "show", "format", "share"),
    )
)
"""Keywords that are legal names: where they stand no name can, and sites have people, fields and channels called so."""

KEYWORDS = (
    frozenset((*DECLARATIONS, *INNER, "override", *(word for words in LINES.values() for word in words)))
    - ALSO_NAMES
)
"""Words that are not legal names."""


def where(keyword: str) -> tuple[str, ...]:
    """The blocks in which a line may begin with `keyword`."""
    return tuple(block for block, words in LINES.items() if keyword in words)


def is_name(text: str) -> bool:
    """Whether this can stand as a name."""
    return re.fullmatch(r"[a-z][a-z0-9-]*", text) is not None and text not in KEYWORDS
