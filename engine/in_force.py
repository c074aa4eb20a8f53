"""The rules that a store has in force, for whoever judges by them and is no engine: compiled once for each version."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.errors import EngineError
from engine.graph import Graph
from engine.reload import stored_graph
from engine.store.protocol import Store


@dataclass(slots=True)
class InForce:
    """Remembers the last graph. Two threads may compile the same one at once; either result will do."""

    _last: tuple[str, Graph] | None = field(default=None)

    def find(self, store: Store) -> Graph | None:
        """The graph in force; None while the store has none. Raises EngineError for rules that do not load any more."""
        stored = store.rules()
        if stored is None:
            return None
        last = self._last
        if last is not None and last[0] == stored.digest:
            return last[1]
        graph = stored_graph(store)
        if graph is not None:
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
