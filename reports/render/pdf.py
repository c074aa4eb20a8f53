"""A report on paper: PDF/UA-1 by typst, tagged, with its fonts inside, the same bytes for the same report.

A press is set up once: its compiler holds the fonts and the template, and printing one paper after another is quick.
"""

from __future__ import annotations

import json
import re
import shutil
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from dsl.errors import USAGE
from engine.errors import EngineError
from engine.plain import plain
from reports.paper import Paper
from reports.render.look import PAPERS, Look
from reports.render.pdf_data import data

TEMPLATES = Path(__file__).parent.parent / "templates"
STANDARDS = ["ua-1"]
_FAMILIES = ("Noto Sans", "Noto Sans Arabic", "Noto Sans Hebrew", "Noto Sans Thai")
_MISSING = re.compile(r'the text `"(.*)"` could not be displayed')
_CODE = re.compile(r"\\u\{([0-9a-f]+)\}")


class Press:
    """Prints papers of one look."""

    def __init__(self, look: Look) -> None:
        """Raises EngineError where the extra is missing, or the logo or the folder of fonts is of no use."""
        if find_spec("typst") is None:
            raise EngineError(
                "pdf needs an extra that is not installed", help="pip install 'tiercel[pdf]'", exit_code=USAGE
            )
        from typst import Compiler, Fonts

        if look.fonts is not None and not look.fonts.is_dir():
            raise EngineError(
                f"{look.fonts}: there is no such folder of fonts",
                help="check reports.fonts in the settings",
                exit_code=USAGE,
            )
        self._look = look
        self._folder = TemporaryDirectory(prefix="sla-press-")
        root = Path(self._folder.name)
        main = str(root / "report.typ")
        shutil.copy(TEMPLATES / "report.typ", main)
        logo = ""
        if look.logo is not None:
            logo = f"logo.{look.logo.kind}"
            (root / logo).write_bytes(look.logo.content)
        folders = [str(TEMPLATES / "fonts")]
        if look.fonts is not None:
            folders.append(str(look.fonts))
        fonts = Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)
        self._set = {
            "paper": PAPERS[look.paper],
            "color": look.color,
            "logo": logo,
            "sender": plain(look.sender, 200),
            "fonts": [*_FAMILIES, *(name for name in fonts.families() if name not in _FAMILIES)],
        }
        self._compiler = Compiler(main, root=str(root), font_paths=fonts, ignore_system_fonts=True)

    def render(self, paper: Paper) -> bytes:
        """The paper as a PDF file. Raises EngineError, naming the text, where no font has a glyph for it."""
        from typst import TypstError

        told = {**data(paper), **self._set}
        try:
            printed = self._compiler.compile(
                format="pdf",
                sys_inputs={"data": json.dumps(told, ensure_ascii=False)},
                pdf_standards=STANDARDS,  # type: ignore[arg-type]
                timestamp=paper.report.made_at,
            )
        except TypstError as error:
            raise self._failed(error.message, told) from error
        assert isinstance(printed, bytes)
        return printed

    def _failed(self, message: str, told: dict[str, Any]) -> EngineError:
        missing = _MISSING.search(message)
        if missing is None:
            about = (
                "the logo cannot be used" if self._look.logo is not None and "image" in message else "typst"
            )
            return EngineError(f"pdf: {about}: {message}", help="check reports.logo in the settings")
        glyph = _CODE.sub(lambda found: chr(int(found[1], 16)), missing[1])
        text = next((text for text in _texts(told) if glyph in text), glyph)
        codes = " ".join(f"U+{ord(character):04X}" for character in glyph[:4])
        return EngineError(
            f"pdf: no font has a glyph for {plain(glyph, 10)!r} ({codes}) in {plain(text, 120)!r}",
            help="put a font that has it into a folder, and name that with reports.fonts in the settings",
        )


def _texts(value: object) -> list[str]:
    """Every text in a tree."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for item in value.values() for text in _texts(item)]
    if isinstance(value, list):
        return [text for item in value for text in _texts(item)]
    return []
