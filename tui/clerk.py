"""What leaves the console as files: exported views, pictures and what is remembered. Written by the worker, told in words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tui.desk import Push, Teller
from tui.export import FORMATS, Sheet, file_name, write
from tui.feed import Failure, Feed
from tui.launch_options import Options
from tui.plain import plain
from tui.prefs import Prefs, save, write_whole
from tui.screens.ask import Prompt


class Clerk:
    """Writes files in the feed's worker and tells how it went. `push` shows a dialogue and answers with what was chosen."""

    def __init__(
        self,
        feed: Feed,
        options: Options,
        now: Callable[[], int],
        tell: Teller,
        push: Push,
    ) -> None:
        self._feed = feed
        self._options = options
        self._now = now
        self._tell = tell
        self._push = push

    def export(self, sheet: Sheet) -> None:
        """Ask for a format and write the view."""

        def chosen(format_: str | None) -> None:
            if format_:
                self.write(self._path(None, sheet.name, format_), lambda: write(sheet, format_))

        count = f"{len(sheet.rows):,} rows to {self._options.exports.resolve()}"
        self._push(Prompt(f"Export {sheet.name} as", count, choices=FORMATS, free=False), chosen)

    def picture(self, svg: str, name: str | None, folder: str | None) -> None:
        """Write a picture of the screen, under a name of its own where none is given."""
        path = self._path(folder, "tiercel", "svg")
        self.write(path.with_name(name) if name else path, lambda: svg)

    def write(self, path: Path, make: Callable[[], str]) -> None:
        """Write what `make` answers; both happen in the worker."""

        def written(answer: Failure | None) -> None:
            if isinstance(answer, Failure):
                self._tell(f"not written: {plain(answer.message, 300)}", severity="error")
            else:
                self._tell(f"written: {plain(path, 300)}")

        self._feed.submit(lambda: write_whole(path, make()), written)

    def remember(self, path: Path, prefs: Prefs) -> None:
        """Keep what a person chose to see; only a failure is told."""

        def saved(answer: Failure | None) -> None:
            if isinstance(answer, Failure):
                self._tell(f"the view cannot be remembered: {plain(answer.message, 200)}", severity="warning")

        self._feed.submit(lambda: save(path, prefs), saved)

    def _path(self, folder: str | None, stem: str, ending: str) -> Path:
        place = Path(folder) if folder else self._options.exports
        return place / file_name(stem, ending, self._now(), self._options.zone)
