"""How a command that finds things says so: its `--format` option, and where each format goes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import click

from dsl.diagnostic import Diagnostic
from dsl.errors import SlaError
from dsl.include import root_of
from dsl.refused import refused
from tui.failure import failing
from tui.findings import FOR_PEOPLE, FORMATS, Findings, render, wants_color

F = TypeVar("F", bound=Callable[..., Any])


def format_option(function: F) -> F:
    """`--format`, one of the formats of findings."""
    return click.option(
        "--format",
        "format_",
        type=click.Choice(FORMATS),
        default="human",
        show_default=True,
        help="How findings are written.",
    )(function)


class Found(NamedTuple):
    """Findings, and the texts that they point into."""

    diagnostics: tuple[Diagnostic, ...]
    files: Mapping[str, str]


@contextmanager
def failing_as_finding(format_: str, path: Path, title: str) -> Iterator[None]:
    """Where a program reads, make what keeps the rules of `path` from being looked at a finding; the failure goes on."""

    def say(error: SlaError) -> None:
        report(refusal(error, path), format_, root_of(path), title)

    with failing(None if format_ in FOR_PEOPLE else say):
        yield


def refusal(error: SlaError, path: Path) -> Found:
    """A failure as the one finding about the root file that `path` means; `-` is standard input."""
    shown = "<stdin>" if path == Path("-") else root_of(path).name
    return Found((refused(str(error), error.help, shown),), {})


def report(found: Findings, format_: str, root: Path | None, title: str = "sla check") -> None:
    """Print findings. `github` also adds a table to the step's summary, where a workflow has one.

    `root` is the root file, None for standard input. Raises OSError when the summary cannot be written.
    """
    folder = folder_of(root)
    text = render(found, format_, color=wants_color(), folder=folder, title=title)
    if text:
        click.echo(text)
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if format_ == "github" and summary:
        with Path(summary).open("a", encoding="utf-8") as file:
            file.write(render(found, "markdown", folder=folder, title=title))


def folder_of(root: Path | None) -> str:
    """The folder of the root file as seen from where we stand, with forward slashes; "" for this one."""
    if root is None:
        return ""
    relative = os.path.relpath(root.parent).replace(os.sep, "/")
    return "" if relative == "." else relative
