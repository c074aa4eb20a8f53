"""Tables as a page of HTML that needs nothing else: no script, no address, its style inside. All text is escaped here."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Sequence

from engine.plain import plain

_STYLE = (
    "body{font:14px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:80rem;padding:0 1rem;color:#1b1b1b;background:#fff}"
    "table{border-collapse:collapse;margin:.5rem 0 1.5rem}th,td{border:1px solid #c8c8c8;padding:.25rem .6rem;text-align:left;"
    "vertical-align:top}th{background:#f0f0f0}h3{font-weight:normal;margin:.5rem 0}"
    "@media print{body{color:#000;background:#fff}}@media screen and (prefers-color-scheme:dark){body{color:#e6e6e6;background:#161616}th{background:#262626}th,td{border-color:#4a4a4a}}"
)


def page(title: str, body: Iterable[str]) -> Iterator[str]:
    """A whole page around pieces that are HTML already."""
    yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{_escaped(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<h1>{_escaped(title)}</h1>"
    yield from body
    yield "</body>\n</html>"


def section(level: int, text: str) -> str:
    """A heading."""
    return f"<h{level}>{_escaped(text)}</h{level}>"


def paragraph(text: str) -> str:
    """A line of text."""
    return f"<p>{_escaped(text)}</p>"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table with a header row."""
    head = "".join(f'<th scope="col">{_escaped(cell)}</th>' for cell in header)
    lines = ("<tr>" + "".join(f"<td>{_escaped(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n" + "\n".join(lines) + "\n</tbody>\n</table>"


def _escaped(text: str) -> str:
    return html.escape(plain(text, 2000))
