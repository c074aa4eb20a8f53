"""What the console remembers between runs: the view and the theme. Losing it is never fatal."""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tui.view import BY_KEY, View


@dataclass(frozen=True, slots=True)
class Prefs:
    """The remembered choices; `theme` "" means the default."""

    view: View = field(default=View())
    theme: str = ""


def load(path: Path) -> tuple[Prefs, str]:
    """The prefs in `path` and "", or the defaults and what is wrong with the file; a missing file is fine."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Prefs(), ""
    except (OSError, UnicodeDecodeError) as error:
        return Prefs(), f"remembered view ignored: {path.name} cannot be read ({type(error).__name__})"
    try:
        return parse(text), ""
    except ValueError as error:
        return Prefs(), f"remembered view ignored: {path.name} is damaged ({error})"


def parse(text: str) -> Prefs:
    """Prefs from their text; raises ValueError with a reason."""
    document = json.loads(text)
    if not isinstance(document, dict):
        raise ValueError("not an object")
    view = document.get("view", {})
    theme = document.get("theme", "")
    if not isinstance(view, dict) or not isinstance(theme, str):
        raise ValueError("view or theme of a wrong kind")
    sort, text_filter, columns = view.get("sort", ""), view.get("filter", ""), view.get("columns", [])
    if not isinstance(sort, str) or not isinstance(text_filter, str) or not isinstance(columns, list):
        raise ValueError("a part of the view of a wrong kind")
    known = tuple(key for key in columns if isinstance(key, str) and key in BY_KEY)
    return Prefs(
        View(
            sort=sort if sort in BY_KEY else "",
            reverse=view.get("reverse") is True,
            filter=text_filter,
            at_risk=view.get("at_risk") is True,
            columns=known,
        ),
        theme,
    )


def save(path: Path, prefs: Prefs) -> None:
    """Write `path` anew, whole or not at all. Raises OSError."""
    write_whole(path, json.dumps(asdict(prefs), ensure_ascii=False, indent=2) + "\n")


def write_whole(path: Path, content: str | bytes) -> None:
    """Replace `path` by `content` in one step. Raises OSError; leaves nothing half-written behind."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)  # there only if something went wrong
