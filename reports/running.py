"""Makes declared reports: the files of each customer and period, published and mailed as the rules say, once. Acts: writes the store."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dsl.condition import StatusClass
from dsl.errors import SlaError
from dsl.ladder import EMAIL
from dsl.report import Report
from engine.delivery.outbox import Kind, Message
from engine.facts import Instant
from engine.graph import Graph
from engine.predicate import Situation
from engine.store import report_runs
from engine.store.publications import Publication
from engine.store.report_runs import Key
from engine.store.sql import SqlStore
from reports.composing import compose
from reports.making import make
from reports.paper import Paper
from reports.publishing import publication
from reports.render.formats import render
from reports.schedule import Due, due_reports
from reports.statement import BREACHES, Scope

if TYPE_CHECKING:
    from reports.render.pdf import Press

UNSHARED = "not shared"
"""Who withdrew what only goes by mail: the customer never has it."""


@dataclass(frozen=True, slots=True)
class Made:
    """What became of a report that was due: `error` is "" where it was made; `known` that somebody else had made it."""

    key: Key
    error: str = ""
    known: bool = False
    unmailed: tuple[str, ...] = ()


def due_now(store: SqlStore, graph: Graph, now: Instant) -> list[Due]:
    """What is due and was not made. A declaration that is new here begins now. Raises StoreError."""
    since = report_runs.begun(store.connection, list(graph.ruleset.reports), now)
    return due_reports(graph, since, report_runs.made(store.connection), now) if since else []


def make_all(
    store: SqlStore,
    graph: Graph,
    press: Callable[[], Press],
    now: Instant,
    due: Sequence[Due],
    *,
    again: bool = False,
) -> Iterator[Made]:
    """Make these reports, one after the other. What stands in the way of one is told of it, and the others are made. Raises
    StoreError."""
    for one in due:
        if not again and report_runs.is_made(store.connection, one.key):
            yield Made(one.key, known=True)
            continue
        try:
            yield make_one(store, graph, press, now, one, again=again)
        except SlaError as error:
            yield Made(one.key, error=str(error) + (f": {error.help}" if error.help else ""))


def make_one(
    store: SqlStore, graph: Graph, press: Callable[[], Press], now: Instant, due: Due, *, again: bool = False
) -> Made:
    """Make a report in all its formats and keep it. Raises SlaError."""
    declared = graph.ruleset.reports[due.report]
    scope = Scope({"customer": due.customer})
    report = make(store, graph, now, due.period, scope, BREACHES)
    title = declared.title or declared.name
    paper = (
        compose(store, graph, report, title=title, show=declared.show)
        if "pdf" in declared.formats
        else Paper(report, title)
    )
    found = [
        _kept(
            publication(
                report,
                form,
                render(paper, form, press),
                f"report {declared.name}",
                now,
                name=declared.name,
                words=title,
            ),
            declared,
        )
        for form in declared.formats
    ]
    mailed, missing = _mailed(graph, declared, due.customer)

    def messages(numbers: Sequence[int]) -> Iterator[Message]:
        files = " ".join(map(str, numbers))
        data = {
            "report": title,
            "customer": graph.ruleset.customers[due.customer].title or due.customer,
            "period": due.period.name,
            "files": files,
        }
        for name, address in mailed:
            yield Message(Kind.REPORT, EMAIL, address, name, data)

    kept = report_runs.keep(store.connection, due.key, now, found, messages, again=again)
    return Made(due.key, known=not kept, unmailed=missing)


def _kept(found: Publication, declared: Report) -> Publication:
    if declared.portal:
        return found
    return replace(found, withdrawn_at=found.published_at, withdrawn_by=UNSHARED)


def _mailed(graph: Graph, declared: Report, customer: str) -> tuple[list[tuple[str, str]], tuple[str, ...]]:
    """(person, address) of whom it is mailed to, each address once; and those who have none."""
    addresses: dict[str, str] = {}
    missing = []
    party = graph.ruleset.customers[customer]
    for recipient in declared.mail:
        meant = graph.people.meant(recipient, Situation({}, StatusClass.WORKING, customer, party.group))
        people = meant.people if meant else ()
        if not people:
            missing.append(recipient.words)
        for person in people:
            if person.email:
                addresses.setdefault(person.email, person.name)
            else:
                missing.append(person.name)
    return [(name, address) for address, name in addresses.items()], tuple(missing)
