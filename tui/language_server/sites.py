"""Which site a file belongs to, and what is known of it, with the texts of the editor over those on the disk.

A file belongs to the nearest `sla.rules` above it that includes it; any other is a root file of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from dsl.diagnostic import Diagnostic
from dsl.errors import SlaError
from dsl.include import ROOT_NAME, Buffers, Disk
from dsl.language_server.positions import Lines
from dsl.listed import listed
from dsl.load import Loader
from dsl.loaded import Loaded
from dsl.suppress import without_suppressed
from engine.graph import Graph

Texts = Mapping[Path, str]
"""What is open in the editor, by absolute path."""


@dataclass(slots=True)
class Reading:
    """A site as read on the day `today`: `folder` is the root file's. `failures` are of scenarios that were run on just this."""

    folder: Path
    root: str
    loaded: Loaded
    today: date
    _left: tuple[Diagnostic, ...]
    failures: tuple[Diagnostic, ...] = ()
    _graph: Graph | None = field(default=None, repr=False)
    _lines: dict[str, Lines] = field(default_factory=dict, repr=False)

    @property
    def diagnostics(self) -> Sequence[Diagnostic]:
        """What `sla check` finds, and what scenarios that were run did."""
        return (*self._left, *self.failures)

    @property
    def graph(self) -> Graph | None:
        """The rules made ready to be asked, None where they have errors."""
        if self._graph is None and self.loaded.ruleset is not None:
            self._graph = Graph.compile(self.loaded)
        return self._graph

    def lines(self, shown: str) -> Lines:
        """The lines of a file, counted once."""
        lines = self._lines.get(shown)
        if lines is None:
            lines = self._lines[shown] = Lines(self.loaded.files[shown])
        return lines

    def path(self, shown: str) -> Path:
        """The absolute path of a file that is shown so."""
        return self.folder / shown

    def shown(self, path: Path) -> str:
        """How a file is shown; "" for one that is not of this site."""
        try:
            name = path.relative_to(self.folder).as_posix()
        except ValueError:
            return ""
        return name if name in self.loaded.files else ""


class Sites:
    """Reads sites, each time only what has changed. Not for several threads at once."""

    def __init__(self) -> None:
        self._loaders: dict[Path, Loader] = {}
        self._readings: dict[Path, Reading] = {}

    def read(self, path: Path, texts: Texts, today: date) -> Reading | None:
        """The site of an open file; None for one that cannot be read at all."""
        for folder in path.parents:
            root = folder / ROOT_NAME
            if (
                (root in texts or root.is_file())
                and (reading := self._read(root, texts, today))
                and reading.shown(path)
            ):
                return reading
        return self._read(path, texts, today)

    def _read(self, root: Path, texts: Texts, today: date) -> Reading | None:
        folder = root.parent
        below = {
            path.relative_to(folder).as_posix(): text
            for path, text in texts.items()
            if path.is_relative_to(folder)
        }
        loader = self._loaders.setdefault(root, Loader())
        try:
            loaded = loader.load_from(Buffers(below, Disk(folder)), root.name)
        except SlaError:
            return None
        last = self._readings.get(root)
        if last is None or last.loaded is not loaded or last.today != today:
            left = listed(without_suppressed(loaded.diagnostics, loaded.files, today))
            last = self._readings[root] = Reading(folder, root.name, loaded, today, left)
        return last
