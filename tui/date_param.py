"""Options that take a date; apart from the others, for a check loads no engine."""

from __future__ import annotations

from datetime import date

import click

from tui.plain import plain


class DateParam(click.ParamType[date]):
    """A date like 2026-03-08, of the years that rules can name."""

    name = "date"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        from dsl.values import day_within_reach

        if isinstance(value, date):
            return value
        try:
            return day_within_reach(str(value))
        except ValueError as error:
            self.fail(f"{plain(error, 120)}. Write it like 2026-03-08.", param, ctx)
