"""One of two contracts that are compared, for one of its customers under some terms."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dsl.commitment import Credits, Uptime
from dsl.condition import Condition
from dsl.ladder import Escalation, LadderStep
from dsl.model import Tier
from engine.contract.cases import Case
from engine.contract.change import About, Change, shared
from engine.contract.content import FAILS, Contents, facts_changed, narrowed
from engine.contract.table import Contract, Whom
from engine.plan import Option, PauseRule, Plan
from engine.predicate import Situation, as_text
from engine.terms import Terms


@dataclass(frozen=True, slots=True)
class Side:
    """What one contract says to somebody under some terms; `plan` is None without terms."""

    contract: Contract
    contents: Contents
    terms: Terms | None
    plan: Plan | None
    whom: Whom

    def options(self, priority: str, metric: str) -> tuple[Option, ...]:
        """What may decide for such tickets, in order of precedence."""
        return self.plan.by_priority.get(priority.casefold(), {}).get(metric, ()) if self.plan else ()

    def situation(self, case: Case, priority: str) -> Situation:
        """The ticket of a case; what it calls customer and group itself counts where nobody is declared."""
        fields = dict(case.fields)
        if self.whom.customer is None:
            customer, group = fields.get("customer", self.whom.text), fields.get("group")
            return case.situation(priority, as_text(customer), as_text(group))
        return case.situation(priority, self.whom.name, self.whom.group)

    @property
    def free(self) -> frozenset[str]:
        """The fields beside those of its own that a ticket of theirs may fill as it likes."""
        if self.whom.customer is not None:
            return frozenset()
        return frozenset({"group"} if self.whom.text else {"group", "customer"})

    def declares(self, case: Case) -> bool:
        """Whether the customer that the ticket of a case names is declared."""
        named = as_text(dict(case.fields).get("customer"))
        return self.contract.graph.customer(named) is not None

    @property
    def tier(self) -> Tier | None:
        """The tier of the terms; None without."""
        return self.contract.graph.tier(self.terms.tier) if self.terms else None

    @property
    def uptimes(self) -> dict[int | None, Uptime]:
        """The promised uptimes by their lengths of time; only those who are declared have any."""
        tier = self.tier if self.whom.declared else None
        return {one.window: one for one in tier.uptimes} if tier else {}

    @property
    def credits(self) -> Credits | None:
        """What is paid back; only to those who are declared."""
        return self.contract.graph.credits(self.terms.tier) if self.terms and self.whom.declared else None

    @property
    def pauses(self) -> dict[str, PauseRule]:
        """What stops any promised metric."""
        rules = (rule for found in self.plan.pauses.values() for rule in found) if self.plan else ()
        return {rule.name: rule for rule in rules if self.content(rule)[0] != FAILS}

    def content(self, rule: PauseRule) -> tuple[Condition, object]:
        """What a pause says for this customer."""
        return narrowed(rule.pause.when, self.whom), rule.pause.limit

    def ladder(self, priority: str) -> Escalation | None:
        """The ladder that tickets of this priority climb."""
        by_priority = {name.casefold(): ladder for name, ladder in self.tier.ladders} if self.tier else {}
        name = by_priority.get(priority.casefold()) or by_priority.get("", "")
        return self.contract.graph.ruleset.escalations.get(name)

    def steps(self, ladder: Escalation | None, priority: str) -> dict[object, LadderStep]:
        """The steps for promised metrics of that priority, by content."""
        promised = self.plan.by_priority.get(priority.casefold(), {}) if self.plan else {}
        return {
            self.contents.step(step, self.whom): step
            for step in (ladder.steps if ladder else ())
            if step.trigger.metric in promised
            and (not step.priorities or priority in step.priorities)
            and (step.when is None or narrowed(step.when, self.whom) != FAILS)
        }


def calendar_changes(old: Side, new: Side, name: str) -> Iterator[Change]:
    """What differs between the calendars of that name, which both sides use."""
    before, after = (side.contents.calendar(name) for side in (old, new))
    for words in facts_changed(before, after) if before != after else ():
        yield shared(About.CALENDAR, f"calendar {name}", words)
