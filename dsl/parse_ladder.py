"""Words to syntax for ladders: what the parser calls, a function for each rule of the grammar."""

from __future__ import annotations

from dsl import syntax
from dsl.word import Word


def escalate(keyword: Word, _via: Word, ladder: Word, priorities: tuple[Word, ...] | None) -> syntax.Escalate:
    last = priorities[-1].end if priorities else ladder.end
    return syntax.Escalate(ladder, priorities or (), keyword.start, last)


def for_priorities(_for: Word, names: tuple[Word, ...]) -> tuple[Word, ...]:
    return names


def step(
    keyword: Word,
    trigger: syntax.Trigger,
    priorities: tuple[Word, ...] | None,
    action: syntax.Action,
    *options: syntax.Option,
) -> syntax.Step:
    return syntax.Step(
        trigger, priorities or (), action, options, keyword.start, (options or (action,))[-1].end
    )


def at_share(share: Word, _of: Word, metric: Word) -> syntax.Trigger:
    return syntax.Trigger("share", share, metric, share.start, metric.end)


def at_point(kind: Word, _of: Word, metric: Word) -> syntax.Trigger:
    return syntax.Trigger(kind.text, None, metric, kind.start, metric.end)


def at_delay(amount: Word, kind: Word, metric: Word) -> syntax.Trigger:
    return syntax.Trigger(kind.text, amount, metric, amount.start, metric.end)


def notify(
    keyword: Word,
    to: tuple[syntax.Recipient, ...],
    _via: Word,
    channels: tuple[Word, ...],
) -> syntax.Action:
    return syntax.Action("notify", to, channels, None, keyword.start, channels[-1].end)


def reassign(keyword: Word, _to: Word, to: syntax.Recipient) -> syntax.Action:
    return syntax.Action("reassign", (to,), (), None, keyword.start, to.end)


def flag_it(keyword: Word, _to: Word, management: Word) -> syntax.Action:
    return syntax.Action("escalate", (), (), None, keyword.start, management.end)


def raise_priority(keyword: Word, priority: Word, _to: Word | None, to: Word | None) -> syntax.Action:
    return syntax.Action("raise", (), (), to, keyword.start, (to or priority).end)


def tag(keyword: Word, text: Word) -> syntax.Action:
    return syntax.Action("tag", (), (), text, keyword.start, text.end)


def recipients(*to: syntax.Recipient) -> tuple[syntax.Recipient, ...]:
    return to


def one_of_ticket(role: Word) -> syntax.Recipient:
    return syntax.Recipient(role.text, None, role.start, role.end)


def one_by_name(name: Word) -> syntax.Recipient:
    return syntax.Recipient("", name, name.start, name.end)


def one_of_team(role: Word, _of: Word, team: Word) -> syntax.Recipient:
    return syntax.Recipient(role.text, team, role.start, team.end)


def skip(keyword: Word, *rest: Word) -> syntax.Option:
    return syntax.Option(keyword.text, None, None, None, keyword.start, rest[-1].end)


def only(keyword: Word, _in: Word, calendar: Word, hours: Word) -> syntax.Option:
    return syntax.Option("only", calendar, None, None, keyword.start, hours.end)


def repeat(keyword: Word, _every: Word, amount: Word, *rest: Word | None) -> syntax.Option:
    _up, _to, most, _until, last = rest
    assert last is not None
    return syntax.Option("repeat", amount, most, None, keyword.start, last.end)
