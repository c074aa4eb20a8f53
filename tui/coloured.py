"""A rule as it is quoted on a screen, in the colours of an editor as far as roles have them."""

from __future__ import annotations

from tui.line import Line

_ROLES = (
    ("Keyword", "key"),
    ("Operator.Word", "key"),
    ("Literal.Number", "strong"),
    ("Literal.Date", "strong"),
)


def coloured(rule: str) -> Line:
    """Harmless text of a rule, in pieces; what no role is for is muted."""
    from pygments import lex  # with the console, not with every command

    from tui.lexer import RulesLexer

    return tuple(
        (text, _role(str(kind).removeprefix("Token.")))
        for kind, text in lex(rule, RulesLexer(ensurenl=False, stripnl=False))
    )


def _role(kind: str) -> str:
    return next((role for start, role in _ROLES if kind.startswith(start)), "muted")
