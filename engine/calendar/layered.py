"""A table that is copied for the price of its changes: a large base that nobody touches, and a small layer over it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, TypeVar

V = TypeVar("V")

_THICK = 16
"""A layer of more than one in this many of the base is merged into it."""


class Layered(Generic[V]):
    """Values by text. A copy shares the base with its original and has a layer of its own."""

    __slots__ = ("_base", "_layer")

    def __init__(self, base: dict[str, V], layer: dict[str, V | None] | None = None) -> None:
        """`base` must not be changed afterwards. In `layer` None takes a key away."""
        self._base = base
        self._layer: dict[str, V | None] = {} if layer is None else layer

    def copy(self) -> Layered[V]:
        """A table with the same values, to be changed by itself."""
        if len(self._layer) * _THICK > len(self._base):
            merged = {**self._base, **self._layer}
            return Layered({key: value for key, value in merged.items() if value is not None})
        return Layered(self._base, dict(self._layer))

    def __iter__(self) -> Iterator[str]:
        """The keys that have a value."""
        yield from (key for key in self._base if key not in self._layer)
        yield from (key for key, value in self._layer.items() if value is not None)

    def get(self, key: str) -> V | None:
        """The value of a key, None if it has none."""
        return self._layer[key] if key in self._layer else self._base.get(key)

    def put(self, key: str, value: V | None) -> None:
        """Give a key a value, or with None take it away."""
        self._layer[key] = value
