"""Whom a ladder tells: roles that nobody fills, persons without an address, customers without an account manager.

What concerns one customer is found with that customer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from dsl import build, syntax
from dsl.checks.climb import Climb
from dsl.finding import Finding, here
from dsl.ladder import EMAIL, MANAGEMENT, Role
from dsl.resolve import Declared, Site
from dsl.span import Origin
from dsl.suggest import some

_ROLES = (Role.LEAD.value, Role.SENIOR.value, Role.MEMBER.value)


class At(NamedTuple):
    """A place in a ladder."""

    ladder: str
    where: Origin


class Told:
    """`findings` have their places; `unheard` answers for customers. `incomplete`: what is missing may be in a file that
    could not be read."""

    def __init__(self, site: Site, climb: Climb, *, incomplete: bool) -> None:
        self._site = site
        self._incomplete = incomplete
        self._without_email = {
            one.unit.name
            for one in site.of("person")
            if not one.unit.broken and not build.words_of(one.tree.lines, "email")
        }
        self.findings: list[Finding] = []
        mailed: set[str] = set()
        for name, declared in climb.ladders.items():
            for step in climb.steps(name):
                found = [*self._nobody(step), *self._addresses(step, mailed)]
                self.findings += [finding.placed(declared.key) for finding in found]
        self._asked: dict[str, At] = {}
        self._mailed: dict[str, At] = {}
        for name, ways in climb.ways.items():
            for step in climb.steps(name) if name in climb.ladders else ():
                self._note(climb, name, step, {way.tier for way in ways})

    # ------------------------------------------------------------ teams and persons

    def _nobody(self, step: syntax.Step) -> Iterator[Finding]:
        if step.option("skip") is not None:
            return
        if step.action.kind == "escalate":
            if not self._declared(MANAGEMENT) and not self._incomplete:
                yield Finding(
                    "E0707",
                    "nobody is declared as management",
                    here(step.action),
                    "declare a person or a team of that name: `team management { lead .. }`",
                )
            elif self._people("", MANAGEMENT) == ():
                yield _empty("there is no person in team `management`", step.action.start, step.action.end)
        for one in step.action.to:
            if one.name is not None and self._people(one.role, one.name.text) == ():
                what = f"{one.role} in team" if one.role else "person in team"
                yield _empty(f"there is no {what} `{one.name.text}`", one.start, one.end)

    def _addresses(self, step: syntax.Step, mailed: set[str]) -> Iterator[Finding]:
        channel = next((word for word in step.action.channels if word.text == EMAIL), None)
        if channel is None:
            return
        for one in step.action.to:
            people = self._people(one.role, one.name.text) if one.name else ()
            for person in people or ():
                if person in self._without_email and person not in mailed:
                    mailed.add(person)
                    declared = self._site.named["person"][person]
                    yield Finding(
                        "E0708",
                        f"`{person}` has no email address",
                        here(one),
                        f"give the person an `email` line, or tell them by another channel than `{EMAIL}`",
                        labels=((Origin(declared.key, 0, declared.tree.end), "declared here"),),
                    )

    def _declared(self, name: str) -> bool:
        return name in self._site.named["person"] or name in self._site.named["team"]

    def _people(self, role: str, name: str) -> tuple[str, ...] | None:
        """The persons that a rule's words mean; None where that cannot be told."""
        if not role and name in self._site.named["person"]:
            return (name,)
        team = self._site.named["team"].get(name)
        if team is None or team.unit.tree is None:
            return None
        found = tuple(
            person
            for one in ((role,) if role else _ROLES)
            for person in build.words_of(team.unit.tree.lines, one)
        )
        return None if team.unit.broken and not found else tuple(dict.fromkeys(found))

    # ------------------------------------------------------------ account managers

    def _note(self, climb: Climb, ladder: str, step: syntax.Step, tiers: set[str]) -> None:
        one = next((to for to in step.action.to if to.role == Role.ACCOUNT_MANAGER), None)
        if one is None:
            return
        at = At(ladder, here(one, climb.ladders[ladder].key))
        mails = any(word.text == EMAIL for word in step.action.channels)
        for way in climb.live(ladder, step):
            if way.tier in tiers and any(climb.promises(way, step.trigger.metric.text)):
                if step.option("skip") is None:
                    self._asked.setdefault(way.tier, at)
                if mails:
                    self._mailed.setdefault(way.tier, at)

    def unheard(self, tiers: Sequence[str], manager: str) -> At | None:
        """Where an account manager of customers of these tiers is told who is not there ("" for the name), or has no address."""
        if self._incomplete or (manager and manager not in self._without_email):
            return None
        table: Mapping[str, At] = self._mailed if manager else self._asked
        return next((table[tier] for tier in tiers if tier in table), None)


def _empty(message: str, start: int, end: int) -> Finding:
    return Finding(
        "E0707",
        message,
        Origin("", start, end),
        "fill the role, name somebody else, or write `skip if nobody` if that is fine",
    )


def name_findings(site: Site) -> Iterator[Finding]:
    """Texts that two persons answer to, where one of them says so with an alias; and names of a person and a team."""
    owners: dict[str, tuple[Declared, syntax.Word, bool]] = {}
    for declared in site.of("person"):
        for word, alias in _called(declared.tree):
            first, first_word, first_alias = owners.setdefault(word.text.casefold(), (declared, word, alias))
            if first is not declared and (alias or first_alias):
                yield Finding(
                    "E0714",
                    f'two persons answer to "{word.text}"',
                    here(word, declared.key),
                    "a ticket's assignee must be one person: remove it from one of them",
                    labels=((here(first_word, first.key), f"person {first.unit.name} has it here"),),
                )
    for name, team in site.named["team"].items():
        person = site.named["person"].get(name)
        if person is not None and _is_told(site, name) and team.unit.tree and team.unit.tree.name:
            label = (
                here(person.unit.tree.name, person.key)
                if person.unit.tree and person.unit.tree.name
                else None
            )
            yield Finding(
                "E0715",
                f"`{name}` is the name of a person and of a team, and a ladder tells `{name}`",
                here(team.unit.tree.name, team.key),
                f"rename one of them: a ladder can mean {some(('the person', 'the team'))}",
                labels=((label, "the person"),) if label else (),
            )


def _called(tree: syntax.Declaration) -> Iterator[tuple[syntax.Word, bool]]:
    """What a person is called, and whether by an alias."""
    for word in (tree.name, tree.title):
        if word is not None:
            yield word, False
    for line in build.of_type(tree.lines, syntax.Fact):
        if line.keyword == "alias":
            yield from ((word, True) for word in line.words)


def _is_told(site: Site, name: str) -> bool:
    return any(
        (step.action.kind == "escalate" and name == MANAGEMENT)
        or any(not one.role and one.name and one.name.text == name for one in step.action.to)
        for declared in site.of("escalation")
        for step in build.of_type(declared.tree.lines, syntax.Step)
    )
