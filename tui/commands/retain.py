"""`sla retain`: personal text goes when its time has come. `sla run` does the same by itself, once a day."""

from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dsl.errors import USAGE, SlaError
from engine.facts import Instant
from tui.erasing import done_words, kept_by, would_words
from tui.options import config_option, graph_of, rules_option, store_option

if TYPE_CHECKING:
    from engine.store.place import Place


@click.command(epilog="Example: sla retain --months 24 --store sla.db, then the same with --yes")
@store_option
@rules_option
@config_option
@click.option(
    "--months",
    type=click.IntRange(1, 1200),
    default=None,
    help="Months since a ticket ended.  [default: retention.personal_text_months]",
)
@click.option("--yes", is_flag=True, help="Do it. Without this nothing is written. It cannot be undone.")
def command(
    store_path: Place, rules_path: Path | None, config_path: Path | None, months: int | None, yes: bool
) -> None:
    """Erase the personal text of tickets that ended so many months ago and of which nothing was heard since; figures stay."""
    from engine.forget import CHUNK, by_age, cut_off, ended, forget, preview
    from engine.settings import load
    from engine.store.erasure import Erased
    from engine.store.opening import open_store
    from engine.store.scrub import overwriting, scrub
    from engine.wall import format_instant

    after_months = load(config_path).retention.personal_text_months if months is None else months
    if not after_months:
        raise SlaError(
            "nothing says after how long personal text goes",
            help="give --months, or set retention.personal_text_months in sla.toml",
            exit_code=USAGE,
        )
    now = Instant(int(time.time()))
    before = cut_off(now, after_months)
    done = Erased()
    with closing(open_store(store_path, read_only=not yes)) as store:
        kept = kept_by(store, graph_of(store, rules_path))
        if yes:
            overwriting(store.connection)
        last = 0
        while found := ended(store, before, last, CHUNK):
            done += forget(store, kept, now, found) if yes else preview(store, kept, now, found)
            last = found[-1]
        done += by_age(store, before, now if yes else None)
        if store.archives():
            from engine.archive import erase as archive

            ended_before = archive.ended_before(before)
            done += (archive.forget if yes else archive.preview)(store, kept, ended_before, now)
    left = scrub(store_path) if yes else ""
    since = f"ended before {format_instant(before)[:10]}"
    click.echo(f"{since}: {done_words(done) if yes else would_words(done)}")
    if left:
        click.echo(f"still to do: {left}")
