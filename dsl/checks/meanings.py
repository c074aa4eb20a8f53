"""Words that have the right form and yet no meaning: a thirtieth of February, no time at all."""

from __future__ import annotations

from collections.abc import Callable

from dsl import syntax, values
from dsl.finding import Finding, here


def value_findings(word: syntax.Word, meaning: Callable[[str], object]) -> tuple[Finding, ...]:
    """A finding when `meaning` (of `dsl.values`) refuses the word."""
    try:
        meaning(word.text)
    except ValueError as reason:
        code = "E0512" if meaning is values.amount else "E0219"
        return (Finding(code, str(reason), here(word), "correct the value"),)
    except OverflowError:
        return (Finding("E0219", f"{word.text} is out of range", here(word), "correct the value"),)
    return ()
