"""The rules that a store has in force, or had: its versions as graphs."""

from __future__ import annotations

from dataclasses import dataclass, field

from dsl.load import Loaded, load_texts
from dsl.model import ALWAYS
from engine.errors import EngineError
from engine.facts import Instant
from engine.graph import Graph
from engine.store.protocol import Store, StoredRules
from engine.terms import Terms


def stored_graph(store: Store, at: Instant | None = None) -> Graph | None:
    """The graph of the rule set that the store had in force at `at` (has now if None); None if it never had one."""
    stored = store.rules(at)
    return None if stored is None else graph_with_past(store, read(stored))


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
        older = Graph.compile(read(stored), previous=older)
    return Graph.compile(loaded, previous=older)


def graph_of_generation(store: Store, generation: int) -> Graph:
    """The graph of an older rule set of the store."""
    stored = store.rules_of(generation)
    assert stored is not None, "every generation is kept"
    return graph_with_past(store, read(stored))


def _lacks(graph: Graph, terms: Terms) -> bool:
    rules = graph.ruleset
    return terms.tier not in rules.tiers or any(
        target.calendar != ALWAYS and target.calendar not in rules.calendars for target in terms.targets
    )


def read(stored: StoredRules) -> Loaded:
    """A stored version, loaded. Raises EngineError if this program cannot."""
    loaded = load_texts(stored.root, stored.files)
    if loaded.ruleset is None:
        raise EngineError(
            f"the stored rules (generation {stored.generation}) do not load: {loaded.diagnostics[0].message}",
            help="they were stored by another version of this program: run `sla check`, then `sla run --rules FILE`",
        )
    return loaded


@dataclass(slots=True)
class InForce:
    """For whoever judges by the rules in force and is no engine: compiled once for each version.

    Remembers the last graph. Two threads may compile the same one at once; either result will do."""

    _last: tuple[str, Graph] | None = field(default=None)

    def find(self, store: Store) -> Graph | None:
        """The graph in force; None while the store has none. Raises EngineError for rules that do not load any more."""
        _, digest = store.generation()
        last = self._last
        if last is not None and last[0] == digest:
            return last[1]
        stored = store.rules()
        if stored is None:
            return None
        graph = graph_with_past(store, read(stored))
        self._last = (stored.digest, graph)
        return graph

    def __call__(self, store: Store) -> Graph:
        """The graph in force. Raises EngineError while the store has none."""
        graph = self.find(store)
        if graph is None:
            raise EngineError(
                "the store holds no rules yet", help="put some in force with: sla run --rules sla.rules"
            )
        return graph
