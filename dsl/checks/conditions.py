"""Conditions: fields that exist, and values that they can have."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Protocol

from dsl import build, syntax
from dsl.checks.pattern import LONGEST, refusal
from dsl.condition import Condition, FieldType, StatusClass
from dsl.finding import Finding, Mend, here
from dsl.suggest import nearest, some

_CLOSED_FIELDS = ("priority", "status", "team", "customer", "group")


class Fields(Protocol):
    """What conditions may speak of."""

    def type_of(self, field: str) -> FieldType | None:
        """The field's type, None when it is not declared."""
        ...

    def field_names(self) -> list[str]: ...

    def has_value(self, field: str, value: str) -> bool:
        """Whether a field of a closed vocabulary can have that value."""
        ...

    def known_values(self, field: str) -> list[str]: ...

    def owner(self, field: str, text: str) -> str:
        """The declared customer or group with that title or alias, "" without one."""
        ...

    def forgiving(self, kind: str) -> bool:
        """Whether declarations of a kind may be missing because they could not be read."""
        ...


def meaning(written: syntax.Condition) -> Condition | None:
    """What a condition means; None where it asks for a class of statuses that does not exist, which is said elsewhere."""
    try:
        return build.condition(written)
    except ValueError:
        return None


def local_condition_findings(condition: syntax.Condition) -> Iterator[Finding]:
    """What needs no other declaration: regular expressions and status classes."""
    match condition:
        case syntax.Negated(item):
            yield from local_condition_findings(item)
        case syntax.Every(items) | syntax.Either(items):
            for item in items:
                yield from local_condition_findings(item)
        case syntax.Pattern(_, word):
            if len(word.text) > LONGEST:
                yield Finding(
                    "E0605",
                    f"this pattern is {len(word.text)} characters long",
                    here(word),
                    f"a pattern has at most {LONGEST} characters",
                )
            elif reason := refusal(word.text):
                yield Finding(
                    "E0604", f"this pattern is not accepted: {reason}", here(word), "write it more plainly"
                )
        case syntax.StatusTest(field, word):
            if field.text != "status":
                yield Finding(
                    "E0603",
                    f"`is` asks for the class of a status, and `{field.text}` is no status",
                    here(field),
                    f'write `{field.text} == "{word.text}"`',
                )
            elif word.text not in list(StatusClass):
                meant = nearest(word.text, list(StatusClass))
                yield Finding(
                    "E0606",
                    f"there is no class of statuses `{word.text}`",
                    here(word),
                    f"did you mean `{meant}`?" if meant else f"the classes are {some(StatusClass)}",
                    mends=(Mend(f"write {meant}", ((here(word), meant),)),) if meant else (),
                )
        case _:
            pass


def condition_findings(condition: syntax.Condition, fields: Fields) -> Iterator[Finding]:
    """What needs the other declarations: fields and the values that they can have."""
    match condition:
        case syntax.Negated(item):
            yield from condition_findings(item, fields)
        case syntax.Every(items) | syntax.Either(items):
            for item in items:
                yield from condition_findings(item, fields)
        case syntax.FlagTest(field):
            type_ = yield from _known(field, fields)
            if type_ not in (None, FieldType.FLAG):
                yield Finding(
                    "E0603",
                    f"`{field.text}` is a {type_} and cannot stand alone as a condition",
                    here(field),
                    f"compare it with something: `{field.text} == {'1' if type_ is FieldType.NUMBER else '...'}`",
                )
        case syntax.Comparison(field, op, value):
            type_ = yield from _known(field, fields)
            if type_ is not None:
                yield from _ordered(field, op, type_)
                yield from _fits(field, type_, value, fields)
        case syntax.Membership(field, items):
            type_ = yield from _known(field, fields)
            if type_ is not None:
                for value in items:
                    yield from _fits(field, type_, value, fields)
        case syntax.Pattern(field, word):
            type_ = yield from _known(field, fields)
            if type_ not in (None, FieldType.TEXT):
                yield Finding(
                    "E0603",
                    f"`{field.text}` is a {type_}, and only text matches a pattern",
                    here(word),
                    "compare it with `==`",
                )
        case syntax.StatusTest():
            pass


def _known(field: syntax.Word, fields: Fields) -> Generator[Finding, None, FieldType | None]:
    type_ = fields.type_of(field.text)
    if type_ is None and not fields.forgiving("field"):
        meant = nearest(field.text, fields.field_names())
        yield Finding(
            "E0601",
            f"there is no field `{field.text}`",
            here(field),
            f"did you mean `{meant}`?"
            if meant
            else f"declare it: `field {field.text} flag`, `text` or `number`",
            mends=(Mend(f"write {meant}", ((here(field), meant),)),) if meant else (),
        )
    return type_


def _ordered(field: syntax.Word, op: syntax.Word, type_: FieldType) -> Iterator[Finding]:
    if op.text not in ("==", "!=") and type_ is not FieldType.NUMBER:
        yield Finding(
            "E0603",
            f"`{op.text}` compares numbers, and `{field.text}` is a {type_}",
            here(op),
            "use `==`, `!=` or `in [..]`",
        )


def _fits(field: syntax.Word, type_: FieldType, value: syntax.Literal, fields: Fields) -> Iterator[Finding]:
    if not _is_of(type_, value):
        alone = f", or just `{field.text}`" if type_ is FieldType.FLAG else ""
        yield _never_of(field, type_, value, f"compare it with {_example(type_, value)}{alone}")
    elif field.text in _CLOSED_FIELDS and _unheard_of(field, value, fields):
        known = fields.known_values(field.text)
        owner = fields.owner(field.text, value.text)
        meant = owner or nearest(value.text, known)
        mended = f'"{meant}"' if value.kind == "text" else meant
        help_ = f"did you mean `{mended}`?" if meant else f"it can be {some(known)}"
        if owner:
            help_ = f"conditions see the declared name, whatever the ticket calls it: write `{mended}`"
        yield Finding(
            "E0602",
            f"`{field.text}` can never be {_written(value)}",
            here(value),
            help_,
            mends=(Mend(f"write {mended}", ((here(value), mended),), safe=bool(owner)),) if meant else (),
        )


def _is_of(type_: FieldType, value: syntax.Literal) -> bool:
    is_flag = value.kind == "name" and value.text in ("true", "false")
    return {
        FieldType.NUMBER: value.kind == "number",
        FieldType.FLAG: is_flag,
        FieldType.TEXT: value.kind == "text" or (value.kind == "name" and not is_flag),
    }[type_]


def _example(type_: FieldType, value: syntax.Literal) -> str:
    return {
        FieldType.NUMBER: "a whole number such as `3`",
        FieldType.FLAG: "`true` or `false`",
        FieldType.TEXT: f'text: `"{value.text}"`',
    }[type_]


def _never_of(field: syntax.Word, type_: FieldType, value: syntax.Literal, help_: str) -> Finding:
    message = f"`{field.text}` is a {type_} and can never be {_written(value)}"
    return Finding("E0603", message, here(value), help_)


def _unheard_of(field: syntax.Word, value: syntax.Literal, fields: Fields) -> bool:
    return (
        not fields.forgiving(field.text)
        and not fields.has_value(field.text, value.text)
        and bool(fields.known_values(field.text))
    )


def setting_findings(field: syntax.Word, value: syntax.Literal, fields: Fields) -> Iterator[Finding]:
    """A field that a scenario gives a value: as tickets do, so that status and priority may hold what nobody declared."""
    type_ = yield from _known(field, fields)
    if type_ is None:
        return
    if not _is_of(type_, value):
        yield _never_of(field, type_, value, f"give it {_example(type_, value)}")
    elif field.text in ("status", "priority") and _unheard_of(field, value, fields):
        meant = nearest(value.text, fields.known_values(field.text))
        mended = f'"{meant}"' if value.kind == "text" else meant
        effect = "counts as working" if field.text == "status" else "has no targets"
        yield Finding(
            "W0806",
            f"no {field.text} {_written(value)} is declared, so it {effect}",
            here(value),
            f"did you mean `{mended}`?"
            if meant
            else f"declare it, or use {some(fields.known_values(field.text))}",
            mends=(Mend(f"write {mended}", ((here(value), mended),)),) if meant else (),
        )


def _written(value: syntax.Literal) -> str:
    return f'"{value.text}"' if value.kind == "text" else f"`{value.text}`"
