"""What a customer or a group asks of the declarations around it."""

from __future__ import annotations

from dsl import build, syntax
from dsl.checks.asking import question
from dsl.checks.climb import Climb
from dsl.checks.names import Names
from dsl.checks.owed import Gap, gaps
from dsl.checks.tiers import amount_findings, flatten
from dsl.checks.told import At, Told
from dsl.finding import Finding, here
from dsl.resolve import Declared, Site
from dsl.span import NOWHERE

NO_CALENDAR = "E0502"


class Around(Names):
    """All declarations, as one of them asks for them. Tiers that are asked for are those that a customer names itself:
    without any, its group's or the default ones are meant."""

    def __init__(self, site: Site, *, incomplete: bool) -> None:
        super().__init__(site, incomplete=incomplete)
        self.flats, self.circles = flatten(site)
        self.climb = Climb(site, self.flats)
        self.told = Told(site, self.climb, incomplete=self.forgiving("tier"))

    @question
    def group_calendar(self, group: str) -> str:
        """The calendar that a group gives its customers, "" for none."""
        declared = self._group(group)
        return build.word_of(declared.tree.lines, "calendar") if declared else ""

    @question
    def calendars(self, tiers: tuple[str, ...], group: str) -> tuple[str, ...] | None:
        """The calendar of each tier of a party, "" for none; None where that cannot be told."""
        named = tiers or self._tiers_of(group)
        flats = [self.flats[name] for name in named if name in self.flats]
        if len(flats) < len(named) or not all(flat.complete for flat in flats):
            return None
        return tuple(flat.calendar for flat in flats)

    @question
    def misfit(self, tier: str, surrounding: str, kind: str) -> Finding | None:
        """What is wrong with a tier's targets on the calendar that a party of a kind gives it; to be placed at its name."""
        flat = self.flats.get(tier)
        if flat is None or not flat.complete:
            return None
        for origin, target in flat.targets:
            if target.calendar:
                continue
            if not surrounding and not flat.calendar:
                # A customer may have its group's calendar; a group's members may have their own.
                return (
                    Finding(
                        NO_CALENDAR,
                        f"no calendar says when the targets of tier `{tier}` count for this customer",
                        NOWHERE,
                        "give the customer, its group or the tier a `calendar` line, or the target `on always`",
                        labels=((here(target, origin.key), "this target names none"),),
                    )
                    if kind == "customer"
                    else None
                )
            if surrounding and surrounding != flat.calendar:
                at_home = {one.code for one in amount_findings(target.amount, flat.calendar, NOWHERE)}
                found = [
                    one
                    for one in amount_findings(target.amount, surrounding, NOWHERE)
                    if not flat.calendar or one.code not in at_home  # said where the tier is declared
                ]
                if found:
                    label = (here(target.amount, origin.key), "this target")
                    return found[0]._replace(labels=(label,), mends=())
        return None

    @question
    def unheard(self, tiers: tuple[str, ...], group: str, manager: str) -> At | None:
        """The ladder that tells an account manager who is not there ("" for the name), or has no address."""
        return self.told.unheard(tiers or self._tiers_of(group) or self._default(), manager)

    @question
    def gaps(self, tiers: tuple[str, ...], group: str, currencies: tuple[str, ...]) -> tuple[Gap, ...]:
        """What a customer's own retainers, given by their currencies, or else its group's, lack for its credits."""
        declared = self._site.named["group"].get(group)
        if group and (declared is None or declared.unit.broken):
            return ()
        names = tiers or self._tiers_of(group) or self._default()
        paid = dict.fromkeys(self.flats[tier].credits for tier in names if tier in self.flats)
        credits_ = [self._site.named["credits"][name] for name in paid if name in self._site.named["credits"]]
        return tuple(gaps(credits_, currencies, self._group(group)))

    def _group(self, name: str) -> Declared | None:
        declared = self._site.named["group"].get(name)
        return declared if declared and declared.unit.tree else None

    def _tiers_of(self, group: str) -> tuple[str, ...]:
        declared = self._group(group)
        lines = build.of_type(declared.tree.lines, syntax.Assignment) if declared else []
        return tuple(line.tier.text for line in lines)

    def _default(self) -> tuple[str, ...]:
        return tuple(
            word for tree in self._site.trees("default") for word in build.words_of(tree.lines, "default")
        )
