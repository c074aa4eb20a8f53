"""Lays declarations out as text: neatly, or as a tired admin types them, with every freedom that the language gives
(spaces, tabs, comments, blank lines, lists over several lines, CRLF)."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.dsl.rule_texts import Statement, sites


def neat(site: list[Statement]) -> str:
    """The plain way to write a site: one blank line between declarations."""
    out: list[str] = []
    for tokens, block in site:
        out += [" ".join(tokens) + " {", *_neat_lines(block, 1), "}", ""] if block else [" ".join(tokens), ""]
    return "\n".join(out)


def _neat_lines(block: list[Statement], depth: int) -> list[str]:
    out: list[str] = []
    for tokens, inner in block:
        indent = "  " * depth
        if inner is None:
            out.append(indent + " ".join(tokens))
        else:
            out += [indent + " ".join(tokens) + " {", *_neat_lines(inner, depth + 1), indent + "}"]
    return out


_GAPS = st.sampled_from([" ", "  ", "\t", " \t "])
_COMMENTS = st.sampled_from(
    ["# why", "## documented", "#", '# "quoted" { , }  ', "# trailing \t", "#tight #twice", "# Ünïcödé"]
)


@st.composite
def odd(draw: st.DrawFn, site: list[Statement]) -> str:
    """The same site in an odd layout; its lines end in LF or CRLF."""
    out = draw(_filler(indented=False))
    for statement in site:
        out += draw(_laid_out(statement, 0)) + draw(_filler(indented=False))
    text = "\n".join(out) + draw(st.sampled_from(["", "\n", "\n\n\n", "\n  \n"]))
    return text.replace("\n", "\r\n") if draw(st.booleans()) else text


def odd_sites() -> st.SearchStrategy[str]:
    """Text of random sites in odd layouts."""
    return sites().flatmap(odd)


@st.composite
def _filler(draw: st.DrawFn, *, indented: bool) -> list[str]:
    """Blank lines and comments between statements; most often nothing."""
    if draw(st.integers(0, 3)):
        return []
    lead = st.sampled_from(["", " ", "      ", "\t"]) if indented else st.just("")
    line = st.one_of(st.sampled_from(["", "  ", "\t"]), st.tuples(lead, _COMMENTS).map("".join))
    return draw(st.lists(line, max_size=3))


@st.composite
def _laid_out(draw: st.DrawFn, statement: Statement, depth: int) -> list[str]:
    tokens, block = statement
    lead = draw(st.sampled_from([" ", "  ", "\t", "        "])) if depth else ""
    lines = [lead]
    for index, token in enumerate([*tokens, "{"] if block else tokens):
        before = tokens[index - 1] if index else ""
        tight = (
            not index
            or token in (",", "]", ")", "(", "[", "{")
            or before in (",", "[", "(")
            or '"' in token[0] + before[-1]
        )
        lines[-1] += draw(st.one_of(st.just(""), _GAPS) if tight and index else _GAPS) if index else ""
        lines[-1] += token
        if token == "," and not draw(st.integers(0, 4)):
            if draw(st.booleans()):
                lines[-1] += draw(_COMMENTS)
            lines += draw(_filler(indented=True))
            lines.append(draw(_GAPS))
    if not draw(st.integers(0, 3)):
        lines[-1] += draw(_GAPS) + draw(_COMMENTS)
    lines[-1] += draw(st.sampled_from(["", "", " ", "\t "]))
    if block:
        lines += draw(_filler(indented=True))
        for inner in block:
            lines += draw(_laid_out(inner, depth + 1)) + draw(_filler(indented=True))
        lines.append(
            (draw(st.sampled_from([" ", "    "])) if depth else "")
            + "}"
            + draw(st.sampled_from(["", " ", " # end"]))
        )
    return lines
