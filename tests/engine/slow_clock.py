"""A second opinion on clocks: a help desk lived through tick by tick, with no arithmetic but counting.

Slow, and only right where every event, boundary and target lies on the grid of its ticks.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from dsl.condition import StatusClass
from dsl.model import Amount, Seconds
from engine.facts import Event, FieldValue, Ticket
from engine.graph import Graph
from engine.plan import PauseRule
from engine.predicate import Situation, as_text
from engine.terms import PinnedTarget, Terms

ENDED = {"resolved", "closed", "cancelled"}
DEEDS = {"acknowledged", "snoozed", "flagged", "excused"}
SAYS = {
    "resolved": ("resolved", ENDED),
    "closed": ("closed", {"closed", "cancelled"}),
    "cancelled": ("cancelled", {"cancelled"}),
    "reopened": ("working", {"working", "waiting"}),
}
WRITTEN = {"reply", "auto-reply", "note", "message"}
FAR = 40 * 86_400


@dataclass
class Slow:
    """One clock while it is lived through; `ticks` are those that it was on."""

    metric: str
    cycle: int
    used: int = 0
    over: int = 0
    paused: int = 0
    ticks: int = 0
    on: bool = True
    began: int | None = None
    stopped: int | None = None
    cancelled: bool = False
    due: int | None = None
    target: PinnedTarget | None = None
    names: tuple[str, ...] = ()
    spells: dict[str, tuple[int, int, PauseRule]] = field(default_factory=dict)  # pause -> spent, since, rule


class Desk:
    """Lives through a ticket's events."""

    def __init__(self, ticket: Ticket, graph: Graph, step: int) -> None:
        self.graph, self.step = graph, step
        self.events = sorted(ticket.events, key=lambda item: item.order)
        self.fields: dict[str, FieldValue] = {}
        self.status = "working"
        self.terms: Terms | None = None
        self.customer = ""
        self.clocks: list[Slow] = []
        self.pending = self.ignoring = self.void = False

    def live(self, now: int) -> list[Slow]:
        """The clocks at `now`."""
        left = [event for event in self.events if event.at <= now]
        for t in range(self.events[0].at, now + self.step, self.step):
            while left and left[0].at <= t:
                self.happen(left.pop(0))
            self.pin(t)
            if t < now:
                for clock in self.clocks:
                    if clock.on:
                        self.spend(clock, t)
                    else:
                        self.wait(clock)
        for clock in self.clocks if self.void else ():
            clock.cancelled = True
            if clock.on:  # it began when the ticket was cancelled already
                clock.on, clock.began = False, None
        return self.clocks

    def ahead(self, clock: Slow, now: int) -> int | None:
        """When the clock comes due if nothing more happens; None if not within reach."""
        t = now
        while clock.due is None and t < now + FAR:
            self.spend(clock, t)
            t += self.step
        return clock.due

    def pin(self, t: int) -> None:
        text = as_text(self.fields.get("customer"))
        if text.casefold() != self.customer.casefold():
            self.customer = text
            self.terms = self.graph.terms(text, t)

    def start(self, metric: str) -> None:
        self.clocks.append(Slow(metric, sum(clock.metric == metric for clock in self.clocks) + 1))

    def stop(self, metric: str, t: int, *, cancelled: bool = False) -> bool:
        for clock in self.clocks:
            if clock.metric == metric and clock.on:
                clock.on, clock.stopped, clock.cancelled = False, t, cancelled
                if metric == "update" and not clock.ticks:
                    self.clocks.remove(clock)
                return True
        return False

    def happen(self, event: Event) -> None:
        before = self.status
        if event.kind not in DEEDS:
            said = {"by", "echo", "text"} if event.kind in WRITTEN else {"by", "echo"}
            self.fields = self.fields | {
                name: value for name, value in event.data.items() if name not in said
            }
            if "status" in event.data:
                self.status = str(self.graph.status_class(event.data["status"]) or "working")
            if event.kind in SAYS:
                means, instead = SAYS[event.kind]
                said_so = "status" in event.data and self.status in instead
                known = said_so and self.graph.status_class(event.data["status"]) is not None
                self.status = self.status if known else means
        if event.kind == "opened":
            self.pin(event.at)
            for metric in ("response", "resolution", "update", "workaround"):
                self.start(metric)
        self.void = self.status in ENDED and (self.void or self.status == "cancelled")
        if self.status in ENDED and (before not in ENDED or event.kind == "opened"):
            if event.kind == "reply":
                self.answer(event.at)
            if event.kind == "visited":
                self.stop("visit", event.at)
            if event.kind == "workaround-provided":
                self.stop("workaround", event.at)
            for metric in {clock.metric for clock in self.clocks}:
                self.stop(metric, event.at, cancelled=self.status == "cancelled")
            self.pending = False
            if event.kind == "message":
                return  # it was said with the ending
        elif self.status == "closed" != before:
            self.stop("visit", event.at)
        elif before in ENDED and self.status not in ENDED:
            self.pending = self.pending and event.kind != "reply"
            self.reopen(event.at)
        self.react(event)

    def answer(self, t: int) -> None:
        for metric in ("response", "next-response", "update"):
            self.stop(metric, t)

    def react(self, event: Event) -> None:
        if event.kind == "reply":
            self.answer(event.at)
            if self.status not in ENDED:
                self.start("update")
            self.pending = False
        elif event.kind == "message" and self.status in ENDED:
            self.pending = True
        elif event.kind == "message" and not any(
            clock.on for clock in self.clocks if clock.metric == "next-response"
        ):
            self.start("next-response")
        elif event.kind == "workaround-provided":
            self.stop("workaround", event.at)
        elif event.kind == "visited":
            self.stop("visit", event.at)
        elif event.kind == "visit-agreed" and not any(clock.metric == "visit" for clock in self.clocks):
            self.start("visit")

    def reopen(self, t: int) -> None:
        resolution = [clock for clock in self.clocks if clock.metric == "resolution"][-1]
        self.pin(t)
        mode = str(self.terms.reopen) if self.terms else "resumes"
        self.ignoring = self.ignoring or mode == "ignored"
        if not self.ignoring and mode == "resumes":
            resolution.on, resolution.stopped, resolution.cancelled = True, None, False
        elif not self.ignoring:
            self.start("resolution")
        self.start("update")
        if self.pending:
            self.start("next-response")
        self.pending = False

    # ------------------------------------------------------------ time

    def situation(self) -> Situation:
        text = as_text(self.fields.get("customer"))
        customer = self.graph.customer(text)
        return Situation(
            self.fields,
            StatusClass(self.status),
            customer.name if customer else text,
            customer.group if customer else "",
        )

    def choose(self, metric: str) -> PinnedTarget | None:
        situation = self.situation()
        for target in self.terms.targets if self.terms else ():
            holds = target.when is None or self.graph.predicate(target.when)(situation)
            if target.metric == metric and situation.priority in target.priorities and holds:
                return target
        return None

    def seconds(self, amount: Amount, calendar: str, start: int) -> int:
        if isinstance(amount, Seconds):
            return amount.value
        worth = self.graph.hours(calendar).business_days(start, amount.value)
        assert worth is not None
        return worth

    def spend(self, clock: Slow, t: int) -> None:
        """Let a tick pass on a clock that is on."""
        clock.ticks += 1
        target = clock.target = self.choose(clock.metric)
        clock.names = ()
        if target is None:
            self.wait(clock)
            return
        clock.began = t if clock.began is None else clock.began
        if clock.used < self.seconds(target.amount, target.calendar, clock.began):
            clock.due, clock.over = None, 0
        elif clock.due is None:
            clock.due = t
        clock.names = self.pauses(clock, target, t)
        if self.graph.hours(target.calendar).is_open(t):
            if clock.names:
                clock.paused += self.step
            else:
                clock.used += self.step
                clock.over += self.step if clock.due is not None else 0

    def pauses(self, clock: Slow, target: PinnedTarget, t: int) -> tuple[str, ...]:
        assert self.terms is not None
        situation = self.situation()
        holding = []
        before, clock.spells = clock.spells, {}
        for rule in self.graph.pauses(self.terms.tier):
            if clock.metric not in rule.pause.stops or not rule.holds(situation):
                continue
            spent, since, _ = before.get(rule.name, (0, t, rule))
            limit = rule.pause.limit
            if limit is None or spent < self.seconds(limit, target.calendar, since):
                holding.append(rule.name)
            opened = self.step if self.graph.hours(target.calendar).is_open(t) else 0
            clock.spells[rule.name] = (spent + opened, since, rule)
        return tuple(holding)

    def wait(self, clock: Slow) -> None:
        """Let a tick pass on a clock that does not run: what pauses it may come to an end."""
        situation = self.situation() if clock.spells else None
        clock.spells = {
            name: spell
            for name, spell in clock.spells.items()
            if situation is not None and spell[2].holds(situation)
        }
