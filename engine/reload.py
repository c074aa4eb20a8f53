"""The rules in force: loaded, kept, replaced all at once, and never blanked by a broken edit.

A reload validates everything first. What it brings is committed with the re-evaluation of the tickets that it moves, and
only then does the engine's one reference to a graph change; a tick under way keeps the graph it started with.
"""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import MappingProxyType

from dsl.diagnostic import Diagnostic, Severity
from dsl.errors import FINDINGS, SlaError, advised
from dsl.load import Loaded, Loader
from dsl.span import Span
from engine.changes import Changes
from engine.cycle import SupersededError, Turn, cycle
from engine.errors import EngineError
from engine.facts import Instant
from engine.foresee import Foresight
from engine.graph import Graph, changes
from engine.in_force import graph_of_generation, graph_with_past, read
from engine.snapshot import RulesStatus
from engine.store.database import ALL
from engine.store.protocol import Store, StoredRules

MANY = 500
"""From so many tickets on, columns find out which of them new rules really move."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """A graph and what to say about it; replaced as one value."""

    graph: Graph
    status: RulesStatus


class Rules:
    """The rules of one root file on disk, as one store has them in force.

    `files` are the files and folders that the last load read or looked for, for whoever watches the disk. With `planned` the store is
    told, at the start, whether everybody takes only rules that were planned; None leaves it as it is.
    """

    def __init__(self, root: Path | None, *, planned: bool | None = None) -> None:
        self._root = root
        self._planned = planned
        self._unplanned = ""  # the digest of sound rules on disk that were not planned
        self._loader = Loader()
        self._seen: str | None = None  # the digest of the files when they were last looked at
        self._replaced: tuple[int, Graph] | None = None
        self._foresight = Foresight()
        self.files: tuple[Path, ...] = () if root is None else (root,)
        self.now: Ruling | None = None

    def start(self, store: Store, now: Instant) -> Turn:
        """Put the rules on disk in force, or the last good ones of the store, marked, where those are broken.

        Raises EngineError if there are neither.
        """
        if self._planned is not None:
            store.require_plans(self._planned)
        self._follow(store)
        turn = self.refresh(store, now)
        if self.now is None:
            raise EngineError(
                "the store holds no rules and no rule file was given", help="sla run --rules sla.rules"
            )
        return turn

    def cycle(self, store: Store, now: Instant, chunks: int = ALL) -> Turn:
        """Take in what has happened, under the rules in force; those of the store if another engine has replaced ours."""
        while True:
            assert self.now is not None, "start() comes first"
            try:
                return cycle(store, self.now.graph, now, partial(self._past, store), self._foresight, chunks)
            except SupersededError:
                self._follow(store)

    def foresee(self, store: Store, now: Instant) -> int:
        """Look at some tickets that come due soon; answer how many. For a moment in which nothing waits."""
        assert self.now is not None, "start() comes first"
        return self._foresight.prepare(store, self.now.graph, now)

    def refresh(self, store: Store, now: Instant) -> Turn:
        """Look at the files; put what is new and sound in force, and let the tickets that it moves await a cycle."""
        if self._root is None:
            return Turn()
        try:
            loaded = self._loader.load(self._root)
        except SlaError as gone:
            if self.now is None:
                raise
            self._refuse((_unreadable(self._root, gone),))
            return Turn()
        home = self._root.parent
        self.files = (self._root, *(home / name for name in (*loaded.files, *sorted(loaded.asked))))
        if loaded.ruleset is None:
            self._refuse(loaded.diagnostics, loaded.files)
            return Turn()
        self._unplanned = ""
        if self.now is None or loaded.digest not in (self._seen, self.now.graph.digest):
            turn = self._adopt(store, self._root, loaded, now)
            if not self._unplanned:
                self._seen = loaded.digest  # and not before: what failed is tried again
            return turn
        self._seen = loaded.digest
        status = replace(self.now.status, broken=(), sources={})
        if loaded.digest == self.now.graph.digest:
            status = replace(status, root=str(self._root), revision=_revision(self._root))
        self.now = replace(self.now, status=status)
        return Turn()

    def released(self, store: Store) -> bool:
        """Whether the rules on disk may be taken after they had been refused for want of a plan. Raises StoreError."""
        return bool(self._unplanned) and not lacks_plan(store, self._unplanned)

    def _follow(self, store: Store) -> None:
        """Take the rules that the store has in force; none if it has none."""
        stored = store.rules()
        if stored is not None:
            self._take(Ruling(graph_with_past(store, read(stored)), status_of(stored)))

    def _take(self, new: Ruling) -> None:
        if self.now is not None:
            self._replaced = (self.now.status.generation, self.now.graph)
        self.now = new

    def _past(self, store: Store, generation: int) -> Graph:
        """The rules of a generation before the one in force; the last one is at hand."""
        if self._replaced is None or self._replaced[0] != generation:
            self._replaced = (generation, graph_of_generation(store, generation))
        return self._replaced[1]

    def _refuse(self, found: tuple[Diagnostic, ...], files: Mapping[str, str] = MappingProxyType({})) -> None:
        if self.now is None:
            assert self._root is not None, "what is refused was on disk"
            raise refusal(self._root, found)
        places = [place for one in found for place in (one.span, *(label.span for label in one.labels))]
        sources = {place.path: files[place.path] for place in places if place.path in files}
        self.now = replace(self.now, status=replace(self.now.status, broken=found, sources=sources))

    def _adopt(self, store: Store, root: Path, loaded: Loaded, now: Instant) -> Turn:
        turns: list[Turn] = []
        swapped = None
        while swapped is None:
            if lacks_plan(store, loaded.digest):
                self._unplanned = loaded.digest
                self._refuse((not_planned(root, loaded.digest),))
                break
            if self.now is not None:
                # What the old rules still had to say is not the new ones' doing.
                turns.append(self.cycle(store, now))
                if self.now.graph.digest == loaded.digest:
                    return Turn.of(turns)  # another engine was faster
            swapped = self._swap(store, loaded, now)
        return Turn.of(turns)

    def _swap(self, store: Store, loaded: Loaded, now: Instant) -> Ruling | None:
        """Put rules in force in the place of ours, and let the tickets that they move await an engine; None if ours are not
        in force any more, or the store has come to ask for their plan."""
        old = self.now
        graph = Graph.compile(loaded, previous=old.graph if old else None)
        change = changes(old.graph, graph) if old else None
        suspects = _affected(store, change) if change else []
        moved = suspects
        if old and change and len(suspects) > MANY and not (change.customers or change.ladders):
            from engine.columns.load import load
            from engine.columns.moved import moved as really_moved  # numpy, which a small edit can do without

            moved = really_moved(load(store, (old.graph, graph), suspects), old.graph, graph, now)
        with store.cycle(swapping=True):
            generation, digest = store.generation()
            if digest != (old.graph.digest if old else "") or lacks_plan(store, loaded.digest):
                self._follow(store)
                return None
            if change:
                late = set(_affected(store, change)).difference(suspects)
                store.put_off(sorted(late.union(moved)), generation)
            stored = StoredRules(loaded.digest, generation + 1, now, next(iter(loaded.files)), loaded.files)
            store.save_rules(stored)
        status = replace(status_of(stored), root=str(self._root), revision=_revision(self._root))
        if change:
            status = replace(status, moved=(*change.words(), f"{len(moved)} open tickets evaluated again"))
        self._take(Ruling(graph, status))
        return self.now


def _affected(store: Store, change: Changes) -> list[int]:
    """The open tickets that may depend on what changed."""
    if change.everything:
        return store.affected_tickets(None, None)
    calendars = change.edited["calendar"]
    if not (change.tiers or change.customers or calendars):
        return []
    return store.affected_tickets(sorted(change.tiers), sorted(change.customers), calendars)


def status_of(stored: StoredRules) -> RulesStatus:
    """What there is to say about a stored version."""
    return RulesStatus(
        generation=stored.generation,
        digest=stored.digest,
        revision="",
        loaded_at=stored.at,
        root=stored.root,
        files=tuple(stored.files),
    )


def _unreadable(root: Path, problem: SlaError) -> Diagnostic:
    place = Span(root.name, 0, 0, 1, 1, 1, 1)
    return Diagnostic("E0107", Severity.ERROR, str(problem), place, help=problem.help)


def lacks_plan(store: Store, digest: str) -> bool:
    """Whether the store takes the rules of `digest` only once they were planned. Those in force need no plan."""
    return store.plans_required() and digest != store.generation()[1] and not store.planned(digest)


def not_planned(root: Path, digest: str) -> Diagnostic:
    """What is said of rules that lack a plan."""
    return Diagnostic(
        "E0112",
        Severity.ERROR,
        f"these rules were not planned (digest {digest[:12]}), and the store takes only rules that were",
        Span(root.name, 0, 0, 1, 1, 1, 1),
        help="see what they would have done, and record it: sla plan A B --store STORE --record",
    )


def refusal(root: Path, found: Sequence[Diagnostic]) -> EngineError:
    """The first error among the findings of refused rules, for whoever cannot go on without them."""
    first = next(item for item in found if item.severity is Severity.ERROR)
    return EngineError(
        f"{first.span}: {first.message}",
        help=first.help or f"{advised('sla', 'check', root)} shows all of it",
        exit_code=FINDINGS,
    )


def _revision(root: Path | None) -> str:
    """The git revision that the rules stand at, "" outside a checkout; a `+` means edited since."""
    if root is None:
        return ""
    try:
        answer = subprocess.run(
            ["git", "-C", str(root.absolute().parent), "describe", "--always", "--dirty=+", "--exclude=*"],
            capture_output=True,
            text=True,
            timeout=2,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return answer.stdout.strip() if answer.returncode == 0 else ""
