"""The engine's exceptions."""

from __future__ import annotations

from dsl.errors import SlaError


class EngineError(SlaError):
    """A store, a file or a setting that the engine cannot work with."""


class StoreError(EngineError):
    """The store cannot be opened, read or written."""


class UnreachableError(StoreError):
    """The store does not answer at the moment; it may later."""


class ForbiddenError(StoreError):
    """The user that the store was opened by may not do that."""
