"""`sla excuse`: takes a breach out of compliance, with a reason and a name."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dsl.errors import FINDINGS, USAGE, SlaError, advised
from engine.facts import EXCUSED
from tui.options import rules_option, store_option, world
from tui.plain import plain

if TYPE_CHECKING:
    from engine.evaluate import Evaluated
    from engine.facts import FieldValue, Ticket
    from engine.store.place import Place
    from engine.store.sql import SqlStore


@click.command(
    epilog='Example: sla excuse T-1001 resolution --reason "power cut in the customer\'s hall" --by duty-manager'
)
@click.argument("ticket")
@click.argument("metric")
@click.option(
    "--cycle",
    type=click.IntRange(1),
    default=None,
    help="Which clock of the metric.  [default: the only one that is breached]",
)
@click.option("--reason", default="", help="Why the breach does not count; shown wherever it would have.")
@click.option("--by", "person", default=None, help="Who says so; your login without it.")
@click.option("--undo", is_flag=True, help="The breach counts again.")
@store_option
@rules_option
def command(
    ticket: str,
    metric: str,
    cycle: int | None,
    reason: str,
    person: str | None,
    undo: bool,
    store_path: Place,
    rules_path: Path | None,
) -> None:
    """Exclude the breach of METRIC of TICKET from compliance. Reports show it apart, with the reason and the name.

    It stays on record with the ticket, as does taking it back. If its period is closed, it corrects the next one.
    """
    from engine.evaluate import evaluate
    from engine.excuse import excuses
    from tui.entry import enter

    reason, by = plain(reason, 2000).strip(), plain(person or getpass.getuser(), 100).strip()
    if not undo and not reason:
        raise SlaError("an excuse needs a reason", help='give it with --reason "..."', exit_code=USAGE)
    if not by:
        raise SlaError("an excuse needs a name", help="give it with --by", exit_code=USAGE)
    with world(store_path, rules_path, None) as (store, graph, now):
        found = _find(store, ticket)
        excused = excuses(found.events)
        number = _cycle(evaluate(found, graph, now), found.key, metric, cycle)
    what = f"{plain(ticket)} {metric}{f' {number}' if number > 1 else ''}"
    known = excused.get((metric, number))
    if undo and known is None:
        raise SlaError(f"{what} is not excused", exit_code=FINDINGS)
    if not undo and known is not None:
        raise SlaError(
            f"{what} is excused already by {plain(known.by)}: {plain(known.reason)}",
            help="take that back first: --undo",
            exit_code=FINDINGS,
        )
    data: dict[str, FieldValue] = {"by": by, "metric": metric, "cycle": number, "excused": not undo}
    enter(store_path, rules_path, [ticket], EXCUSED, data | ({"reason": reason} if reason else {}))
    click.echo(f"{what}: {'counts again, says' if undo else 'excused by'} {by}")


def _find(store: SqlStore, key: str) -> Ticket:
    from engine.store.leaving import where_archived

    number = store.find(key)
    found = next(iter(store.tickets([number])), None) if number is not None else None
    if found is not None:
        return found
    with store.connection.trouble():
        archived = where_archived(store.connection, [key])
    if archived:
        raise SlaError(
            f"ticket {plain(key)} is archived",
            help=f"bring it back first: {advised('sla', 'archive', '--restore', plain(key))}",
            exit_code=FINDINGS,
        )
    raise SlaError(f"no ticket {plain(key)!r} in the store", exit_code=FINDINGS)


def _cycle(found: Evaluated, key: str, metric: str, cycle: int | None) -> int:
    """The cycle of the breach that is meant. Raises SlaError if there is none, or more than one."""
    from engine.clock import FAILED_STATES

    clocks = [clock for clock in found.clocks if clock.metric == metric]
    breached = [clock.cycle for clock in clocks if clock.state in FAILED_STATES]
    which = f"{plain(key)} {plain(metric)}"
    if not clocks:
        names = ", ".join(sorted({clock.metric for clock in found.clocks})) or "none"
        raise SlaError(f"{which}: the ticket has no such clock", help=f"it has {names}", exit_code=FINDINGS)
    if cycle is not None and cycle in breached:
        return cycle
    if not breached or cycle is not None:
        raise SlaError(
            f"{which}{f' {cycle}' if cycle else ''}: there is no breach to excuse",
            help=f"{advised('sla', 'why', plain(key))} says how it stands",
            exit_code=FINDINGS,
        )
    if len(breached) > 1:
        raise SlaError(
            f"{which}: {len(breached)} cycles are breached",
            help=f"give one of them: --cycle {'|'.join(map(str, breached))}",
            exit_code=FINDINGS,
        )
    return breached[0]
