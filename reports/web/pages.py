"""Pages from templates: escaped, harmless, and each with its style sheet inside, so that a page is one file.

Text of tickets is written by strangers. Jinja escapes what HTML would take for markup; before that, every value loses the
characters that steer instead of being read (control and direction marks), and half surrogates, which UTF-8 cannot write.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse

from engine.plain import plain

STYLE = (files("reports.web") / "templates" / "style.css").read_text(encoding="utf-8").strip()
"""The style sheet of every page."""

_LONGEST = 2_000


def harmless(value: object) -> object:
    """A text without characters that steer; anything else as it is."""
    return plain(value, _LONGEST) if isinstance(value, str) and not isinstance(value, Markup) else value


def environment(package: str) -> Environment:
    """Templates of a package, escaped and harmless, and strict about what they ask for."""
    return Environment(
        loader=PackageLoader(package, "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=harmless,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _environment() -> Environment:
    made = environment("reports.web")
    made.globals["style"] = Markup(STYLE)  # noqa: S704 - a file of ours
    return made


Facts = Sequence[tuple[str, str]]
"""What there is to know of something, by name."""


def message(title: str, *lines: str, status: int, good: bool = False, facts: Facts = ()) -> HTMLResponse:
    """A page that says something and asks nothing."""
    return page("message.html", status=status, title=title, lines=lines, good=good, facts=facts)


def page(template: str, *, status: int = 200, **values: object) -> HTMLResponse:
    """The page that a template makes of these values."""
    return HTMLResponse(_environment().get_template(template).render(values), status)
