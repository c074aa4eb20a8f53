"""The page of one customer as lines: what was agreed, how it stands, month by month, and what it comes to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import tzinfo

from engine.commitment.uptime import Figure, state
from engine.commitment.words import budget, money, ran, uptime
from engine.lengths import length
from engine.store.publications import ERASED, Publication
from engine.wall import format_local
from reports.compliance import Figures
from reports.paper import Month
from reports.renegotiation import Talk
from reports.settlement import Entry, Settlement
from tui.columns import fill
from tui.export import Sheet
from tui.glyphs import Glyphs
from tui.line import Line, fit, wrap
from tui.lists import wrapped
from tui.moment import iso
from tui.plain import plain
from tui.view_customers import CustomerDetail, change_piece, credits_text, spark
from tui.view_health import percent, share_bar
from tui.view_uptime import ROLES, SYMBOLS

_NAME = 16
_MOST_OUTAGES = 20


def customer_page(detail: CustomerDetail, now: int, zone: tzinfo, glyphs: Glyphs, cells: int) -> list[Line]:
    """Everything about a customer, for a width."""
    item = detail.customer
    scorecard = item.scorecard
    out: list[Line] = [
        (),
        *wrapped(scorecard.title, "heading", glyphs, cells),
        *_contract(detail, glyphs, cells),
        (),
        ((f"Compliance {scorecard.period} so far", "heading"), (f"  {plain(scorecard.zone, 40)}", "muted")),
        *metric_lines(scorecard.figures, scorecard.metrics, glyphs, cells),
        (
            (f"now open {item.open:,}, breached ", "muted"),
            (
                f"{glyphs.standing['breached']} {item.breached:,}" if item.breached else "none",
                "breached" if item.breached else "muted",
            ),
        ),
        (),
        (
            ("Month by month ", "heading"),
            (spark(scorecard, glyphs), "running"),
            ("  ", ""),
            change_piece(scorecard, glyphs),
        ),
        *month_lines((*scorecard.months, Month(scorecard.period, scorecard.figures)), glyphs, cells),
        (),
        *uptime_lines(scorecard.uptime, now, scorecard.zone, glyphs),
        (),
        (
            (f"Credits {scorecard.period} so far  ", "heading"),
            (credits_text(scorecard), "warning" if scorecard.credits or scorecard.trouble else "muted"),
        ),
        *(wrapped(scorecard.trouble, "warning", glyphs, cells) if scorecard.trouble else ()),
        *settlement_lines(scorecard.settlement, glyphs, cells),
        (),
        *_talks(scorecard.talks, glyphs, cells),
        (("Published reports", "heading"),),
        *published_lines(detail.published, zone, glyphs, cells),
    ]
    return out


def _contract(detail: CustomerDetail, glyphs: Glyphs, cells: int) -> list[Line]:
    scorecard, contract = detail.customer.scorecard, detail.contract
    if not scorecard.declared:
        return [(("not declared in the rules: tickets name it, and the default tier covers it", "muted"),)]
    out: list[Line] = []

    def fact(name: str, words: Iterable[str]) -> None:
        for number, word in enumerate(words):
            lines = wrap(glyphs.text(plain(word, 400)), max(20, cells - _NAME))
            head = name if number == 0 else ""
            out.extend(
                ((fit(head if at == 0 else "", _NAME), "muted"), (line, "")) for at, line in enumerate(lines)
            )

    fact("name", [f"{scorecard.name}{f', group {scorecard.group}' if scorecard.group else ''}"])
    fact("tier", [f"{title or 'none'}{f' {period}' if period else ''}" for title, period in contract.tiers])
    fact("retainer", contract.retainers or ["none"])
    fact("account manager", [contract.manager] if contract.manager else [])
    fact("rules", [contract.where] if contract.where else [])
    return out


def _talks(talks: Sequence[Talk], glyphs: Glyphs, cells: int) -> list[Line]:
    """What says that the contract needs another talk, with the figures of each month."""
    out: list[Line] = []
    for talk in talks:
        about = talk.renegotiation
        out.append(((f"{glyphs.flagged} Renegotiation: {plain(about.title or about.name, 200)}", "warning"),))
        for one in talk.evidence:
            if one.holds:
                out += wrapped(f"{one.occasion.rule}: {one.value}, {one.course}", "", glyphs, cells)
                told = ", ".join(f"{name} {value or '-'}" for name, value, _ in one.by_month)
                out += wrapped(f"{told}{'; so far' if one.so_far else ''}", "muted", glyphs, cells)
        out.append(())
    return out


# ---------------------------------------------------------------- blocks that a report has too


def metric_lines(overall: Figures, metrics: Mapping[str, Figures], glyphs: Glyphs, cells: int) -> list[Line]:
    """Figures of all, then by metric, worst first."""
    return [_figures_line(name, one, glyphs, cells) for name, one in (("all", overall), *metrics.items())]


def month_lines(months: Sequence[Month], glyphs: Glyphs, cells: int) -> list[Line]:
    """A line for each month, the latest last."""
    return [_figures_line(one.name, one.figures, glyphs, cells) for one in months]


def _figures_line(name: str, one: Figures, glyphs: Glyphs, cells: int) -> Line:
    tally = one.tally
    apart = [
        f"{count:,} {word}"
        for word, count in (("excluded", one.excluded), ("running", one.running), ("paused", one.paused))
        if count
    ]
    words = f"  {one.met:,} met, {one.breached:,} breached, {one.missed:,} missed"
    return (
        (fit(glyphs.text(plain(name, 100)), _NAME, more=glyphs.more), ""),
        (fit(percent(tally), 8, right=True) + " ", "strong"),
        *(share_bar(tally, glyphs, max(6, min(24, cells - 80))) if cells >= 90 else ()),
        (words, "warning" if tally.failed else "muted"),
        (f"; {', '.join(apart)}" if apart else "", "muted"),
    )


def uptime_lines(figures: Sequence[Figure], now: int, zone: str, glyphs: Glyphs) -> list[Line]:
    """What every service ran against each promise, with the outages that count."""
    out: list[Line] = [(("Uptime against commitment", "heading"),)]
    if not figures:
        return [*out, (("no uptime is promised", "muted"),)]
    for one in figures:
        word = state(one, now)
        service = one.service or "all services"
        out += [
            (
                (fit(glyphs.text(plain(service, 60)), _NAME, more=glyphs.more), ""),
                (f"{glyphs.standing[SYMBOLS[word]]} {ran(one)} {word}", ROLES[word]),
                (f", promised {plain(uptime(one.promise), 120)}", "muted"),
            ),
            (
                (" " * _NAME, ""),
                (f"{length(one.down)} down, error budget {length(one.budget)}: {budget(one)}", "muted"),
            ),
        ]
        if one.covered is not None and one.covered < 1:
            out.append(((" " * _NAME, ""), ("outages are not known for all of that time", "warning")))
        for start, end in one.failures[:_MOST_OUTAGES]:
            words = f"down {format_local(start, zone)} until {format_local(end, zone)}, {length(end - start)}"
            out.append(((" " * _NAME, ""), (words, "warning")))
        if len(one.failures) > _MOST_OUTAGES:
            out.append(((" " * _NAME, ""), (f"and {len(one.failures) - _MOST_OUTAGES:,} more", "muted")))
    return out


def settlement_lines(settlement: Settlement | None, glyphs: Glyphs, cells: int) -> list[Line]:
    """The lines of a statement with what each follows from, then those that correct earlier months."""
    if settlement is None:
        return []
    out = [line for entry in settlement.own for line in _entry(entry, glyphs, cells)]
    if settlement.corrections:
        out.append((("Corrections of closed months", "strong"),))
        out += [line for entry in settlement.corrections for line in _entry(entry, glyphs, cells)]
    if settlement.retainer is not None:
        due = ", ".join(map(money, settlement.due))
        out += wrapped(
            f"retainer {money(settlement.retainer)}, with the credits {due} is due", "muted", glyphs, cells
        )
    return out or [(("nothing is paid back, and no retainer is agreed", "muted"),)]


def _entry(entry: Entry, glyphs: Glyphs, cells: int) -> list[Line]:
    line = entry.line
    of = f"{entry.of}: " if entry.of else ""
    where = f"  ({entry.where})" if entry.where else ""
    return [
        (
            (fit(money(line.amount), _NAME), "strong"),
            (glyphs.text(plain(f"{of}{line.rule}{where}", 300)), ""),
        ),
        *(
            ((" " * _NAME, ""), (words, "muted"))
            for words in wrap(glyphs.text(plain(line.because, 1000)), max(20, cells - _NAME))
        ),
    ]


def published_lines(published: Sequence[Publication], zone: tzinfo, glyphs: Glyphs, cells: int) -> list[Line]:
    """What the customer may have, and what was taken back."""
    return [fill(_published(one, zone, glyphs), max(20, cells), glyphs.more) for one in published] or [
        (("none", "muted"),)
    ]


def _published(one: Publication, zone: tzinfo, glyphs: Glyphs) -> Line:
    gone = one.withdrawn_at
    word = "read" if gone is not None else "met"
    symbol = glyphs.fate["discarded"] if gone is not None else glyphs.standing["met"]
    by = f" by {one.published_by}" if one.published_by else ""
    words = f"{one.title}, published {iso(one.published_at, zone)[:16]}{by}"
    if gone is not None:
        why = "erased" if one.withdrawn_by == ERASED else f"by {one.withdrawn_by}"
        words += f"; withdrawn {iso(gone, zone)[:16]} {why}"
    return (
        (
            f"{symbol} {'withdrawn' if gone is not None else 'published'}  ",
            "muted" if word == "read" else "met",
        ),
        (f"{one.id:>4}  {one.period}  {one.format:<5}", "strong"),
        (glyphs.text(plain(words, 300)), "muted" if gone is not None else ""),
    )


def customer_sheet(detail: CustomerDetail, now: int) -> Sheet:
    """Every figure of the page in a row of its own; amounts as the rules write them."""
    scorecard = detail.customer.scorecard
    rows: list[tuple[str | int | None, ...]] = []
    for section, name, one in (
        ("compliance", scorecard.period, scorecard.figures),
        *(("metric", name, one) for name, one in scorecard.metrics.items()),
        *(("month", one.name, one.figures) for one in scorecard.months),
    ):
        rows.append((section, name, one.met, one.tally.failed, one.tally.hundredths, None, None))
    for figure in scorecard.uptime:
        rows.append(
            (
                "uptime",
                figure.service,
                None,
                None,
                None,
                f"{ran(figure)} {state(figure, now)}",
                uptime(figure.promise),
            )
        )
    for entry in scorecard.settlement.entries if scorecard.settlement else ():
        rows.append(
            ("credit", entry.line.rule, None, None, None, money(entry.line.amount), entry.line.because)
        )
    for publication in detail.published:
        gone = "withdrawn" if publication.withdrawn_at is not None else "published"
        rows.append(
            (
                "report",
                str(publication.id),
                None,
                None,
                None,
                gone,
                f"{publication.period} {publication.format}",
            )
        )
    header = ("section", "name", "met", "failed", "hundredths_of_percent", "value", "because")
    return Sheet(f"customer-{scorecard.name}", header, rows)
