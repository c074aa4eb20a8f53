"""Whatever happened to a ticket, its recorded scenario passes, and expects what the rules say of the ticket itself.

The second opinion is a rehearsal to which every event of the ticket is told as it came, with all its fields.
"""

from __future__ import annotations

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from dsl import scenario
from dsl.format import format_text
from dsl.load import load_texts
from dsl.scenario_text import scenario_text
from engine.facts import Event, Instant, Ticket
from engine.graph import Graph
from engine.history import ENDED, read
from engine.scenario.outcome import came_out
from engine.scenario.record import record
from engine.scenario.rehearsal import Actor, Rehearsal
from engine.scenario.telling import event_of, in_time
from engine.scenario.verdicts import run_all
from engine.wall import DAY
from tests.engine.desk import RULES, START

LADDER = """
person ann "Ann" {
  email "ann@msp.example"
}
person bob "Bob" {
  email "bob@msp.example"
}
team noc {
  lead ann
  member bob
}
team management {
  lead ann
}
escalation main {
  at 50% of resolution raise priority when not site == "lab"
  at breach of response reassign to member of noc
  at breach of response escalate to management
  at breach of resolution tag "late"
  at breach of resolution notify assignee via inbox repeat every 30m until acknowledged skip if nobody
  stop when assignee == "Bob" and status == "In Progress"
}
pause tagged {
  when tags == "late" and assignee == "Ann"
  stops resolution
}
"""
TEXT = (
    RULES.replace(
        "  pause by client, parts, slow\n", "  pause by client, parts, slow, tagged\n  escalate via main\n"
    )
    + LADDER
)
LOADED = load_texts("sla.rules", {"sla.rules": TEXT})
RULESET = LOADED.ruleset
assert RULESET is not None and LOADED.diagnostics == (), LOADED.diagnostics
GRAPH = Graph.compile(LOADED)

STATUSES = ("", "New", "In Progress", "Waiting", "Resolved", "Closed", "Cancelled", "Nonsense")
FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "status": st.sampled_from(STATUSES),
        "priority": st.sampled_from(("critical", "high", "normal", "low", "p9", "")),
        "customer": st.sampled_from(("acme", "Globex Inc.", "initech", "somebody")),
        "vip": st.booleans(),
        "impact": st.integers(0, 20),
        "site": st.sampled_from(("", "depot", "away", "lab")),
        "assignee": st.sampled_from(("Ann", "Bob", "")),
        "tags": st.sampled_from(("", "late", "other late", "x")),
        "subject": st.just("secret"),
    },
)
MOVES = ("resolved", "reopened", "closed", "cancelled")
KINDS = (
    *("changed", "reply", "auto-reply", "note", "message", *MOVES, "acknowledged", "snoozed", "excused"),
    *("workaround-provided", "visit-agreed", "visited", "coffee-served"),
)
DEEDS = st.one_of(
    st.builds(lambda flag: ("flagged", {"flag": flag}), st.booleans()),
    st.tuples(st.sampled_from(KINDS), FIELDS),
    st.tuples(st.sampled_from(KINDS), st.just({})),
)
MOMENTS = st.integers(0, 40).map(lambda number: START + number * 1800)


@st.composite
def tickets(draw):
    told = draw(st.lists(st.tuples(MOMENTS, DEEDS), max_size=12))
    opened = (draw(MOMENTS), ("opened", draw(FIELDS)))
    first = draw(st.booleans())
    told.insert(0 if first else draw(st.integers(0, len(told))), opened)
    if first:
        told = [(max(at, opened[0]), what) for at, what in told]
    events = [
        Event(Instant(at), kind, data, "test", str(number), number)
        for number, (at, (kind, data)) in enumerate(sorted(told, key=lambda one: one[0]), 1)
    ]
    beginning = [event for event in events if event.at == opened[0]]
    if beginning[0].kind != "opened":
        # Whether the first thing of an instant ended the ticket or found it ended, a story that begins with `opened` cannot say.
        before = read([event for event in events if event.at < opened[0]], GRAPH, opened[0])
        assume(before is None or before.last.situation.status_class not in ENDED)
    return Ticket(1, "T-1", tuple(events))


def clocks(evaluated):
    return {
        (clock.metric, clock.cycle): (
            *(
                clock.state,
                clock.started,
                clock.stopped,
                clock.target,
                clock.due,
                clock.elapsed,
                clock.paused_by,
            ),
            clock.promise.decided_by,
        )
        for clock in evaluated.clocks
    }


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tickets())
def test_a_recorded_scenario_expects_what_the_rules_say_of_the_ticket(ticket):
    recorded = record(ticket, GRAPH)
    whole, told = Rehearsal(GRAPH), Rehearsal(GRAPH)
    begin = next(event.at for event in ticket.events if event.kind == "opened")
    before = tuple(event for event in ticket.events if event.at < begin)
    whole.actors["t1"] = Actor(Ticket(1, "t1", before))  # nobody looks before it is opened
    left = list(ticket.events[len(before) :])
    for number, (name, line, at) in enumerate(in_time(recorded), 1):
        if isinstance(line, scenario.Happens):
            settings_ = recorded.stories[0].settings if line.kind == "opened" else ()
            told.happen(name, event_of(line, at, number, settings_))
            continue
        while left and left[0].at <= at:
            whole.happen(name, left.pop(0))
        if not isinstance(line.what, scenario.Credited):
            assert came_out(line.what, name, whole.fork(), recorded.zone).holds, line.what
    for event in left:
        whole.happen("t1", event)
    end = ticket.events[-1].at + 30 * DAY  # whatever ladders do then, they do to both
    for one in (whole, told):
        one.advance(end)
    assert clocks(told.look_at("t1")) == clocks(whole.look_at("t1"))
    text = scenario_text(recorded, RULESET.customers)
    assert "secret" not in text
    assert format_text(text).text == text
    pasted = load_texts("sla.rules", {"sla.rules": f"{TEXT}\n{text}"})
    assert pasted.ruleset is not None, pasted.diagnostics
    assert {one.code for one in pasted.diagnostics} <= {"W0806"}
    (result,) = run_all(pasted.ruleset, Graph.compile(pasted), pasted.locate)
    assert result.failures == ()
