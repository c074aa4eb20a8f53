"""What has happened to a ticket's clocks: thresholds passed and clocks stopped, each with its cause.

Everything that has happened is told each time; the store knows by the key (ticket, metric, cycle, what) which of it is
new. So nothing is lost when an engine dies between two looks, and nothing is told twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.clock import Clock
from engine.evaluate import Evaluated
from engine.facts import Ticket
from engine.snapshot import Transition

TIME = "time"
TICKET = "ticket"
RULES = "rules"


def transitions(
    ticket: Ticket, evaluated: Evaluated, found: int, *, before: Sequence[Clock] | None = None
) -> list[Transition]:
    """What has happened by `found`, in order of its instant.

    `before` are the clocks at the same instant under the rules that were in force until now, None if these have not
    changed: what they do not know was caused by the rules. Else a threshold at the very instant of an event was caused by
    the ticket (a change made the target stricter), any other by time; and only the ticket stops a clock.
    """
    instants = {event.at for event in ticket.events}
    known = (
        None
        if before is None
        else {(clock.metric, clock.cycle, what) for clock in before for _, what, _ in happened(clock)}
    )
    customer = evaluated.customer or str(evaluated.fields.get("customer", ""))
    told = []
    for clock in evaluated.clocks:
        for at, what, stops in happened(clock):
            if known is not None and (clock.metric, clock.cycle, what) not in known:
                cause = RULES
            else:
                cause = TICKET if stops or at in instants else TIME
            told.append(
                Transition(at, found, ticket.id, ticket.key, customer, clock.metric, clock.cycle, what, cause)
            )
    return sorted(told, key=lambda item: (item.at, item.metric, item.cycle))


def happened(clock: Clock) -> Iterator[tuple[int, str, bool]]:
    """(instant, what, whether it stopped the clock) of all that had happened when the clock was made.

    What is still to come lies at or after `next_at`; a clock that waits for nothing has only the past in it.
    """
    for threshold in clock.thresholds:
        if threshold.at is not None and (clock.next_at is None or threshold.at + 1 < clock.next_at):
            yield threshold.at, threshold.name, False
    if clock.stopped is not None:
        yield clock.stopped, clock.state.value, True
