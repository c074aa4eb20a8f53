"""`sla plan`: what a change of the rules would have done to real history, and what it does to the tickets open now."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dsl.collector import uncollected
from dsl.errors import FINDINGS, USAGE, SlaError
from engine.facts import Instant
from tui.commands.diff import lines, loaded_version, versions
from tui.options import InstantParam, graph_of_loaded, store_option
from tui.replaying import archive_option, worked_out, workers_option
from tui.since import SinceParam, since

if TYPE_CHECKING:
    from dsl.loaded import Loaded
    from engine.contract.impact_work import Planning
    from engine.replay.read import Source
    from engine.store.place import Place

NO_CREDITS = "a plan compares no money"


def _no_credits(ctx: click.Context, param: click.Parameter, value: str | None) -> None:
    if value is not None:
        raise click.BadParameter(f"{NO_CREDITS}.", ctx, param)


@click.command(
    epilog="""\b
Examples:
  sla plan main . --store sla.db --since 6m                          the files here against a branch
  sla plan main HEAD --archive old --max-new-breaches 0 --format markdown > plan.md
  sla plan main . --store sla.db --record                            and let sla run --require-plan take them"""
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
    callback=_no_credits,
    expose_value=False,
    help='Such as "EUR 500"; refused: a plan compares no money.',
)
@click.option("--record", is_flag=True, help="Note in the store that B was planned, if no gate is passed.")
@workers_option
@click.option(
    "--format", "form", type=click.Choice(["human", "json", "markdown"]), default="human", show_default=True
)
@click.option("-v", "--verbose", is_flag=True, help="Name every customer and every ticket.")
@click.pass_context
@uncollected()
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
    from engine.wall import EARLIEST
    from tui.impact_text import Gate, Told, human, markdown, record_of

    named = context.get_parameter_source("store_path") is not click.core.ParameterSource.DEFAULT
    with_store = named or folder is None
    if record and not with_store:
        raise SlaError("an archive alone notes nothing", help="--record needs --store", exit_code=USAGE)
    now = int(time.time()) if at is None else at
    start = EARLIEST if begin is None else since(begin, now)
    if start >= now or now >= 2**32 - 1:
        raise SlaError(
            "--since is not before the end, which is before the year 2106",
            help="give an earlier --since, or another --at",
            exit_code=USAGE,
        )
    loader = Loader()
    loaded = [loaded_version(loader, name, rules_path) for name in (old, new)]
    graphs = [graph_of_loaded(one, name) for one, name in zip(loaded, (old, new), strict=True)]
    changed = [line for one in difference(graphs[0], graphs[1]) for line in lines(one)]
    if with_store:
        found = _of_store(loaded, start, now, store_path, folder)
    else:
        assert folder is not None
        found = _of_folder(loaded, start, now, folder)
    with found as (work, sources):
        impact = worked_out(work, sources, workers)
    gates = []
    if max_new_breaches is not None:
        gates.append(Gate("max-new-breaches", max_new_breaches, new_breaches(impact)))
    holds = all(gate.holds for gate in gates)
    digests = (graphs[0].digest, graphs[1].digest)
    if record and holds:
        _record(store_path, digests, Instant(now))
    told = Told(
        impact,
        digests,
        None if begin is None else start,
        now,
        changed,
        gates,
        with_store,
        recorded=record and holds,
    )
    if form == "json":
        click.echo(json.dumps(record_of(told), indent=2, ensure_ascii=False))
    else:
        for line in (markdown if form == "markdown" else human)(told, verbose=verbose):
            click.echo(line)
    return 0 if holds else FINDINGS


@contextmanager
def _of_folder(
    loaded: Sequence[Loaded], start: int, now: int, folder: Path
) -> Iterator[tuple[Planning, Sequence[Source]]]:
    from engine.contract.impact_work import Planning
    from engine.graph import Graph
    from engine.replay.past import of_folder

    old, new = (Graph.compile(one) for one in loaded)
    yield Planning.of(old, new, start, now, {}), of_folder(folder, now, start)


@contextmanager
def _of_store(
    loaded: Sequence[Loaded], start: int, now: int, place: Place, folder: Path | None
) -> Iterator[tuple[Planning, Sequence[Source]]]:
    from engine.contract.impact_work import Planning
    from engine.in_force import graph_with_past
    from engine.replay.past import of_store
    from engine.store.opening import open_store
    from engine.terms import digest

    with (
        closing(open_store(place, read_only=True)) as store,
        of_store(store, place, folder, now, start) as sources,
    ):
        promised = {digest(terms): terms for terms in store.all_terms()}
        old, new = (graph_with_past(store, one) for one in loaded)
        yield Planning.of(old, new, start, now, promised), sources


def _record(place: Place, digests: tuple[str, str], now: Instant) -> None:
    from engine.store.opening import open_store

    with closing(open_store(place)) as store:
        store.save_plan(digests[1], digests[0], now)
