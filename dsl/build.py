"""Syntax to model, one declaration at a time; called only for what has been checked.

Everything here depends on the declaration's own text (and, for calendars and tiers, on the few things handed
in), so that what it makes can be kept as long as that text is unchanged.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from dsl import model, syntax, values
from dsl.commitment import Money, Uptime
from dsl.condition import (
    AllOf,
    AnyOf,
    Compare,
    Comparison,
    Condition,
    FieldType,
    Matches,
    Not,
    OneOf,
    StatusClass,
    StatusIs,
    Value,
)
from dsl.spacing import as_quoted
from dsl.span import Origin

_T = TypeVar("_T")
_OPERATORS = {str(one): one for one in Comparison}


class Block:
    """The lines of a block by what they are: the words of plain ones by their keyword, all others by their class."""

    __slots__ = ("_lines", "_words")

    def __init__(self, lines: Iterable[syntax.Line]) -> None:
        self._words: dict[str, list[str]] = {}
        self._lines: dict[type, list[Any]] = {}
        for line in lines:
            if isinstance(line, syntax.Fact):
                self._words.setdefault(line.keyword, []).extend([word.text for word in line.words])
            else:
                self._lines.setdefault(line.__class__, []).append(line)

    def all(self, keyword: str) -> tuple[str, ...]:
        """The words of all plain lines with that keyword."""
        return tuple(self._words.get(keyword, ()))

    def one(self, keyword: str) -> str:
        """The first word of the first plain line with that keyword, "" without one."""
        found = self._words.get(keyword)
        return found[0] if found else ""

    def of(self, type_: type[_T]) -> tuple[_T, ...]:
        """The lines of a class other than plain ones."""
        found = self._lines.get(type_)
        return tuple(found) if found else ()


def words_of(lines: Iterable[syntax.Line], keyword: str) -> tuple[str, ...]:
    """The words of all lines with that keyword, where no others are asked for."""
    return Block(lines).all(keyword)


def word_of(lines: Iterable[syntax.Line], keyword: str) -> str:
    """The first word of the first line with that keyword, "" without one, where no others are asked for."""
    return Block(lines).one(keyword)


def of_type(lines: Iterable[syntax.Line], type_: type[_T]) -> list[_T]:
    return [line for line in lines if isinstance(line, type_)]


def name_of(declaration: syntax.Declaration) -> str:
    """The declared name."""
    assert declaration.name is not None
    return declaration.name.text


def title(declaration: syntax.Declaration) -> str:
    """The title that people see; the name where none is given."""
    return declaration.title.text if declaration.title else name_of(declaration)


def origin(declaration: syntax.Declaration, key: str) -> Origin:
    return Origin(key, 0, declaration.end)


# ---------------------------------------------------------------- vocabulary


def field(key: str, it: syntax.Declaration) -> model.Field:
    return model.Field(name_of(it), FieldType(word_of(it.lines, "field")), origin(it, key))


def person(key: str, it: syntax.Declaration) -> model.Person:
    block = Block(it.lines)
    return model.Person(name_of(it), title(it), block.one("email"), block.all("alias"), origin(it, key))


def team(key: str, it: syntax.Declaration) -> model.Team:
    block = Block(it.lines)
    lead, senior, member = block.all("lead"), block.all("senior"), block.all("member")
    return model.Team(name_of(it), title(it), lead, senior, member, origin(it, key))


def metric(key: str, it: syntax.Declaration) -> model.Metric:
    block = Block(it.lines)
    return model.Metric(name_of(it), title(it), block.one("start"), block.one("stop"), origin(it, key))


# ---------------------------------------------------------------- calendars


def holiday_list(key: str, it: syntax.Declaration, files: Mapping[str, tuple[str, str]]) -> model.HolidayList:
    """`files` maps a path as written to the path as shown and the file's text."""
    lines: list[model.HolidayLine] = []
    for line in it.lines:
        match line:
            case syntax.Country(code, subdivision):
                lines.append(model.CountryHolidays(code.text, subdivision.text if subdivision else ""))
            case syntax.Holiday(keyword, word, name):
                lines.append(_holiday(keyword, word.text, name.text if name else ""))
            case syntax.Fact("file", words):
                lines += [model.FileHolidays(*files[word.text]) for word in words if word.text in files]
            case _:
                pass
    observed = word_of(it.lines, "observed") != "no"
    return model.HolidayList(name_of(it), title(it), tuple(lines), observed, origin(it, key))


def _holiday(keyword: str, word: str, name: str) -> model.HolidayLine:
    if keyword == "day":
        return model.DayHoliday(values.day(word), name)
    if keyword == "yearly":
        return model.YearlyHoliday(*values.month_day(word), name)
    return model.EasterHoliday(values.offset(word), name)


def calendar(key: str, it: syntax.Declaration, holidays: Mapping[str, model.HolidayList]) -> model.Calendar:
    weekly: list[list[model.TimeRange]] = [[] for _ in range(7)]
    open_dates: dict[str, tuple[list[model.TimeRange], str, Origin]] = {}
    closed: list[model.ClosedDate] = []
    for line in it.lines:
        match line:
            case syntax.OpenDays(days, ranges):
                for number in {number for word in days for number in values.weekdays(word.text)}:
                    weekly[number] += [values.time_range(word.text) for word in ranges]
            case syntax.OpenDate(word, ranges, name):
                at = Origin(key, line.start, line.end)
                known, *_ = open_dates.setdefault(word.text, ([], name.text if name else "", at))
                known += [values.time_range(range_.text) for range_ in ranges]
            case syntax.ClosedDate(word, range_, name):
                hours = values.time_range(range_.text) if range_ else None
                at = Origin(key, line.start, line.end)
                closed.append(model.ClosedDate(values.day(word.text), hours, name.text if name else "", at))
            case _:
                pass
    return model.Calendar(
        name_of(it),
        title(it),
        word_of(it.lines, "zone"),
        tuple(merged(ranges) for ranges in weekly),
        tuple(
            model.OpenDate(values.day(text), merged(ranges), name, at)
            for text, (ranges, name, at) in sorted(open_dates.items())
        ),
        tuple(sorted(closed, key=lambda one: (one.day, one.range.start if one.range else -1))),
        tuple(holidays[name] for name in dict.fromkeys(words_of(it.lines, "holidays"))),
        origin(it, key),
    )


def merged(ranges: Iterable[model.TimeRange]) -> tuple[model.TimeRange, ...]:
    """Sorted ranges; those that touch or overlap become one."""
    out: list[model.TimeRange] = []
    for each in sorted(ranges, key=lambda one: (one.start, one.end)):
        if out and each.start <= out[-1].end:
            out[-1] = model.TimeRange(out[-1].start, max(out[-1].end, each.end))
        else:
            out.append(each)
    return tuple(out)


# ---------------------------------------------------------------- conditions


def condition(written: syntax.Condition) -> Condition:
    match written:
        case syntax.FlagTest(field_):
            return _flag(field_.text)
        case syntax.Comparison(field_, op, value):
            return Compare(field_.text, _OPERATORS[op.text], literal(value))
        case syntax.Membership(field_, items):
            return OneOf(field_.text, tuple([literal(item) for item in items]))
        case syntax.Pattern(field_, pattern):
            return Matches(field_.text, pattern.text)
        case syntax.StatusTest(_, status_class):
            return StatusIs(StatusClass(status_class.text))
        case syntax.Negated(item):
            return Not(condition(item))
        case syntax.Every(parts):
            return AllOf(tuple([condition(item) for item in parts]))
        case syntax.Either(parts):
            return AnyOf(tuple([condition(item) for item in parts]))


@lru_cache(4096)
def _flag(field: str) -> Condition:
    return Compare(field, Comparison.EQ, True)


def literal(value: syntax.Literal) -> Value:
    """`true` and `false` without quotes are flags, digits without quotes a number, the rest text."""
    if value.kind == "number":
        return int(value.text)
    if value.kind == "name" and value.text in ("true", "false"):
        return value.text == "true"
    return value.text


# ---------------------------------------------------------------- agreements


def target(key: str, text: str, line: syntax.Target) -> model.Target:
    """`text` is the whole declaration's."""
    return model.Target(
        tuple(dict.fromkeys([word.text for word in line.priorities])),
        line.metric.text,
        values.amount(line.amount.text),
        line.repeats,
        line.calendar.text if line.calendar else "",
        condition(line.when) if line.when else None,
        as_quoted(text[line.start : line.end]),
        Origin(key, line.start, line.end),
    )


def tier(key: str, text: str, it: syntax.Declaration, block: Block, parent: model.Tier | None) -> model.Tier:
    """`parent` is the tier that `like` names. A later fact replaces the same fact of it."""
    base = parent or _NO_TIER
    own = [target(key, text, line) for line in block.of(syntax.Target)]
    warn = sorted({values.percent(word) for word in block.all("warn")})
    reopen = block.one("reopen")
    return model.Tier(
        name_of(it),
        title(it),
        block.one("calendar") or base.calendar,
        (*_kept(base.targets, own), *own) if own else base.targets,
        tuple(warn) or base.warn,
        tuple(dict.fromkeys(block.all("pause"))) or base.pauses,
        model.Reopen(reopen) if reopen else base.reopen,
        ladders(block.of(syntax.Escalate), base.ladders),
        origin(it, key),
        uptimes(key, block.of(syntax.Uptime), base.uptimes),
        block.one("credits") or base.credits,
        block.one("like"),
    )


_NO_TIER = model.Tier("", "", "", (), model.DEFAULT_WARN, (), model.Reopen.RESUMES)


def _kept(inherited: Sequence[model.Target], own: Sequence[model.Target]) -> list[model.Target]:
    """What is left of inherited targets: those priorities that no own target of the same fact names."""
    said = {(one.metric, one.when, priority) for one in own for priority in one.priorities}
    kept = []
    for one in inherited:
        left = tuple(p for p in one.priorities if (one.metric, one.when, p) not in said)
        if len(left) == len(one.priorities):
            kept.append(one)
        elif left:
            kept.append(
                model.Target(
                    left, one.metric, one.amount, one.repeats, one.calendar, one.when, one.rule, one.origin
                )
            )
    return kept


def ladders(
    lines: Iterable[syntax.Escalate], inherited: Iterable[tuple[str, str]] = ()
) -> tuple[tuple[str, str], ...]:
    """The ladder of each priority that has one of its own, and of "" for the others; own lines replace inherited ones."""
    own = [
        (priority, line.ladder.text)
        for line in lines
        for priority in [word.text for word in line.priorities] or [""]
    ]
    return tuple(sorted(dict([*inherited, *own]).items())) if own else tuple(inherited)


def uptimes(key: str, lines: Iterable[syntax.Uptime], inherited: Iterable[Uptime] = ()) -> tuple[Uptime, ...]:
    """The promised uptimes; own ones replace inherited ones for the same length of time."""
    own = [
        Uptime(
            values.millionths(line.share.text),
            values.window(line.per.text),
            line.calendar.text,
            line.excluding,
            Origin(key, line.start, line.end),
        )
        for line in lines
    ]
    if not own:
        return tuple(inherited)
    found = {one.window: one for one in (*inherited, *own)}
    return tuple(found[length] for length in sorted(found, key=lambda length: length or 0))


def money(written: syntax.Money) -> Money:
    return Money(values.money(written.amount.text), written.currency.text)


def pause(key: str, it: syntax.Declaration) -> model.Pause:
    when = next(line.when for line in it.lines if isinstance(line, syntax.PauseWhen))
    block = Block(it.lines)
    limit = block.one("limit")
    return model.Pause(
        name_of(it),
        title(it),
        condition(when),
        block.all("stops"),
        values.amount(limit) if limit else None,
        origin(it, key),
    )


def group(key: str, text: str, it: syntax.Declaration) -> model.Group:
    block = Block(it.lines)
    return model.Group(
        name_of(it),
        title(it),
        block.one("zone"),
        block.one("calendar"),
        _assignments(key, block.of(syntax.Assignment)),
        _overrides(key, text, block.of(syntax.Override)),
        origin(it, key),
        retainers=_retainers(key, block.of(syntax.Retainer)),
    )


def customer(key: str, text: str, it: syntax.Declaration) -> model.Customer:
    block = Block(it.lines)
    return model.Customer(
        name_of(it),
        title(it),
        block.one("zone"),
        block.one("calendar"),
        _assignments(key, block.of(syntax.Assignment)),
        _overrides(key, text, block.of(syntax.Override)),
        origin(it, key),
        aliases=block.all("alias"),
        group=block.one("group"),
        account_manager=block.one("account-manager"),
        retainers=_retainers(key, block.of(syntax.Retainer)),
    )


def _assignments(key: str, lines: Iterable[syntax.Assignment]) -> tuple[model.TierAssignment, ...]:
    return tuple(
        [
            model.TierAssignment(
                line.tier.text, values.period(line.period), Origin(key, line.start, line.end)
            )
            for line in lines
        ]
    )


def _retainers(key: str, lines: Iterable[syntax.Retainer]) -> tuple[model.Retainer, ...]:
    return tuple(
        [
            model.Retainer(money(line.money), values.period(line.period), Origin(key, line.start, line.end))
            for line in lines
        ]
    )


def _overrides(key: str, text: str, lines: Iterable[syntax.Override]) -> tuple[model.Override, ...]:
    return tuple([_override(key, text, line) for line in lines])


def _override(key: str, text: str, line: syntax.Override) -> model.Override:
    block = Block(line.lines)
    return model.Override(
        line.name.text if line.name else "",
        values.period(line.period),
        block.one("reason"),
        block.one("calendar"),
        tuple([target(key, text, one) for one in block.of(syntax.Target)]),
        Origin(key, line.start, line.end),
    )
