"""Reports for every customer, each from one reading of the store. Acts: reads the store, in several processes where that helps.

Customers are taken some at a time: as many as a process reads at once, and the portion that is handed to it. A process makes ready once.
"""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from typing import TYPE_CHECKING

from dsl.model import RuleSet
from dsl.report import SECTIONS
from engine.calendar.period import Period, bound_text
from engine.facts import Instant
from engine.graph import Graph
from engine.plain import json_text
from engine.processes import spread
from engine.replay.ways import compiled
from engine.store.opening import open_store
from engine.store.place import Place
from engine.wall import format_instant
from reports.compliance import Standing
from reports.composing import MONTHS, Composing
from reports.making import Making
from reports.paper import Paper
from reports.render.formats import render
from reports.render.look import Look
from reports.statement import Scope

if TYPE_CHECKING:
    from reports.render.pdf import Press

AT_ONCE = 20
"""Customers of a portion."""
MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Issue:
    """What is reported to each customer, and in which formats. `wanted` narrows it by dimension; `rules` are a graph taken apart by
    `Graph.rulesets`. It travels to where the reports are made."""

    place: Place
    rules: tuple[RuleSet, ...]
    now: Instant
    period: Period
    wanted: Mapping[str, str]
    shown: frozenset[Standing]
    formats: tuple[str, ...]
    look: Look
    zone: str = ""
    anew: bool = False

    @classmethod
    def of(
        cls,
        place: Place,
        graph: Graph,
        now: Instant,
        period: Period,
        wanted: Mapping[str, str],
        shown: frozenset[Standing],
        formats: Sequence[str],
        look: Look,
        *,
        zone: str = "",
        anew: bool = False,
    ) -> Issue:
        """As `graph` judges."""
        rules, narrowed = graph.rulesets, dict(wanted)
        return cls(place, rules, now, period, narrowed, shown, tuple(formats), look, zone, anew)


@dataclass(frozen=True, slots=True)
class File:
    """A customer's report in a format. `name` is that of the file."""

    name: str
    customer: str
    form: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Entry:
    """What the manifest says of a file."""

    file: str
    customer: str
    format: str
    bytes: int
    sha256: str


class Issuer:
    """An issue made ready in a process."""

    def __init__(self, issue: Issue) -> None:
        """Raises StoreError, EngineError."""
        graph = compiled(issue.rules)
        store = open_store(issue.place, read_only=True)
        self._issue = issue
        self._declared = graph.ruleset.customers
        self._making = Making(
            store, graph, issue.now, issue.period, issue.shown, zone=issue.zone, anew=issue.anew
        )
        paper = "pdf" in issue.formats
        self._months = MONTHS if paper else 0
        self._composing = Composing(store, graph, self._making.known, show=SECTIONS if paper else ())

    def customers(self) -> list[str]:
        """Who may have a report, in order. Raises StoreError, EngineError."""
        return sorted(self._making.customers())

    def files(self, customers: Sequence[str]) -> list[File]:
        """The reports of these customers: of whoever has something to count, and, where nothing narrows it, of whoever is declared. Raises
        StoreError, EngineError."""
        issue = self._issue
        reading = self._making.read(customers, self._months)
        scopes = [Scope({"customer": name, **issue.wanted}) for name in customers]
        reports = [
            report
            for report in self._making.reports(scopes, reading)
            if report.clocks
            or report.corrections
            or (report.scope.wanted["customer"] in self._declared and not issue.wanted)
        ]
        return [
            File(
                f"{self._stem(paper)}.{form}",
                _customer(paper),
                form,
                render(paper, form, lambda: self._press),
            )
            for paper in self._composing.papers(reports, reading)
            for form in issue.formats
        ]

    def _stem(self, paper: Paper) -> str:
        name = _customer(paper)
        return file_stem(name, declared=name in self._declared)

    @cached_property
    def _press(self) -> Press:
        from reports.render.pdf import Press

        return Press(self._issue.look)


def _customer(paper: Paper) -> str:
    return paper.report.scope.wanted["customer"]


def file_stem(customer: str, *, declared: bool) -> str:
    """What the files of a customer are called: its name where it is declared; of what a ticket's text says nothing is left, and no
    declared name looks like that."""
    return customer if declared else f"other_{hashlib.sha256(customer.encode()).hexdigest()[:16]}"


def _portions(customers: Sequence[str]) -> list[Sequence[str]]:
    """Customers, some at a time."""
    return [customers[first : first + AT_ONCE] for first in range(0, len(customers), AT_ONCE)]


def issued(issue: Issue, workers: int) -> tuple[int, Generator[tuple[int, list[File]], None, None]]:
    """How many customers may have a report, and, portion after portion in any order, of how many the reports are done, with their files.
    Raises StoreError, EngineError."""
    issuer = Issuer(issue)
    customers = issuer.customers()
    # Whoever judges anew reads every ticket, so that is done once.
    some = [customers] if issue.anew else _portions(customers)
    if min(workers, len(some)) < 2:
        return len(customers), ((len(names), issuer.files(names)) for names in some)
    work = partial(_files, packed=pickle.dumps(issue))
    return len(customers), spread(work, some, min(workers, len(some)))


def _files(customers: Sequence[str], packed: bytes) -> tuple[int, list[File]]:
    return len(customers), _issuer(packed).files(customers)


@lru_cache(maxsize=1)
def _issuer(packed: bytes) -> Issuer:
    return Issuer(pickle.loads(packed))


def entry(file: File) -> Entry:
    """What the manifest says of a file."""
    digest = hashlib.sha256(file.content).hexdigest()
    return Entry(file.name, file.customer, file.form, len(file.content), digest)


def manifest(issue: Issue, entries: Sequence[Entry]) -> str:
    """What was issued, as JSON: the period, the rules, and every file with its digest, in the order of their names."""
    record = {
        "period": issue.period.name,
        "start": bound_text(issue.period.start),
        "end": bound_text(issue.period.end),
        "zone": issue.zone or "of each customer",
        "scope": dict(issue.wanted),
        "made": format_instant(issue.now),
        "rules": issue.rules[0].digest,
        "files": [
            {name: getattr(item, name) for name in Entry.__slots__}
            for item in sorted(entries, key=lambda item: item.file)
        ],
    }
    return json_text(record) + "\n"
