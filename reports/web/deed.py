"""What a link in a message does to its ticket: the question on its page, the event that it becomes, or why not. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from engine.clock import State, most_urgent
from engine.delivery.links import ACKNOWLEDGE, FLAG, SNOOZE
from engine.evaluate import Evaluated
from engine.facts import ACKNOWLEDGED, FLAGGED, SNOOZED, Fields
from engine.lengths import length
from engine.wall import format_local

SPANS: tuple[tuple[str, str], ...] = (
    ("15m", "15 minutes"),
    ("30m", "30 minutes"),
    ("1h", "1 hour"),
    ("2h", "2 hours"),
    ("4h", "4 hours"),
    ("8h", "8 hours"),
)
"""For how long a ticket can be put out of sight: the value in the form, and in words."""

USUAL = "1h"
_SECONDS = {"15m": 900, "30m": 1800, "1h": 3600, "2h": 7200, "4h": 14_400, "8h": 28_800}


@dataclass(frozen=True, slots=True)
class Deed:
    """The words around an act: before, on the button, and after."""

    title: str
    line: str
    button: str
    done: str
    asks_span: bool = False


DEEDS: Mapping[str, Deed] = MappingProxyType(
    {
        ACKNOWLEDGE: Deed(
            "Acknowledge {}?",
            "You say that somebody looks at it. Repeated messages about it stop; its clocks go on.",
            "Acknowledge",
            "{} is acknowledged",
        ),
        SNOOZE: Deed(
            "Snooze {}?",
            "It leaves the inbox for a while. Its clocks go on, and so do its escalations.",
            "Snooze",
            "{} is snoozed",
            asks_span=True,
        ),
        FLAG: Deed(
            "Flag {} to management?",
            "It shows in the list of flagged tickets until somebody has reviewed it.",
            "Flag to management",
            "{} is flagged to management",
        ),
    }
)


def refusal(act: str, evaluated: Evaluated) -> str:
    """Why the act makes no sense for the ticket as it is now; "" if it does."""
    if act == FLAG:
        return "It is flagged to management already." if evaluated.flagged else ""
    if evaluated.closed:
        return f"It is {evaluated.status_class.value} already: there is nothing left to {act}."
    return ""


def happening(act: str, by: str, span: str, now: int) -> tuple[str, Fields]:
    """Kind and data of the ticket event that the act becomes; a span that is none of `SPANS` counts as the usual one."""
    if act == ACKNOWLEDGE:
        return ACKNOWLEDGED, {"by": by}
    if act == SNOOZE:
        return SNOOZED, {"by": by, "until": now + _SECONDS.get(span, _SECONDS[USUAL])}
    return FLAGGED, {"by": by, "flag": True}


def facts(evaluated: Evaluated, now: int, zone: str) -> list[tuple[str, str]]:
    """What a person wants to know before the button is pressed; times on the wall in `zone`."""
    fields = evaluated.fields
    told = [
        (words, str(fields.get(name, ""))[:300])
        for name, words in (
            ("subject", "Subject"),
            ("customer", "Customer"),
            ("priority", "Priority"),
            ("status", "Status"),
            ("assignee", "Assignee"),
        )
    ]
    clock = most_urgent(evaluated.clocks)
    if clock is not None and clock.due is not None:
        over = now > clock.due or clock.state is State.BREACHED
        left = length(abs(clock.due - now) // 60 * 60)
        told.append(
            (
                clock.metric.capitalize(),
                f"due {format_local(clock.due, zone)} {zone} ({f'over by {left}' if over else f'in {left}'})",
            )
        )
    if evaluated.acknowledged_at is not None:
        told.append(("Acknowledged", f"{format_local(evaluated.acknowledged_at, zone)} {zone}"))
    return [(words, value) for words, value in told if value.strip()]
