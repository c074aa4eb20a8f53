"""How far back: `6m` of the calendar, or an instant."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, datetime, timedelta

import click

from tui.options import InstantParam
from tui.plain import plain

_BACK = re.compile(r"([0-9]{1,4})([dwmy])")


class SinceParam(click.ParamType[str]):
    """`90d`, `12w`, `6m`, `1y`, or an instant; it is looked at with `since`, which knows the end."""

    name = "6m"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        text = str(value)
        if not _BACK.fullmatch(text):
            try:
                InstantParam().convert(text, param, ctx)
            except click.BadParameter:
                self.fail(
                    f"{plain(text)!r} is neither so far back, such as 90d, 12w, 6m or 1y, nor an instant such as"
                    " 2026-03-06T16:00:00+00:00.",
                    param,
                    ctx,
                )
        return text


def since(text: str, end: int) -> int:
    """The instant that a text of `SinceParam` means before `end` (UTC seconds): months and years by the calendar, in UTC."""
    found = _BACK.fullmatch(text)
    if found is None:
        return InstantParam().convert(text, None, None)
    count, unit = int(found[1]), found[2]
    moment = datetime.fromtimestamp(end, UTC)
    if unit in "dw":
        return int((moment - timedelta(days=count * (7 if unit == "w" else 1))).timestamp())
    months = moment.year * 12 + moment.month - 1 - count * (12 if unit == "y" else 1)
    year, month = max(months // 12, 1970), months % 12 + 1
    return int(
        moment.replace(year=year, month=month, day=min(moment.day, monthrange(year, month)[1])).timestamp()
    )
