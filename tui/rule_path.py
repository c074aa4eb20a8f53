"""The rule file that a command is about, as its argument or as `--rules`: whichever somebody has learnt works everywhere."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar, cast

import click
from click.core import ParameterSource

from dsl.include import ROOT_NAME
from tui.plain import plain

F = TypeVar("F", bound=Callable[..., Any])


def rule_path(function: F) -> F:
    """`PATH` or `--rules PATH`, also from SLA_RULES, else `sla.rules` in this folder, as `rules_path`. For commands whose arguments
    are nothing else."""

    @click.argument("path", type=click.Path(path_type=Path), required=False)
    @click.option(
        "--rules",
        "rules_path",
        type=click.Path(path_type=Path),
        default=None,
        envvar="SLA_RULES",
        help="The rule file or its folder, as PATH.  [default: sla.rules]",
    )
    @wraps(function)
    def with_path(*given: Any, path: Path | None, rules_path: Path | None, **named: Any) -> Any:  # noqa: ANN401
        context = click.get_current_context()
        chosen = context.get_parameter_source("rules_path") is ParameterSource.COMMANDLINE
        if path is not None and chosen and path != rules_path:
            raise click.UsageError(f"{plain(path)} or --rules {plain(rules_path)}: name one rule file")
        return function(*given, rules_path=path or rules_path or Path(ROOT_NAME), **named)

    return cast("F", with_path)
