"""Reports that are let go and taken back, by commands and from the console: the press that the settings ask for, who does it, what came of it."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from dsl.errors import FINDINGS, USAGE, SlaError
from engine.facts import Instant
from engine.wall import format_instant
from tui.plain import plain

if TYPE_CHECKING:
    from engine.graph import Graph
    from engine.store.publications import Publication
    from engine.store.sql import SqlStore
    from reports.render.look import Look
    from reports.render.pdf import Press
    from tui.view_report import Preview


def press(config_path: Path | None) -> Press:
    """A press of the look in the settings. Raises EngineError."""
    from reports.render.pdf import Press

    return Press(look(config_path))


def look(config_path: Path | None) -> Look:
    """The look in the settings. Raises EngineError."""
    from engine.settings import load
    from reports.render.look import look_of

    return look_of(load(config_path).reports)


def signed(person: str | None) -> str:
    """Who does it; the login where nobody is named."""
    by = plain(person or getpass.getuser(), 100).strip()
    if not by:
        raise SlaError("publishing needs a name", help="give it with --by", exit_code=USAGE)
    return by


def declared_only(graph: Graph, customer: str) -> None:
    """Raises SlaError for a customer whose reports nobody can be given."""
    if customer not in graph.ruleset.customers:
        raise SlaError(
            "only a declared customer's report can be published",
            help="name it with --customer",
            exit_code=USAGE,
        )


def publish(store: SqlStore, publication: Publication) -> str:
    """Publish it; answer what came of it, in words. Raises StoreError."""
    from engine.store import publications

    before = {one.id for one in publications.published(store.connection, publication.customer)}
    number = publications.publish(store.connection, publication)
    after = {one.id for one in publications.published(store.connection, publication.customer)}
    what = f"{plain(publication.title)} for {plain(publication.customer)}, {publication.format}"
    if number in before:
        return f"{what}: published before as {number}; nothing has changed"
    gone = sorted(before - after)
    return f"{what}: published as {number}{f', in place of {gone[0]}' if gone else ''}"


def withdraw(store: SqlStore, number: int, by: str, now: Instant) -> str:
    """Take a publication back; answer what came of it, in words. Raises SlaError where there is nothing to take back, StoreError."""
    from engine.store import publications

    done = publications.withdraw(store.connection, number, by, now)
    found = next((one for one in publications.everything(store.connection) if one.id == number), None)
    if found is None:
        raise SlaError(
            f"there is no publication {number}", help="sla publications lists them", exit_code=FINDINGS
        )
    if not done:
        assert found.withdrawn_at is not None
        raise SlaError(
            f"publication {number} was withdrawn at {format_instant(found.withdrawn_at)} by {plain(found.withdrawn_by)}",
            exit_code=FINDINGS,
        )
    return f"{number}: {plain(found.title)} for {plain(found.customer)}: withdrawn"


def published(store: SqlStore, customer: str, now: Instant, period: str = "") -> tuple[Publication, ...]:
    """What the customer could have by then, also what was withdrawn, of one period or of all, the latest first. Raises StoreError."""
    from engine.store.publications import everything

    found = [
        one
        for one in everything(store.connection)
        if one.customer == customer and one.published_at <= now and period in ("", one.period)
    ]
    return tuple(sorted(found, key=lambda one: (one.start, one.id), reverse=True))


# ---------------------------------------------------------------- a customer's month


def formats() -> tuple[str, ...]:
    """The formats that can be made here, the one for paper first."""
    from reports.render.formats import FORMATS

    needs = {"pdf": "typst", "xlsx": "xlsxwriter"}
    made = [form for form in FORMATS if form not in needs or find_spec(needs[form]) is not None]
    return tuple(sorted(made, key=("pdf", "html", "csv", "xlsx", "json").index))


def preview(
    store: SqlStore, graph: Graph, now: Instant, customer: str, month: str, *, anew: bool = False
) -> Preview:
    """The report of a customer's month as it would be published. `anew` as in `making.make`. Raises StoreError."""
    from engine.calendar import period
    from reports.composing import compose
    from reports.making import make
    from reports.scoring import Scorer
    from reports.statement import BREACHES, Scope
    from tui.view_report import Preview

    wanted = period.month(month)
    report = make(store, graph, now, wanted, Scope({"customer": customer}), BREACHES, anew=anew)
    declared = graph.ruleset.customers.get(customer)
    scorer = Scorer(store, graph, now, anew=anew, customer=customer)
    settlement = scorer.settlement(customer, wanted) if declared else None
    return Preview(
        customer,
        (declared.title or customer) if declared else customer,
        declared is not None,
        month,
        compose(store, graph, report, anew=anew),
        settlement,
        settlement.trouble if settlement else "",
        published(store, customer, now, month),
        formats(),
    )


def issue(
    store: SqlStore,
    graph: Graph,
    now: Instant,
    customer: str,
    month: str,
    forms: Sequence[str],
    by: str,
    config_path: Path | None = None,
) -> list[str]:
    """Let a declared customer have its month's report in these formats; answer what came of each. Nothing is published unless all can
    be made. Raises StoreError, EngineError."""
    from reports.publishing import publication
    from reports.render.formats import render

    declared_only(graph, customer)
    paper = preview(store, graph, now, customer, month).paper
    made = [(form, render(paper, form, lambda: press(config_path))) for form in forms]
    return [publish(store, publication(paper.report, form, content, by, now)) for form, content in made]
