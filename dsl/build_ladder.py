"""Syntax to model for channels and ladders; called only for what has been checked."""

from __future__ import annotations

from collections.abc import Collection

from dsl import build, ladder, syntax, values
from dsl.model import Seconds
from dsl.spacing import as_quoted
from dsl.span import Origin


def channel(key: str, it: syntax.Declaration) -> ladder.Channel:
    kind = build.word_of(it.lines, "kind")
    return ladder.Channel(
        build.name_of(it),
        build.title(it),
        ladder.ChannelKind(kind) if kind else ladder.ChannelKind.AUTO,
        build.word_of(it.lines, "url"),
        build.word_of(it.lines, "secret"),
        build.words_of(it.lines, "source"),
        build.origin(it, key),
    )


def escalation(key: str, text: str, it: syntax.Declaration, teams: Collection[str]) -> ladder.Escalation:
    """`text` is the whole declaration's; a recipient by name is a team if `teams` has it, else a person."""
    return ladder.Escalation(
        build.name_of(it),
        build.title(it),
        tuple(_step(key, text, line, teams) for line in build.of_type(it.lines, syntax.Step)),
        tuple(build.condition(line.when) for line in build.of_type(it.lines, syntax.StopWhen)),
        build.origin(it, key),
    )


def _step(key: str, text: str, line: syntax.Step, teams: Collection[str]) -> ladder.LadderStep:
    when, only, repeat = line.option("when"), line.option("only"), line.option("repeat")
    return ladder.LadderStep(
        trigger(line.trigger),
        action(line.action, teams),
        as_quoted(text[line.start : line.end]),
        tuple(dict.fromkeys(word.text for word in line.priorities)),
        build.condition(when.when) if when and when.when else None,
        line.option("skip") is not None,
        only.word.text if only and only.word else "",
        _repeat(repeat) if repeat else None,
        line.option("including") is not None,
        Origin(key, line.start, line.end),
    )


def trigger(written: syntax.Trigger) -> ladder.Trigger:
    """What a step waits for. ValueError for an amount without meaning."""
    kind = ladder.Reached(written.kind)
    amount = written.amount.text if written.amount else ""
    return ladder.Trigger(
        kind,
        written.metric.text,
        values.percent(amount) if kind is ladder.Reached.SHARE else 0,
        seconds(amount) if kind in (ladder.Reached.BEFORE, ladder.Reached.PAST) else 0,
    )


def seconds(text: str) -> int:
    """The seconds of a duration. ValueError when it is nothing or over a hundred years."""
    amount = values.amount(text)
    assert isinstance(amount, Seconds)
    return amount.value


def _repeat(option: syntax.Option) -> ladder.Repeat:
    assert option.word is not None
    return ladder.Repeat(seconds(option.word.text), int(option.most.text) if option.most else 0)


def action(written: syntax.Action, teams: Collection[str]) -> ladder.Action:
    """What a step does."""
    to = tuple(recipient(one, teams) for one in written.to)
    match written.kind:
        case "notify":
            return ladder.Notify(to, tuple(word.text for word in written.channels))
        case "reassign":
            return ladder.Reassign(to[0])
        case "raise":
            return ladder.RaisePriority(written.word.text if written.word else "")
        case "tag":
            return ladder.Tag(written.word.text if written.word else "")
        case _:
            return ladder.Flag()


def recipient(written: syntax.Recipient, teams: Collection[str]) -> ladder.Recipient:
    """Whom a rule names."""
    name = written.name.text if written.name else ""
    if written.role:
        return ladder.Recipient(ladder.Role(written.role), name)
    return ladder.Recipient(ladder.Role.TEAM if name in teams else ladder.Role.PERSON, name)
