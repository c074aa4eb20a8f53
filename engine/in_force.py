"""The rules by which pages judge: those that the store has in force, compiled once for each version."""

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

    def __call__(self, store: Store) -> Graph:
        """The graph in force. Raises EngineError while the store has none."""
        stored = store.rules()
        last = self._last
        if stored is not None and last is not None and last[0] == stored.digest:
            return last[1]
        graph = stored_graph(store)
        if stored is None or graph is None:
            raise EngineError(
                "the store holds no rules yet", help="put some in force with: sla run --rules sla.rules"
            )
        self._last = (stored.digest, graph)
        return graph
