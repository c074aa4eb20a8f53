"""The decision table of a contract as tables to show: one for all customers with the same promises, and a flat one for programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from dsl.condition_text import condition_text
from dsl.values import percentage
from engine.commitment.words import uptime
from engine.contract.table import DEFAULT, Contract, Line, Stretch
from engine.lengths import written
from tui.export import Sheet

Cells = tuple[str, ...]

HEADER = ("priority", "metric", "promise", "calendar", "when", "pauses", "ladder")
ORIGINS = ("decided by", "where", "calendar of")
FLAT = (
    "customer",
    "group",
    "from",
    "until",
    "tier",
    *HEADER,
    "warnings",
    "reopening",
    *ORIGINS,
    "uptime",
    "credits",
)


@dataclass(frozen=True, slots=True)
class Part:
    """What holds in a period (local dates, "" where open): `terms` in words, what its tier's `##` comment says `about` it, and the
    lines; no lines where nothing is promised."""

    start: str
    end: str
    terms: str
    about: str
    rows: tuple[Cells, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """Customers that are promised the same, and what."""

    customers: tuple[str, ...]
    parts: tuple[Part, ...]


class Tables:
    """Tables of one contract; equal terms are put into words once."""

    def __init__(self, contract: Contract, *, origins: bool) -> None:
        self._contract = contract
        self._origins = origins
        self._documented: dict[str, str] = {}
        self._rows: dict[int, tuple[tuple[Line, ...], tuple[Cells, ...]]] = {}

    def header(self) -> Cells:
        return (*HEADER, *ORIGINS) if self._origins else HEADER

    def blocks(self, customers: Iterable[str], day: date | None) -> list[Block]:
        """The customers, those with the same promises together, on a local date or on all."""
        together: dict[tuple[Part, ...], list[str]] = {}
        for customer in customers:
            parts = tuple(self._part(customer, stretch) for stretch in self._stretches(customer, day))
            together.setdefault(parts, []).append(customer)
        return [Block(tuple(names), parts) for parts, names in together.items()]

    def flat(self, customers: Iterable[str], day: date | None) -> Sheet:
        """A row for each customer, period and line."""
        return Sheet("contract", FLAT, list(self._flat(customers, day)))

    def _flat(self, customers: Iterable[str], day: date | None) -> Iterator[Cells]:
        for customer in customers:
            group = self._contract.group(customer)
            for stretch in self._stretches(customer, day):
                start, end = self._contract.period(customer, stretch.start, stretch.end)
                if stretch.terms is None:
                    yield (customer, group, start, end, *[""] * (len(FLAT) - 4))
                    continue
                terms = stretch.terms
                lines = self._contract.lines(terms, customer)
                shares = self._shares(lines)
                more = self._commitments(customer, terms.tier)
                for row in self._cells(lines) or (("",) * len((*HEADER, *ORIGINS)),):
                    own, origin = row[: len(HEADER)], row[len(HEADER) :]
                    yield (
                        customer,
                        group,
                        start,
                        end,
                        terms.tier,
                        *own,
                        shares,
                        terms.reopen.value,
                        *origin,
                        *more,
                    )

    def _stretches(self, customer: str, day: date | None) -> list[Stretch]:
        return self._contract.stretches(customer) if day is None else [self._contract.on(customer, day)]

    def _part(self, customer: str, stretch: Stretch) -> Part:
        start, end = self._contract.period(customer, stretch.start, stretch.end)
        if stretch.terms is None:
            return Part(start, end, "nothing is promised", "", ())
        lines = self._contract.lines(stretch.terms, customer)
        words = f"tier {stretch.terms.tier}"
        if lines:
            words += f", warnings at {self._shares(lines)}, reopening {stretch.terms.reopen.value}"
        words += "".join(
            f", {what} {said}"
            for what, said in zip(
                ("uptime", "credits"), self._commitments(customer, stretch.terms.tier), strict=True
            )
            if said
        )
        about = self._about(stretch.terms.tier)
        rows = self._cells(lines)
        return Part(
            start, end, words, about, rows if self._origins else tuple(row[: len(HEADER)] for row in rows)
        )

    def _about(self, name: str) -> str:
        if name not in self._documented:
            tier = self._contract.graph.tier(name)
            self._documented[name] = self._contract.graph.about(tier.origin) if tier else ""
        return self._documented[name]

    def _commitments(self, customer: str, name: str) -> tuple[str, str]:
        """A tier's uptimes, and what its credits are called; only declared customers have any."""
        tier = self._contract.graph.tier(name)
        if tier is None or customer == DEFAULT:
            return "", ""
        credits_ = self._contract.graph.credits(name)
        return " and ".join(map(uptime, tier.uptimes)), credits_.name if credits_ else ""

    def _shares(self, lines: tuple[Line, ...]) -> str:
        return ", ".join(map(percentage, lines[0].plan.warn)) if lines else ""

    def _cells(self, lines: tuple[Line, ...]) -> tuple[Cells, ...]:
        known = self._rows.get(id(lines))
        if known is None:
            known = self._rows[id(lines)] = (lines, tuple(map(_row, lines)))
        return known[1]


def _row(line: Line) -> Cells:
    target = line.option.target
    return (
        line.priority,
        line.metric,
        ("every " if target.repeats else "within ") + written(target.amount),
        target.calendar,
        condition_text(target.when) if target.when is not None else "",
        ", ".join(line.pauses),
        line.ladder,
        target.decided_by,
        target.where,
        target.lender,
    )


def name_of(customer: str) -> str:
    """A customer of the table for people."""
    return "undeclared customers" if customer == DEFAULT else customer
