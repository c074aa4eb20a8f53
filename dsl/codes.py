"""The diagnostic codes and the page of each: what it is, a wrong and a right example, and why.

The pages are data (`codes.toml`), so that `sla explain`, the documents and the tests read the same text.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from dsl.diagnostic import Severity


@dataclass(frozen=True, slots=True)
class Page:
    """`files` are what the examples need beside them; `prose` says that an example is described and not shown;
    `alone`, that it needs no other declarations around it; `command` is what finds it: `check`, `analyse` or `test`."""

    code: str
    title: str
    what: str
    wrong: str
    right: str
    why: str
    files: dict[str, str] = field(default_factory=dict)
    prose: bool = False
    alone: bool = False
    command: str = "check"

    @property
    def severity(self) -> Severity:
        return severity_of(self.code)


def severity_of(code: str) -> Severity:
    """A code says by its first letter how much it weighs."""
    return Severity.WARNING if code.startswith("W") else Severity.ERROR


@cache
def pages() -> dict[str, Page]:
    """All pages by code."""
    text = files("dsl").joinpath("codes.toml").read_text(encoding="utf-8")
    return {code: Page(code=code, **page) for code, page in tomllib.loads(text).items()}


def markdown(page: Page) -> str:
    """A page as a document."""
    if page.prose:
        examples = f"Avoid: {page.wrong}\n\nPrefer: {page.right}\n"
    else:
        examples = f"Avoid:\n\n```\n{page.wrong}\n```\n\nPrefer:\n\n```\n{page.right}\n```\n"
    found = "" if page.command == "check" else f" `sla {page.command}` finds it."
    return (
        f"# {page.code}: {page.title} ({page.severity})\n\n{page.what}{found}\n\n{examples}\n"
        f"Why it costs money: {page.why}\n"
    )


def index() -> str:
    """The list of all pages as a document."""
    lines = [f"- [{page.code}]({page.code}.md) {page.title}" for page in pages().values()]
    return (
        "# Diagnostic codes\n\nErrors (E) keep rules out of force, warnings (W) do not. `sla check` finds all but W09xx, which `sla analyse` finds.\n\n"
        + "\n".join(lines)
        + "\n"
    )
