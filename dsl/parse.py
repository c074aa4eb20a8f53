"""The only file that imports Lark: text of one declaration in, its syntax tree or the first fault out.

The parser is built once a process, from tables kept in the user's cache where that can be trusted.
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple, Protocol, cast

from lark import Lark, Token, Transformer, UnexpectedInput, UnexpectedToken, v_args

from dsl import (
    parse_commitment,
    parse_condition,
    parse_ladder,
    parse_renegotiation,
    parse_report,
    parse_scenario,
    syntax,
)
from dsl.cache_folder import cache_folder
from dsl.drive import Tables
from dsl.leaf import Leaf
from dsl.leaf import end as _end
from dsl.leaf import start as _start
from dsl.leaf import word as _word
from dsl.leaf import word_or_none as _word_or_none
from dsl.limits import excess
from dsl.parse_condition import Ended

Children = Any  # what a rule's method gets: tokens, nodes made by other methods, None for an absent option


class Fault(NamedTuple):
    """Where the parser could not go on. `expected` are names of terminals; `text` is what stood there."""

    start: int
    end: int
    text: str
    expected: frozenset[str]


def parse(text: str) -> syntax.Declaration | Fault:
    """Parse one declaration. Offsets count from the start of `text`. One that passes a limit is a fault."""
    if over := excess(text):
        return Fault(over.start, over.end, "", frozenset())
    if (found := _tables().run(text)) is not None:
        return cast(syntax.Declaration, found)
    try:
        return cast(syntax.Declaration, _parser().parse(text))
    except UnexpectedInput as error:
        return _fault(text, error)


class Reader(Protocol):
    """A parser that has read a part of a declaration, and can be asked what may follow."""

    def accepts(self) -> set[str]:
        """Names of the terminals that may come next."""
        ...

    def copy(self, deepcopy_values: bool = True) -> Reader: ...

    def feed_token(self, token: Leaf) -> object:
        """Go on by one token. The end of the declaration (`$END`) answers its tree."""
        ...


def begun(text: str) -> Reader | None:
    """A reader after `text`, with which a declaration begins; None where none does."""
    interactive: Any = _parser().parse_interactive(text)
    try:
        for token in interactive.lexer_thread.lex(interactive.parser_state):
            interactive.feed_token(token)
    except UnexpectedInput:
        return None
    return cast(Reader, interactive)


def grammar() -> str:
    """The grammar's text."""
    return files("dsl").joinpath("grammar.lark").read_text(encoding="utf-8")


@cache
def _parser() -> Lark:
    text = grammar()
    folder = cache_folder()
    name = hashlib.sha256(text.encode()).hexdigest()[:16]
    return Lark(
        text,
        parser="lalr",
        lexer="contextual",
        maybe_placeholders=True,
        transformer=_Build(),
        # Lark checks the key that it writes into the file: grammar, options, its own and Python's version.
        cache=str(folder / f"grammar-{name}.pickle") if folder else False,
    )


@cache
def _tables() -> Tables:
    return Tables(_parser())


def _fault(text: str, error: UnexpectedInput) -> Fault:
    """Parse again up to where the parser stopped, to learn what would have been accepted there.

    Reductions that come before an error narrow what seems to be expected, so that the stopped parser cannot be asked.
    """
    start, end, found = _stopped(text, error)
    interactive: Any = _parser().parse_interactive(text)
    try:
        for token in interactive.lexer_thread.lex(interactive.parser_state):
            if _start(token) >= start:
                break
            interactive.feed_token(token)
    except UnexpectedInput:  # the lexer stopped before there was a token
        pass
    return Fault(start, end, found, frozenset(interactive.accepts()))


def _stopped(text: str, error: UnexpectedInput) -> tuple[int, int, str]:
    """From where to where the unexpected stands, and its text."""
    if not isinstance(error, UnexpectedToken):
        position = error.pos_in_stream or 0
        return position, position + 1, text[position : position + 1]
    if error.token.type == "$END":
        return len(text), len(text), ""
    return _start(error.token), _end(error.token), str(error.token)


@v_args(inline=True)
class _Build(Transformer[Token, Children]):
    """Makes the tree while the parser reduces, so that no Lark tree ever exists. One method a rule."""

    def start(self, declaration: syntax.Declaration) -> syntax.Declaration:
        return declaration

    # ------------------------------------------------------------ heads

    def block(
        self, kind: Token, name: Token | None, title: Token | None, *lines: Children
    ) -> syntax.Declaration:
        return syntax.Declaration(
            str(kind),
            _word_or_none(name),
            _word_or_none(title),
            lines,
            _end(title or name or kind),
        )

    person = team = channel = metric = holidays = calendar = tier = block
    pause = escalation = group = customer = service = maintenance = credits = renegotiation = report = block

    def statuses(self, kind: Token, *lines: Children) -> syntax.Declaration:
        return syntax.Declaration("statuses", None, None, lines, _end(kind))

    def language(self, kind: Token, version: Token) -> syntax.Declaration:
        return self._single(kind, (_word(version),))

    include = language

    def priorities(self, kind: Token, names: tuple[syntax.Word, ...]) -> syntax.Declaration:
        return self._single(kind, names)

    def field(self, kind: Token, name: Token | None, type_: Token) -> syntax.Declaration:
        declaration = self._single(kind, (_word(type_),))
        return declaration._replace(name=_word_or_none(name))

    def default(self, kind: Token, tier: Token, name: Token) -> syntax.Declaration:
        return self._single(kind, (_word(name),))

    def _single(self, kind: Token, words: tuple[syntax.Word, ...]) -> syntax.Declaration:
        end = words[-1].end
        return syntax.Declaration(
            str(kind), None, None, (syntax.Fact(str(kind), words, _start(kind), end),), end
        )

    # ------------------------------------------------------------ lines

    def fact(self, keyword: Token, words: tuple[syntax.Word, ...]) -> syntax.Fact:
        return syntax.Fact(str(keyword), words, _start(keyword), words[-1].end)

    def fact_word(self, keyword: Token, word: Token) -> syntax.Fact:
        return syntax.Fact(str(keyword), (_word(word),), _start(keyword), _end(word))

    def metric_fact(self, keyword: Token, on: Token, words: tuple[syntax.Word, ...]) -> syntax.Fact:
        return self.fact(keyword, words)

    warn = pause_by = metric_fact

    def from_environment(self, keyword: Token, env: Token, variable: Token) -> syntax.Fact:
        return self.fact_word(keyword, variable)

    zone = observed = reopen = limit = fact_word

    def words(self, *tokens: Token) -> tuple[syntax.Word, ...]:
        return tuple([_word(token) for token in tokens])

    def country(
        self, keyword: Token, code: Token, _subdivision: Token | None, subdivision: Token | None
    ) -> syntax.Country:
        return syntax.Country(
            _word(code), _word_or_none(subdivision), _start(keyword), _end(subdivision or code)
        )

    def day(self, keyword: Token, day: Token, title: Token | None) -> syntax.Holiday:
        return syntax.Holiday(
            str(keyword), _word(day), _word_or_none(title), _start(keyword), _end(title or day)
        )

    yearly = easter = day

    def open_days(
        self, keyword: Token, days: tuple[syntax.Word, ...], ranges: tuple[syntax.Word, ...]
    ) -> syntax.OpenDays:
        return syntax.OpenDays(days, ranges, _start(keyword), ranges[-1].end)

    def open_date(
        self, keyword: Token, day: Token, ranges: tuple[syntax.Word, ...], title: Token | None
    ) -> syntax.OpenDate:
        end = _end(title) if title else ranges[-1].end
        return syntax.OpenDate(_word(day), ranges, _word_or_none(title), _start(keyword), end)

    def closed_date(
        self, keyword: Token, day: Token, range_: Token | None, title: Token | None
    ) -> syntax.ClosedDate:
        end = _end(title or range_ or day)
        return syntax.ClosedDate(
            _word(day), _word_or_none(range_), _word_or_none(title), _start(keyword), end
        )

    def target(
        self,
        keyword: Token,
        priorities: tuple[syntax.Word, ...],
        metric: Token,
        how: Token,
        amount: Token,
        on: Token | None,
        calendar: Token | None,
        _when: Token | None,
        when: Ended | None,
    ) -> syntax.Target:
        return syntax.Target(
            priorities,
            _word(metric),
            how.type == "EVERY",
            _word(amount),
            _word_or_none(calendar),
            when.condition if when else None,
            _start(keyword),
            when.end if when else _end(calendar or amount),
        )

    def pause_when(self, keyword: Token, when: Ended) -> syntax.PauseWhen:
        return syntax.PauseWhen(when.condition, _start(keyword), when.end)

    def assignment(self, keyword: Token, tier: Token, period: syntax.Period | None) -> syntax.Assignment:
        return syntax.Assignment(_word(tier), period, _start(keyword), period.end if period else _end(tier))

    def override(
        self, keyword: Token, name: Token | None, period: syntax.Period | None, *lines: Children
    ) -> syntax.Override:
        end = period.end if period else _end(name or keyword)
        return syntax.Override(_word_or_none(name), period, lines, _start(keyword), end)

    def from_only(self, keyword: Token, day: Token) -> syntax.Period:
        return syntax.Period(_word(day), None, False, _start(keyword), _end(day))

    def from_to(self, keyword: Token, first: Token, how: Token, last: Token) -> syntax.Period:
        return syntax.Period(_word(first), _word(last), how.type == "THROUGH", _start(keyword), _end(last))

    def to_only(self, how: Token, last: Token) -> syntax.Period:
        return syntax.Period(None, _word(last), how.type == "THROUGH", _start(how), _end(last))

    # ------------------------------------------------------------ escalations

    def stop_when(self, keyword: Token, _when: Token, when: Ended) -> syntax.StopWhen:
        return syntax.StopWhen(when.condition, _start(keyword), when.end)

    def when(self, keyword: Token, when: Ended) -> syntax.Option:
        return syntax.Option("when", None, None, when.condition, _start(keyword), when.end)

    escalate = staticmethod(parse_ladder.escalate)
    for_priorities = staticmethod(parse_ladder.for_priorities)
    step = staticmethod(parse_ladder.step)
    at_share = staticmethod(parse_ladder.at_share)
    at_point = staticmethod(parse_ladder.at_point)
    at_delay = staticmethod(parse_ladder.at_delay)
    notify = staticmethod(parse_ladder.notify)
    reassign = staticmethod(parse_ladder.reassign)
    flag_it = staticmethod(parse_ladder.flag_it)
    raise_priority = staticmethod(parse_ladder.raise_priority)
    tag = staticmethod(parse_ladder.tag)
    recipients = staticmethod(parse_ladder.recipients)
    one_of_ticket = staticmethod(parse_ladder.one_of_ticket)
    one_by_name = staticmethod(parse_ladder.one_by_name)
    one_of_team = staticmethod(parse_ladder.one_of_team)
    skip = including = staticmethod(parse_ladder.skip)
    only = staticmethod(parse_ladder.only)
    repeat = staticmethod(parse_ladder.repeat)

    # ------------------------------------------------------------ uptime, maintenance and money

    uptime = staticmethod(parse_commitment.uptime)
    retainer = staticmethod(parse_commitment.retainer)
    concerns = staticmethod(parse_commitment.concerns)
    weekly_window = staticmethod(parse_commitment.weekly_window)
    dated_window = staticmethod(parse_commitment.dated_window)
    announced = staticmethod(parse_commitment.announced)
    uptime_band = staticmethod(parse_commitment.uptime_band)
    breach_credit = staticmethod(parse_commitment.breach_credit)
    cap = staticmethod(parse_commitment.cap)
    share_paid = staticmethod(parse_commitment.share_paid)
    money_paid = staticmethod(parse_commitment.money_paid)
    money = staticmethod(parse_commitment.money)
    of_metric = staticmethod(parse_renegotiation.of_metric)
    of_uptime = staticmethod(parse_renegotiation.of_uptime)
    of_credits = staticmethod(parse_renegotiation.of_credits)
    one_month = staticmethod(parse_renegotiation.one_month)
    several_months = staticmethod(parse_renegotiation.several_months)

    # ------------------------------------------------------------ reports

    each_period = staticmethod(parse_report.each_period)
    each_week = staticmethod(parse_report.each_week)
    for_everybody = staticmethod(parse_report.for_everybody)
    share_mail = staticmethod(parse_report.share_mail)

    # ------------------------------------------------------------ scenarios and checks

    check = staticmethod(parse_scenario.check)
    scenario = staticmethod(parse_scenario.scenario)
    check_line = staticmethod(parse_scenario.check_line)
    promise = staticmethod(parse_scenario.promise)
    no_promise = staticmethod(parse_scenario.no_promise)
    promises = settings = staticmethod(parse_scenario.several)
    ticket = staticmethod(parse_scenario.ticket)
    happens = staticmethod(parse_scenario.happens)
    sets = staticmethod(parse_scenario.sets)
    setting = staticmethod(parse_scenario.setting)
    moment = staticmethod(parse_scenario.moment)
    look = staticmethod(parse_scenario.look)
    expect = staticmethod(parse_scenario.expect)
    due = staticmethod(parse_scenario.due)
    tier_decides = staticmethod(parse_scenario.tier_decides)
    override_decides = staticmethod(parse_scenario.override_decides)
    stands = staticmethod(parse_scenario.stands)
    paused = breached = staticmethod(parse_scenario.paused_or_breached)
    no_clock = staticmethod(parse_scenario.no_clock)
    reaches = staticmethod(parse_scenario.reaches)
    quiet = staticmethod(parse_scenario.quiet)
    outage = staticmethod(parse_scenario.outage)
    notice = staticmethod(parse_scenario.notice)
    for_customer = staticmethod(parse_scenario.for_customer)
    credited = retained = staticmethod(parse_scenario.of_month)
    not_credited = not_retained = staticmethod(parse_scenario.nothing_of_month)

    # ------------------------------------------------------------ conditions

    either = staticmethod(parse_condition.either)
    every = staticmethod(parse_condition.every)
    grouped = staticmethod(parse_condition.grouped)
    negated = staticmethod(parse_condition.negated)
    flag = staticmethod(parse_condition.flag)
    comparison = staticmethod(parse_condition.comparison)
    membership = staticmethod(parse_condition.membership)
    pattern = staticmethod(parse_condition.pattern)
    status_test = staticmethod(parse_condition.status_test)
    value = staticmethod(parse_condition.value)
