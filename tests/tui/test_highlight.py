"""The colours of rule files, held against the parser: what it takes for a keyword, a text or a figure looks like one."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from pygments.lexers import get_lexer_by_name
from pygments.token import Error

from dsl.cut import cut
from dsl.highlight import RULES
from dsl.language_server.completion import words_of
from dsl.vocabulary import ALSO_NAMES, DECLARATIONS, KEYWORDS
from tests.dsl.larks_loop import lark

ROOT = Path(__file__).resolve().parents[2]
EDITORS = ROOT / "docs" / "editors"
FILES = sorted([ROOT / "sla.rules", *(ROOT / "rules").rglob("*.rules")])
GRAMMAR = json.loads((EDITORS / "vscode/syntaxes/sla-rules.tmLanguage.json").read_text())
PATTERNS = [(re.compile(one["match"]), one["name"]) for one in GRAMMAR["patterns"]]


def scopes(line):
    """A TextMate tokenizer for grammars of plain matches: the earliest match, of several the first in the list."""
    position = 0
    while position < len(line):
        found = [
            (match.start(), order, match)
            for order, (pattern, _) in enumerate(PATTERNS)
            if (match := pattern.search(line, position)) and match.end() > match.start()
        ]
        if not found:
            break
        _, order, match = min(found, key=lambda one: one[:2])
        yield match.start(), match.end(), PATTERNS[order][1]
        position = match.end()


def script():
    spec = importlib.util.spec_from_file_location("write_syntax", ROOT / "docs" / "write_syntax.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def terminals(text):
    """Every token of a file as the parser takes it: (start, end, terminal)."""
    pieces = cut(text)
    for start, piece in zip(pieces.starts, pieces.texts, strict=True):
        interactive = lark().parse_interactive(piece)
        for token in interactive.lexer_thread.lex(interactive.parser_state):
            interactive.feed_token(token)
            if str(token).strip():
                yield start + token.start_pos, start + token.end_pos, token.type


def test_the_files_of_docs_are_what_the_script_writes():
    for name, text in script().documents().items():
        assert (EDITORS / name).read_text(encoding="utf-8") == text, "run docs/write_syntax.py"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_file_is_coloured_without_a_gap_and_as_the_parser_reads_it(path):
    text = path.read_text()
    at = {}
    offset = 0
    for line in text.split("\n"):
        covered = bytearray(len(line))
        for start, end, scope in scopes(line):
            assert "invalid" not in scope, line
            covered[start:end] = b"x" * (end - start)
            at[offset + start] = (offset + end, scope)
        assert all(covered[index] or character.isspace() for index, character in enumerate(line)), line
        offset += len(line) + 1
    for start, end, terminal in terminals(text):
        if terminal in ("_NL", "_COMMA"):
            continue
        assert start in at, text[start:end]
        stop, scope = at[start]
        assert stop == end or terminal in ("ZONE_NAME", "SUBDIVISION_CODE"), (text[start:end], scope)
        kind = scope.split(".")[0]
        if terminal in ("STRING", "PATTERN"):
            assert kind == "string"
        elif re.match("DATE|TIME|PERCENT|DURATION|BUSINESS|INT|NEGATIVE|OFFSET|MONTH_DAY|MONEY", terminal):
            assert scope.startswith("constant.numeric"), (text[start:end], scope)
        elif words_of(terminal):
            assert kind in ("keyword", "constant"), (text[start:end], scope)
        elif terminal == "NAME":
            assert scope.startswith("entity.name") or text[start:end] in KEYWORDS | ALSO_NAMES | {"always"}, (
                text[start:end]
            )


def test_every_word_of_the_language_is_a_keyword():
    for word in sorted(KEYWORDS | ALSO_NAMES):
        [(_, end, scope)] = scopes(f"  {word}"[2:] if word in DECLARATIONS else f" {word}")
        assert end >= len(word) and scope.startswith(("keyword", "constant.language")), word
        [(_, _, scope)] = scopes(f" {word}-of-ours")
        assert scope.startswith("entity.name"), word


ODD = """\
tier "a \\" b" # x
priorities "never closed
  customer a-b 10:00-12:00 é "ü😀" # 😀
  at 50%,75% 1h30m -5m 2026-01-01..2026-02-01 EUR -1.50 site == "lab"
  $%&!? {}()[],,==!=<=>=
  target-x targetx "a\\
## said of the next
"""


def test_pygments_finds_the_lexer_and_agrees_with_the_table():
    lexer = get_lexer_by_name("tiercel")
    by_scope = {rule.scope: rule.token for rule in RULES}
    for text in [ODD, *(path.read_text() for path in FILES)]:
        got = [
            (said, str(kind).removeprefix("Token.").removeprefix("Literal."))
            for kind, said in lexer.get_tokens(text)
            if said.strip()
        ]
        wanted = [
            (line[start:end], by_scope[scope.removesuffix(".sla-rules")].removeprefix("Literal."))
            for line in text.split("\n")
            for start, end, scope in scopes(line)
            if line[start:end].strip()
        ]
        assert [one for one in got if one[1] != "Error"] == [one for one in wanted if one[1] != "Error"]
        assert (text == ODD) is any(kind is Error for kind, _ in lexer.get_tokens(text))


@pytest.mark.skipif(not shutil.which("vim"), reason="needs Vim")
def test_vim_colours_a_file_the_same(tmp_path):
    path = ROOT / "rules" / "tiers.rules"
    lines = path.read_text().split("\n")
    spots = [
        (row, start, scope)
        for row, line in enumerate(lines)
        for start, _, scope in scopes(line)
        if "entity.name" not in scope
    ]
    rows = "\n".join(
        f"call add(g:out, synIDattr(synID({row + 1}, {len(lines[row][:start].encode()) + 1}, 1), 'name'))"
        for row, start, _ in spots
    )
    out = tmp_path / "out"
    commands = tmp_path / "script.vim"
    commands.write_text(
        f"set nocompatible\nset rtp^={EDITORS}/vim\nsyntax on\nfiletype plugin on\nedit {path}\nlet g:out = [&filetype]\n{rows}\ncall writefile(g:out, '{out}')\nqall!\n"
    )
    subprocess.run(
        ["vim", "-u", "NONE", "-es", "-S", str(commands)], check=False, timeout=60, stdin=subprocess.DEVNULL
    )
    filetype, *names = out.read_text().splitlines()
    groups = [re.sub(r"^slaRules\d+", "", name) for name in names]
    assert filetype == "sla-rules"
    wanted = {f"{rule.scope}.sla-rules": rule.group for rule in RULES}
    wrong = [
        (lines[row][start : start + 12], group, wanted[scope])
        for (row, start, scope), group in zip(spots, groups, strict=True)
        if group != wanted[scope]
    ]
    assert not wrong
