"""`sla replay`: any history under any rules."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from operator import add
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dsl.errors import USAGE, SlaError
from engine.facts import Instant
from engine.snapshot import Tally
from tui.line import cells_of as cells
from tui.options import InstantParam, graph_from_file, rule_file_option, rules_from_file, store_option
from tui.plain import json_text, plain
from tui.replaying import archive_option, sources_of, worked_out, workers_option

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.replay.judge import Counts, Outcomes, Period
    from engine.replay.read import Source
    from engine.replay.ways import Replay
    from engine.store.place import Place


@click.command(
    epilog="Example: sla replay --rules next.rules --from 2026-01-01 --to 2026-07-01 --archive /srv/sla/archive --workers 2"
)
@rule_file_option("The rules to judge by.")
@click.option(
    "--from", "start", type=InstantParam(), default=None, help="Count what was decided from this instant on."
)
@click.option(
    "--to",
    "end",
    type=InstantParam(),
    default=None,
    help="Count what was decided before this instant; nothing later is known.  [default: now]",
)
@store_option
@archive_option
@click.option(
    "--as-pinned",
    is_flag=True,
    help="Keep what each ticket was promised; the rules say the rest. Needs --store.",
)
@workers_option
@click.option(
    "--dask", "address", metavar="ADDRESS", default=None, help="Use the workers of a Dask scheduler."
)
@click.option(
    "--format", "form", type=click.Choice(["plain", "json", "csv"]), default="plain", show_default=True
)
@click.pass_context
def command(
    context: click.Context,
    rules_path: Path,
    start: Instant | None,
    end: Instant | None,
    store_path: Place,
    folder: Path | None,
    as_pinned: bool,
    workers: int | None,
    address: str | None,
    form: str,
) -> None:
    """What would have come of a period under other rules, by customer and metric.

    Every ticket is judged by the rules of the file, with what they promised on the day it opened. Nothing is written.
    """
    from engine.replay.judge import Period
    from engine.wall import EARLIEST

    with_store, folder = sources_of(context, store_path, folder)
    period = Period(EARLIEST if start is None else start, int(time.time()) if end is None else end)
    for wrong, words, help_ in (
        (workers and address, "--workers and --dask are two ways", "give one of them"),
        (as_pinned and not with_store, "an archive alone knows no promises", "--as-pinned needs --store"),
        (period.start >= period.end, "--from is not before --to", "give an earlier --from, or a later --to"),
        (period.end >= 2**32 - 1, "a replay ends before the year 2106", "give an earlier --to"),
    ):
        if wrong:
            raise SlaError(words, help=help_, exit_code=USAGE)
    if with_store:
        found = _of_store(rules_path, period, store_path, folder, as_pinned)
    else:
        assert folder is not None
        found = _of_folder(rules_path, period, folder)
    with found as (work, sources):
        result = worked_out(work, sources, workers, address)
    click.echo(_shown(result, work, form), nl=form == "plain")


@contextmanager
def _of_folder(rules_path: Path, period: Period, folder: Path) -> Iterator[tuple[Replay, Sequence[Source]]]:
    from engine.replay.past import of_folder
    from engine.replay.ways import Replay

    yield Replay.of(graph_from_file(rules_path), period), of_folder(folder, period.end)


@contextmanager
def _of_store(
    rules_path: Path, period: Period, place: Place, folder: Path | None, as_pinned: bool
) -> Iterator[tuple[Replay, Sequence[Source]]]:
    from engine.graph import Graph
    from engine.in_force import graph_with_past
    from engine.replay.past import of_store
    from engine.replay.ways import Replay
    from engine.store.opening import open_store
    from engine.terms import digest

    loaded = rules_from_file(rules_path)
    with (
        closing(open_store(place, read_only=True)) as store,
        of_store(store, place, folder, period.end) as sources,
    ):
        if as_pinned:
            promised = {digest(terms): terms for terms in store.all_terms()}
            yield Replay.of(graph_with_past(store, loaded), period, promised), sources
        else:
            yield Replay.of(Graph.compile(loaded), period), sources


def _shown(result: Outcomes, work: Replay, form: str) -> str:
    from engine.replay.judge import OUTCOMES

    names = [state.value for state in OUTCOMES]
    if form == "json":
        return json_text(_record(result, work, names)) + "\n"
    if form == "csv":
        from tui.export import Sheet, write

        rows = [(*key, *counts, _percent_text(counts)) for key, counts in result.counts.items()]
        return write(Sheet("replay", ("customer", "metric", *names, "percent"), rows), "csv")
    return "\n".join(_table(result, names))


def _record(result: Outcomes, work: Replay, names: Sequence[str]) -> dict[str, Any]:
    """The documented JSON object."""
    from engine.wall import format_instant

    return {
        "rules": work.rules[0].digest,
        "start": format_instant(work.period.start),
        "end": format_instant(work.period.end),
        "tickets": result.tickets,
        "events": result.events,
        "told_one_by_one": result.apart,
        "outcomes": [
            {
                "customer": customer,
                "metric": metric,
                **dict(zip(names, counts, strict=True)),
                "percent": _percent(counts),
            }
            for (customer, metric), counts in result.counts.items()
        ],
    }


def _percent(counts: Counts) -> float | None:
    """Compliance in percent, rounded down to hundredths; None of nothing."""
    met, breached, missed = counts[:3]
    share = Tally(met, breached + missed).hundredths
    return None if share is None else share / 100


def _percent_text(counts: Counts) -> str | None:
    percent = _percent(counts)
    return None if percent is None else f"{percent:.2f}"


def _table(result: Outcomes, names: Sequence[str]) -> Iterator[str]:
    whole: dict[str, Counts] = {}
    for (_, metric), counts in result.counts.items():
        whole[metric] = tuple(map(add, whole.get(metric, (0,) * len(names)), counts))
    rows = [*result.counts.items(), *((("(all)", metric), whole[metric]) for metric in sorted(whole))]
    texts = [
        ("customer", "metric", *names, "compliance"),
        *(
            (
                plain(customer, 40),
                metric,
                *(f"{count:,}" for count in counts),
                _percent_text(counts) or "-",
            )
            for (customer, metric), counts in rows
        ),
    ]
    widths = [max(map(cells, column)) for column in zip(*texts, strict=True)]
    for row in texts:
        first, second, *more = row
        left = first + " " * (widths[0] - cells(first))
        yield "  ".join(
            [
                left,
                second.ljust(widths[1]),
                *(text.rjust(width) for text, width in zip(more, widths[2:], strict=True)),
            ]
        )
    yield (f"{result.tickets:,} tickets, {result.events:,} events; {result.apart:,} tickets told one by one")
