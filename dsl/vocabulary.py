"""The words of the language: which keyword may begin a line where, and which words are no names.

`tests/dsl` holds this table against the grammar.
"""

from __future__ import annotations

DECLARATIONS = (
    "language",
    "include",
    "priorities",
    "statuses",
    "field",
    "person",
    "team",
    "holidays",
    "calendar",
    "metric",
    "default",
    "tier",
    "pause",
    "group",
    "customer",
)

LINES: dict[str, tuple[str, ...]] = {
    "statuses": ("working", "waiting", "resolved", "closed", "cancelled"),
    "person": ("email",),
    "team": ("lead", "senior", "member"),
    "metric": ("start", "stop"),
    "holidays": ("country", "day", "yearly", "easter", "file", "observed"),
    "calendar": ("zone", "open", "closed", "holidays"),
    "tier": ("like", "calendar", "target", "warn", "pause", "reopen"),
    "pause": ("when", "stops", "limit"),
    "group": ("zone", "calendar", "tier", "override"),
    "customer": ("alias", "group", "zone", "calendar", "tier", "account-manager", "override"),
    "override": ("reason", "target", "calendar"),
}
"""What may begin a line of a block, by the block's keyword."""

BLOCKS = frozenset(LINES)

INNER = frozenset(
    (
        *("on", "subdivision", "within", "every", "at", "by", "from", "until", "through"),
        *("not", "and", "or", "in", "matches", "is", "true", "false", "yes", "no", "flag", "text", "number"),
        *("resumes", "restarts", "ignored", "mon", "tue", "wed", "thu", "fri", "sat", "sun"),
    )
)

LATER = frozenset(
    (
        *("escalation", "credits", "report", "maintenance", "scenario", "check", "renegotiation"),
        *("channel", "uptime", "retainer", "escalate"),
    )
)
"""Keywords that the language has set aside and that this version does not have."""

KEYWORDS = frozenset(
    (*DECLARATIONS, *INNER, *LATER, "override", *(word for words in LINES.values() for word in words))
)
"""Words that are not legal names."""


def where(keyword: str) -> tuple[str, ...]:
    """The blocks in which a line may begin with `keyword`."""
    return tuple(block for block, words in LINES.items() if keyword in words)
