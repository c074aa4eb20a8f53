"""Where steps lie on a clock: on its own open time, without its pauses, or on the hours that the step names."""

from __future__ import annotations

from random import Random

import pytest

from engine.clock import Point
from engine.evaluate import evaluate
from tests.engine.desk import RULES as DESK
from tests.engine.desk import at, event, graph, random_ticket, ticket
from tests.engine.ladders import PEOPLE, ladder


def points(graph_, ticket_, now, metric="resolution") -> list[Point]:
    clocks = evaluate(ticket_, graph_, at(now)).clocks
    return [point for clock in clocks if clock.metric == metric for point in clock.points]


def opened(when="10-05 09:00", priority="high", **more):
    return event(when, "opened", priority=priority, status="New", **more)


@pytest.mark.parametrize(
    ("trigger", "when"),
    [
        ("50% of resolution", "10-05 13:00"),
        ("breach of resolution", "10-06 09:00"),
        ("1h before resolution", "10-05 16:00"),  # the last hour begins where the office closes
        ("2h before resolution", "10-05 15:00"),
        ("1h past resolution", "10-06 10:00"),
        ("8h past resolution", "10-07 09:00"),
        ("150% of resolution", "10-06 13:00"),
    ],
)
def test_a_trigger_is_an_amount_of_the_clocks_own_open_time(trigger, when):
    found = points(ladder(f'at {trigger} tag "x"'), ticket(opened()), "10-05 09:30")
    assert [point.at for point in found] == [at(when)]


@pytest.mark.parametrize("delay", ["8h", "9h"])
def test_a_delay_as_long_as_the_target_is_never_before_its_end(delay):
    found = points(ladder(f'at {delay} before resolution tag "x"'), ticket(opened()), "10-05 09:30")
    assert [point.at for point in found] == [None]


def test_a_pause_puts_steps_off_before_and_after_the_due_time():
    graph_ = ladder('at 30m before resolution tag "a"', 'at 1h past resolution tag "b"')
    waiting = ticket(
        opened(priority="critical"),
        event("10-05 10:00", "changed", status="Waiting"),
        event("10-05 12:00", "changed", status="New"),
        event("10-05 15:30", "changed", status="Waiting"),
        event("10-05 18:30", "changed", status="New"),
    )
    assert [point.at for point in points(graph_, waiting, "10-05 09:30")] == [
        at("10-05 12:30"),
        at("10-05 14:00"),
    ]
    assert [point.at for point in points(graph_, waiting, "10-06 09:30")] == [
        at("10-05 14:30"),
        at("10-05 19:00"),
    ]


def test_a_step_that_cannot_be_reached_while_a_pause_holds_has_no_instant():
    waiting = ticket(opened(), event("10-05 09:30", "changed", status="Waiting"))
    assert [
        point.at for point in points(ladder('at breach of resolution tag "x"'), waiting, "10-05 12:00")
    ] == [None]


def test_each_warning_has_a_point_of_its_own():
    found = points(ladder("at warning of resolution notify noc via inbox"), ticket(opened()), "10-05 09:30")
    assert [(point.name.rpartition(" ")[2], point.at) for point in found] == [
        ("(50%)", at("10-05 13:00")),
        ("(75%)", at("10-05 15:00")),
    ]


def test_only_in_hours_puts_off_to_their_opening_and_counts_delays_on_them():
    critical = ticket(opened("10-05 14:00", "critical"))  # due at 18:00, after the office has closed
    graph_ = ladder(
        'at breach of resolution tag "a" only in office hours',
        'at 1h past resolution tag "b" only in office hours',
        'at 3h before resolution tag "c" only in office hours',
    )
    assert [point.at for point in points(graph_, critical, "10-05 14:30")] == [
        at("10-06 08:00"),
        at("10-06 09:00"),
        None,  # three office hours before 18:00 would be 13:00, before it was opened
    ]
    between = ticket(opened("10-06 05:30", "critical"))  # due at 09:30
    early = ladder('at 90m before resolution tag "a" only in office hours')
    # The office closed and opened so long before that: what counts is that it opened after the ticket.
    assert [point.at for point in points(early, between, "10-06 06:00")] == [at("10-06 08:00")]


def test_a_stopped_clock_keeps_what_it_reached_and_nothing_else():
    done = ticket(opened(), event("10-05 13:00", "resolved"))
    graph_ = ladder('at 49% of resolution tag "a"', 'at 50% of resolution tag "b"')
    assert [point.at is not None for point in points(graph_, done, "10-07 12:00")] == [True, False]


def test_repetitions_are_the_newest_that_has_come_and_the_next():
    step = "at breach of resolution notify noc via pager repeat every 30m until acknowledged"
    late = ticket(opened(priority="critical"))  # due at 13:00
    found = points(ladder(step), late, "10-05 14:10")
    assert [(point.number, point.at) for point in found] == [
        (0, at("10-05 13:00")),
        (2, at("10-05 14:00")),
        (3, at("10-05 14:30")),
    ]
    found = points(ladder(step), late, "10-05 14:00")
    assert [point.number for point in found] == [0, 1, 2]


def test_a_repetition_that_comes_at_closing_time_is_followed_by_the_next():
    step = "at breach of resolution notify noc via pager repeat every 4h until acknowledged"
    late = ticket(opened("10-05 08:00"))  # due at the closing of its first day
    found = points(ladder(step), late, "10-06 20:00")
    assert [(point.number, point.at) for point in found] == [
        (0, at("10-05 16:00")),
        (2, at("10-06 16:00")),
        (3, at("10-07 12:00")),
    ]
    [clock] = [
        item for item in evaluate(late, ladder(step), at("10-06 20:00")).clocks if item.metric == "resolution"
    ]
    assert clock.next_at == at("10-07 12:00") + 1


def test_repetitions_end_with_their_number_and_with_an_acknowledgement():
    limited = "at breach of resolution notify noc via pager repeat every 30m up to 2 until acknowledged"
    late = opened(priority="critical")
    # Nobody looked while they came: the last of them stands for all.
    assert [p.number for p in points(ladder(limited), ticket(late), "10-06 14:10")] == [0, 2]
    endless = "at breach of resolution notify noc via pager repeat every 30m until acknowledged"
    early = ticket(late, event("10-05 12:00", "acknowledged"))
    assert [p.number for p in points(ladder(endless), early, "10-05 14:10")] == [0, 2, 3]
    after = ticket(late, event("10-05 13:40", "acknowledged"))
    assert [p.number for p in points(ladder(endless), after, "10-05 13:45")] == [0, 1]
    assert [p.number for p in points(ladder(endless), after, "10-05 15:10")] == [0]


def test_repetitions_count_from_the_first_time_whatever_becomes_of_the_target():
    step = "at breach of resolution notify noc via pager repeat every 30m up to 8 until acknowledged"
    raised = ticket(opened("10-05 08:00"), event("10-06 09:10", "changed", priority="critical"))
    # Due at the closing of the first day. On office hours an hour and ten minutes have passed since, then the clock goes round.
    found = points(ladder(step), raised, "10-06 10:05")
    assert [(p.number, p.at) for p in found] == [
        (0, at("10-05 16:00")),
        (4, at("10-06 10:00")),
        (5, at("10-06 10:30")),
    ]
    paused = ticket(
        opened(priority="critical"),
        event("10-05 13:10", "changed", status="Waiting"),
        event("10-05 14:10", "changed", status="New"),
    )
    found = points(ladder(step), paused, "10-05 14:35")
    assert [(p.number, p.at) for p in found][1:] == [(1, at("10-05 14:30")), (2, at("10-05 15:00"))]


def test_repetitions_in_certain_hours_wait_for_them():
    step = (
        "at breach of resolution notify noc via pager only in office hours repeat every 1h until acknowledged"
    )
    late = ticket(opened("10-05 11:00", "critical"))  # due at 15:00, closing at 16:00
    found = points(ladder(step), late, "10-06 08:30")
    assert [(p.number, p.at) for p in found] == [
        (0, at("10-05 15:00")),
        (1, at("10-06 08:00")),
        (2, at("10-06 09:00")),
    ]


def test_the_ladder_of_a_priority_counts_from_the_change():
    graph_ = ladder('at 50% of resolution for critical tag "x"')
    raised = ticket(opened(), event("10-05 14:00", "changed", priority="critical"))
    # Five hours are used of four by then, so half of it is reached at the change.
    assert [point.at for point in points(graph_, raised, "10-05 15:00")] == [at("10-05 14:00")]
    assert points(graph_, ticket(opened()), "10-05 15:00") == []


def test_what_comes_next_wakes_the_engine():
    found = evaluate(ticket(opened()), ladder('at 10% of resolution tag "x"'), at("10-05 09:30"))
    assert found.next_at == at("10-05 09:48") + 1


STEPS = """\
escalation main "Main" {
  at 33% of resolution tag "a"
  at breach of resolution tag "b"
  at 45m past resolution tag "c"
  at 20m before resolution tag "d"
}
"""


def test_at_every_point_exactly_so_much_of_the_clock_is_used():
    rules = DESK.replace("  pause by client", "  escalate via main\n  pause by client") + PEOPLE + STEPS
    graph_ = graph(rules)
    rng = Random(7)
    compared = 0
    for number in range(400):
        one = random_ticket(rng, number)
        far = one.events[-1].at + 40 * 86_400
        for clock in evaluate(one, graph_, far).clocks:
            for point in clock.points:
                if point.at is None or point.at <= clock.started:
                    continue
                before, then = (_used(one, graph_, moment, clock) for moment in (point.at - 1, point.at))
                if before is None or then is None or then[1:] != before[1:]:
                    continue  # it lies on a change of the target itself
                trigger = point.step.trigger
                share = {"share": trigger.share, "breach": 10_000}.get(trigger.reached.value, 10_000)
                shift = {"before": -trigger.seconds, "past": trigger.seconds}.get(trigger.reached.value, 0)
                need = -(-then[1] * share // 10_000) + shift
                assert before[0] < need == then[0]
                compared += 1
    assert compared > 300


def _used(one, graph_, moment, clock):
    same = (
        c for c in evaluate(one, graph_, moment).clocks if (c.metric, c.cycle) == (clock.metric, clock.cycle)
    )
    found = next(same, None)
    return None if found is None else (found.elapsed, found.target, found.promise)
