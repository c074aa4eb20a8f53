"""Uptime against what was promised, as cells and in an order."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from engine.commitment.uptime import Figure, state
from engine.commitment.words import ran, share
from tui.glyphs import Glyphs
from tui.line import Piece
from tui.moment import span

Uptime = tuple[str, Figure]
"""A customer's title and one of its figures."""

SYMBOLS = {
    "missed": "missed",
    "below": "at risk",
    "met": "met",
    "on track": "met",
    "not measured": "unmanaged",
}
"""The standing whose symbol and colour a commitment has."""
ROLES = {"missed": "missed", "below": "warning", "met": "met", "on track": "met", "not measured": "muted"}


def shortage(one: Figure) -> tuple[bool, Fraction]:
    """What has the least of its error budget left comes first."""
    return bool(one.kept), Fraction(one.left, max(1, one.budget))


def worst(figures: Iterable[Figure]) -> Figure | None:
    """The commitment that has the least of its error budget left; None where none is measured."""
    return min((one for one in figures if one.kept is not None), key=shortage, default=None)


def uptimes(of: Iterable[tuple[str, Iterable[Figure]]]) -> list[Uptime]:
    """Every commitment that is measured, worst first, of customers by their titles."""
    found = [(title, one) for title, figures in of for one in figures if one.kept is not None]
    return sorted(found, key=lambda item: (*shortage(item[1]), item[0].casefold()))


def uptime_piece(one: Figure | None, now: int, glyphs: Glyphs) -> Piece:
    """`✗ 99.1% of 99.9%`: what ran, against what was promised."""
    if one is None:
        return "-", "muted"
    word = state(one, now)
    promised = share(one.promise.share)
    return f"{glyphs.standing[SYMBOLS[word]]} {_cut(ran(one), promised)} of {promised}", ROLES[word]


def _cut(ran_: str, promised: str) -> str:
    """No more decimals than are promised, two at least."""
    whole, dot, rest = ran_.rstrip("%").partition(".")
    kept = max(2, len(promised.rstrip("%").partition(".")[2]))
    return f"{whole}{dot}{rest[:kept]}%" if dot else ran_


def left_piece(one: Figure | None) -> Piece:
    """What is left of the error budget."""
    if one is None:
        return "-", "muted"
    return (f"{span(one.left)} left", "") if one.left >= 0 else (f"over {span(one.left)}", "missed")
