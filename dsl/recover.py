"""Reads one declaration to its end whatever is wrong in it, so that ten faults give ten findings and no more.

The parser stops at the first fault. What is at fault is then blanked out (a line; of a block's head only the
keyword and the brace stay), positions staying what they are, and the rest is parsed again.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from dsl import syntax
from dsl.checks.local import local_findings
from dsl.faulty_line import Line
from dsl.finding import Finding, Mend
from dsl.limits import excess
from dsl.mistakes import explain
from dsl.parse import Fault, parse
from dsl.spacing import hidden
from dsl.span import Origin
from dsl.suggest import nearest
from dsl.unit import Unit
from dsl.vocabulary import BLOCKS, DECLARATIONS, LINES, TITLED

_HEAD = re.compile(r'[ \t]*([^\s{"]+)(?:[ \t]+(?:tier[ \t]+)?"?([A-Za-z0-9_-]+))?')
_LINE = re.compile(r"[^\n]*")
_WORD = re.compile(r"\S+")
_BRACED = re.compile(r"^[^\n{}]*[{}][^\n]*", re.MULTILINE)
_LONGEST_HEAD = 300
_MOST_FAULTS = 20


def read(text: str) -> Unit:
    """Read one declaration: its tree as far as it can be had, and what its text alone shows to be wrong."""
    outcome = parse(text)
    findings: list[Finding] = [_indented(text)] if text[0] in " \t" else []
    if not isinstance(outcome, Fault):
        findings += _misplaced_close(text)
        findings += local_findings(outcome, text, broken=False)
        return Unit(text, outcome.kind, _name_of(outcome), outcome, tuple(findings))
    if over := excess(text):
        found = Finding("E0111", over.message, Origin("", over.start, over.end), over.help)
        return Unit(text, *_guess(text[:_LONGEST_HEAD]), None, (found,), broken=True)
    kind, name = _guess(text)
    opened = _opened(text, kind, findings)
    tree = None
    if opened is not None:
        braces, mended = _balanced(opened)
        findings += braces
        tree = _parse_on(mended, findings, outcome if mended == text else parse(mended))
    if tree is not None:
        findings += local_findings(tree, text, broken=True)
        kind = tree.kind
        name = _name_of(tree) or name
    return Unit(text, kind, name, tree, tuple(findings), broken=True)


def _bare(text: str) -> str:
    """The text with strings and comments made uninteresting, every position what it was."""
    return hidden(text, "x", " ")


def _name_of(tree: syntax.Declaration) -> str:
    first = tree.lines[0] if tree.lines else None
    if tree.kind == "include" and isinstance(first, syntax.Fact):
        return f'"{first.words[0].text}"'
    if tree.kind in TITLED:
        return tree.title.text if tree.title else ""
    return tree.name.text if tree.name else ""


def _guess(text: str) -> tuple[str, str]:
    """Kind and name of a declaration whose head could not be read."""
    match = _HEAD.match(text)
    if match is None:
        return text.split(maxsplit=1)[0], ""
    kind = match[1] if match[1] in DECLARATIONS else nearest(match[1], DECLARATIONS)
    return kind or match[1], (match[2] or "").lower().replace("_", "-")


def _indented(text: str) -> Finding:
    width = len(text) - len(text.lstrip())
    return Finding(
        "E0205",
        "a declaration begins in column 1",
        Origin("", 0, width),
        "remove the indentation, or look above for a block that was closed too early",
        mends=(Mend("remove the indentation", ((Origin("", 0, width), ""),), safe=True),),
    )


# ---------------------------------------------------------------- braces


def _opened(text: str, kind: str, findings: list[Finding]) -> str | None:
    """The text with a head that opens its block, where the brace was forgotten; None where that cannot be."""
    head = text.split("\n", 1)[0]
    if kind not in BLOCKS or "{" in _bare(head) or "\n" not in text:
        return text
    end = len(_bare(head).rstrip())
    findings.append(
        Finding(
            "E0227",
            "the head of a block ends with `{`",
            Origin("", end - 1, end),
            "add ` {` at the end of this line",
            mends=(Mend("add the brace", ((Origin("", end, end), " {"),)),),
        )
    )
    return _shortened(text, Line(head, 0, len(head)), kind)


class _Opener(NamedTuple):
    brace: int
    line_start: int
    indent: int


def _balanced(text: str) -> tuple[list[Finding], str]:
    """Find braces that are missing or too many, and a text of the same positions in which all of them match."""
    findings: list[Finding] = []
    stack: list[_Opener] = []
    mended = text
    closes_in_column_1 = "\n}" in text
    for match in _LINE.finditer(text):
        if len(findings) == _MOST_FAULTS:
            return findings, text
        code = _bare(match[0])
        start, stripped = match.start(), code.strip()
        if stripped.startswith("}"):
            brace = start + code.index("}")
            in_column_1 = code[0] == "}"
            if not stack or (len(stack) == 1 and not in_column_1 and closes_in_column_1):
                findings.append(_extra(brace))
                mended = _blank(mended, brace, start + len(match[0]))
                continue
            while in_column_1 and len(stack) > 1:
                if len(findings) == _MOST_FAULTS:
                    return findings, text
                opener = stack.pop()
                findings.append(_unclosed(text, opener))
                mended = _blank_block(mended, opener, start)
            stack.pop()
            if not stack and not in_column_1:
                findings.append(_not_in_column_1(text, brace))
        elif stripped.endswith("{"):
            brace = start + len(code.rstrip()) - 1
            stack.append(_Opener(brace, start, len(code) - len(code.lstrip())))
    if stack:
        findings.append(_unclosed(text, stack[-1]))
        mended += "\n}" * len(stack)
    return findings, mended


def _misplaced_close(text: str) -> list[Finding]:
    """A declaration that parses may still be closed by an indented brace."""
    if "\n}" in text or not text.rstrip().endswith("}"):
        return []
    return _balanced(text)[0]


def _extra(brace: int) -> Finding:
    return Finding(
        "E0204",
        "this brace closes nothing",
        Origin("", brace, brace + 1),
        "remove it, or look above for a line that should end in `{`",
    )


def _not_in_column_1(text: str, brace: int) -> Finding:
    line = text.rfind("\n", 0, brace) + 1
    return Finding(
        "E0204",
        "the closing brace of a declaration stands in column 1",
        Origin("", brace, brace + 1),
        "remove what stands before it",
        mends=(Mend("move the brace to column 1", ((Origin("", line, brace), ""),), safe=True),),
    )


def _unclosed(text: str, opener: _Opener) -> Finding:
    head = text[opener.line_start : opener.brace].strip()
    place = "in column 1" if opener.line_start == 0 else "on a line of its own"
    return Finding(
        "E0203",
        f"the block `{head}` is never closed",
        Origin("", opener.brace, opener.brace + 1),
        f"add a `}}` {place} after its last line",
    )


def _blank_block(text: str, opener: _Opener, end: int) -> str:
    """Blank an unclosed inner block: its head and what is indented more deeply right below."""
    stop = text.find("\n", opener.line_start)
    for match in _LINE.finditer(text, stop + 1, end):
        line = match[0]
        if line.strip() and len(line) - len(line.lstrip()) <= opener.indent:
            break
        stop = match.end()
    return _blank(text, opener.line_start, stop)


def _blank(text: str, start: int, end: int) -> str:
    return text[:start] + _blanks(text[start:end]) + text[end:]


def _blanks(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


# ---------------------------------------------------------------- lines


def _parse_on(
    mended: str, findings: list[Finding], outcome: syntax.Declaration | Fault
) -> syntax.Declaration | None:
    """Parse on from an outcome, blanking out one fault after the other; None where not even the head can be used."""
    blamed: set[int] = set()
    while isinstance(outcome, Fault):
        if len(blamed) == _MOST_FAULTS or len(findings) > 2 * _MOST_FAULTS:
            return None
        line = _logical_line(mended, outcome.start)
        if line.start in blamed or line.text.strip() in (
            "",
            "}",
        ):  # a brace is at fault when all before it was
            if not findings:
                findings.append(explain(line, outcome))
            return None
        blamed.add(line.start)
        kind = _block_at(mended, line.start)
        line = line._replace(block=kind)
        findings.append(explain(line, outcome))
        replaced = _without(mended, line)
        if replaced is None:
            return None
        mended = replaced
        outcome = parse(_ahead(mended, line.start))
    if blamed:
        outcome = parse(mended)
    return None if isinstance(outcome, Fault) else outcome


def _ahead(text: str, position: int) -> str:
    """The text with what was read before `position` blanked out, so that no fault makes it be read again.

    A block may be empty: what may follow is known from the heads of the blocks that are open there.
    """
    out: list[str] = []
    at = 0
    for head in _open_heads(text, position):
        line = _logical_line(text, head.start())
        out += (_blanks(text[at : line.start]), text[line.start : line.end])
        at = line.end
    return "".join((*out, _blanks(text[at:position]), text[position:])) if out else text


def _without(text: str, line: Line) -> str | None:
    """The text without the faulty line; None where the head of the declaration cannot be saved."""
    code = _bare(line.text)
    opens = "{" in code
    word = code.split(maxsplit=1)[0].rstrip("{") if code.split() else ""
    if line.start == 0:
        known = BLOCKS - {"override"}
        kind = word if word in known else nearest(word, known) if word not in DECLARATIONS else ""
        return _shortened(text, line, kind) if kind and ("\n" in text) else None
    if not opens:
        return _blank(text, line.start, line.end)
    kind = nearest(word, LINES.get(line.block, ()))
    if kind == "override" and (shortened := _shortened(text, line, kind)):
        return shortened
    depth = 0
    for match in _LINE.finditer(text, line.start):
        stripped = _bare(match[0]).strip()
        depth += stripped.endswith("{") - stripped.startswith("}")
        if depth == 0 and stripped.startswith("}"):
            return _blank(text, line.start, match.end())
    return None


def _shortened(text: str, line: Line, kind: str) -> str | None:
    """The head as `kind {` and nothing else, padded to its length."""
    indent = line.text[: len(line.text) - len(line.text.lstrip())] if line.start else ""
    head = f"{indent}{kind}{{"
    width = line.end - line.start
    return text[: line.start] + head.ljust(width) + text[line.end :] if len(head) <= width else None


def _open_heads(text: str, position: int) -> list[re.Match[str]]:
    """The lines that opened the blocks around a line, the outermost first."""
    stack: list[re.Match[str]] = []
    for match in _BRACED.finditer(text, 0, position):
        stripped = _bare(match[0]).strip()
        if stripped.startswith("}"):
            del stack[-1:]
        elif stripped.endswith("{"):
            stack.append(match)
    return stack


def blocks_at(text: str, position: int) -> list[str]:
    """The keywords of the blocks around a line of a declaration, outermost first; none for its head."""
    return [_keyword(head) for head in _open_heads(text, position)]


def _block_at(text: str, position: int) -> str:
    """The keyword of the innermost block around a line, "" for the head of the declaration itself."""
    heads = _open_heads(text, position)
    return _keyword(heads[-1]) if heads else ""


def _keyword(head: re.Match[str]) -> str:
    word = re.split(r"[\s{]", _bare(head[0]).strip(), maxsplit=1)[0]
    return word if word in LINES else nearest(word, LINES)


def _logical_line(text: str, position: int) -> Line:
    """The line at `position` with the lines that it continues; a keyword after a comma begins a new one."""
    position = min(position, len(text))
    if position == len(text):
        position = len(text.rstrip())
    start = text.rfind("\n", 0, position) + 1
    end = text.find("\n", position)
    end = len(text) if end < 0 else end
    begins = {"}", *LINES.get(_block_at(text, start), ())}
    while start > 0:
        before = text.rfind("\n", 0, start - 1) + 1
        previous = _bare(text[before : start - 1]).rstrip()
        if not previous.endswith(","):
            break
        if _first_word(text, start, end) in begins:
            return Line(
                text[before : start - 1], before, start - 1, dangling_comma=before + len(previous) - 1
            )
        start = before
    comma = _last_comma(text, start, end)
    while comma is not None:
        following = text.find("\n", end + 1)
        following = len(text) if following < 0 else following
        if end >= len(text) or _first_word(text, end, following) in begins:
            return Line(text[start:end], start, end, dangling_comma=comma)
        if _bare(text[end:following]).strip():
            comma = _last_comma(text, end, following)
        end = following
    return Line(text[start:end], start, end)


def _first_word(text: str, start: int, end: int) -> str:
    found = _WORD.search(text, start, end)
    return found[0] if found else ""


def _last_comma(text: str, start: int, end: int) -> int | None:
    """The offset of the comma that what stands there ends with; None where it ends with anything else."""
    code = _bare(text[start:end]).rstrip()
    return start + len(code) - 1 if code.endswith(",") else None
