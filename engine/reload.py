"""The rules in force: loaded, kept, replaced all at once, and never blanked by a broken edit.

A reload validates everything first. What it brings is committed with the re-evaluation of the tickets that it moves, and
only then does the engine's one reference to a graph change; a tick under way keeps the graph it started with.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

from dsl.diagnostic import Diagnostic, Severity
from dsl.errors import FINDINGS, SlaError
from dsl.load import Loaded, Loader, load_texts
from dsl.model import ALWAYS
from dsl.span import Span
from engine.changes import Changes
from engine.cycle import Reloaded, Turn, cycle
from engine.errors import EngineError
from engine.facts import Instant
from engine.graph import Graph, changes
from engine.snapshot import RulesStatus
from engine.store.protocol import Store, StoredRules
from engine.terms import Terms


def stored_graph(store: Store, at: Instant | None = None) -> Graph | None:
    """The graph of the rule set that the store had in force at `at` (has now if None); None if it never had one."""
    stored = store.rules(at)
    return None if stored is None else graph_with_past(store, _read(stored))


def graph_with_past(store: Store, loaded: Loaded) -> Graph:
    """The graph of these rules. What pinned terms name and the rules no longer have, older versions of the store answer for."""
    graph = Graph.compile(loaded)
    makers = {
        terms.rules for terms in store.all_terms() if terms.rules != graph.digest and _lacks(graph, terms)
    }
    if not makers:
        return graph
    older: Graph | None = None
    for stored in store.rules_named(makers):
        older = Graph.compile(_read(stored), previous=older)
    return Graph.compile(loaded, previous=older)


def _lacks(graph: Graph, terms: Terms) -> bool:
    rules = graph.ruleset
    return terms.tier not in rules.tiers or any(
        target.calendar != ALWAYS and target.calendar not in rules.calendars for target in terms.targets
    )


def _read(stored: StoredRules) -> Loaded:
    loaded = load_texts(stored.root, stored.files)
    if loaded.ruleset is None:
        raise EngineError(
            f"the stored rules (generation {stored.generation}) do not load: {loaded.diagnostics[0].message}",
            help="they were stored by another version of this program: run `sla check`, then `sla run --rules FILE`",
        )
    return loaded


MANY = 500
"""From so many tickets on, columns find out which of them new rules really move."""


@dataclass(frozen=True, slots=True)
class InForce:
    """A graph and what to say about it; replaced as one value."""

    graph: Graph
    status: RulesStatus


class Rules:
    """The rules of one root file on disk, as one store has them in force.

    `files` are the files and folders that the last load read or looked for, for whoever watches the disk.
    """

    def __init__(self, root: Path | None) -> None:
        self._root = root
        self._loader = Loader()
        self._last: str | None = None
        self.files: tuple[Path, ...] = () if root is None else (root,)
        self.now: InForce | None = None

    def start(self, store: Store, now: Instant) -> Turn:
        """Put the rules on disk in force, or the last good ones of the store, marked, where those are broken.

        Raises EngineError if there are neither.
        """
        stored = store.rules()
        if stored is not None:
            self._last = stored.digest
            self.now = InForce(graph_with_past(store, _read(stored)), status_of(stored))
        turn = self.refresh(store, now)
        if self.now is None:
            raise EngineError(
                "the store holds no rules and no rule file was given", help="sla run --rules sla.rules"
            )
        return turn

    def refresh(self, store: Store, now: Instant) -> Turn:
        """Look at the files; put what is new and sound in force, with the tickets it moves, in one go."""
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
            self._refuse(loaded.diagnostics)
            return Turn()
        if self.now is not None and loaded.digest == self._last:
            same = replace(self.now.status, broken=(), root=str(self._root), revision=_revision(self._root))
            self.now = replace(self.now, status=same)
            return Turn()
        return self._adopt(store, loaded, now)

    def _refuse(self, found: tuple[Diagnostic, ...]) -> None:
        if self.now is None:
            first = next(item for item in found if item.severity is Severity.ERROR)
            raise EngineError(
                f"{first.span}: {first.message}",
                help=f"sla check {self._root} shows all of it",
                exit_code=FINDINGS,
            )
        self.now = replace(self.now, status=replace(self.now.status, broken=found))

    def _adopt(self, store: Store, loaded: Loaded, now: Instant) -> Turn:
        old = self.now
        graph = Graph.compile(loaded, previous=old.graph if old else None)
        moved: list[int] = []
        words: tuple[str, ...] = ()
        if old is not None:
            change = changes(old.graph, graph)
            words = change.words()
            moved = _affected(store, change)
        stored = StoredRules(
            digest=loaded.digest,
            generation=(old.status.generation if old else 0) + 1,
            at=now,
            root=next(iter(loaded.files)),
            files=loaded.files,
        )
        before = Turn()
        if old is not None:
            before = cycle(
                store, old.graph, now
            )  # what the old rules still had to say is not the new ones' doing
            if len(moved) > MANY and not (change.customers or change.ladders):
                from engine.moved import moved as really_moved  # numpy, which a small edit can do without

                moved = really_moved(store.tickets(moved), old.graph, graph, now)
        turn = cycle(store, graph, now, Reloaded(stored, old.graph if old else None, tuple(moved)))
        status = replace(
            status_of(store.rules() or stored),
            root=str(self._root),
            revision=_revision(self._root),
            moved=(*words, f"{len(moved)} open tickets evaluated again") if old else (),
        )
        self._last = loaded.digest
        self.now = InForce(graph, status)
        return before.then(turn)


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
