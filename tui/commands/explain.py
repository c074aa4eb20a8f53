"""`sla explain`: the page of a diagnostic code."""

from __future__ import annotations

import click

from dsl.codes import markdown, pages
from dsl.errors import USAGE, SlaError
from dsl.suggest import nearest
from tui.findings import wants_color
from tui.plain import plain


@click.command(epilog="Example: sla explain E0301")
@click.argument("code", required=False)
def command(code: str | None) -> int:
    """Explain a diagnostic CODE: what it means, a wrong and a right example, and why. Without a code, list them."""
    known = pages()
    if code is None:
        for page in known.values():
            click.echo(f"{page.code}  {page.title}")
        return 0
    wanted = code.strip().upper()
    if wanted not in known:
        meant = nearest(wanted, known)
        raise SlaError(
            f"there is no code {plain(code, 40)}",
            help=f"did you mean {meant}? `sla explain` lists all codes"
            if meant
            else "`sla explain` lists all codes",
            exit_code=USAGE,
        )
    click.echo(_shown(markdown(known[wanted]).rstrip()))
    return 0


def _shown(page: str) -> str:
    """The page with its examples in colour, where there is any."""
    if not wants_color():
        return page
    from pygments import highlight
    from pygments.formatters import TerminalFormatter

    from tui.lexer import RulesLexer

    parts = page.split("```")
    parts[1::2] = (highlight(part, RulesLexer(stripnl=False), TerminalFormatter()) for part in parts[1::2])
    return "```".join(parts)
