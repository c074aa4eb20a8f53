"""Which terms hold for a ticket from when on: those that were pinned, and those that must be now.

A stored pin counts for the opening or the change of customer that it was made for. If a late event shows that these were
at another instant, the promise is made anew for that one; what somebody repinned stays.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import zip_longest

from engine.facts import Instant, Pin
from engine.graph import Graph
from engine.history import History

OPENED = "opened"
CUSTOMER = "customer"
REPIN = "repin"
_RANK = {OPENED: 0, CUSTOMER: 1, REPIN: 2}


@dataclass(frozen=True, slots=True)
class Pinned:
    """`all` is what to store; `in_force` what counts, in order, the first at the opening."""

    all: tuple[Pin, ...]
    in_force: tuple[Pin, ...]


def pinned(stored: Iterable[Pin], history: History, graph: Graph, now: int) -> Pinned:
    """The pins of a ticket: the stored ones, and new ones where a promise is due that nobody has stored."""
    pins = list(stored)
    known = {(pin.at, pin.cause): pin for pin in reversed(pins)}
    in_force: list[Pin] = []
    for at, cause, customer in _occasions(history):
        pin = known.get((Instant(at), cause))
        if pin is None:
            pin = Pin(Instant(at), graph.terms(customer, at), cause)
            pins.append(pin)
        in_force.append(pin)
    in_force += (pin for pin in pins if pin.cause == REPIN and history.opened <= pin.at <= now)
    return Pinned(tuple(sorted(pins, key=_order)), tuple(sorted(in_force, key=_order)))


def _order(pin: Pin) -> tuple[int, int]:
    return (pin.at, _RANK.get(pin.cause, len(_RANK)))


def _occasions(history: History) -> list[tuple[int, str, str]]:
    """When a promise is made, why, and to which customer text: at the opening and wherever that text changes."""
    opening = history.steps[history.first]
    occasions = [(history.opened, OPENED, opening.customer)]
    after = history.steps[history.first + 1 :]
    now = opening.customer
    for step, following in zip_longest(after, after[1:]):
        if step.customer == now:
            continue
        settled = following is None or following.at > step.at
        if settled and step.customer.casefold() != now.casefold():
            now = step.customer
            occasions.append((step.at, CUSTOMER, now))
    return occasions
