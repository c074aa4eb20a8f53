"""All checks that need more than one declaration, in one pass."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dsl import syntax
from dsl.checks.around import Around
from dsl.checks.asking import Trace
from dsl.checks.calendars import holiday_findings
from dsl.checks.claims import Claims
from dsl.checks.clashes import clash_findings
from dsl.checks.conditions import condition_findings
from dsl.checks.expectations import Expectations
from dsl.checks.ladders import step_references, use_findings
from dsl.checks.names import zone_findings
from dsl.checks.owed import never_paid_findings, owed_references
from dsl.checks.parties import party_findings, target_findings
from dsl.checks.reach import Reach
from dsl.checks.reports import unmailed_findings
from dsl.checks.tiers import limit_findings, tier_findings
from dsl.checks.told import name_findings
from dsl.finding import Finding, here, is_error
from dsl.limits import MOST_WRONG
from dsl.resolve import Declared, Site
from dsl.span import Origin
from dsl.unit import Unit
from dsl.vocabulary import REFERENCES


class Checked:
    """What the checks found: `shared` by all declarations, and by key of a customer; and what they needed for it.

    `last` lends what was found in customers whose text is the same, and whose questions have the answers they had.
    """

    __slots__ = ("_on_overrides", "around", "claims", "customers", "seen", "shared")

    def __init__(self, site: Site, *, incomplete: bool, claims: Claims, last: Checked | None = None) -> None:
        self.around = Around(site, incomplete=incomplete)
        self.claims = claims
        self.shared: list[Finding] = []
        self._on_overrides = True
        self.customers: dict[str, list[Finding]] = {}
        self.seen: dict[str, tuple[Unit, Trace]] = {}
        wrong = 0
        for finding in self._together(site):
            wrong += is_error(finding)
            self.shared.append(finding if wrong <= MOST_WRONG else _enough(finding))
            if wrong > MOST_WRONG:
                break
        self._look(site, last)

    def _together(self, site: Site) -> Iterator[Finding]:
        """What is wrong in how all declarations but customers go together."""
        around = self.around
        flats, climb = around.flats, around.climb
        yield from _again(site)
        yield from around.circles
        yield from self.claims.findings(site.named["customer"])
        yield from tier_findings(site, flats)
        yield from limit_findings(site, flats)
        yield from never_paid_findings(site, flats)
        yield from unmailed_findings(site)
        yield from _statuses(site)
        if around.no_priorities():
            yield from _no_priorities(site)
        for kind in _REFERRING:
            for declared in site.of(kind):
                for finding in _references(site, declared, around):
                    yield finding.placed(declared.key)
        for declared in site.single.get("default", ()):
            for line in declared.unit.tree.lines if declared.unit.tree else ():
                if isinstance(line, syntax.Fact):
                    for finding in around.all_unknown("tier", line.words):
                        yield finding.placed(declared.key)
        expected = Expectations(site, around)
        yield from expected.findings
        yield from around.told.findings
        yield from name_findings(site)
        yield from clash_findings(climb)
        reach = None
        if climb.whole and not around.forgiving("tier"):
            reach = Reach(site, climb)
            yield from use_findings(site, climb)
            yield from reach.findings
        self._on_overrides = expected.on_overrides or (reach is not None and reach.on_overrides)

    def _look(self, site: Site, last: Checked | None) -> None:
        """Check all customers but those in whom `last` found what would be found again."""
        seen = last.seen if last else {}
        old = self.around.outdated((trace for _, trace in seen.values()), last.around) if last else set()
        wrong = 0
        for declared in site.of("customer"):
            key = declared.key
            known = seen.get(key)
            if known is None or known[0] is not declared.unit or known[1] in old:
                self.check(declared)
            else:
                self.seen[key] = known
                if last and key in last.customers:
                    self.customers[key] = last.customers[key]
            errors = [one for one in self.customers.get(key, ()) if is_error(one)]
            wrong += len(errors)
            if wrong > MOST_WRONG:
                self.shared.append(_enough(errors[-1]))
                break

    def depends_on_customers(self) -> bool:
        """Whether findings elsewhere may change with a customer's targets or tiers."""
        return (
            self.around.no_priorities()
            or self._on_overrides
            or any(flat.bare for flat in self.around.flats.values())
        )

    def too_wrong(self) -> bool:
        """Whether there are more errors in customers than are looked for."""
        return sum(is_error(one) for found in self.customers.values() for one in found) > MOST_WRONG

    def check(self, declared: Declared) -> None:
        """Find what is wrong with one customer, given everything else."""
        self.customers.pop(declared.key, None)
        self.seen.pop(declared.key, None)
        if declared.unit.tree is None:
            return
        found, trace = self.around.noting(lambda: [*party_findings(declared, self.around)])
        self.seen[declared.key] = declared.unit, trace
        if found:
            self.customers[declared.key] = [finding.placed(declared.key) for finding in found]


_REFERRING = (
    *("team", "calendar", "tier", "pause", "escalation", "group", "holidays", "service", "maintenance"),
    *("credits", "renegotiation", "report"),
)


def _enough(last: Finding) -> Finding:
    return Finding(
        "E0111",
        f"more than {MOST_WRONG:,} errors in how declarations go together",
        last.at,
        "what else is wrong was not looked for: correct these first, most may come from one name",
    )


def _again(site: Site) -> Iterator[Finding]:
    pairs = list(site.again)
    for kind in ("priorities", "statuses", "default"):
        declared = site.single.get(kind, [])
        pairs += [(other, declared[0]) for other in declared[1:] if not other.unit.broken]
    for later, first in pairs:
        name = f"{later.unit.kind} `{later.unit.name}`" if later.unit.name else f"`{later.unit.kind}`"
        yield Finding(
            "E0302",
            f"{name} is declared twice",
            _head(later),
            "rename or remove one of them",
            labels=((_head(first), "first declared here"),),
        )


def _head(declared: Declared) -> Origin:
    tree = declared.unit.tree
    end = tree.end if tree else len(declared.unit.text.split("\n", 1)[0])
    return Origin(declared.key, 0, end)


def _statuses(site: Site) -> Iterator[Finding]:
    seen: dict[str, tuple[Declared, syntax.Fact, syntax.Word]] = {}
    for declared in site.single.get("statuses", ()):
        for line in declared.unit.tree.lines if declared.unit.tree else ():
            for word in line.words if isinstance(line, syntax.Fact) else ():
                assert isinstance(line, syntax.Fact)
                first, first_line, first_word = seen.setdefault(word.text.casefold(), (declared, line, word))
                if first_word is not word and (first_line is not line or first_word.text != word.text):
                    yield Finding(
                        "E0307",
                        f'the status "{word.text}" is given twice: {first_line.keyword} and {line.keyword}',
                        here(word, declared.key),
                        "a status belongs to one class, and capitals make no difference: keep one",
                        labels=((here(first_word, first.key), "here first"),),
                    )


def _no_priorities(site: Site) -> Iterator[Finding]:
    """One finding for all targets, at the first."""
    used = [
        (word, declared)
        for kind in ("tier", "group", "customer")
        for declared in site.of(kind)
        for line in _targets(declared.tree.lines)
        for word in line.priorities
    ]
    if used:
        word, declared = used[0]
        names = ", ".join(dict.fromkeys(word.text for word, _ in used))
        yield Finding(
            "E0301",
            "no priorities are declared",
            here(word, declared.key),
            f"declare all that tickets have, most urgent first, in a line such as `priorities {names}`",
        )


def _targets(lines: Iterable[syntax.Line]) -> Iterator[syntax.Target]:
    for line in lines:
        if isinstance(line, syntax.Target):
            yield line
        elif isinstance(line, syntax.Override):
            yield from _targets(line.lines)


def _references(site: Site, declared: Declared, around: Around) -> Iterator[Finding]:
    tree = declared.tree
    if tree.kind == "group":
        yield from party_findings(declared, around)
        return
    if tree.kind == "holidays":
        texts = {name: found for (path, name), found in site.calendars.items() if path == declared.path}
        yield from holiday_findings(tree, texts)
        return
    named = REFERENCES.get(tree.kind, {})
    for line in tree.lines:
        match line:
            case syntax.Fact(keyword, words):
                if keyword in named:
                    yield from around.all_unknown(named[keyword], words)
                elif keyword == "zone":
                    yield from zone_findings(words[0])
            case syntax.Target():
                yield from target_findings(line, around)
            case syntax.PauseWhen(when) | syntax.StopWhen(when):
                yield from condition_findings(when, around)
            case syntax.Escalate(ladder, priorities):
                yield from around.unknown("escalation", ladder)
                yield from around.all_unknown("priority", priorities)
            case syntax.Step():
                yield from step_references(line, around)
            case _:
                yield from owed_references(line, around)
