"""What scenarios and checks refer to: customers, events, fields and their values, and steps that ladders must have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dsl import build, build_ladder, ladder, syntax, values
from dsl.checks.conditions import setting_findings
from dsl.checks.hollow import EVENT_KINDS
from dsl.checks.ladders import action_references
from dsl.checks.names import Names, zone_findings
from dsl.finding import Finding, Mend, here
from dsl.ladder import Reached
from dsl.model import BUILT_IN_METRICS, DEFAULT_WARN
from dsl.resolve import Declared, Site
from dsl.scenario import SET, UNFLAGGED, UNTOLD
from dsl.suggest import nearest, some


class Expectations:
    """`findings` have their places; `on_overrides` says that an edit of an override may change them."""

    def __init__(self, site: Site, names: Names) -> None:
        self.findings: list[Finding] = []
        self.on_overrides = False
        self._site = site
        self._names = names
        self._steps: set[tuple[ladder.Trigger, ladder.Action | None]] | None = None
        self._overrides: set[str] | None = None
        self._events = {*EVENT_KINDS, UNFLAGGED, *_milestones(site)}.difference(UNTOLD)
        for kind in ("check", "scenario"):
            for declared in site.of(kind):
                self.findings += [one.placed(declared.key) for one in self._lines(declared)]

    def _lines(self, declared: Declared) -> Iterator[Finding]:
        names = self._names
        for line in declared.tree.lines:
            match line:
                case syntax.Fact("zone", words):
                    yield from zone_findings(words[0])
                case syntax.CheckLine(customer, priorities, settings, promises):
                    yield from self._customer(customer)
                    yield from names.all_unknown("priority", priorities)
                    yield from self._settings(settings)
                    for one in promises:
                        yield from names.unknown("metric", one.metric)
                        if one.calendar:
                            yield from names.unknown("calendar", one.calendar)
                case syntax.Ticket(_, customer_, priority):
                    if customer_ is not None:
                        yield from self._customer(customer_)
                    if priority is not None:
                        yield from names.unknown("priority", priority)
                case syntax.Happens(_, kind, settings):
                    if kind is not None:
                        yield from self._event(kind)
                    yield from self._settings(settings)
                case syntax.Outage(service, customer):
                    yield from names.all_unknown("service", (service,) if service else ())
                    yield from names.all_unknown("customer", (customer,) if customer else ())
                case syntax.Notice(maintenance):
                    yield from names.all_unknown("maintenance", (maintenance,) if maintenance else ())
                case syntax.Expect(what):
                    yield from self._expectation(what)
                case _:
                    pass

    def _customer(self, written: syntax.Literal) -> Iterator[Finding]:
        """A name must be declared; text is what a ticket system writes, and that may be anything."""
        if written.kind == "name":
            yield from self._names.unknown("customer", syntax.Word(written.text, written.start, written.end))

    def _settings(self, settings: Iterable[syntax.Setting]) -> Iterator[Finding]:
        for one in settings:
            yield from setting_findings(one.field, one.value, self._names)

    def _event(self, kind: syntax.Word) -> Iterator[Finding]:
        if kind.text in self._events or self._names.forgiving("metric"):
            return
        meant = SET if kind.text == "changed" else nearest(kind.text, self._events)
        yield Finding(
            "E0301",
            f"there is no event `{kind.text}`",
            here(kind),
            f"did you mean `{meant}`?"
            if meant
            else "write a built-in kind of event, or one that a metric starts or stops on",
            mends=(Mend(f"write {meant}", ((here(kind), meant),)),) if meant else (),
        )

    # ------------------------------------------------------------ what is expected

    def _expectation(self, what: syntax.Expectation) -> Iterator[Finding]:
        unknown = [*self._names.unknown("metric", what.metric)] if what.metric else []
        if what.action is not None:
            unknown += action_references(what.action, self._names)
        if what.of_month is not None and what.of_month.customer is not None:
            unknown += self._names.unknown("customer", what.of_month.customer)
        yield from unknown
        if what.kind == "paused":
            yield from self._names.all_unknown("pause", what.names)
        elif what.kind == "tier":
            yield from self._names.all_unknown("tier", what.names)
        elif what.kind == "override":
            self.on_overrides = True
            yield from self._override(what.names[0])
        elif what.kind == "reaches" and not unknown:
            yield from self._step(what)

    def _override(self, name: syntax.Word) -> Iterator[Finding]:
        if self._overrides is None:
            self._overrides = {
                line.name.text
                for kind in ("group", "customer")
                for declared in self._site.of(kind)
                for line in build.of_type(declared.tree.lines, syntax.Override)
                if line.name
            }
        forgiven = any(map(self._names.forgiving, ("group", "customer")))
        if name.text not in self._overrides and not forgiven:
            meant = nearest(name.text, self._overrides)
            yield Finding(
                "E0301",
                f"no customer or group has an override `{name.text}`",
                here(name),
                f"did you mean `{meant}`?" if meant else "name one of theirs",
                mends=(Mend(f"write {meant}", ((here(name), meant),)),) if meant else (),
            )

    def _step(self, what: syntax.Expectation) -> Iterator[Finding]:
        """A step that no ladder has is never taken, whatever happens: such an expectation shows nothing."""
        if self._names.forgiving("escalation") or self._names.forgiving("tier"):
            return
        assert what.trigger is not None
        try:
            trigger = build_ladder.trigger(what.trigger)
        except ValueError:
            return  # said where the value stands
        action = build_ladder.action(what.action, self._site.named["team"]) if what.action else None
        if action is None and trigger.reached in (Reached.WARNING, Reached.BREACH):
            return
        if (trigger, action) not in self._all_steps():
            similar = [written for written in self._written() if what.trigger.metric.text in written.split()]
            yield Finding(
                "E0804",
                "no ladder has this step, so it never comes",
                here(what),
                f"a ladder has `{some(similar, 3)}`" if similar else "write a step as its ladder has it",
            )

    def _all_steps(self) -> set[tuple[ladder.Trigger, ladder.Action | None]]:
        if self._steps is None:
            self._steps = set()
            teams = self._site.named["team"]
            for line in self._ladder_lines():
                try:
                    trigger, action = (
                        build_ladder.trigger(line.trigger),
                        build_ladder.action(line.action, teams),
                    )
                except ValueError:
                    continue
                self._steps |= {(trigger, action), (trigger, None)}
            self._steps |= {
                (ladder.Trigger(Reached.SHARE, metric, share), None)
                for share in self._warnings()
                for metric in (*BUILT_IN_METRICS, *self._site.named["metric"])
            }
        return self._steps

    def _ladder_lines(self) -> Iterator[syntax.Step]:
        for declared in self._site.of("escalation"):
            yield from build.of_type(declared.tree.lines, syntax.Step)

    def _written(self) -> Iterator[str]:
        for declared in self._site.of("escalation"):
            for line in build.of_type(declared.tree.lines, syntax.Step):
                yield declared.unit.text[line.trigger.start : line.action.end]

    def _warnings(self) -> Iterator[int]:
        yield from DEFAULT_WARN
        for declared in self._site.of("tier"):
            for word in build.words_of(declared.tree.lines, "warn"):
                try:
                    yield values.percent(word)
                except ValueError:
                    continue


def _milestones(site: Site) -> Iterator[str]:
    for declared in site.of("metric"):
        yield from build.words_of(declared.tree.lines, "start")
        yield from build.words_of(declared.tree.lines, "stop")
