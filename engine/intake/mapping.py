"""A map: how the rows of a file become ticket events. TOML, checked by pydantic; the built-in ones are such files too."""

from __future__ import annotations

import tomllib
from enum import StrEnum
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from dsl.condition import FieldType
from dsl.errors import USAGE
from engine.errors import EngineError
from engine.intake.instants import is_format, is_zone

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from pydantic_core import ErrorDetails

Text = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class Shape(StrEnum):
    """What a row is: one event; the state of a ticket after one change; or a whole ticket."""

    EVENTS = "events"
    CHANGES = "changes"
    TICKETS = "tickets"


class Format(StrEnum):
    CSV = "csv"
    JSONL = "jsonl"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Times(_Part):
    """`formats` are strptime patterns, `iso`, `iso-offset` or `epoch`, tried in order; `zone` counts where a time has no offset."""

    formats: Annotated[tuple[Text, ...], Field(min_length=1)] = ("iso",)
    zone: Text = "UTC"

    @model_validator(mode="after")
    def _known_zone(self) -> Times:
        if not is_zone(self.zone):
            raise ValueError(f"{self.zone!r} is not a time zone; write it like Europe/Berlin")
        for pattern in self.formats:
            if not is_format(pattern):
                raise ValueError(
                    f"{pattern!r} is not a form of time; write iso, iso-offset, epoch or one like %d.%m.%Y %H:%M"
                )
        return self


class Columns(_Part):
    """Names of the columns that say what happened when; which ones a shape needs is in docs/import.md."""

    ticket: Text
    at: Text | None = None
    kind: Text | None = None
    id: Text | None = None
    source: Text | None = None
    sequence: Text | None = None
    data: Text | None = None
    order: Text | None = None
    reopens: Text | None = None
    opened: Text | None = None
    replied: Text | None = None
    resolved: Text | None = None
    closed: Text | None = None


class States(_Part):
    """Texts of the `status` field that end a ticket's work, as they stand in the file."""

    resolved: tuple[Text, ...] = ()
    closed: tuple[Text, ...] = ()
    cancelled: tuple[Text, ...] = ()


_NEEDED = {
    Shape.EVENTS: ("at", "kind"),
    Shape.CHANGES: ("at", "opened"),
    Shape.TICKETS: ("opened",),
}
_ALLOWED = {
    Shape.EVENTS: {"ticket", "at", "kind", "id", "source", "sequence", "data"},
    Shape.CHANGES: {"ticket", "at", "order", "opened", "resolved", "closed", "reopens"},
    Shape.TICKETS: {"ticket", "opened", "replied", "resolved", "closed"},
}


class Map(_Part):
    """`fields` maps a ticket's field to its column, `values` a field's texts to ours, `constants` fields to fixed values,
    `types` a field to what its texts are read as.

    `rest` takes every other column as a field of its own name. A value in `unknown` counts as empty. A file without a
    named column is refused, unless that column is `optional`.
    """

    source: Text
    shape: Shape
    format: Format | None = None
    delimiter: Annotated[str, StringConstraints(min_length=1, max_length=1)] = ","
    first_order: str = "0"
    unknown: tuple[str, ...] = ("",)
    optional: tuple[Text, ...] = ()
    rest: bool = False
    times: Times = Times()
    columns: Columns
    fields: dict[Text, Text] = Field(default_factory=dict)
    constants: dict[Text, str | bool | int] = Field(default_factory=dict)
    values: dict[Text, dict[str, str]] = Field(default_factory=dict)
    types: dict[Text, FieldType] = Field(default_factory=dict)
    kinds: dict[str, Text] = Field(default_factory=dict)
    states: States = States()

    @model_validator(mode="after")
    def _fits(self) -> Map:
        given = self.columns.model_dump(exclude_none=True)
        for name in _NEEDED[self.shape]:
            if name not in given:
                raise ValueError(f"shape {self.shape.value!r} needs columns.{name}")
        for name in given:
            if name not in _ALLOWED[self.shape]:
                raise ValueError(f"columns.{name} has no meaning in shape {self.shape.value!r}")
        for name in self.values:
            if name not in self.fields and not self.rest:
                raise ValueError(f"values.{name}: there is no fields.{name}")
        return self


def built_in() -> list[str]:
    """The names of the maps that come with the program."""
    return sorted(
        item.name.removesuffix(".toml") for item in _shelf().iterdir() if item.name.endswith(".toml")
    )


def load_map(name: str) -> Map:
    """A built-in map by its name, else a TOML file. Raises EngineError with the file and the keys that are wrong."""
    if name in built_in():
        return _parse((_shelf() / f"{name}.toml").read_bytes(), name)
    path = Path(name)
    if path.suffix != ".toml" and not path.exists():
        raise EngineError(
            f"there is no map {name!r}",
            help=f"built-in maps: {', '.join(built_in())}; or name a TOML file (see docs/import.md)",
            exit_code=USAGE,
        )
    try:
        content = path.read_bytes()
    except OSError as error:
        raise EngineError(
            f"{path}: {error.strerror}", help="name a built-in map or a TOML file with --map"
        ) from error
    return _parse(content, str(path))


def _shelf() -> Traversable:
    return files("engine.intake") / "maps"


def _parse(content: bytes, shown: str) -> Map:
    try:
        return Map.model_validate(tomllib.loads(content.decode()))
    except UnicodeDecodeError as error:
        raise EngineError(f"{shown}: not UTF-8 text", help="a map is a TOML file", exit_code=USAGE) from error
    except tomllib.TOMLDecodeError as error:
        raise EngineError(
            f"{shown}: not TOML: {error}", help="see docs/import.md", exit_code=USAGE
        ) from error
    except ValidationError as error:
        raise EngineError(
            "\n".join(f"{shown}: {_where(item['loc'])}{_said(item)}" for item in error.errors()),
            help="what a map may hold is in docs/import.md",
            exit_code=USAGE,
        ) from error


def _where(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location) + ": " if location else ""


def _said(item: ErrorDetails) -> str:
    if item["type"] == "extra_forbidden":
        return "no such key in a map"
    if item["type"] == "missing":
        return "this key is required"
    return str(item["msg"]).removeprefix("Value error, ")
