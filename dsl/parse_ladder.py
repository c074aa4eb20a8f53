"""The parts of the tree that are of ladders: what the parser makes of the lines of an escalation."""

from __future__ import annotations

from dsl import syntax
from dsl.leaf import Leaf, end, start, word, word_or_none


def escalate(
    keyword: Leaf, _via: Leaf, ladder: Leaf, priorities: tuple[syntax.Word, ...] | None
) -> syntax.Escalate:
    last = priorities[-1].end if priorities else end(ladder)
    return syntax.Escalate(word(ladder), priorities or (), start(keyword), last)


def for_priorities(_for: Leaf, names: tuple[syntax.Word, ...]) -> tuple[syntax.Word, ...]:
    return names


def step(
    keyword: Leaf,
    trigger: syntax.Trigger,
    priorities: tuple[syntax.Word, ...] | None,
    action: syntax.Action,
    *options: syntax.Option,
) -> syntax.Step:
    return syntax.Step(
        trigger, priorities or (), action, options, start(keyword), (options or (action,))[-1].end
    )


def at_share(share: Leaf, _of: Leaf, metric: Leaf) -> syntax.Trigger:
    return syntax.Trigger("share", word(share), word(metric), start(share), end(metric))


def at_point(kind: Leaf, _of: Leaf, metric: Leaf) -> syntax.Trigger:
    return syntax.Trigger(str(kind), None, word(metric), start(kind), end(metric))


def at_delay(amount: Leaf, kind: Leaf, metric: Leaf) -> syntax.Trigger:
    return syntax.Trigger(str(kind), word(amount), word(metric), start(amount), end(metric))


def notify(
    keyword: Leaf,
    to: tuple[syntax.Recipient, ...],
    _via: Leaf,
    channels: tuple[syntax.Word, ...],
) -> syntax.Action:
    return syntax.Action("notify", to, channels, None, start(keyword), channels[-1].end)


def reassign(keyword: Leaf, _to: Leaf, to: syntax.Recipient) -> syntax.Action:
    return syntax.Action("reassign", (to,), (), None, start(keyword), to.end)


def flag_it(keyword: Leaf, _to: Leaf, management: Leaf) -> syntax.Action:
    return syntax.Action("escalate", (), (), None, start(keyword), end(management))


def raise_priority(keyword: Leaf, priority: Leaf, _to: Leaf | None, to: Leaf | None) -> syntax.Action:
    return syntax.Action("raise", (), (), word_or_none(to), start(keyword), end(to or priority))


def tag(keyword: Leaf, text: Leaf) -> syntax.Action:
    return syntax.Action("tag", (), (), word(text), start(keyword), end(text))


def recipients(*to: syntax.Recipient) -> tuple[syntax.Recipient, ...]:
    return to


def one_of_ticket(role: Leaf) -> syntax.Recipient:
    return syntax.Recipient(str(role), None, start(role), end(role))


def one_by_name(name: Leaf) -> syntax.Recipient:
    return syntax.Recipient("", word(name), start(name), end(name))


def one_of_team(role: Leaf, _of: Leaf, team: Leaf) -> syntax.Recipient:
    return syntax.Recipient(str(role), word(team), start(role), end(team))


def skip(keyword: Leaf, *rest: Leaf) -> syntax.Option:
    return syntax.Option(str(keyword), None, None, None, start(keyword), end(rest[-1]))


def only(keyword: Leaf, _in: Leaf, calendar: Leaf, hours: Leaf) -> syntax.Option:
    return syntax.Option("only", word(calendar), None, None, start(keyword), end(hours))


def repeat(keyword: Leaf, _every: Leaf, amount: Leaf, *rest: Leaf | None) -> syntax.Option:
    _up, _to, most, _until, last = rest
    assert last is not None
    return syntax.Option("repeat", word(amount), word_or_none(most), None, start(keyword), end(last))
