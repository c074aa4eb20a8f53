"""Options that several commands share, and what they open."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click

from dsl.errors import USAGE, SlaError, advised
from engine.facts import Instant
from tui.named_path import NamedPath
from tui.plain import plain

if TYPE_CHECKING:
    from dsl.loaded import Loaded
    from engine.calendar.period import Period
    from engine.graph import Graph
    from engine.store.place import Place
    from engine.store.protocol import Store
    from engine.store.sql import SqlStore

F = TypeVar("F", bound=Callable[..., Any])
DEFAULT_STORE = "sla.db"
DEFAULT_RULES = "sla.rules"


class InstantParam(click.ParamType[Instant]):
    """An instant as people write it: ISO 8601 with offset or `Z`; without one it is UTC."""

    name = "instant"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Instant:
        from engine.wall import parse_instant

        if isinstance(value, int):
            return Instant(value)
        try:
            return Instant(parse_instant(str(value), "UTC"))
        except ValueError as error:
            self.fail(f"{plain(value)!r}: {error}. Write it like 2026-03-06T16:00:00+00:00.", param, ctx)


class NumberRange(click.FloatRange):
    """A number within bounds; infinity is none, nor is what compares with nothing."""

    def convert(self, value: float, param: click.Parameter | None, ctx: click.Context | None) -> float:
        number = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{plain(value)!r} is no number.", param, ctx)
        return number


class StoreParam(NamedPath):
    """A file, or the URL of a PostgreSQL database."""

    name = "store"

    def convert(  # type: ignore[override]
        self, value: str | Place, param: click.Parameter | None, ctx: click.Context | None
    ) -> Place:
        from engine.store.place import Server, place_of

        if isinstance(value, Server):
            return value
        place = place_of(value)
        return place if isinstance(place, Server) else super().convert(value, param, ctx)


def store_option(function: F) -> F:
    """`--store FILE` or `--store URL`, also from SLA_STORE."""
    return click.option(
        "--store",
        "store_path",
        type=StoreParam(),
        default=DEFAULT_STORE,
        envvar="SLA_STORE",
        show_default=True,
        metavar="STORE",
        help="The ticket store: an SQLite file, or postgresql://USER@HOST/DATABASE.",
    )(function)


def rules_option(function: F) -> F:
    """`--rules FILE`, also from SLA_RULES; without it the rules that the store has in force."""
    return click.option(
        "--rules",
        "rules_path",
        type=NamedPath(),
        default=None,
        envvar="SLA_RULES",
        help="Rule file to use in place of the rules that the store has in force.",
    )(function)


def rule_file_option(help_text: str) -> Callable[[F], F]:
    """`--rules FILE`, also from SLA_RULES, else `sla.rules` in this folder."""
    return click.option(
        "--rules",
        "rules_path",
        type=NamedPath(),
        default=DEFAULT_RULES,
        envvar="SLA_RULES",
        show_default=True,
        help=help_text,
    )


def config_option(function: F) -> F:
    """`--config FILE`, also from SLA_CONFIG; without it `sla.toml` in this folder, if there is one."""
    return click.option(
        "--config",
        "config_path",
        type=NamedPath(),
        default=None,
        envvar="SLA_CONFIG",
        help="The settings: mail server, limits, web address.  [default: sla.toml, if there is one]",
    )(function)


def at_option(function: F) -> F:
    """`--at INSTANT`: look at the past (or ahead)."""
    return click.option("--at", type=InstantParam(), default=None, help="Show this instant instead of now.")(
        function
    )


def zone_option(function: F) -> F:
    """`--zone ZONE` for local times and the bounds of the period, also from SLA_ZONE."""
    return click.option(
        "--zone",
        default="UTC",
        envvar="SLA_ZONE",
        show_default=True,
        callback=_known_zone,
        help="Time zone of what is printed and of the period.",
    )(function)


def month_of_text(text: str, where: str) -> Period:
    """The calendar month of a text like 2026-10. Raises SlaError that says where it was given."""
    from engine.calendar.period import month

    try:
        return month(text)
    except ValueError as error:
        raise SlaError(
            f"{where}: {plain(str(error), 120)}", help="write it like 2026-10", exit_code=USAGE
        ) from error


def _known_zone(ctx: click.Context, param: click.Parameter, value: str) -> str:
    from engine.wall import is_zone

    if not is_zone(value):
        raise click.BadParameter(
            f"{plain(value)!r} is not a time zone. Write it like Europe/Berlin.", ctx, param
        )
    return value


class World(NamedTuple):
    """A store, the rules to judge it by, and the instant to judge it at."""

    store: SqlStore
    graph: Graph
    now: Instant


@contextmanager
def world(store_path: Place, rules_path: Path | None, at: Instant | None) -> Iterator[World]:
    """Open a store to read, with the rules in force at that instant. Raises SlaError with what to do."""
    from engine.store.opening import open_store

    now = Instant(int(time.time())) if at is None else at
    store = open_store(store_path, read_only=True)
    try:
        yield World(store, graph_of(store, rules_path, at), now)
    finally:
        store.close()


def graph_of(store: Store, rules_path: Path | None, at: Instant | None = None) -> Graph:
    """The graph of a rule file, else of the version that the store had in force at `at` (or has now)."""
    from engine.in_force import stored_graph

    if rules_path is not None:
        return graph_from_file(rules_path)
    graph = stored_graph(store, at)
    if graph is None:
        raise SlaError(
            "the store holds no rules yet",
            help="give a rule file with --rules, or put one in force with: sla run --rules sla.rules",
        )
    return graph


def graph_from_file(path: Path) -> Graph:
    """Compile a rule file. A file with errors is reported as `sla check` does, and ends with exit code 1."""
    from engine.graph import Graph

    return Graph.compile(rules_from_file(path))


def graph_of_loaded(loaded: Loaded, name: str, *, is_file: bool) -> Graph:
    """Compile rules that were loaded from `name`, a file or folder, else a revision. Errors are reported, and end with exit code 1."""
    from engine.graph import Graph

    return Graph.compile(_without_errors(loaded, name, is_file=is_file))


def rules_from_file(path: Path) -> Loaded:
    """Load a rule file without errors; one with errors is reported as `sla check` does, and ends with exit code 1."""
    from dsl.load import load

    return _without_errors(load(path), str(path), is_file=True)


def _without_errors(loaded: Loaded, name: str, *, is_file: bool) -> Loaded:
    if loaded.ruleset is None:
        from tui.failure import BrokenRulesError
        from tui.findings import render

        click.echo(render(loaded, "human"), err=True)
        help_ = (
            advised("sla", "check", name) if is_file else "they stand in that revision, not in the files here"
        )
        raise BrokenRulesError(f"{name}: the rules have errors", loaded.diagnostics, help=help_)
    return loaded
