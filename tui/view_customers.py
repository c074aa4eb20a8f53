"""The Customers screen as data: how each customer stands in the month so far, worst first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo

from engine.commitment.uptime import Figure, state
from engine.commitment.words import budget, money, ran, share
from engine.store.publications import Publication
from reports.scorecard import Scorecard
from tui.columns import LEAD, Column
from tui.export import Sheet
from tui.glyphs import Glyphs
from tui.line import Line, Piece, text
from tui.lists import FAR, Part, Wish, fit_columns, item_line, text_column, title_line, words_cell, wrapped
from tui.view_health import percent
from tui.view_uptime import left_piece, uptime_piece, worst


@dataclass(frozen=True, slots=True)
class Customer:
    """A scorecard with the tickets that are `open` now, and those of them that are `breached`."""

    scorecard: Scorecard
    open: int
    breached: int


@dataclass(frozen=True, slots=True)
class Customers:
    """How all stand, worst first, as of `at` in UTC seconds. `more` says that months, or customers, are still to come."""

    entries: tuple[Customer, ...]
    at: int
    more: bool = False


@dataclass(frozen=True, slots=True)
class Contract:
    """What was agreed, in short: tiers with their dates, retainers, the account manager, and where the rules say so."""

    tiers: tuple[tuple[str, str], ...]
    retainers: tuple[str, ...]
    manager: str
    where: str


@dataclass(frozen=True, slots=True)
class CustomerDetail:
    """All that the page of a customer shows; `published` are its publications, also those that were withdrawn, the latest first."""

    customer: Customer
    contract: Contract
    published: tuple[Publication, ...]
    more: bool = False


# ---------------------------------------------------------------- how they stand


def worst_first(entries: Iterable[Customer]) -> tuple[Customer, ...]:
    """Those first who need another talk or cannot get what was promised of uptime any more, then by compliance; those without a decided clock last."""

    def badness(item: Customer) -> tuple[bool, bool, int, int, str]:
        scorecard = item.scorecard
        tally = scorecard.figures.tally
        lost = any(one.left < 0 and one.kept is False for one in scorecard.uptime)
        return (
            not (lost or scorecard.talks),
            tally.hundredths is None,
            tally.hundredths or 0,
            -tally.failed,
            scorecard.title.casefold(),
        )

    return tuple(sorted(entries, key=badness))


def shares(scorecard: Scorecard) -> list[int]:
    """Compliance in hundredths of a percent of every month that has any, the one so far included."""
    found = [one.figures.tally.hundredths for one in scorecard.months]
    return [one for one in (*found, scorecard.figures.tally.hundredths) if one is not None]


def change(scorecard: Scorecard) -> int | None:
    """Hundredths of a percent that compliance has moved by since the month before; None where there is nothing to compare."""
    before = scorecard.months[-1].figures.tally.hundredths if scorecard.months else None
    after = scorecard.figures.tally.hundredths
    return None if before is None or after is None else after - before


def change_piece(scorecard: Scorecard, glyphs: Glyphs) -> Piece:
    """The same with a symbol and in words: `▼ down 1.25`."""
    moved = change(scorecard)
    if moved is None:
        return "-", "muted"
    if not moved:
        return "= same", "muted"
    size = f"{abs(moved) // 100}.{abs(moved) % 100:02}"
    return (f"{glyphs.up} up {size}", "met") if moved > 0 else (f"{glyphs.down} down {size}", "warning")


def spark(scorecard: Scorecard, glyphs: Glyphs) -> str:
    """The months as a line of blocks, from the lowest, or 90 % where none is lower, to 100 %."""
    values = shares(scorecard)
    return glyphs.spark.draw(values, min([9000, *values]), 10_000)


def credits_text(scorecard: Scorecard) -> str:
    """What the month comes to so far, in each currency; why it cannot be said."""
    if scorecard.trouble:
        return "not counted"
    return ", ".join(map(money, scorecard.credits)) or "-"


def _credits_piece(item: Customer, _: int, __: Glyphs) -> Piece:
    scorecard = item.scorecard
    return credits_text(scorecard), "warning" if scorecard.trouble or scorecard.credits else "muted"


def _breached_piece(item: Customer, _: int, glyphs: Glyphs) -> Piece:
    return (
        (f"{glyphs.standing['breached']} {item.breached:,}", "breached") if item.breached else ("-", "muted")
    )


def talk_piece(item: Customer, _: int, glyphs: Glyphs) -> Piece:
    """Whether the contract needs another talk."""
    return (f"{glyphs.flagged} talk", "warning") if item.scorecard.talks else ("-", "muted")


def parts(_: tzinfo) -> tuple[Part[Customers, Customer], ...]:
    """The one list of the screen."""

    def met(item: Customer, _: int, __: Glyphs) -> Piece:
        tally = item.scorecard.figures.tally
        return percent(tally), "met" if tally.hundredths == 10_000 else "strong" if tally.failed else "muted"

    def least(item: Customer) -> Figure | None:
        return worst(item.scorecard.uptime)

    def owed(item: Customer) -> object:
        return tuple((one.currency, one.amount) for one in item.scorecard.credits)

    columns: tuple[Column[Customer], ...] = (
        text_column("customer", "Customer", 14, 34, 0, lambda item: item.scorecard.title, "who it is", "strong"),
        Column("met", "Met", 8, 8, 0, met, _share, "compliance of the month so far", right=True),
        Column("trend", "Trend", 12, 14, 5, lambda item, _, glyphs: change_piece(item.scorecard, glyphs),
               lambda item: _known(change(item.scorecard)), "compliance against the month before, in points"),
        Column("months", "Months", 12, 12, 7, lambda item, _, glyphs: (spark(item.scorecard, glyphs), "running"),
               lambda item: shares(item.scorecard), "compliance of the last months, from the lowest to 100 %"),
        Column("uptime", "Uptime", 18, 20, 2, lambda item, now, glyphs: uptime_piece(least(item), now, glyphs),
               lambda item: _left(least(item)), "the service that has the least error budget left, against what is promised"),
        Column("left", "Error budget", 13, 13, 6, lambda item, _, __: left_piece(least(item)),
               lambda item: _left(least(item)), "downtime that the promise still has room for"),
        Column("credits", "Credits", 11, 24, 3, _credits_piece, owed, "credits of the month so far"),
        Column("breached", "Breached", 8, 8, 1, _breached_piece, lambda item: item.breached, "open tickets that are breached now", right=True),
        Column("open", "Open", 6, 6, 8, lambda item, _, __: (f"{item.open:,}", "muted"), lambda item: item.open,
               "tickets that are open now", right=True),
        Column("talk", "Talk", 6, 6, 4, talk_piece, lambda item: len(item.scorecard.talks),
               "whether a renegotiation says that the contract needs another talk"),
        text_column("tier", "Tier", 8, 14, 9, lambda item: item.scorecard.tier, "the tier of now"),
        text_column("group", "Group", 8, 18, 10, lambda item: item.scorecard.group, "its group", "muted"),
    )  # fmt: skip
    return (
        Part(
            key="customers",
            title="Customers",
            items=lambda data: data.entries,
            ident=lambda item: hash(item.scorecard.name),
            ticket=lambda _: 0,
            columns=columns,
            wide="customer",
            texts={
                "customer": lambda item: f"{item.scorecard.name}\n{item.scorecard.title}",
                "tier": lambda item: item.scorecard.tier,
                "group": lambda item: item.scorecard.group,
            },
            lengths={"left": lambda item, _: _left(least(item)) if least(item) else None},
            choices={
                "is": {
                    "breached": lambda item: item.breached > 0,
                    "credited": lambda item: bool(item.scorecard.credits),
                    "missed": lambda item: any(one.left < 0 for one in item.scorecard.uptime),
                    "undeclared": lambda item: not item.scorecard.declared,
                    "renegotiate": lambda item: bool(item.scorecard.talks),
                    "worse": lambda item: (change(item.scorecard) or 0) < 0,
                }
            },
            example="customer:acme tier:gold group:retail left:<30m is:credited",
            about=_about,
            empty="The rules declare no customer, and no ticket names one.",
            sheet=sheet,
            card=_card,
            order="worst first",
        ),
    )


def _share(item: Customer) -> object:
    return _known(item.scorecard.figures.tally.hundredths)


def _known(value: int | None) -> int:
    return FAR if value is None else value


def _left(one: Figure | None) -> int:
    return FAR if one is None else one.left


def _card(item: Customer, now: int, glyphs: Glyphs) -> tuple[Line, Line]:
    scorecard = item.scorecard
    title = words_cell(lambda _: scorecard.title, "strong")(item, now, glyphs)
    late = _breached_piece(item, now, glyphs)
    first = (
        (f"{percent(scorecard.figures.tally):>8}", "strong"),
        *_told([talk_piece(item, now, glyphs), late]),
        ("  ", ""),
        title,
    )
    moved, owed = change_piece(scorecard, glyphs), _credits_piece(item, now, glyphs)
    return first, _told([moved, uptime_piece(worst(scorecard.uptime), now, glyphs), owed])


def _told(pieces: Iterable[Piece]) -> Line:
    """Those that say something, each after a gap."""
    return tuple(part for piece in pieces if piece[0] != "-" for part in (("  ", ""), piece))


def _about(item: Customer, now: int, _: tzinfo, glyphs: Glyphs, cells: int) -> list[Line]:
    scorecard = item.scorecard
    names = [
        scorecard.name,
        f"tier {scorecard.tier}" if scorecard.tier else "",
        f"group {scorecard.group}" if scorecard.group else "",
    ]
    kind = "" if scorecard.declared else "not declared in the rules"
    counts = scorecard.figures
    words = f"{scorecard.period} so far: {percent(counts.tally)}, {counts.met:,} met, {counts.tally.failed:,} failed, {counts.excluded:,} excluded"
    one = worst(scorecard.uptime)
    ran_words = (
        f"{one.service or 'all services'} ran {ran(one)} of {share(one.promise.share)}, {state(one, now)}; error budget: {budget(one)}"
        if one
        else "no uptime is promised, or none is measured"
    )
    talk = ", ".join(one.renegotiation.title or one.renegotiation.name for one in scorecard.talks)
    owed = scorecard.trouble or (
        f"credits so far {credits_text(scorecard)}" if scorecard.credits else "no credits so far"
    )
    return [
        *wrapped(
            f"{scorecard.title}  ({', '.join(word for word in (*names, kind) if word)})",
            "strong",
            glyphs,
            cells,
        )[:1],
        *wrapped(words, "", glyphs, cells)[:1],
        *wrapped(ran_words, "", glyphs, cells)[:1],
        *wrapped(owed, "warning" if scorecard.trouble or scorecard.credits else "muted", glyphs, cells)[:1],
        *(wrapped(f"needs another talk: {talk}", "warning", glyphs, cells)[:1] if talk else ()),
    ]


HEADER = (
    *(
        "customer",
        "title",
        "declared",
        "group",
        "tier",
        "zone",
        "period",
        "met",
        "failed",
        "hundredths_of_percent",
    ),
    *("before_hundredths_of_percent", "service", "uptime", "promised", "uptime_state", "budget_left_seconds"),
    *("credits", "open", "breached", "renegotiations"),
)


def sheet(items: Sequence[Customer], now: int, _: tzinfo) -> Sheet:
    """A row for each customer; credits as they are written in the rules, in each currency."""
    rows = []
    for item in items:
        scorecard = item.scorecard
        tally, one = scorecard.figures.tally, worst(scorecard.uptime)
        before = scorecard.months[-1].figures.tally.hundredths if scorecard.months else None
        ran_ = (
            (one.service, ran(one), share(one.promise.share), state(one, now), one.left)
            if one
            else (None,) * 5
        )
        rows.append(
            (scorecard.name, scorecard.title, scorecard.declared, scorecard.group, scorecard.tier, scorecard.zone, scorecard.period,
             tally.met, tally.failed, tally.hundredths, before, *ran_, credits_text(scorecard), item.open, item.breached,
             ", ".join(talk.renegotiation.name for talk in scorecard.talks))
        )  # fmt: skip
    return Sheet("customers", HEADER, rows)


def customer_lines(items: Sequence[Customer], now: int, glyphs: Glyphs, width: int) -> list[str]:
    """The list for a pipe or a screen reader: a line of titles and a line for each customer."""
    [part] = parts(UTC)
    widths = fit_columns(part, width)
    lines = [title_line(widths, width, Wish(), glyphs)]
    lines += [item_line(item, now, widths, width, glyphs, marked=False) for item in items]
    return [text(line)[LEAD:] for line in lines] if items else ["no customers"]
