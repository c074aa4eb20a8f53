"""The names of a rule set, and what is wrong with a reference to one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files

from dsl import syntax
from dsl.checks.asking import Asking, question
from dsl.condition import BUILT_IN_FIELDS, FieldType
from dsl.finding import Finding, Mend, here
from dsl.ladder import BUILT_IN_CHANNELS, MANAGEMENT, Role
from dsl.model import ALWAYS, BUILT_IN_METRICS
from dsl.resolve import NAMED, Site, priorities, statuses
from dsl.suggest import nearest, some


class Names(Asking):
    """Everything that a rule may refer to, by kind. Where something could not be read, it forgives.

    A name that was declared in a broken declaration counts as declared; when a file is missing or a declaration
    cannot even be told the kind of, every unknown name is forgiven: it is probably in there.
    """

    def __init__(self, site: Site, *, incomplete: bool) -> None:
        super().__init__()
        self._known: dict[str, dict[str, object]] = {kind: dict(site.named[kind]) for kind in NAMED}
        self._known["calendar"] = {ALWAYS: None, **self._known["calendar"]}
        self._known["channel"] = {**dict.fromkeys(BUILT_IN_CHANNELS), **self._known["channel"]}
        self._known["recipient"] = {
            **dict.fromkeys((Role.ASSIGNEE, Role.ACCOUNT_MANAGER)),
            **self._known["team"],
            **self._known["person"],
        }
        self._known["metric"] = {**dict.fromkeys(BUILT_IN_METRICS), **self._known["metric"]}
        self._known["priority"] = dict.fromkeys(priorities(site))
        self._statuses = statuses(site)
        self._types = dict(BUILT_IN_FIELDS)
        for one in site.of("field"):
            line = one.tree.lines[0]
            if isinstance(line, syntax.Fact):
                self._types[one.unit.name] = FieldType(line.words[0].text)
        self._forgiving = {
            kind for kind, units in site.single.items() if any(one.unit.broken for one in units)
        }
        self._everything = incomplete or bool(set(site.single) - _SINGLE_KINDS)
        self._values: dict[str, dict[str, str]] = {}
        self._site = site

    # ------------------------------------------------------------ references

    def unknown(self, kind: str, word: syntax.Word) -> tuple[Finding, ...]:
        """A finding when nothing of that kind has that name."""
        missing = self._missing(kind, word.text)
        if missing is None:
            return ()
        meant, help_ = missing
        return (
            Finding(
                "E0301",
                f"there is no {_CALLED.get(kind, kind)} `{word.text}`",
                here(word),
                help_,
                mends=(Mend(f"write {meant}", ((here(word), meant),)),) if meant else (),
            ),
        )

    def all_unknown(self, kind: str, words: Iterable[syntax.Word]) -> list[Finding]:
        """The same for each name of a list; for one that stands there again, which is wrong itself, once."""
        missing: dict[str, syntax.Word] = {}
        for word in words:
            if self._missing(kind, word.text) is not None:
                missing.setdefault(word.text, word)
        return [finding for word in missing.values() for finding in self.unknown(kind, word)]

    @question
    def _missing(self, kind: str, name: str) -> tuple[str, str] | None:
        """What is probably meant, "" for nothing, and a help, when nothing of that kind has that name."""
        known = self._known[kind]
        if name in known or self.forgiving(kind) or (kind == "priority" and not known):
            return None
        meant = nearest(name, known)
        if meant:
            return meant, f"did you mean `{meant}`?"
        if kind == "recipient" and name == MANAGEMENT:
            return "", "declare who it is: a person or a team of that name, `team management { lead .. }`"
        if known:
            return "", f"declare it, or use {some(known)}"
        return "", f"declare it: `{kind} {name} {{ ... }}`"

    # ------------------------------------------------------------ conditions

    @question
    def type_of(self, field: str) -> FieldType | None:
        return self._types.get(field)

    @question
    def field_names(self) -> list[str]:
        return list(self._types)

    @question
    def has_value(self, field: str, value: str) -> bool:
        return value.casefold() in self._folded(field)

    @question
    def known_values(self, field: str) -> list[str]:
        return list(self._folded(field).values())

    @question
    def owner(self, field: str, text: str) -> str:
        if field not in ("customer", "group"):
            return ""
        called = ((name, one.tree) for name, one in self._site.named[field].items() if one.unit.tree)
        wanted = text.casefold()
        return next(
            (name for name, tree in called if wanted in (other.casefold() for other in _other_names(tree))),
            "",
        )

    def no_priorities(self) -> bool:
        """Whether not one priority is declared, and none can be in what could not be read."""
        return not self._known["priority"] and not self.forgiving("priority")

    @question
    def forgiving(self, kind: str) -> bool:
        """Whether declarations of a kind may be missing because they could not be read."""
        plural = {"priority": "priorities", "status": "statuses"}.get(kind, kind)
        return self._everything or plural in self._forgiving

    def _folded(self, field: str) -> dict[str, str]:
        found = self._values.get(field)
        if found is None:
            found = self._values[field] = {text.casefold(): text for text in self._texts(field)}
        return found

    def _texts(self, field: str) -> Iterator[str]:
        if field == "priority":
            yield from (str(name) for name in self._known["priority"])
        elif field == "status":
            for tree in self._site.trees("statuses"):
                yield from (
                    word.text for line in tree.lines if isinstance(line, syntax.Fact) for word in line.words
                )
        else:
            yield from self._site.named[field]
            if (
                field == "team"
            ):  # of tickets it holds what their system writes, which no alias turns into a name
                yield from (one.tree.title.text for one in self._site.of("team") if one.tree.title)


def _other_names(tree: syntax.Declaration) -> Iterator[str]:
    """A declaration's title and its aliases."""
    if tree.title:
        yield tree.title.text
    for line in tree.lines:
        if isinstance(line, syntax.Fact) and line.keyword == "alias":
            yield from (word.text for word in line.words)


_CALLED = {"holidays": "holiday list", "credits": "declaration of credits", "recipient": "person or team"}
_SINGLE_KINDS = frozenset(("language", "include", "priorities", "statuses", "default"))


def zone_findings(word: syntax.Word) -> Iterator[Finding]:
    """A finding when the locked time zone data has no such zone."""
    if word.text in zones():
        return
    meant = nearest(word.text, zones())
    yield Finding(
        "E0403",
        f"there is no time zone `{word.text}`",
        here(word),
        f"did you mean `{meant}`?" if meant else "use a name such as `Europe/Berlin` or `UTC`",
        mends=(Mend(f"write {meant}", ((here(word), meant),)),) if meant else (),
    )


@cache
def zones() -> frozenset[str]:
    """All names of the tzdata package, links such as `US/Eastern` too."""
    return frozenset(files("tzdata").joinpath("zones").read_text(encoding="utf-8").split())
