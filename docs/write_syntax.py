"""Writes the syntax files of docs/editors: run it after changing `dsl/vocabulary.py` or `dsl/highlight.py`."""  # noqa: INP001 - a script, not a package

from __future__ import annotations

import json
from pathlib import Path

from dsl.highlight import RULES

FOLDER = Path(__file__).parent / "editors"
LANGUAGE = "sla-rules"


def documents() -> dict[str, str]:
    """Path below docs/editors to content."""
    return {
        f"vscode/syntaxes/{LANGUAGE}.tmLanguage.json": json.dumps(textmate(), indent=2, ensure_ascii=False)
        + "\n",
        f"vim/syntax/{LANGUAGE}.vim": vim(),
    }


def textmate() -> dict[str, object]:
    """The TextMate grammar."""
    return {
        "name": "tiercel rules",
        "scopeName": f"source.{LANGUAGE}",
        "fileTypes": ["rules"],
        "patterns": [{"match": rule.pattern, "name": f"{rule.scope}.{LANGUAGE}"} for rule in RULES],
    }


def vim() -> str:
    """The syntax file of Vim; of two patterns that match at a place it takes the one that is defined last."""
    lines = [
        '" Made by docs/write_syntax.py.',
        "if exists('b:current_syntax')",
        "  finish",
        "endif",
        "syntax iskeyword @,48-57,_,-",
        "syntax case match",
    ]
    links: dict[str, str] = {}
    for number, rule in reversed(list(enumerate(RULES))):
        if not rule.group:
            continue
        name = f"slaRules{number}{rule.group}"
        links[name] = rule.group
        pattern = (
            rule.vim or f"<%({'|'.join(rule.words)})>"
        )  # no `syntax keyword`: it would win over every match
        lines.append(f"syntax match {name} ~\\v{pattern}~")
    lines += [f"highlight default link {name} {group}" for name, group in links.items()]
    return "\n".join([*lines, f"let b:current_syntax = '{LANGUAGE}'", ""])


def main() -> None:
    """Bring the files up to date."""
    for name, text in documents().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
