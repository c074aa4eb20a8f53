"""A small help desk for tests: rules that use everything that moves a clock, and tickets, made by hand or at random."""

from __future__ import annotations

from random import Random

from dsl.load import load_texts
from engine.facts import Event, FieldValue, Instant, Pin, Ticket
from engine.graph import Graph
from engine.wall import parse_instant

RULES = """\
language 1
priorities critical, high, normal, low
statuses {
  working "New", "In Progress"
  waiting "Waiting"
  resolved "Resolved"
  closed "Closed"
  cancelled "Cancelled"
}
field vip flag
field site text
field impact number
metric workaround "Workaround" {
  start on opened
  stop on workaround-provided
}
metric visit "Visit on site" {
  start on visit-agreed
  stop on visited
}
calendar office "Office" {
  zone Europe/Berlin
  open mon-fri 08:00-12:00, 13:00-17:00
  closed 2026-10-07 "Outing"
}
calendar shop "Shop" {
  zone America/New_York
  open mon-sun 10:00-24:00
}
pause client "Waiting for the customer" {
  when status is waiting
  stops resolution, update, workaround
}
pause parts "Parts on order" {
  when site == "depot"
  stops resolution, next-response
  limit 3h
}
pause slow "Nobody to be reached" {
  when site == "away"
  stops resolution
  limit 2bd
}
default tier bronze
tier gold "Gold" {
  calendar office
  target critical response within 15m on always
  target high, normal response within 2h
  target high response within 1h when vip
  target critical resolution within 4h on always
  target high resolution within 8h
  target normal resolution within 2bd
  target critical, high update every 1h on always
  target critical, high, normal next-response within 90m
  target critical, high workaround within 3h
  target critical, high, normal visit within 2h on shop
  warn at 50%, 75%
  pause by client, parts, slow
}
tier silver "Silver" {
  like gold
  calendar shop
  target critical resolution within 6h when impact >= 10 and not site == "lab"
  reopen restarts
}
tier bronze "Bronze" {
  calendar office
  target critical, high, normal, low resolution within 16h
  target critical, high, normal, low response within 4h
  reopen ignored
  pause by client
}
group retail "Retail" {
  tier silver
}
customer acme "Acme GmbH" {
  alias "ACME", "Acme Germany*"
  tier gold
  zone Europe/Berlin
  override freeze from 2026-10-05 until 2026-10-12 {
    reason "CHG-1"
    target critical resolution within 1h on always
  }
}
customer globex "Globex Inc." {
  group retail
}
customer initech "Initech" {
  tier bronze
  tier gold from 2026-10-06
}
"""

ROOT = "sla.rules"


def graph(text: str = RULES, previous: Graph | None = None) -> Graph:
    """The graph of one rule file."""
    loaded = load_texts(ROOT, {ROOT: text})
    assert loaded.ruleset is not None, [str(item.span) + item.message for item in loaded.diagnostics]
    return Graph.compile(loaded, previous)


def at(text: str) -> Instant:
    """An instant from Berlin's wall clock, `10-05 09:30` of 2026."""
    return Instant(parse_instant(f"2026-{text}".replace(" ", "T"), "Europe/Berlin"))


def event(when: str | int, kind: str, number: int = 0, **data: FieldValue) -> Event:
    """An event; `number` orders those of one instant and names it."""
    moment = at(when) if isinstance(when, str) else Instant(when)
    return Event(moment, kind, data, "test", f"{moment}-{kind}-{number}", number)


def ticket(*events: Event, pins: tuple[Pin, ...] = ()) -> Ticket:
    """A ticket with these events, in their order."""
    return Ticket(1, "T-1", tuple(sorted(events, key=lambda item: item.order)), pins)


_STATUSES = ("New", "In Progress", "Waiting", "Waiting", "Resolved", "Closed", "Cancelled", "Nonsense")
_SITES = ("", "depot", "away", "lab")
_KINDS = (
    *(
        "reply",
        "reply",
        "message",
        "message",
        "note",
        "auto-reply",
        "workaround-provided",
        "visit-agreed",
        "visited",
    ),
    *("resolved", "reopened", "closed", "cancelled", "acknowledged"),
)
START = parse_instant("2026-10-02T06:00:00Z")


def random_ticket(
    rng: Random, number: int = 1, *, step: int = 60, days: int = 9, ties: bool = True
) -> Ticket:
    """A ticket of up to a dozen events on a grid of `step` seconds, some at one instant if there may be `ties`."""
    opened = START + rng.randrange(0, 4 * 86_400, step)
    first: dict[str, FieldValue] = {
        "customer": rng.choice(("acme", "ACME", "Globex Inc.", "initech", "nobody")),
        "priority": rng.choice(("critical", "High", "normal", "low", "")),
        "status": rng.choice(("New", "New", "New", "Waiting", "")),
        "vip": rng.random() < 0.3,
        "impact": rng.choice((0, 10, "12", "many")),
    }
    events = [Event(Instant(opened), "opened", first, "test", f"{number}-0", 0)]
    moment = opened
    for index in range(1, rng.randrange(1, 13)):
        moment += rng.choice(
            (
                0 if ties else step,
                step,
                rng.randrange(step, 7200, step),
                rng.randrange(step, days * 8640, step),
            )
        )
        kind, data = _random_change(rng)
        events.append(Event(Instant(moment), kind, data, "test", f"{number}-{index:02}", index))
    return Ticket(number, f"T-{number}", tuple(events), ())


def _random_change(rng: Random) -> tuple[str, dict[str, FieldValue]]:
    chance = rng.random()
    if chance < 0.25:
        return rng.choice(_KINDS), {}
    if chance < 0.4:
        _, more = _random_change(rng)
        return rng.choice(_KINDS), {**more, "by": "somebody", "text": "Waiting"}
    if chance < 0.7:
        return "changed", {"status": rng.choice(_STATUSES)}
    if chance < 0.8:
        return "changed", {"priority": rng.choice(("critical", "high", "normal", "low", "none"))}
    if chance < 0.9:
        return "changed", {"site": rng.choice(_SITES)}
    if chance < 0.95:
        return "changed", {"vip": rng.random() < 0.5}
    return "changed", {"customer": rng.choice(("acme", "globex", "initech", "nobody"))}
