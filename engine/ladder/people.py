"""Who is meant: by a name in a ticket, and by the words of a rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from dsl.ladder import MANAGEMENT, Notify, Recipient, Role
from dsl.model import Person, RuleSet, Team
from engine.delivery.outbox import Message
from engine.predicate import Situation, as_text


@dataclass(frozen=True, slots=True)
class Meant:
    """Whom a rule's words come down to: a declared person, or a whole team."""

    name: str
    people: tuple[Person, ...]


@dataclass(slots=True)
class People:
    """The persons and teams of one rule set; remembers who answers to what. `notices` is for whoever writes to them: what they are
    told is the same for every ticket."""

    rules: RuleSet
    notices: dict[tuple[Notify, tuple[str, ...]], tuple[Message, ...]] = field(default_factory=dict)
    _called: dict[str, Person] = field(default_factory=dict)
    _named: dict[Recipient, Meant | None] = field(default_factory=dict)

    def called(self, text: str) -> Person | None:
        """The person that a ticket system calls `text`: an alias, a name or a title, case folded."""
        if not self._called:
            for person in self.rules.people.values():
                for name in (person.name, *person.aliases, person.title):
                    self._called.setdefault(name.strip().casefold(), person)
        return self._called.get(text.strip().casefold())

    def meant(self, recipient: Recipient, situation: Situation) -> Meant | None:
        """Whom the words of a rule mean for a ticket in this situation; None for nobody."""
        match recipient.role:
            case Role.ASSIGNEE:
                text = as_text(situation.fields.get("assignee"))
                return self._one(self.called(text)) or self._team(text.strip())
            case Role.ACCOUNT_MANAGER:
                customer = self.rules.customers.get(situation.customer)
                return self._one(self.rules.people.get(customer.account_manager)) if customer else None
        if recipient not in self._named:
            self._named[recipient] = self._declared(recipient)
        return self._named[recipient]

    def _declared(self, recipient: Recipient) -> Meant | None:
        """Whom words mean that say the same of every ticket."""
        match recipient.role:
            case Role.PERSON:
                return self._one(self.rules.people.get(recipient.name))
            case Role.TEAM:
                return self._team(recipient.name)
            case Role.LEAD | Role.SENIOR | Role.MEMBER:
                team = self.rules.teams.get(recipient.name)
                people = self._all(getattr(team, recipient.role.value)) if team else ()
                return Meant(f"{recipient.role.value} of {recipient.name}", people) if people else None
        return None

    def management(self) -> Meant | None:
        """The person or team that is declared as management."""
        return self._one(self.rules.people.get(MANAGEMENT)) or self._team(MANAGEMENT)

    def least_loaded(self, meant: Meant, loads: Mapping[str, int]) -> Person:
        """The one with the fewest open tickets; of several the one named first. `loads` are by what tickets call them."""
        counted = dict.fromkeys((person.name for person in meant.people), 0)
        for text, count in loads.items():
            person = self.called(text)
            if person is not None and person.name in counted:
                counted[person.name] += count
        return min(meant.people, key=lambda person: counted[person.name])

    def _one(self, person: Person | None) -> Meant | None:
        return None if person is None else Meant(person.name, (person,))

    def _team(self, name: str) -> Meant | None:
        team = self.rules.teams.get(name)
        people = self._all(_everybody(team)) if team else ()
        return Meant(name, people) if people else None

    def _all(self, names: tuple[str, ...]) -> tuple[Person, ...]:
        return tuple(person for name in names if (person := self.rules.people.get(name)) is not None)


def inboxes(meant: Meant, rules: RuleSet) -> Iterator[str]:
    """The inboxes of whom is meant: a person's or a whole team's own, or those of each of its leads, seniors or members."""
    if meant.name in rules.people or meant.name in rules.teams:
        yield meant.name
    else:
        yield from (person.name for person in meant.people)


def addresses(rules: RuleSet) -> dict[str, str]:
    """Where declared persons have their mail, by name."""
    return {person.name: person.email for person in rules.people.values() if person.email}


def teams_of(person: str, rules: RuleSet) -> list[str]:
    """The teams that a declared person belongs to."""
    return [team.name for team in rules.teams.values() if person in _everybody(team)]


def _everybody(team: Team) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*team.lead, *team.senior, *team.member)))


def ticket_name(person: Person) -> str:
    """What the ticket system calls a person."""
    return person.aliases[0] if person.aliases else person.name
