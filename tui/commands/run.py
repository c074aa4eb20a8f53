"""`sla run`: the engine without a screen, for a service manager."""

from __future__ import annotations

import logging
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, NamedTuple

import click

from dsl.errors import FINDINGS, USAGE, SlaError
from engine.cycle import Turn
from engine.facts import Instant
from engine.graph import Graph
from engine.monitor.observed import ObservedEngine
from engine.run import Engine
from engine.run import run as turn_until
from engine.snapshot import RulesStatus
from engine.store.database import POST, WORK
from tui.commands.deliver import one_pass
from tui.commands.watch import line, record
from tui.erasing import Daily
from tui.logs import log_option, say
from tui.messages import decision_line, decision_record
from tui.options import config_option, graph_from_file, rule_file_option, store_option
from tui.plain import json_text, plain
from tui.reporter import Reporter
from tui.watched import Watched

if TYPE_CHECKING:
    from engine.delivery.deliver import Deliverer
    from engine.delivery.lane import Observed
    from engine.settings import Settings
    from engine.store.place import Place


def _an_address(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    if value:
        from engine.monitor.address import address_of

        try:
            address_of(value)
        except ValueError as error:
            raise click.BadParameter(f"{plain(value)!r}: {error}.", ctx, param) from error
    return value


@click.command(epilog="Example: sla run --rules sla.rules --store sla.db")
@store_option
@rule_file_option("The rules to put in force, and to reload when they change.")
@config_option
@click.option("--format", "form", type=click.Choice(["plain", "jsonl"]), default="plain", show_default=True)
@click.option("--once", is_flag=True, help="Catch up with the store, send what is due, and end.")
@click.option(
    "--require-plan/--no-require-plan",
    default=None,
    help="Whether the store takes only rules that were planned, by sla plan --record, whoever brings them.  [default: as it was told last]",
)
@click.option("--no-deliver", is_flag=True, help="Send nothing: `sla deliver` does it, or nobody yet.")
@click.option(
    "--listen",
    metavar="HOST:PORT",
    default=None,
    callback=_an_address,
    help="Answer /metrics and /healthz there; a port alone is one of loopback.  [default: monitor.listen]",
)
@log_option
@click.option(
    "--dry-run",
    is_flag=True,
    help="Only say what would fire and what would be sent; the store stays as it is.",
)
def command(
    store_path: Place,
    rules_path: Path,
    config_path: Path | None,
    form: str,
    once: bool,
    require_plan: bool | None,
    no_deliver: bool,
    listen: str | None,
    dry_run: bool,
) -> int:
    """Evaluate the store until SIGTERM or ctrl+c, send what ladders say, and print a line for everything that happens.

    What happens to the rules goes to standard error. With broken rules on disk the last good ones of the store stay in
    force; --once then ends with exit code 1. So it is with rules that nobody planned, where the store asks for plans.
    """
    from engine.settings import load
    from engine.store.opening import open_store

    settings = load(config_path)
    if dry_run:
        return _dry(store_path, rules_path, settings, form, planned=require_plan)
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    if isinstance(store_path, Path) and not store_path.exists():
        graph_from_file(rules_path)  # else a store would be left behind that nobody wanted
    with Watched(settings, listen, lambda: open_store(store_path, read_only=True)) as watched:
        return _run(
            *(store_path, rules_path, settings, watched, stop, form),
            once=once,
            planned=require_plan,
            deliver=not no_deliver,
        )


def _run(
    store_path: Place,
    rules_path: Path,
    settings: Settings,
    watched: Watched,
    stop: Event,
    form: str,
    *,
    once: bool,
    planned: bool | None,
    deliver: bool,
) -> int:
    from engine.store.opening import listening, open_store

    store = open_store(store_path, create=True)
    deliverer = reporter = None
    try:
        engine = ObservedEngine(store, rules_path, watched.observers, planned=planned)
        log = RulesLog(settings if deliver else None, lambda: graph_of(engine))
        if deliver:
            deliverer = _deliverer(store_path, settings, engine, watched.sent)
        reporter = Reporter(store_path, settings.reports, lambda: graph_of(engine))

        daily = Daily(
            store, settings.retention.personal_text_months, lambda: graph_of(engine), watched.erased
        )

        def told(turn: Turn) -> None:
            for text in lines(turn, form):
                click.echo(text)
            watched.turned(turn)

        def told_and_sent(turn: Turn) -> None:
            told(turn)
            if deliverer is not None and turn.decisions:
                deliverer.wake()
            daily.step(Instant(int(time.time())))

        if once:
            told(engine.start(Instant(int(time.time()))))
            assert engine.rules.now is not None
            log(engine.rules.now.status)
            reporter.once(Instant(int(time.time())))
            if deliverer is not None:
                one_pass(deliverer, store.outbox, stop, form)
        else:
            bell = Event()
            rung: dict[str, Callable[[], object]] = {WORK: bell.set}
            if deliverer is not None:
                deliverer.start()
                rung[POST] = deliverer.wake
            reporter.start()
            with listening(store_path, rung):
                turn_until(engine, rules_path, stop, told_and_sent, log, watched.away, bell)
    finally:
        if deliverer is not None and not once:
            deliverer.close()
        if reporter is not None:
            reporter.close()
        store.close()
    return FINDINGS if once and log.broken else 0


def lines(turn: Turn, form: str) -> Iterator[str]:
    """Everything that a turn brought, as text ("plain") or as the documented JSON objects ("jsonl")."""
    for item in turn.transitions:
        yield json_text(record(item), indent=None) if form == "jsonl" else line(item)
    for decision in turn.decisions:
        yield (
            json_text(decision_record(decision), indent=None) if form == "jsonl" else decision_line(decision)
        )


def graph_of(engine: Engine) -> Graph | None:
    """The rules that an engine has in force; None before it has started."""
    return engine.rules.now.graph if engine.rules.now is not None else None


def _deliverer(
    store_path: Place, settings: Settings, engine: Engine, observed: Observed = lambda *_: None
) -> Deliverer:
    from engine.delivery.deliver import Deliverer

    return Deliverer(
        store_path,
        settings,
        lambda: graph_of(engine),
        told=lambda words: say(words, event="delivery-trouble", level=logging.WARNING),
        observed=observed,
    )


def _dry(store_path: Place, rules_path: Path, settings: Settings, form: str, *, planned: bool | None) -> int:
    """Turn once on a private copy and say what came of it."""
    import tempfile

    from engine.store.opening import open_store
    from engine.store.sqlite_care import backup
    from tui.foresight import notice_lines, preview_lines

    if not isinstance(store_path, Path):
        raise SlaError(
            "--dry-run works on a copy of a store file, and does not copy a server's database",
            help="restore a dump of pg_dump into another database, and run there with --once --no-deliver",
            exit_code=USAGE,
        )
    with tempfile.TemporaryDirectory(prefix="sla-") as folder:
        copy = Path(folder) / "copy.db"
        backup(store_path, copy)
        store = open_store(copy)
        try:
            newest = max((item.id for item in store.outbox.notices((), unread=False, limit=1)), default=0)
            engine = Engine(store, rules_path, planned=planned)
            now = Instant(int(time.time()))
            turn = engine.start(now)
            for text in lines(turn, form):
                click.echo(text)
            for text in notice_lines(store.outbox, newest, form):
                click.echo(text)
            previews = _deliverer(copy, settings, engine).preview(now)
            for text in preview_lines(previews, store.outbox, form):
                click.echo(text)
            assert engine.rules.now is not None
            log = RulesLog(None, lambda: None)
            log(engine.rules.now.status)
        finally:
            store.close()
    say("nothing was written and nothing was sent", event="dry-run")
    return FINDINGS if log.broken else 0


class RulesLog:
    """Says on standard error what happens to the rules, each thing once, and what they lack of the settings."""

    def __init__(self, settings: Settings | None, graph: Callable[[], Graph | None]) -> None:
        self.broken = False
        self._settings = settings
        self._graph = graph
        self._said: tuple[Said, ...] = ()

    def __call__(self, status: RulesStatus) -> None:
        self.broken = bool(status.broken)
        said = (*words(status), *self._lacks())
        if said != self._said:
            self._said = said
            for item in said:
                say(item.words, event=item.event, level=item.level, fields=dict(item.fields))

    def _lacks(self) -> Iterator[Said]:
        graph = self._graph()
        if self._settings is None or graph is None:
            return
        from engine.settings_problems import problems

        for item in problems(self._settings, graph.ruleset):
            told = f"settings: {item.key}: {item.message}"
            yield Said(plain(told, 500), "settings-lack", logging.WARNING, (("key", item.key),))


class Said(NamedTuple):
    """Something to say of the rules, with what programs need of it."""

    words: str
    event: str
    level: int = logging.INFO
    fields: tuple[tuple[str, object], ...] = ()


def words(status: RulesStatus) -> Iterator[Said]:
    """What there is to say of the rules: a line for each finding of a refused edit, and what is in force."""
    for item in status.broken:
        told = f"{item.span}: {item.severity} {item.code}: {item.message}"
        place = [("code", str(item.code)), ("place", plain(item.span))]
        if item.help:
            told += f"; help: {item.help}"
            place.append(("help", plain(item.help, 1000)))
        yield Said(plain(told, 1000), "rules-refused", logging.ERROR, tuple(place))
    stays = "the last good rules stay in force: " if status.broken else "rules in force: "
    yield Said(
        f"{stays}generation {status.generation}, digest {status.digest[:12]}",
        "rules-stay" if status.broken else "rules-in-force",
        fields=(("generation", status.generation), ("digest", status.digest)),
    )
    if not status.broken:
        yield from (Said(f"  {plain(moved, 500)}", "rules-moved") for moved in status.moved)
