"""What becomes of a step: fired, skipped or suppressed, once, as of its own instant, and what it brings about."""

from __future__ import annotations

from collections import Counter

import pytest

from engine.delivery.outbox import Kind
from engine.ladder.climb import climb
from engine.ladder.decision import Outcome
from engine.looks import look
from tests.engine.desk import at, event, graph, ticket
from tests.engine.ladders import climbed, ladder, rules, told

NOTIFY = "at 50% of resolution notify noc via inbox"


def opened(when="10-05 09:00", priority="critical", **more):
    return event(when, "opened", priority=priority, status="New", **more)


def sent(taken):
    return [(m.kind.value, m.channel, m.recipient, m.name) for item in taken for m in item.messages]


def outcomes(ticket_, graph_, now):
    return [told(item.decision) for item in climbed(ticket_, graph_, at(now))]


# ---------------------------------------------------------------- whether


def test_a_step_fires_an_instant_after_its_time_and_once():
    graph_, one = ladder(NOTIFY), ticket(opened())
    assert climbed(one, graph_, at("10-05 11:00")) == []
    [taken] = climbed(one, graph_, at("10-05 11:00") + 1)
    assert (taken.decision.at, taken.decision.outcome, taken.decision.cause) == (
        at("10-05 11:00"),
        Outcome.FIRED,
        "time",
    )
    assert climbed(one, graph_, at("10-05 15:00"), {taken.decision.key}) == []


def test_steps_found_late_come_in_order_of_their_instants_and_say_so():
    graph_ = ladder("at breach of resolution notify noc via inbox", NOTIFY)
    late = climbed(ticket(opened()), graph_, at("10-05 16:00"))
    assert [item.decision.at for item in late] == [at("10-05 11:00"), at("10-05 13:00")]
    assert [item.decision.reason for item in late] == ["found 5h late", "found 3h late"]


def test_conditions_count_as_of_the_instant_of_the_step():
    graph_ = ladder(f"{NOTIFY} when vip")
    before = ticket(opened(vip=True), event("10-05 12:00", "changed", vip=False))
    after = ticket(opened(), event("10-05 12:00", "changed", vip=True))
    assert outcomes(before, graph_, "10-05 12:30") == [f"fired: {NOTIFY} when vip"]
    assert outcomes(after, graph_, "10-05 12:30") == [f"skipped: {NOTIFY} when vip"]


def test_while_stop_when_holds_nothing_fires():
    graph_ = ladder(NOTIFY, "stop when vip")
    [taken] = climbed(ticket(opened(vip=True)), graph_, at("10-05 12:00"))
    assert (taken.decision.outcome, taken.messages) == (Outcome.SUPPRESSED, ())
    assert "stop when" in taken.decision.reason


def test_a_clock_that_had_stopped_before_anybody_looked_pages_nobody():
    graph_, done = ladder(NOTIFY), ticket(opened(), event("10-05 12:00", "resolved"))
    [taken] = climbed(done, graph_, at("10-05 12:30"))
    assert taken.decision.outcome is Outcome.SUPPRESSED
    assert "had stopped (met)" in taken.decision.reason


def test_a_step_for_other_priorities_is_none_of_the_tickets():
    graph_ = ladder("at 50% of resolution for high notify noc via inbox")
    assert climbed(ticket(opened()), graph_, at("10-05 12:30")) == []


def test_what_an_edit_makes_due_is_kept_and_pages_only_where_the_ladder_says_so():
    old = graph(rules("at 90% of resolution notify noc via inbox"))
    new = graph(
        rules("at 90% of resolution notify noc via inbox", NOTIFY, f"{NOTIFY}, pager including rule-edits"),
        previous=old,
    )
    one, now = ticket(opened()), at("10-05 12:45")
    taken = climb(look(one, new, now, old=old), new, now, {}, Counter())
    assert [(item.decision.outcome.value, item.decision.cause) for item in taken] == [
        ("suppressed", "rules"),
        ("fired", "rules"),
        ("fired", "time"),
    ]
    assert [bool(item.messages) for item in taken] == [False, True, True]


# ---------------------------------------------------------------- who


def test_notify_reaches_inboxes_addresses_and_channels_each_once():
    step = "at 50% of resolution notify assignee, lead of noc, management via inbox, email, pager"
    taken = climbed(ticket(opened(assignee="night desk")), ladder(step), at("10-05 12:00"))
    assert sent(taken) == [
        ("notice", "inbox", "night-lead", "night-lead"),
        ("notice", "inbox", "day-lead", "day-lead"),
        ("notice", "inbox", "management", "management"),
        ("notice", "email", "night-lead@msp.example", "night-lead"),
        ("notice", "email", "day-lead@msp.example", "day-lead"),
        ("notice", "email", "duty-manager@msp.example", "duty-manager"),
        ("notice", "pager", "", "night-lead, day-lead, management"),
    ]


def test_the_account_manager_is_the_customers():
    step = "at 50% of resolution notify account-manager via inbox"
    taken = climbed(ticket(opened(customer="Acme GmbH")), ladder(step), at("10-05 12:00"))
    assert sent(taken) == [("notice", "inbox", "duty-manager", "duty-manager")]


def test_nobody_to_notify_is_told_to_management_unless_the_step_says_skip():
    step = "at 50% of resolution notify assignee via email"
    [taken] = climbed(ticket(opened()), ladder(step), at("10-05 12:00"))
    assert taken.decision.outcome is Outcome.FIRED
    assert [(m.kind, m.recipient) for m in taken.messages] == [(Kind.FAILURE, "management")]
    [taken] = climbed(ticket(opened()), ladder(f"{step} skip if nobody"), at("10-05 12:00"))
    assert (taken.decision.outcome, taken.messages) == (Outcome.SKIPPED, ())


# ---------------------------------------------------------------- what


def change(step, one):
    [taken] = climbed(one, ladder(step), at("10-05 12:00"))
    return taken.event.data if taken.event else taken.decision.reason


def test_reassign_takes_the_least_loaded_and_hands_the_change_to_the_tickets_system():
    graph_ = ladder("at 50% of resolution reassign to lead of noc")
    one, now = ticket(opened()), at("10-05 12:00")
    loads = Counter({"Night Desk": 2, "day-lead": 1, "someone": 9})
    [taken] = climb(look(one, graph_, now), graph_, now, {}, loads)
    assert taken.event is not None
    assert (taken.event.kind, taken.event.at) == ("changed", now)
    assert taken.event.data == {"assignee": "day-lead", "by": "escalation main"}
    assert [(m.kind, m.channel, dict(m.data)) for m in taken.messages] == [
        (Kind.CHANGE, "desk", {"assignee": "day-lead"})
    ]
    assert loads["day-lead"] == 2


def test_equal_loads_go_by_the_order_in_the_rules_under_the_name_that_tickets_use():
    assert (
        change("at 50% of resolution reassign to lead of noc", ticket(opened()))["assignee"] == "Night Desk"
    )


def test_a_ticket_that_is_theirs_already_is_left_alone():
    one = ticket(opened(assignee="day-lead"))
    assert change("at 50% of resolution reassign to lead of noc", one) == "it is assigned to day-lead already"


def test_later_steps_of_one_look_see_what_earlier_ones_did():
    graph_ = ladder(
        "at 40% of resolution reassign to duty-manager", "at 50% of resolution notify assignee via inbox"
    )
    assert sent(climbed(ticket(opened()), graph_, at("10-05 12:00")))[-1] == (
        "notice",
        "inbox",
        "duty-manager",
        "duty-manager",
    )


@pytest.mark.parametrize(
    ("step", "now", "then"),
    [
        ("raise priority", "low", "high"),
        ("raise priority", "high", "critical"),
        ("raise priority to critical", "low", "critical"),
        ("raise priority to high", "critical", None),
        ("raise priority", "critical", None),
    ],
)
def test_priorities_only_go_up(step, now, then):
    [taken] = climbed(ticket(opened(priority=now)), ladder(f"at 10% of resolution {step}"), at("10-05 12:00"))
    assert (taken.event.data["priority"] if taken.event else None) == then


def test_escalating_to_management_flags_with_the_reason():
    graph_ = ladder("at 50% of resolution escalate to management")
    [taken] = climbed(ticket(opened()), graph_, at("10-05 12:00"))
    assert taken.event is not None
    assert taken.event.kind == "flagged"
    assert taken.event.data == {
        "flag": True,
        "by": "escalation main",
        "reason": "at 50% of resolution escalate to management",
    }
    flagged = ticket(opened(), event("10-05 10:00", "flagged", flag=True))
    [taken] = climbed(flagged, graph_, at("10-05 12:00"))
    assert (taken.decision.outcome, taken.event) == (Outcome.SKIPPED, None)


def test_a_tag_is_added_once():
    step = 'at 50% of resolution tag "late"'
    assert change(step, ticket(opened(tags="vip")))["tags"] == "vip late"
    assert change(step, ticket(opened(tags="vip late"))) == "it has this tag already"


def test_an_event_of_a_step_has_the_same_name_whenever_it_is_made():
    graph_, one = ladder('at 50% of resolution tag "late"'), ticket(opened())
    first, second = (climbed(one, graph_, at(when))[0].event for when in ("10-05 12:00", "10-05 13:00"))
    assert first and second and first.source_id == second.source_id


def test_points_in_the_past_are_told_in_order():
    graph_ = ladder(NOTIFY, "at 10% of response notify noc via inbox")
    found = look(ticket(opened()), graph_, at("10-05 12:00")).passed
    assert [metric for metric, *_ in found] == ["response", "resolution"]
