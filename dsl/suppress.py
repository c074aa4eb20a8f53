"""Findings that somebody has looked at and lives with until a date: `# sla:ignore CODE until DATE reason "..."`.

The comment stands at the end of the line it is about, or above a line or a declaration, which it then covers whole. Only
warnings can be put aside: an error keeps rules out of force whatever a comment says. `today` is a parameter.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from heapq import heappop, heappush
from itertools import accumulate

from dsl.diagnostic import Diagnostic, Edit, Fix, Severity
from dsl.listed import MOST_OF_A_CODE
from dsl.spacing import BLANK, tokens
from dsl.span import Lines, Span
from dsl.verdict import SUPPRESSION

_COMMENT = re.compile(
    r"#+[ \t]*sla:ignore[ \t]+(?P<codes>[EW]\d{4}(?:[ \t]*,[ \t]*[EW]\d{4})*)[ \t]+until[ \t]+(?P<until>\d{4}-\d\d-\d\d)"
    r'[ \t]+reason[ \t]+"(?P<reason>(?:[^"\\]|\\.)+)"[ \t]*'
)
_FORM = 'write `# sla:ignore W0105 until 2026-12-31 reason "..."`'
_OWN = frozenset(("W0108", "W0109", "W0110"))


@dataclass(slots=True)
class _Suppression:
    """A comment and the lines, from 1, that it covers; `listed` is where its codes stand."""

    span: Span
    alone: bool
    codes: tuple[str, ...]
    listed: tuple[int, int]
    until: date
    first: int = 0
    last: int = -1


def has_suppressions(files: Mapping[str, str]) -> bool:
    """A quick look."""
    return any(SUPPRESSION in text for text in files.values())


def without_suppressed(
    diagnostics: Iterable[Diagnostic],
    files: Mapping[str, str],
    today: date,
    *,
    command: str = "check",
) -> tuple[Diagnostic, ...]:
    """The findings that are left, and those about the comments: unreadable, expired, or about nothing.

    `command` is who looked: a comment about a code that another command finds is not called unused, nor is a comment that
    has ended or cannot be read told by any but `check`.
    """
    if not has_suppressions(files):
        return tuple(diagnostics)
    out: list[Diagnostic] = []
    standing: dict[str, list[_Suppression]] = {}
    for path, text in files.items():
        if SUPPRESSION in text and not path.endswith(".ics"):
            for item in _comments(path, text):
                if isinstance(item, Diagnostic):
                    out += [item] if command == "check" else []
                elif item.until <= today:
                    out += [_expired(item)] if command == "check" else []
                else:
                    standing.setdefault(path, []).append(item)
    found = _Found(diagnostics)
    covered = _covered(standing)
    out += [one for one in found.all if not _holds(covered, one)]
    for path, items in standing.items():
        lines = Lines(path, files[path])
        for item in items:
            idle = [
                code
                for code in item.codes
                if not found.any_of(code, path, item.first, item.last) and _found_by(code) == command
            ]
            if idle:
                out.append(_unused(item, tuple(dict.fromkeys(idle)), files[path], lines))
    return tuple(sorted(out, key=lambda one: (one.span, one.code)))


class _Found:
    """Findings by code and line."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.all = tuple(diagnostics)
        self._lines: dict[tuple[str, str], list[int]] = {}
        for one in self.all:
            self._lines.setdefault((one.code, one.span.path), []).append(one.span.line)
        for lines in self._lines.values():
            lines.sort()
        often = Counter(one.code for one in self.all)
        self._cut = {code for code, many in often.items() if many >= MOST_OF_A_CODE}

    def any_of(self, code: str, path: str, first: int, last: int) -> bool:
        """Whether these lines have such a finding, or may have one that is not told."""
        lines = self._lines.get((code, path), ())
        at = bisect_left(lines, first)
        return code in self._cut or (at < len(lines) and lines[at] <= last)


_Covered = Mapping[tuple[str, str], tuple[Sequence[int], Sequence[int]]]
"""By code and path: the first lines that suppressions cover, in order, and how far each and those before it reach."""


def _covered(standing: Mapping[str, Iterable[_Suppression]]) -> _Covered:
    ranges: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for path, items in standing.items():
        for item in items:
            for code in item.codes:
                ranges.setdefault((code, path), []).append((item.first, item.last))
    out = {}
    for key, all_ in ranges.items():
        firsts, lasts = zip(*sorted(all_), strict=True)
        out[key] = (firsts, list(accumulate(lasts, max)))
    return out


def _holds(covered: _Covered, one: Diagnostic) -> bool:
    """Whether a suppression covers a finding."""
    firsts, reaches = covered.get((one.code, one.span.path), ((), ()))
    at = bisect_right(firsts, one.span.line)
    return at > 0 and one.span.line <= reaches[at - 1]


def _found_by(code: str) -> str:
    from dsl.codes import pages

    return pages()[code].command


def _comments(path: str, text: str) -> list[_Suppression | Diagnostic]:
    """What each comment is and covers: where it stands alone one fact below it, or a whole block where that begins one."""
    out: list[_Suppression | Diagnostic] = []
    lines = text.split("\n")
    start = depth = 0
    above: list[_Suppression] = []  # a fact that has not come yet
    inside: list[tuple[int, int, list[_Suppression]]] = []  # facts that have not ended, the deepest first
    for number, line in enumerate(lines, 1):
        if SUPPRESSION in line and (found := _comment(line)) is not None:
            comment, alone = found
            at = line.rindex(comment)
            end = at + len(comment)
            item = _read(
                comment, Span(path, start + at, start + end, number, at + 1, number, end + 1), alone=alone
            )
            if isinstance(item, _Suppression):
                if alone:
                    above.append(item)
                else:
                    item.first = item.last = number
            out.append(item)
        if above and line.strip(BLANK)[:1] not in ("", "#"):
            heappush(inside, (-depth, number, above))
            above = []
        if inside:
            code = [token for token in tokens(line) if not token.startswith("#")]
            depth += code.count("{") - code.count("}")
            while inside and depth <= -inside[0][0] and code[-1:] != [","]:
                _, first, items = heappop(inside)
                for item in items:
                    item.first, item.last = first, number
        start += len(line) + 1
    for _, first, items in inside:
        for item in items:
            item.first, item.last = first, len(lines)
    return out


def _comment(line: str) -> tuple[str, bool] | None:
    """The comment of a line that means to suppress, and whether it stands alone."""
    words = tokens(line)
    comment = words[-1]
    if not re.match(rf"#+[ \t]*{SUPPRESSION}\b", comment):
        return None
    return comment, len(words) == 1


def _read(comment: str, span: Span, *, alone: bool) -> _Suppression | Diagnostic:
    match = _COMMENT.fullmatch(comment)
    if match is None:
        return _meaningless(span, "this suppression cannot be read", _FORM)
    from dsl.codes import pages

    codes = tuple(code.strip() for code in match["codes"].split(","))
    for code in codes:
        if code not in pages():
            return _meaningless(span, f"there is no code {code}", "`sla explain` lists all of them")
        if code.startswith("E"):
            return _meaningless(span, f"{code} is an error and cannot be suppressed", "mend what it is about")
        if code in _OWN:
            return _meaningless(span, f"{code} is about suppressions and cannot be suppressed", "remove it")
    try:
        until = date.fromisoformat(match["until"])
    except ValueError:
        return _meaningless(span, f"{match['until']} is not a date of the calendar", _FORM)
    return _Suppression(
        span, alone, codes, (span.start + match.start("codes"), span.start + match.end("codes")), until
    )


def _finding(code: str, message: str, span: Span, help_: str, fixes: tuple[Fix, ...] = ()) -> Diagnostic:
    return Diagnostic(code, Severity.WARNING, message, span, help=help_, fixes=fixes)


def _meaningless(span: Span, message: str, help_: str) -> Diagnostic:
    return _finding("W0108", message, span, help_)


def _expired(item: _Suppression) -> Diagnostic:
    return _finding(
        "W0109",
        f"this suppression of {', '.join(item.codes)} ended on {item.until}",
        item.span,
        "mend what it is about and remove it, or give it a later date and a reason that still holds",
    )


def _unused(item: _Suppression, codes: tuple[str, ...], text: str, lines: Lines) -> Diagnostic:
    kept = dict.fromkeys(code for code in item.codes if code not in codes)
    named = ", ".join(codes)
    if kept:
        title, help_ = (
            f"take {named} out",
            f"take {named} out, and leave {', '.join(kept)}",
        )
        edit = Edit(lines.span(*item.listed), ", ".join(kept))
    else:
        title, help_ = "remove it", "remove this suppression"
        edit = Edit(_whole(item, text, lines), "")
    return _finding(
        "W0110", f"nothing here gives {named}", item.span, help_, (Fix(title, (edit,), safe=True),)
    )


def _whole(item: _Suppression, text: str, lines: Lines) -> Span:
    """The comment with the white space before it, and with its line where nothing else is on it."""
    start, end = item.span.start, item.span.end
    while start and text[start - 1] in " \t":
        start -= 1
    if item.alone and (line_end := text.find("\n", end)) >= 0:
        end = line_end + 1
    return lines.span(start, end)
