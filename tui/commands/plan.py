"""`sla plan`: what a change of the rules would have done to real history, and what it does to the tickets open now."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dsl.collector import uncollected
from dsl.errors import FINDINGS, USAGE, SlaError
from engine.facts import Instant
from tui.commands.diff import graph_of_version, lines, loaded_version, versions
from tui.failure import failing_in, failure_json
from tui.gates import MoneyParam, breaches_gate, credit_gates
from tui.options import InstantParam, store_option
from tui.plain import json_text
from tui.replaying import archive_option, sources_of, worked_out, workers_option
from tui.since import SinceParam, since

if TYPE_CHECKING:
    from dsl.commitment import Money
    from dsl.loaded import Loaded
    from engine.commitment.uptime import History
    from engine.contract.impact_work import Planning
    from engine.graph import Graph
    from engine.replay.read import Source
    from engine.store.place import Place
    from engine.terms import Terms


@click.command(
    epilog="""\b
Examples:
  sla plan main . --store sla.db --since 6m                          the files here against a branch
  sla plan main HEAD --archive old --max-new-breaches 0 --format markdown > plan.md
  sla plan main . --store sla.db --record                            and note that they were planned"""
)
@versions
@store_option
@archive_option
@click.option(
    "--since",
    "begin",
    type=SinceParam(),
    default=None,
    help="Look at tickets that opened since then: 90d, 12w, 6m, 1y, or an instant.  [default: all]",
)
@click.option(
    "--at",
    type=InstantParam(),
    default=None,
    help="Plan as of this instant; nothing later is known.  [default: now]",
)
@click.option(
    "--max-new-breaches",
    type=click.IntRange(min=0),
    default=None,
    help="End with 1 if there are more than so many.",
)
@click.option(
    "--max-credit-delta",
    type=MoneyParam(),
    multiple=True,
    help='End with 1 if B pays more than that more in all, such as "EUR 500", or any more in a currency that is not named.',
)
@click.option(
    "--record",
    is_flag=True,
    help="Note in the store that B was planned, if every gate holds.",
)
@workers_option
@click.option(
    "--format", "form", type=click.Choice(["human", "json", "markdown"]), default="human", show_default=True
)
@click.option("-v", "--verbose", is_flag=True, help="Name every customer and every ticket.")
@click.pass_context
@uncollected()
@failing_in({"json": failure_json})
def command(
    context: click.Context,
    old: str,
    new: str,
    rules_path: Path,
    store_path: Place,
    folder: Path | None,
    begin: str | None,
    at: Instant | None,
    max_new_breaches: int | None,
    max_credit_delta: tuple[Money, ...],
    record: bool,
    workers: int | None,
    form: str,
    verbose: bool,
) -> int:
    """Replay the history of a store or an archive under the rules of A and of B, and say what comes out differently.

    A and B are rule files, folders with a sla.rules, or git revisions of the folder that --rules is in; without B, the files there.
    Clocks of the past are judged by what each promised on the day of the opening; tickets that are open keep what was promised to them.
    """
    from dsl.load import Loader
    from engine.contract.difference import difference
    from engine.contract.impact import new_breaches
    from engine.contract.impact_credits import concerned, owed
    from engine.wall import EARLIEST, format_instant
    from tui.impact_text import Told, human, markdown, record_of

    with_store, folder = sources_of(context, store_path, folder)
    if record and not with_store:
        raise SlaError("an archive alone notes nothing", help="--record needs --store", exit_code=USAGE)
    now = int(time.time()) if at is None else at
    start = EARLIEST if begin is None else since(begin, now)
    if now >= 2**32 - 1:
        raise SlaError("--at is not before the year 2106", help="give an earlier --at", exit_code=USAGE)
    if start >= now:
        end = f"{'now' if at is None else '--at'}, {format_instant(now)}"
        raise SlaError(
            f"--since is {format_instant(start)}, which is not before {end}",
            help="give an earlier --since" if at is None else "give an earlier --since, or a later --at",
            exit_code=USAGE,
        )
    loader = Loader()
    loaded = [loaded_version(loader, name, rules_path) for name in (old, new)]
    graphs = (
        graph_of_version(loaded[0], old, rules_path),
        graph_of_version(loaded[1], new, rules_path),
    )
    differences = difference(*graphs)
    span = _Span(start, now, concerned(*graphs, differences))
    if with_store:
        found = _of_store(loaded, span, store_path, folder)
    else:
        assert folder is not None
        found = _of_folder(loaded, span, folder)
    with found as (work, sources, history):
        impact = worked_out(work, sources, workers)
    due = owed(graphs, span.credited, impact.faults, history, start, now)
    gates = []
    if max_new_breaches is not None:
        gates.append(breaches_gate(max_new_breaches, new_breaches(impact)))
    if max_credit_delta:
        gates += credit_gates(max_credit_delta, due)
    holds = all(gate.holds for gate in gates)
    digests = (graphs[0].digest, graphs[1].digest)
    if record and holds:
        _record(store_path, digests, Instant(now))
    told = Told(
        impact,
        due,
        digests,
        None if begin is None else start,
        now,
        [line for one in differences for line in lines(one)],
        gates,
        with_store,
        recorded=record and holds,
    )
    if form == "json":
        click.echo(json_text(record_of(told)))
    else:
        width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
        shown = (
            markdown(told, verbose=verbose)
            if form == "markdown"
            else human(told, verbose=verbose, width=width)
        )
        for line in shown:
            click.echo(line)
    return 0 if holds else FINDINGS


@dataclass(frozen=True, slots=True)
class _Span:
    """What is looked at: tickets that opened from `start` on, and every earlier one too where somebody is credited."""

    start: int
    now: int
    credited: frozenset[str]

    @property
    def read_from(self) -> int:
        from engine.wall import EARLIEST

        return EARLIEST if self.credited else self.start

    def planning(self, old: Graph, new: Graph, promised: Mapping[str, Terms]) -> Planning:
        from engine.contract.impact_work import Planning

        return Planning.of(old, new, self.start, self.now, promised, self.credited)


_Work = tuple["Planning", "Sequence[Source]", "History"]


@contextmanager
def _of_folder(loaded: Sequence[Loaded], span: _Span, folder: Path) -> Iterator[_Work]:
    from engine.commitment.uptime import History
    from engine.graph import Graph
    from engine.replay.past import of_folder

    old, new = (Graph.compile(one) for one in loaded)
    yield span.planning(old, new, {}), of_folder(folder, span.now, span.read_from), History((), (), None)


@contextmanager
def _of_store(loaded: Sequence[Loaded], span: _Span, place: Place, folder: Path | None) -> Iterator[_Work]:
    from engine.commitment.uptime import History
    from engine.in_force import graph_with_past
    from engine.replay.past import of_store
    from engine.store import outages
    from engine.store.opening import open_store
    from engine.terms import digest
    from engine.wall import EARLIEST

    with (
        closing(open_store(place, read_only=True)) as store,
        of_store(store, place, folder, span.now, span.read_from) as sources,
    ):
        promised = {digest(terms): terms for terms in store.all_terms()}
        old, new = (graph_with_past(store, one) for one in loaded)
        history = History(
            outages.outages(store.connection, Instant(EARLIEST), Instant(span.now)),
            outages.notices(store.connection),
            outages.known_since(store.connection),
        )
        yield span.planning(old, new, promised), sources, history


def _record(place: Place, digests: tuple[str, str], now: Instant) -> None:
    from engine.store.opening import open_store

    with closing(open_store(place)) as store:
        store.save_plan(digests[1], digests[0], now)
