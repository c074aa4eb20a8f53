"""What happened to a ticket's clocks: thresholds passed and clocks stopped, each with its cause."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from engine.clock import OPEN_STATES, Clock
from engine.snapshot import Transition

TIME = "time"
TICKET = "ticket"
RULES = "rules"

_Key = tuple[str, int]


def transitions(
    before: Sequence[Clock],
    after: Sequence[Clock],
    *,
    ticket_id: int,
    ticket: str,
    customer: str,
    found: int,
    since: int | None = None,
    reloaded: bool = False,
) -> list[Transition]:
    """What has happened by `found` in `after` and had not in `before` (empty of a ticket never looked at), in order.

    `since` is the instant of the earliest event that `before` had not seen, None if there is none; `reloaded` says that
    other rules are in force than then. What `before` had foreseen for the same instant was caused by time; else what
    happened at or after a new event was caused by the ticket, and anything else by the rules if these changed.
    """
    known = {(clock.metric, clock.cycle): clock for clock in before}

    def cause(at: int, foreseen: bool, usual: str) -> str:
        if foreseen:
            return TIME
        if since is not None and at >= since:
            return TICKET
        return RULES if reloaded else usual

    happened = []
    for clock in after:
        earlier = known.get((clock.metric, clock.cycle))
        old = {} if earlier is None else dict(_passed(earlier))
        expected = _foreseen(earlier)
        for what, at in _passed(clock):
            if what not in old:
                happened.append((at, clock, what, cause(at, expected.get(what) == at, TIME)))
        if clock.stopped is not None and (earlier is None or earlier.state is not clock.state):
            happened.append((clock.stopped, clock, clock.state.value, cause(clock.stopped, False, TICKET)))
    happened.sort(key=lambda item: (item[0], item[1].metric, item[1].cycle))
    return [
        Transition(at, found, ticket_id, ticket, customer, clock.metric, clock.cycle, what, why)
        for at, clock, what, why in happened
    ]


def _passed(clock: Clock) -> Iterator[tuple[str, int]]:
    """The thresholds that had happened when the clock was made.

    What is still to come lies at or after `next_at`; a clock that waits for nothing has only the past in it.
    """
    for threshold in clock.thresholds:
        if threshold.at is not None and (clock.next_at is None or threshold.at + 1 < clock.next_at):
            yield threshold.name, threshold.at


def _foreseen(clock: Clock | None) -> Mapping[str, int | None]:
    if clock is None or clock.state not in OPEN_STATES:
        return {}
    return {threshold.name: threshold.at for threshold in clock.thresholds}
