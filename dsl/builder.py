"""Words to syntax for declarations and most of their lines: what the parser calls, a method for each rule of the grammar."""

from __future__ import annotations

from typing import Any

from dsl import (
    parse_commitment,
    parse_condition,
    parse_ladder,
    parse_renegotiation,
    parse_report,
    parse_scenario,
    syntax,
)
from dsl.parse_condition import Ended
from dsl.word import Word

Children = Any


class Builder:
    """Makes the tree while the parser reduces, so that no other tree ever exists. One method a rule: what it gets are words,
    nodes made by other methods, and None for an absent option."""

    def start(self, declaration: syntax.Declaration) -> syntax.Declaration:
        return declaration

    # ------------------------------------------------------------ heads

    def block(
        self, kind: Word, name: Word | None, title: Word | None, *lines: Children
    ) -> syntax.Declaration:
        return syntax.Declaration(
            kind.text,
            name,
            title,
            lines,
            (title or name or kind).end,
        )

    person = team = channel = metric = holidays = calendar = tier = block
    pause = escalation = group = customer = service = maintenance = credits = renegotiation = report = block

    def statuses(self, kind: Word, *lines: Children) -> syntax.Declaration:
        return syntax.Declaration("statuses", None, None, lines, kind.end)

    def language(self, kind: Word, version: Word) -> syntax.Declaration:
        return self._single(kind, (version,))

    include = language

    def priorities(self, kind: Word, names: tuple[Word, ...]) -> syntax.Declaration:
        return self._single(kind, names)

    def field(self, kind: Word, name: Word | None, type_: Word) -> syntax.Declaration:
        declaration = self._single(kind, (type_,))
        return declaration._replace(name=name)

    def default(self, kind: Word, tier: Word, name: Word) -> syntax.Declaration:
        return self._single(kind, (name,))

    def _single(self, kind: Word, words: tuple[Word, ...]) -> syntax.Declaration:
        end = words[-1].end
        return syntax.Declaration(
            kind.text, None, None, (syntax.Fact(kind.text, words, kind.start, end),), end
        )

    # ------------------------------------------------------------ lines

    def fact(self, keyword: Word, words: tuple[Word, ...]) -> syntax.Fact:
        return syntax.Fact(keyword.text, words, keyword.start, words[-1].end)

    def fact_word(self, keyword: Word, word: Word) -> syntax.Fact:
        return syntax.Fact(keyword.text, (word,), keyword.start, word.end)

    def metric_fact(self, keyword: Word, on: Word, words: tuple[Word, ...]) -> syntax.Fact:
        return self.fact(keyword, words)

    warn = pause_by = metric_fact

    def from_environment(self, keyword: Word, env: Word, variable: Word) -> syntax.Fact:
        return self.fact_word(keyword, variable)

    zone = observed = reopen = limit = fact_word

    def words(self, *words: Word) -> tuple[Word, ...]:
        return words

    def country(
        self, keyword: Word, code: Word, _subdivision: Word | None, subdivision: Word | None
    ) -> syntax.Country:
        return syntax.Country(code, subdivision, keyword.start, (subdivision or code).end)

    def day(self, keyword: Word, day: Word, title: Word | None) -> syntax.Holiday:
        return syntax.Holiday(keyword.text, day, title, keyword.start, (title or day).end)

    yearly = easter = day

    def open_days(self, keyword: Word, days: tuple[Word, ...], ranges: tuple[Word, ...]) -> syntax.OpenDays:
        return syntax.OpenDays(days, ranges, keyword.start, ranges[-1].end)

    def open_date(
        self, keyword: Word, day: Word, ranges: tuple[Word, ...], title: Word | None
    ) -> syntax.OpenDate:
        end = title.end if title else ranges[-1].end
        return syntax.OpenDate(day, ranges, title, keyword.start, end)

    def closed_date(
        self, keyword: Word, day: Word, range_: Word | None, title: Word | None
    ) -> syntax.ClosedDate:
        end = (title or range_ or day).end
        return syntax.ClosedDate(day, range_, title, keyword.start, end)

    def target(
        self,
        keyword: Word,
        priorities: tuple[Word, ...],
        metric: Word,
        how: Word,
        amount: Word,
        on: Word | None,
        calendar: Word | None,
        _when: Word | None,
        when: Ended | None,
    ) -> syntax.Target:
        condition, end = when or (None, (calendar or amount).end)
        return syntax.Target(
            priorities,
            metric,
            how.text == "every",
            amount,
            calendar,
            condition,
            keyword.start,
            end,
        )

    def pause_when(self, keyword: Word, when: Ended) -> syntax.PauseWhen:
        condition, end = when
        return syntax.PauseWhen(condition, keyword.start, end)

    def assignment(self, keyword: Word, tier: Word, period: syntax.Period | None) -> syntax.Assignment:
        return syntax.Assignment(tier, period, keyword.start, period.end if period else tier.end)

    def override(
        self, keyword: Word, name: Word | None, period: syntax.Period | None, *lines: Children
    ) -> syntax.Override:
        end = period.end if period else (name or keyword).end
        return syntax.Override(name, period, lines, keyword.start, end)

    def from_only(self, keyword: Word, day: Word) -> syntax.Period:
        return syntax.Period(day, None, False, keyword.start, day.end)

    def from_to(self, keyword: Word, first: Word, how: Word, last: Word) -> syntax.Period:
        return syntax.Period(first, last, how.text == "through", keyword.start, last.end)

    def to_only(self, how: Word, last: Word) -> syntax.Period:
        return syntax.Period(None, last, how.text == "through", how.start, last.end)

    # ------------------------------------------------------------ escalations

    def stop_when(self, keyword: Word, _when: Word, when: Ended) -> syntax.StopWhen:
        condition, end = when
        return syntax.StopWhen(condition, keyword.start, end)

    def when(self, keyword: Word, when: Ended) -> syntax.Option:
        condition, end = when
        return syntax.Option("when", None, None, condition, keyword.start, end)

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
    paused = staticmethod(parse_scenario.paused)
    breached = staticmethod(parse_scenario.breached)
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
    text_value = staticmethod(parse_condition.text_value)
    name_value = staticmethod(parse_condition.name_value)
    number_value = staticmethod(parse_condition.number_value)
