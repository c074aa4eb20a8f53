"""Writes docs/codes from the pages of the program: run it after changing `dsl/codes.toml`."""  # noqa: INP001 - a script, not a package

from __future__ import annotations

from pathlib import Path

from dsl.codes import index, markdown, pages

FOLDER = Path(__file__).parent / "codes"


def documents() -> dict[str, str]:
    """File name to content of everything in docs/codes."""
    return {"index.md": index()} | {f"{code}.md": markdown(page) for code, page in pages().items()}


def main() -> None:
    """Make docs/codes hold exactly the current pages."""
    FOLDER.mkdir(exist_ok=True)
    wanted = documents()
    for path in FOLDER.glob("*.md"):
        if path.name not in wanted:
            path.unlink()
    for name, text in wanted.items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
