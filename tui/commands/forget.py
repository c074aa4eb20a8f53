"""`sla forget`: the personal text of a customer whose contract has ended."""

from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dsl.errors import FINDINGS, SlaError
from engine.facts import Instant
from tui.erasing import done_words, kept_by, would_words
from tui.options import graph_of, rules_option, store_option
from tui.plain import plain

if TYPE_CHECKING:
    from engine.store.erasure import Subject
    from engine.store.place import Place
    from engine.store.sql import SqlStore


@click.command(epilog="Example: sla forget acme --store sla.db, then the same with --yes")
@store_option
@rules_option
@click.option("--yes", is_flag=True, help="Do it. Without this nothing is written. It cannot be undone.")
@click.option("--including-open", is_flag=True, help="Also tickets that are still open.")
@click.argument("customer")
def command(
    store_path: Place, rules_path: Path | None, yes: bool, including_open: bool, customer: str
) -> int:
    """Erase the personal text of all tickets of CUSTOMER; the figures stay, and so do the tickets' keys.

    CUSTOMER is the name that the rules declare, or what the tickets say where none is declared. What is done stays done when
    it is interrupted: run it again, and it goes on.
    """
    from engine.forget import forget, of_customer, preview
    from engine.store.opening import open_store
    from engine.store.scrub import overwriting, scrub

    now = Instant(int(time.time()))
    with closing(open_store(store_path, read_only=not yes)) as store:
        graph = graph_of(store, rules_path)
        declared = graph.customer(customer)
        name = declared.name if declared else customer
        found = _tickets(store, name)
        still_open = [item.id for item in found if item.open]
        late = [item.id for item in found if item.awaits and not item.open]
        chosen = [item.id for item in found if not item.open and not item.awaits]
        chosen += still_open if including_open else []
        if still_open and not including_open and yes:
            raise SlaError(
                f"{len(still_open):,} tickets of {plain(name)} are still open; nothing was erased",
                help="close them first, or add --including-open",
                exit_code=FINDINGS,
            )
        kept = kept_by(store, graph)
        if not yes:
            done = preview(store, kept, now, chosen)
        else:
            overwriting(store.connection)
            done = forget(store, kept, now, chosen, including_open=including_open)
        done += of_customer(store, name, now if yes else None)
        if store.archives():
            from engine.archive import erase as archive

            theirs = archive.of_customer(name)
            done += (archive.forget if yes else archive.preview)(store, kept, theirs, now)
    if late:
        click.echo(f"left alone: {len(late):,} tickets have news that no engine has taken in: sla run --once")
    if not yes:
        if still_open and not including_open:
            click.echo(f"still open: {len(still_open):,} tickets; --including-open erases them too")
        click.echo(f"{plain(name)}: {would_words(done)}")
        return FINDINGS if late else 0
    left = scrub(store_path)
    click.echo(f"{plain(name)}: {done_words(done)}")
    if left:
        click.echo(f"still to do: {left}")
    return FINDINGS if late else 0


def _tickets(store: SqlStore, name: str) -> list[Subject]:
    from engine.forget import of_customer as beside_tickets
    from engine.store.erasure import Erased, of_customer, unseen

    with store.connection.trouble():
        unknown = unseen(store.connection)
        found = of_customer(store.connection, name)
    if unknown:
        raise SlaError(
            f"{unknown:,} tickets have not been evaluated yet: whose they are is not known",
            help="sla run --once takes them in",
            exit_code=FINDINGS,
        )
    if not found and not store.archives() and beside_tickets(store, name, None) == Erased():
        raise SlaError(
            f"there are no tickets of {plain(name)}",
            help="give the name that the rules declare, or what the tickets say",
            exit_code=FINDINGS,
        )
    return found
