"""The rule file that a command is about, as its argument or as `--rules`: whichever somebody has learnt works everywhere."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar, cast

import click
from click.core import ParameterSource

from dsl.include import root_here, root_of
from tui.named_path import NamedPath
from tui.plain import plain

F = TypeVar("F", bound=Callable[..., Any])


def rule_path(function: F) -> F:
    """`PATH` or `--rules PATH`, also from SLA_RULES, else `sla.rules` here or above, as `rules_path`. For commands whose arguments
    are nothing else."""

    @click.argument("path", type=NamedPath(), required=False)
    @click.option(
        "--rules",
        "rules_path",
        type=NamedPath(),
        default=None,
        envvar="SLA_RULES",
        help="The rule file or its folder, as PATH.  [default: sla.rules, here or in a folder above]",
    )
    @wraps(function)
    def with_path(*given: Any, path: Path | None, rules_path: Path | None, **named: Any) -> Any:  # noqa: ANN401
        context = click.get_current_context()
        chosen = context.get_parameter_source("rules_path") is ParameterSource.COMMANDLINE
        if path is not None and chosen and path != rules_path:
            raise click.UsageError(f"{plain(path)} or --rules {plain(rules_path)}: name one rule file")
        return function(*given, rules_path=path or rules_path or root_here(), **named)

    return cast("F", with_path)


def rules_above_option(help_text: str) -> Callable[[F], F]:
    """`--rules PATH`, also from SLA_RULES, else `sla.rules` here or above, as the root file that is meant."""

    def root(_: click.Context, __: click.Parameter, given: Path | None) -> Path:
        return root_of(given or root_here())

    return click.option(
        "--rules",
        "rules_path",
        type=NamedPath(),
        default=None,
        envvar="SLA_RULES",
        callback=root,
        help=f"{help_text}  [default: sla.rules, here or in a folder above]",
    )
