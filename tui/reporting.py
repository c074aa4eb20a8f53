"""How a command that finds things says so: its `--format` option, and where each format goes."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from tui.findings import FORMATS, Findings, render, wants_color

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
