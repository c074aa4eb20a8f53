"""Writes docs/reference.md from the grammar and its words: run it after changing `dsl/grammar.lark` or `dsl/vocabulary.py`."""  # noqa: INP001 - a script, not a package

from __future__ import annotations

import re
from pathlib import Path

from dsl.parse import grammar
from dsl.vocabulary import ALSO_NAMES, BLOCKS, DECLARATIONS, KEYWORDS

PAGE = Path(__file__).parent / "reference.md"
_RULE = re.compile(
    r"(?:^//: (?P<about>.*)\n)?^\??(?P<name>_?[a-z_]+): (?P<body>.*(?:\n +\|.*)*)", re.MULTILINE
)
_TERMINAL = re.compile(r"^(?P<name>_?[A-Z_]+)(?:\.\d+)?: (?P<pattern>.*)$", re.MULTILINE)
_TOKEN = re.compile(r"_block\{\w+\}|\w+|[()\[\]|*+?]")
_WORDS = {
    "STRING": '"TEXT"',
    "PATTERN": '"PATTERN"',
    "INT": "NUMBER",
    "NEGATIVE": "-NUMBER",
    "_NL": "",
    "COMPARISON": "(== | != | < | <= | > | >=)",
}


class Reference:
    """The rules of the grammar as lines that people write."""

    def __init__(self, text: str) -> None:
        self.rules = {match["name"]: match["body"] for match in _RULE.finditer(text)}
        self.about = {match["name"]: match["about"] or "" for match in _RULE.finditer(text)}
        self.terminals = {match["name"]: match["pattern"] for match in _TERMINAL.finditer(text)}

    def page(self) -> str:
        """The whole page."""
        parts = [_HEAD, *(self._section(name) for name in DECLARATIONS)]
        named = [name for name, about in self.about.items() if about and name not in DECLARATIONS]
        parts += ["## Parts of lines\n", *(self._part(name) for name in named if name != "override")]
        return "\n".join([*parts, _words()])

    def _section(self, name: str) -> str:
        body = self.rules[name]
        shape = "\n".join(self._block(body, "")) if "_block{" in body else self.line(body)
        return f"## {name}\n\n{self.about[name]}\n\n```\n{shape}\n```\n"

    def _part(self, name: str) -> str:
        shape = "\n".join(self.line(one) for one in _alternatives(self.rules[name]))
        return f"### {_upper(name)}\n\n{self.about[name]}\n\n```\n{shape}\n```\n"

    def _block(self, body: str, indent: str) -> list[str]:
        head, inner = re.fullmatch(r"(.*?) ?_block\{(\w+)\}", body).groups()  # type: ignore[union-attr]
        out = [f"{indent}{self.line(head)} {{"]
        for one in _alternatives(self.rules[inner]):
            name = one.strip()
            if "_block{" in self.rules.get(name, ""):
                out += self._block(self.rules[name], indent + "  ")
            else:
                lines = _alternatives(self.rules[name]) if name in self.rules else [name]
                out += [f"{indent}  {self.line(line)}" for line in lines]
        return [*out, f"{indent}}}"]

    def line(self, body: str) -> str:
        """A production as it is written: keywords small, what stands for something in capitals."""
        body = re.sub(r"->.*", "", body)
        body = re.sub(r"(\w+) \(_COMMA \1\)\*", r"\1 LIST", body)
        return self._tidy(" ".join(self._word(token) for token in _TOKEN.findall(body)))

    def _word(self, part: str) -> str:
        if part == "LIST":
            return ", .."
        if part in self.terminals:
            return self._terminal(part)
        if part not in self.rules:
            return part
        about, options = self.about[part], _alternatives(self.rules[part])
        if not about and all(one in self.terminals for one in options):
            shapes = [self._terminal(one) for one in options]
            return f"({' | '.join(shapes)})" if len(shapes) > 1 else shapes[0]
        if about or len(options) > 1:
            return _upper(part)
        return self.line(self.rules[part])

    def _terminal(self, name: str) -> str:
        if name in _WORDS:
            return _WORDS[name]
        pattern = self.terminals[name]
        keyword = re.fullmatch(r"/([a-z-]+)\(\?!\[a-z0-9-\]\)/", pattern)
        if keyword:
            return keyword[1]
        choice = re.fullmatch(r"/\(([a-z|]+)\)\(\?!\[a-z0-9-\]\)/", pattern)
        if choice:
            return f"({choice[1].replace('|', ' | ')})"
        literal = re.fullmatch(r'"(.)"', pattern)
        return literal[1] if literal else name.lstrip("_")

    @staticmethod
    def _tidy(line: str) -> str:
        line = line.replace(
            "[ NAME ]", "NAME"
        )  # the parser does without, so that a check can say what is missing
        line = re.sub(r"([(\[]) ", r"\1", line)
        line = re.sub(r" ([)\]*,])", r"\1", line)
        return re.sub(r" +", " ", line).strip()


def _alternatives(body: str) -> list[str]:
    """The alternatives of a rule; those inside brackets stay together."""
    out, depth = [""], 0
    for character in re.sub(r"\s+", " ", re.sub(r"->\s*\w+", "", body)):
        depth += (character in "([") - (character in ")]")
        if character == "|" and not depth:
            out.append("")
        else:
            out[-1] += character
    return [one.strip() for one in out]


def _upper(name: str) -> str:
    return name.strip("_").replace("_", "-").upper()


def _words() -> str:
    def listed(words: frozenset[str]) -> str:
        return ", ".join(f"`{word}`" for word in sorted(words))

    return (
        f"## Words\n\nThe blocks are {listed(BLOCKS)}.\n\nNo name can be one of: {listed(KEYWORDS)}.\n\n"
        f"Keywords that are legal names all the same: {listed(ALSO_NAMES)}.\n"
    )


_HEAD = """\
# Reference of the language

Every declaration and every line that it can hold, made from the grammar. [language.md](language.md) explains them with examples.

Small words are keywords. Capitals stand for something: `NAME` for a name, `"TEXT"` for text in quotes. `[..]` may be left out, `(a | b)` is one of
them, `*` any number of times, and `NAME, ..` a list with commas. Every line of a block stands for itself, in any order.
"""


def document() -> str:
    """The page as it should be."""
    return Reference(grammar()).page()


if __name__ == "__main__":
    PAGE.write_text(document(), encoding="utf-8")
