"""Conditions: fields that exist, and values that they can have."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

from dsl import build, syntax
from dsl.checks.pattern import LONGEST, refusal
from dsl.condition import Condition, FieldType, StatusClass
from dsl.finding import Finding, Mend, here
from dsl.suggest import nearest, some

_CLOSED_FIELDS = ("priority", "status", "team", "customer", "group")
_JOINED = (syntax.Every, syntax.Either)


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


def tests(condition: syntax.Condition) -> list[syntax.Test]:
    """What a condition asks, as it is written, whatever joins or negates it."""
    found: list[syntax.Test] = []
    left = [condition]
    while left:
        one = left.pop()
        if isinstance(one, _JOINED):
            left += one.items[::-1]
        elif isinstance(one, syntax.Negated):
            left.append(one.item)
        else:
            found.append(one)
    return found


def local_condition_findings(condition: syntax.Condition) -> Iterator[Finding]:
    """What needs no other declaration: regular expressions and status classes."""
    for test in tests(condition):
        check = _ALONE.get(test.__class__)
        if check is not None:
            yield from check(test)


def _pattern(test: syntax.Pattern) -> Iterator[Finding]:
    word = test.pattern
    if len(word.text) > LONGEST:
        yield Finding(
            "E0605",
            f"this pattern is {len(word.text)} characters long",
            here(word),
            f"a pattern has at most {LONGEST} characters",
        )
    elif reason := refusal(word.text):
        yield Finding("E0604", f"this pattern is not accepted: {reason}", here(word), "write it more plainly")


def _status_class(test: syntax.StatusTest) -> Iterator[Finding]:
    field, word = test
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


_ALONE: Mapping[type[syntax.Test], Callable[[Any], Iterator[Finding]]] = {
    syntax.Pattern: _pattern,
    syntax.StatusTest: _status_class,
}
"""Tests of which the text alone may show that they are wrong."""


def condition_findings(condition: syntax.Condition, fields: Fields) -> Iterator[Finding]:
    """What needs the other declarations: fields and the values that they can have."""
    for test in tests(condition):
        if isinstance(test, syntax.StatusTest):
            continue
        type_ = fields.type_of(test.field.text)
        if type_ is None:
            yield from _undeclared(test.field, fields)
        elif test.__class__ is not syntax.FlagTest or type_ is not FieldType.FLAG:
            yield from _of_type(test, type_, fields)


def _of_type(test: syntax.Test, type_: FieldType, fields: Fields) -> Iterator[Finding]:
    """What is wrong with a test of a field of that type; a test that has no value is of no flag here."""
    match test:
        case syntax.FlagTest(field):
            yield Finding(
                "E0603",
                f"`{field.text}` is a {type_} and cannot stand alone as a condition",
                here(field),
                f"compare it with something: `{field.text} == {'1' if type_ is FieldType.NUMBER else '...'}`",
            )
        case syntax.Comparison(field, op, value):
            yield from _ordered(field, op, type_)
            yield from _fits(field, type_, value, fields)
        case syntax.Membership(field, items):
            for value in items:
                yield from _fits(field, type_, value, fields)
        case syntax.Pattern(field, word):
            if type_ is not FieldType.TEXT:
                yield Finding(
                    "E0603",
                    f"`{field.text}` is a {type_}, and only text matches a pattern",
                    here(word),
                    "compare it with `==`",
                )
        case syntax.StatusTest():
            pass


def _undeclared(field: syntax.Word, fields: Fields) -> Iterator[Finding]:
    if fields.forgiving("field"):
        return
    meant = nearest(field.text, fields.field_names())
    yield Finding(
        "E0601",
        f"there is no field `{field.text}`",
        here(field),
        f"did you mean `{meant}`?" if meant else f"declare it: `field {field.text} flag`, `text` or `number`",
        mends=(Mend(f"write {meant}", ((here(field), meant),)),) if meant else (),
    )


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
    if value.kind == "name":
        return type_ is (FieldType.FLAG if value.text in ("true", "false") else FieldType.TEXT)
    return type_ is (FieldType.NUMBER if value.kind == "number" else FieldType.TEXT)


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
    type_ = fields.type_of(field.text)
    if type_ is None:
        yield from _undeclared(field, fields)
    elif not _is_of(type_, value):
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
            else f"{'declare it' if value.text.strip() else 'leave it out'}, or use {some(fields.known_values(field.text))}",
            mends=(Mend(f"write {mended}", ((here(value), mended),)),) if meant else (),
        )


def _written(value: syntax.Literal) -> str:
    return f'"{value.text}"' if value.kind == "text" else f"`{value.text}`"
