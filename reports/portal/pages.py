"""The portal's pages from their templates: escaped and harmless like every page of ours, with one style sheet and no script."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files

from jinja2 import Environment
from starlette.responses import HTMLResponse, Response

from reports.portal import words
from reports.web.pages import environment

STYLE = (files("reports.portal") / "templates" / "style.css").read_text(encoding="utf-8")
STYLE_PATH = f"/style-{hashlib.sha256(STYLE.encode()).hexdigest()[:12]}.css"
"""Its content names it, so that a browser may keep it for ever."""

POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

_WORDS = {
    400: ("That was not understood", "Go back and try again."),
    403: ("That form has expired", "Open the page again and send it once more."),
    404: ("There is no such page", "The address may be cut off, or what was here is not available any more."),
    405: ("This page does not do that", "Go back to the overview."),
    413: ("That was too much", "This page takes a short form and nothing else."),
    429: ("Too many attempts", "Wait a while, then try again."),
    500: ("That did not work", "Nothing was changed. Try again in a moment."),
    503: ("The figures cannot be reached", "Nothing was changed. Try again in a moment."),
}  # fmt: skip
GONE = (
    "This link does not work",
    "It may be cut off, have expired or have been withdrawn. Ask whoever sent it for a new one.",
)


Way = tuple[str, str]
"""A path of the portal, and what its link says."""

OVERVIEW: Way = ("/", "To the overview")


class Pages:
    """Makes pages. `base` is the path that the portal lies under, `title` what it is called."""

    def __init__(self, base: str, title: str) -> None:
        self._shared = {"base": base, "portal": title, "style": base + STYLE_PATH}

    def page(self, template: str, *, status: int = 200, **values: object) -> HTMLResponse:
        """The page that a template makes of these values."""
        known = {"visitor": "", "key": "", "here": "", **self._shared, **values}
        return HTMLResponse(_environment().get_template(template).render(known), status)

    def message(self, title: str, *lines: str, status: int = 200, **values: object) -> HTMLResponse:
        """A page that says something and asks nothing."""
        return self.page("message.html", status=status, title=title, lines=lines, way=OVERVIEW, **values)

    def sorry(self, status: int) -> Response:
        """The page of an error."""
        return self.message(*_WORDS.get(status, _WORDS[400]), status=status)


@cache
def _environment() -> Environment:
    made = environment("reports.portal")
    made.globals["words"] = words
    return made
