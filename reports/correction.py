"""What was told of closed periods, and what has turned out otherwise since. Pure.

What a closing has told stays told. A ticket that is heard of late, is reopened, or is excused afterwards makes a correction, which
belongs to the next period that is not closed; the closing of that one tells it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from reports.compliance import DECIDED, FAILED, Figures, Judged, Standing, outcome


@dataclass(frozen=True, slots=True)
class Closing:
    """A month of a customer that was closed `at`: `[start, end)` in its zone, by the rules of that digest; `customer` "" stands for all
    that have none of their own. `data` is the digest of what was told, `mark` the number of the last writing that was seen."""

    id: int
    period: str
    customer: str
    zone: str
    start: int
    end: int
    at: int
    rules: str
    data: str
    mark: int


@dataclass(frozen=True, slots=True)
class Told:
    """A clock as a closing told it. A correction names the period that it is `of`, and what the clock `was` told to be there: None if
    nothing; `standing` None takes it back."""

    clock: Judged
    standing: Standing | None
    was: Standing | None = None
    of: str = ""


@dataclass(frozen=True, slots=True)
class Closed:
    """The closings of a customer, in order: one range of time without a gap."""

    closings: tuple[Closing, ...]

    @property
    def start(self) -> int:
        return self.closings[0].start

    @property
    def until(self) -> int:
        """The first instant that is not closed: what is corrected belongs to the period that it is in."""
        return self.closings[-1].end

    @property
    def last(self) -> Closing:
        return self.closings[-1]

    def holds(self, at: int | None) -> bool:
        """Whether that instant is closed."""
        return at is not None and self.start <= at < self.until

    def ends_at(self, at: int) -> bool:
        """Whether one of the closed periods ends at that instant."""
        return any(item.end == at for item in self.closings)

    def period_of(self, at: int) -> str:
        """The closed period that an instant is in."""
        return next((item.period for item in self.closings if at < item.end), self.last.period)


class Register:
    """Every closing of a store."""

    def __init__(self, closings: Iterable[Closing]) -> None:
        self.closings = tuple(closings)
        self._of: dict[str, dict[str, Closing]] = {}
        for item in sorted(self.closings, key=lambda item: item.period):
            self._of.setdefault(item.customer, {})[item.period] = item
        self._known: dict[str, Closed | None] = {}

    def of(self, customer: str) -> Closed | None:
        """What is closed of a customer; None if nothing is."""
        if customer not in self._known:
            found = {**self._of.get("", {}), **self._of.get(customer, {})}
            closings = tuple(found[period] for period in sorted(found))
            self._known[customer] = Closed(closings) if closings else None
        return self._known[customer]

    def customers(self) -> set[str]:
        """Those that have closings of their own, and "" if there is one for all others."""
        return set(self._of)

    def covers(self, customer: str, period: str) -> Closing | None:
        """The closing of that period for the customer, its own or that for all others; None while it is open."""
        others = self._of.get("", {}).get(period)
        return self._of.get(customer, {}).get(period, others)

    def name_in(self, period: str, customer: str, declared: str) -> str:
        """The name that a month goes by: the declared one, else what somebody calls the customer if it was closed under that."""
        closed = (name for name in (declared, customer) if name and period in self._of.get(name, {}))
        return next(closed, declared or customer)

    def touching(self, start: int, end: int) -> list[Closing]:
        """The closings that have an instant in common with `[start, end)`."""
        return [
            item
            for of_customer in self._of.values()
            for item in of_customer.values()
            if item.start < end and item.end > start
        ]

    def mark(self) -> int | None:
        """The writing after which nothing has been told of anybody; None if nothing is closed."""
        last = [max(found.values(), key=lambda item: item.period) for found in self._of.values()]
        return min((item.mark for item in last), default=None)


def last_told(told: Iterable[Told]) -> dict[tuple[str, str, str, int], Told]:
    """What was told last of each clock that counts, of what closings told in their order."""
    found: dict[tuple[str, str, str, int], Told] = {}
    for item in told:
        if item.standing is None:
            found.pop(item.clock.key, None)
        elif item.standing in DECIDED:
            found[item.clock.key] = item
    return found


def corrections(
    register: Register, told: Iterable[tuple[str, Told]], clocks: Iterable[Judged], tickets: Iterable[str]
) -> Iterator[Told]:
    """What must be told otherwise of closed periods. `tickets` are the keys of those that may have changed, `clocks` all that they
    have, `told` what (period, what was told of them), in the order of the closings."""
    changed = set(tickets)
    periods: dict[tuple[str, str, str, int], str] = {}
    listed = []
    for period, item in told:
        listed.append(item)
        periods[item.clock.key] = item.of or period
    before = last_told(listed)
    now: dict[tuple[str, str, str, int], Judged] = {}
    for clock in clocks:
        closed = register.of(clock.customer)
        if outcome(clock) is not None and closed is not None and closed.holds(clock.decided):
            now[clock.key] = clock
    for key in sorted(before.keys() | now.keys()):
        found, known = now.get(key), before.get(key)
        if known is not None and key[1] not in changed:
            continue
        was = None if known is None else known.standing
        which = None if found is None else outcome(found)
        if _same(which, was):
            continue
        if known is not None:
            yield Told(found or known.clock, which, was, periods[key])
        elif found is not None and found.decided is not None:
            closed = register.of(found.customer)
            assert closed is not None
            yield Told(found, which, None, closed.period_of(found.decided))


def _same(one: Standing | None, other: Standing | None) -> bool:
    """Whether two standings count alike: a breach that was open stays one when the ticket is done."""
    return one is other or (one in FAILED and other in FAILED)


def net(told: Iterable[Told]) -> Mapping[str, int]:
    """By standing how many clocks more (or fewer, below zero) these corrections make."""
    found: Counter[str] = Counter()
    for item in told:
        if item.standing is not None:
            found[item.standing.value] += 1
        if item.was is not None:
            found[item.was.value] -= 1
    return {item.value: found[item.value] for item in Standing if item in DECIDED}


def with_corrections(figures: Figures, told: Iterable[Told]) -> Figures | None:
    """The figures with these corrections; None if they take away more than there is."""
    more = {name: getattr(figures, name) + count for name, count in net(told).items()}
    return replace(figures, **more) if min(more.values()) >= 0 else None
