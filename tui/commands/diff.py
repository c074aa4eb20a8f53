"""`sla diff`: what two versions of the rules decide differently, whatever their texts look like."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from dsl.collector import uncollected
from dsl.errors import CHANGES, SlaError
from dsl.include import ROOT_NAME
from dsl.verdict import counted
from tui.failure import failing_in, failure_json
from tui.options import graph_of_loaded
from tui.period_text import period_text
from tui.plain import json_text, plain
from tui.rule_path import rules_above_option

if TYPE_CHECKING:
    from dsl.load import Loader
    from dsl.loaded import Loaded
    from engine.contract.difference import Difference, Period, Place
    from engine.graph import Graph

F = TypeVar("F", bound=Callable[..., Any])
_PERIODS = 4
"""So many groups of customers with different dates are told one by one."""
_LONGEST = 2000
"""Characters of a line for people."""


def versions(function: F) -> F:
    """The two versions of the rules that a command compares, and `--rules` for what they are called in a revision."""
    for decorate in (
        rules_above_option("The root file or its folder, which is `.` and is looked for in a revision."),
        click.argument("new", metavar="[B]", default="."),
        click.argument("old", metavar="A"),
    ):
        function = decorate(function)
    return function


@click.command(
    epilog="""\b
Examples:
  sla diff main                        the files here against a branch
  sla diff v1.4 v1.5 --verbose         two tags, with every customer that a change touches
  sla diff old/ new/ --format json     two folders"""
)
@versions
@click.option("--format", "form", type=click.Choice(["human", "json"]), default="human", show_default=True)
@click.option("-v", "--verbose", is_flag=True, help="Name every customer that a change touches.")
@click.option("--detailed-exitcode", is_flag=True, help="End with 2 if there is a difference.")
@uncollected()
@failing_in({"json": failure_json})
def command(old: str, new: str, rules_path: Path, form: str, verbose: bool, detailed_exitcode: bool) -> int:
    """Compare what the rules of A and B decide: targets, calendars, pauses, warnings, ladders, by customer and date.

    A and B are rule files, folders with a sla.rules, or git revisions of the folder that --rules is in; without B, the files
    there. Moves, renames, comments and another layout are no difference.
    """
    from dsl.load import Loader
    from engine.contract.difference import difference

    loader = Loader()
    graphs = [
        graph_of_version(loaded_version(loader, name, rules_path), name, rules_path) for name in (old, new)
    ]
    found = difference(graphs[0], graphs[1])
    if form == "json":
        click.echo(json_text({"differences": [record(one) for one in found]}))
    else:
        for one in found:
            for line in lines(one, verbose=verbose):
                click.echo(line)
        if not found:
            click.echo("no difference")
    return CHANGES if found and detailed_exitcode else 0


def loaded_version(loader: Loader, name: str, rules_path: Path) -> Loaded:
    """The rules of a file, a folder, or a git revision of the folder that `rules_path` is in. Raises SlaError."""
    path = _path(name, rules_path)
    if path is not None:
        return loader.load(path)
    from dsl.revision import is_repository, is_revision, revision, unknown

    if not is_revision(rules_path.parent, name):
        what = f"{plain(name).strip() or 'an empty name'} is neither a rule file, nor a folder with a {ROOT_NAME}"
        if is_repository(rules_path.parent):
            missing = unknown(rules_path.parent, name)
            raise SlaError(f"{what}, and {missing}", help=missing.help, exit_code=missing.exit_code)
        raise SlaError(
            f"{what}, nor a git revision here",
            help="run this in the folder of the rules, or say --rules FOLDER",
        )
    with revision(rules_path.parent, name) as source:
        try:
            return loader.load_from(source, rules_path.name)
        except SlaError as error:
            raise SlaError(f"{plain(name)}: {error}", help=error.help, exit_code=error.exit_code) from None


def graph_of_version(loaded: Loaded, name: str, rules_path: Path) -> Graph:
    """Compile what `loaded_version` answers to the same name. Errors are reported, and end with exit code 1."""
    path = _path(name, rules_path)
    return graph_of_loaded(loaded, name if path is None else str(path), is_file=path is not None)


def _path(name: str, rules_path: Path) -> Path | None:
    """The rule file or folder that a version is, None where it can only be a revision."""
    if not name.strip():  # which a path would take for this folder
        return None
    path = rules_path if name == "." else Path(name)
    return path if path.is_file() or (path / ROOT_NAME).is_file() else None


# ---------------------------------------------------------------- programs


def record(one: Difference) -> dict[str, object]:
    """A difference as plain data; the names are stable."""
    change = one.change
    return {
        "about": change.about.value,
        "subject": change.subject,
        "before": change.before or None,
        "after": change.after or None,
        "when": change.when or None,
        "customers": [
            {
                "customer": place.customer,
                "periods": [{"from": start or None, "until": end or None} for start, end in place.periods],
            }
            for place in one.places
        ],
    }


# ---------------------------------------------------------------- people


def lines(one: Difference, *, verbose: bool = False) -> Iterator[str]:
    """A difference in one line, or one for each of a few periods; with `verbose` and whom it touches below it."""
    change = one.change
    what = f"{change.subject} {_moved(change.before, change.after)}"
    what += f" {change.when}" if change.when else ""
    groups: dict[tuple[Period, ...], list[Place]] = {}
    for place in one.places:
        groups.setdefault(place.periods, []).append(place)
    if not groups:
        yield _line(what)
    elif change.shared:
        yield from _told(f"{what} ({_whom(one.places)}{_all(groups)})", one.places, verbose=verbose)
    elif len(groups) > _PERIODS:
        yield from _told(f"{_whom(one.places)} {what}{_all(groups)}", one.places, verbose=verbose)
    else:
        for periods, places in groups.items():
            yield from _told(f"{_whom(places)} {what}{_periods(periods)}", places, verbose=verbose)


def _all(groups: Mapping[tuple[Period, ...], Sequence[Place]]) -> str:
    """The periods of all places, if they have the same."""
    return ", on different dates" if len(groups) > 1 else _periods(next(iter(groups)))


def _told(line: str, places: Sequence[Place], *, verbose: bool) -> Iterator[str]:
    yield _line(line)
    if verbose and len(places) > 1:
        yield from (plain(f"  {_name(place)}{_periods(place.periods)}") for place in places)


def _line(text: str) -> str:
    cut = " (cut: `sla diff --format json` has all of it)" if len(text) > _LONGEST else ""
    return plain(text, _LONGEST) + cut


def _moved(before: str, after: str) -> str:
    if before and after:
        return f"{before} -> {after}"
    return f"{after} added" if after else f"{before} removed"


def _whom(places: Sequence[Place]) -> str:
    from engine.contract.table import DEFAULT

    if len(places) == 1:
        return _name(places[0])
    named = [place for place in places if place.customer != DEFAULT]
    whom = _name(named[0]) if len(named) == 1 else counted(len(named), "customer")
    if len(named) == len(places):
        return whom
    return f"{whom} and undeclared {'customers' if len(named) == 1 else 'ones'}"


def _name(place: Place) -> str:
    from engine.contract.table import DEFAULT

    return "undeclared customers" if place.customer == DEFAULT else place.customer


def _periods(periods: Sequence[Period]) -> str:
    return "".join(f", {period}" for period in map(period_text, periods) if period)
