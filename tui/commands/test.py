"""`sla test`: runs the scenarios and checks of the rules, says what they cover, and writes new ones from real tickets."""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, NamedTuple

import click

from dsl.errors import FINDINGS, UNREACHABLE, SlaError
from tui.covered import FORMATS as COVERAGE_FORMATS
from tui.failure import BrokenRulesError, failing
from tui.findings import FOR_PEOPLE, FORMATS, wants_color
from tui.named_path import NamedPath, OutputPath, never_over
from tui.options import NumberRange, rules_from_file, store_option
from tui.plain import plain
from tui.rule_path import rule_path

if TYPE_CHECKING:
    from dsl.loaded import Loaded
    from engine.scenario.coverage import Covered
    from engine.store.place import Place
    from tui.trials import Trial


class Wanted(NamedTuple):
    """What a run is asked for."""

    rules: Path
    chosen: Callable[[str], bool]
    form: str
    junit: Path | None
    coverage: bool
    threshold: float | None
    coverage_form: str
    coverage_output: Path | None


def _pattern(ctx: click.Context, param: click.Parameter, value: str | None) -> re.Pattern[str] | None:
    try:
        return None if value is None else re.compile(value)
    except re.error as error:
        raise click.BadParameter(f"{plain(value)!r} is no regular expression: {error}", ctx, param) from None


@click.command(
    epilog="""\b
Examples:
  sla test                                          everything in sla.rules
  sla test --run 'peak|night' --format compact      some of it, a line a failure
  sla test --coverage --threshold 80 --junit out.xml
  sla test --bless --dry-run                        what would be written into the scenarios
  sla test --record INC0000057 --store sla.db --output rules/tests.rules"""
)
@rule_path
@click.option(
    "--run", "pattern", metavar="REGEX", callback=_pattern, help="Only those with this in their title."
)
@click.option("--format", "form", type=click.Choice(FORMATS), default="human", show_default=True)
@click.option("--junit", type=OutputPath(), help="Write the results as JUnit XML too.")
@click.option("--coverage", is_flag=True, help="Say which rules were put to the test.")
@click.option("--threshold", type=NumberRange(0, 100), help="Exit 1 if less than this percentage is covered.")
@click.option("--coverage-format", type=click.Choice(COVERAGE_FORMATS), default="text", show_default=True)
@click.option("--coverage-output", type=OutputPath(), help="Write the coverage to this file.")
@click.option("--watch", is_flag=True, help="Run again whenever a rule file is saved.")
@click.option("--bless", "blessing", is_flag=True, help="Write what came out into expectations that fail.")
@click.option("--dry-run", is_flag=True, help="With --bless or --record: show it, and write nothing.")
@click.option("--record", "ticket", metavar="TICKET", help="Write a scenario from a ticket of the store.")
@click.option("--output", type=NamedPath(), help="With --record: append to this rule file.")
@store_option
def command(
    rules_path: Path,
    pattern: re.Pattern[str] | None,
    form: str,
    junit: Path | None,
    coverage: bool,
    threshold: float | None,
    coverage_format: str,
    coverage_output: Path | None,
    watch: bool,
    blessing: bool,
    dry_run: bool,
    ticket: str | None,
    output: Path | None,
    store_path: Place,
) -> int:
    """Run the scenarios and checks of the rules of PATH on the engine itself.

    A failure shows what was expected above what came out, then the reasons. Exit code 0 when everything holds, 1 when
    something does not, or less than the threshold is covered.
    """
    covering = coverage or threshold is not None or coverage_output is not None
    _refuse(
        ("--watch with --bless or --record", watch and (blessing or ticket is not None)),
        (f"--bless with --format {form}", blessing and form not in (*FOR_PEOPLE, "json")),
        ("--bless with --record", blessing and ticket is not None),
        (f"--record with --format {form}", ticket is not None and form not in FOR_PEOPLE),
        (
            "--record with --run, --junit or --coverage",
            ticket is not None and (covering or pattern is not None or junit is not None),
        ),
        ("--dry-run without --bless or --record", dry_run and not (blessing or ticket is not None)),
        ("--output without --record", output is not None and ticket is None),
        (
            f"--coverage-format {coverage_format} without --coverage-output",
            coverage_format != "text" and coverage_output is None,
        ),
        (
            f"--coverage with --format {form} without --coverage-output",
            coverage and form != "human" and coverage_output is None,
        ),
        (
            "one file for --junit and --coverage-output",
            junit is not None
            and coverage_output is not None
            and junit.resolve() == coverage_output.resolve(),
        ),
    )
    for file in (junit, coverage_output):
        never_over(file, rules_path)
    from dsl.include import root_file
    from dsl.load import load
    from tui.fragment import refuse_part

    if ticket is not None:
        from tui.recording import record_ticket

        return record_ticket(ticket, store_path, rules_path, output, dry=dry_run)
    wanted = Wanted(
        rules_path,
        (lambda _: True) if pattern is None else (lambda title: pattern.search(title) is not None),
        form,
        junit,
        covering,
        threshold,
        coverage_format,
        coverage_output,
    )
    if watch:
        return _watched(wanted)
    if blessing:
        with failing(lambda error: _refused(error, wanted)):
            trial, _ = _tried(rules_from_file(rules_path), wanted)
        _refuse_no_match(trial, pattern, wanted)
        with failing(lambda error: _refused(error, wanted)):
            return _blessed(trial, wanted, dry=dry_run)
    with failing(lambda error: _refused(error, wanted)):
        loaded = load(rules_path)
        if loaded.ruleset is None:
            refuse_part(root_file(rules_path), "sla test")
    trial, covered = _tried(loaded, wanted)
    _refuse_no_match(trial, pattern, wanted)
    return _told(trial, covered, wanted)


def _refuse_no_match(trial: Trial, pattern: re.Pattern[str] | None, wanted: Wanted) -> None:
    """Raise SlaError where a pattern was given and nothing has it in its title."""
    if trial.errors or trial.results or pattern is None:
        return
    nothing = SlaError(f"no scenario and no check has {plain(pattern.pattern)!r} in its title")
    nothing.exit_code = _refused(nothing, wanted) or FINDINGS
    raise nothing


def _refuse(*odd: tuple[str, bool]) -> None:
    for what, given in odd:
        if given:
            raise click.UsageError(f"{what} makes no sense")


def _tried(loaded: Loaded, wanted: Wanted) -> tuple[Trial, list[Covered]]:
    """Run what is wanted; of rules with errors nothing runs."""
    from engine.graph import Graph
    from engine.scenario.coverage import Coverage
    from engine.scenario.verdicts import run_all
    from tui.trials import Trial

    if loaded.ruleset is None:
        return Trial((), loaded.files, errors=loaded.diagnostics), []
    graph = Graph.compile(loaded)
    witness = Coverage() if wanted.coverage else None
    begin = time.perf_counter()
    results = list(run_all(loaded.ruleset, graph, loaded.locate, wanted.chosen, witness))
    trial = Trial(results, loaded.files, time.perf_counter() - begin)
    return trial, witness.of(loaded.ruleset, loaded.locate) if witness else []


def _told(trial: Trial, covered: list[Covered], wanted: Wanted) -> int:
    """Say how it went, and answer the exit code."""
    from tui import covered as coverage

    _said(trial, wanted)
    unwritten = _filed(trial, covered, wanted)
    if trial.errors:
        return unwritten or FINDINGS
    if wanted.coverage and wanted.coverage_output is None and wanted.form == "human":
        click.echo(coverage.written(covered, wanted.coverage_form), nl=False)
    short = wanted.threshold is not None and coverage.falls_short(covered, wanted.threshold)
    if short:
        hit = coverage.number_covered(covered)
        share = f"{coverage.share(covered):.1f} % ({hit} of {len(covered)}) covered"
        click.echo(f"sla: {share}, under {Decimal(str(wanted.threshold)).normalize():f} %", err=True)
    return unwritten or (FINDINGS if short or trial.failed else 0)


def _refused(error: SlaError, wanted: Wanted) -> int:
    """Where a program reads, say why nothing was run; people are told by the error itself. Answers what `_filed` does."""
    from tui.reporting import refusal
    from tui.trials import Trial

    found = (
        error.findings if isinstance(error, BrokenRulesError) else refusal(error, wanted.rules).diagnostics
    )
    trial = Trial((), {}, errors=found)
    if wanted.form not in FOR_PEOPLE:
        _said(trial, wanted)
    return _filed(trial, [], wanted)


def _filed(trial: Trial, covered: list[Covered], wanted: Wanted) -> int:
    """Write the files that were asked for, also when nothing ran: those of an earlier run must not stay.

    Says of each that cannot be written why, and answers the exit code of that, 0 where all are written.
    """
    from tui import covered as coverage

    files: list[tuple[Path, bytes]] = []
    if wanted.junit is not None:
        files.append((wanted.junit, _junit(trial, wanted.rules)))
    if wanted.coverage_output is not None:
        text = coverage.written(covered, wanted.coverage_form, ran=not trial.errors)
        files.append((wanted.coverage_output, text.encode()))
    code = 0
    for file, content in files:
        try:
            file.write_bytes(content)
        except OSError as error:
            why = (error.strerror or str(error)).lower()
            click.echo(f"sla: {plain(file)} cannot be written: {why}", err=True)
            code = UNREACHABLE
    return code


def _junit(trial: Trial, rules: Path) -> bytes:
    from dsl.include import root_of
    from tui.findings import render
    from tui.junit import junit
    from tui.reporting import Found, folder_of

    if not trial.errors:
        return junit(trial.results, trial.seconds)
    found = Found(trial.errors, {})  # a file without findings did not pass either
    return f"{render(found, 'junit', folder=folder_of(root_of(rules)), title='sla test')}\n".encode()


def _said(trial: Trial, wanted: Wanted) -> None:
    """The results for people and as an object, the failures in the other formats of findings."""
    from dsl.include import root_of
    from tui.reporting import report
    from tui.trials import written

    if wanted.form == "junit":
        click.echo(_junit(trial, wanted.rules), nl=False)
    elif wanted.form not in ("human", "plain", "json"):
        report(trial, wanted.form, root_of(wanted.rules), "sla test")
    elif trial.results or trial.errors or wanted.form == "json":
        click.echo(written(trial, wanted.form, color=wants_color()))
    else:
        click.echo("there is no scenario and no check in these rules")


def _blessed(trial: Trial, wanted: Wanted, *, dry: bool) -> int:
    from dsl.include import root_file
    from dsl.verdict import counted
    from tui.bless import bless

    folder = root_file(wanted.rules).parent
    bless(trial.diagnostics, trial.files, folder, dry=dry, show=wanted.form != "json")
    written = [one for one in trial.diagnostics if one.fixes]
    left = [one for one in trial.diagnostics if not one.fixes]
    if wanted.form == "json":
        _said(replace(trial, blessed=not dry), wanted)
    elif not dry:
        for one in written:
            click.echo(f"{plain(one.span)}: rewritten: {plain(one.message, 2000)}")
    for one in left:
        click.echo(f"sla: {plain(one.span)}: cannot be written for you: {plain(one.message, 2000)}", err=True)
    click.echo(f"{counted(len(written), 'expectation')} {'would be ' if dry else ''}rewritten", err=True)
    return FINDINGS if left or (dry and written) else 0


def _watched(wanted: Wanted) -> int:
    """Run at once and after every save, until somebody interrupts it; answer the exit code of the last run."""
    from dsl.include import root_file
    from dsl.load import Loader
    from engine.watch import POLL, Watcher

    root = root_file(wanted.rules)
    files: list[Path] = [root]
    loader, last, code = Loader(), None, 0
    watcher = Watcher(root, lambda: files)
    stop = Event()

    def end(*_: object) -> None:
        stop.set()
        watcher.close()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    while not stop.is_set():
        try:
            loaded = loader.load(root)
            files = [root, *(root.parent / name for name in (*loaded.files, *sorted(loaded.asked)))]
            if loaded is not last:
                last, code = loaded, _looked(loaded, wanted)
        except SlaError as error:  # the root file is gone for a moment while an editor replaces it
            last = None
            click.echo(f"sla: {plain(error, 1000)}", err=True)
        while not stop.is_set() and not watcher.wait(POLL):
            pass
    return code


def _looked(loaded: Loaded, wanted: Wanted) -> int:
    code = _told(*_tried(loaded, wanted), wanted)
    click.echo(f"{time.strftime('%H:%M:%S')} waiting for a change; Ctrl-C ends", err=True)
    return code
