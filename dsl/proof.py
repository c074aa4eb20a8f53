"""Whether the mend of a faulty line mends it: the parser is asked to read the line with it."""

from __future__ import annotations

import re

from dsl.faulty_line import Line
from dsl.finding import Finding, Mend
from dsl.parse import Fault, parse

_WORD = re.compile(r"[^\s,]+")


def proven(line: Line, fault: Fault, finding: Finding) -> bool:
    """Whether the finding has a mend with which the parser gets past `fault`, where it stopped."""
    return any(_helps(line, fault, mend) for mend in finding.mends if mend.safe)


def unproven(finding: Finding) -> Finding:
    """The finding, whose mends are for a person to choose."""
    return finding._replace(mends=tuple(mend._replace(safe=False) for mend in finding.mends))


def _helps(line: Line, fault: Fault, mend: Mend) -> bool:
    """The two readings share what stands behind the mend, so that their stops are counted from the end."""
    ((at, text),) = mend.edits
    if at.start > _word_end(line, fault) or at.end > line.end:
        return False
    before, after = line.text[: at.start - line.start], line.text[at.end - line.start :]
    opening, closing = _around(line.block)
    written = f"{opening}{before}{text}"
    outcome = parse(f"{written}{after}{closing}")
    if not isinstance(outcome, Fault):
        return True
    left, was_left = len(written) + len(after) - outcome.start, line.end - fault.start
    if left == was_left:
        return outcome.expected != fault.expected
    return left < was_left and outcome.start >= len(written)


def _word_end(line: Line, fault: Fault) -> int:
    """Up to where a mistake may be what the parser stopped at: it may stop at the first letter of a word."""
    word = _WORD.match(line.text, max(fault.start - line.start, 0))
    return fault.start if word is None else line.start + word.end()


def _around(block: str) -> tuple[str, str]:
    """What a line stands between, as little as the grammar asks for."""
    if not block:
        return "", ""
    if block == "override":
        return "customer{\noverride{\n", "\n}\n}"
    return f"{block}{{\n", "\n}"
