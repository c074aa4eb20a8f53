"""How our papers look: size, logo, colour, fonts and who they are from. Reads the logo."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dsl.errors import USAGE
from engine.errors import EngineError

if TYPE_CHECKING:
    from engine.settings import Reports

LARGEST_LOGO = 2_000_000
"""Bytes: more would be carried by every page that is sent."""
PAPERS = {"a4": "a4", "letter": "us-letter"}
_KINDS = (
    ("png", re.compile(rb"\x89PNG\r\n\x1a\n")),
    ("jpg", re.compile(rb"\xff\xd8\xff")),
    ("svg", re.compile(rb"\xef\xbb\xbf?\s*<|\s*<(\?xml|!--|!DOCTYPE svg|svg)")),
)


@dataclass(frozen=True, slots=True)
class Logo:
    """An image; `kind` is png, jpg or svg."""

    kind: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Look:
    """`paper` is a key of `PAPERS`, `color` like #1f4e79, `fonts` a folder whose fonts are used beside ours, `sender` who the paper
    is from."""

    paper: str = "a4"
    color: str = "#1f4e79"
    logo: Logo | None = None
    fonts: Path | None = None
    sender: str = ""


def look_of(settings: Reports) -> Look:
    """The look that the settings ask for. Raises EngineError for a logo that is of no use."""
    logo = None if settings.logo is None else read_logo(settings.logo)
    return Look(settings.paper, settings.color, logo, settings.fonts, settings.sender)


def read_logo(path: Path) -> Logo:
    """The image in a file. Raises EngineError if it cannot be read, is too large, or is none that a paper can carry."""
    try:
        size = path.stat().st_size
        content = path.read_bytes() if size <= LARGEST_LOGO else b""
    except OSError as error:
        raise EngineError(
            f"{path}: the logo cannot be read: {error.strerror}", help="check reports.logo in the settings"
        ) from error
    if size > LARGEST_LOGO:
        raise EngineError(
            f"{path}: the logo has {size:,} bytes, at most {LARGEST_LOGO:,} are carried",
            help="make it smaller, or use SVG",
            exit_code=USAGE,
        )
    for kind, beginning in _KINDS:
        if beginning.match(content):
            return Logo(kind, content)
    raise EngineError(
        f"{path}: this is no PNG, JPEG or SVG image",
        help="check reports.logo in the settings",
        exit_code=USAGE,
    )
