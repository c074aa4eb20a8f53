"""Steps of a ladder that never happen: nobody is sent there, nothing is promised, or nothing is left to do.

Overrides of customers and groups may promise what no tier does. They are looked at only for a step that the tiers alone
leave unreached; that there is one is remembered, since from then on an edit of a customer may change what is found.
"""

from __future__ import annotations

from collections.abc import Iterator

from dsl import build, syntax, values
from dsl.checks.climb import Climb, Way, condition, given, stand
from dsl.checks.conditions import meaning
from dsl.checks.disjoint import can_both_hold, can_hold
from dsl.condition import AllOf, Condition, Not
from dsl.finding import Finding, Ranged, here
from dsl.ladder import Reached
from dsl.model import BUILT_IN_METRICS, Amount, BusinessDays
from dsl.resolve import Site
from dsl.suggest import some

_CODE = "W0709"


class Reach:
    """`findings` have their places; `on_overrides` says that an edit of an override may change them."""

    def __init__(self, site: Site, climb: Climb) -> None:
        self.findings: list[Finding] = []
        self.on_overrides = False
        self._site = site
        self._climb = climb
        for name, declared in climb.ladders.items():
            if name in climb.ways:
                for step in climb.steps(name):
                    self.findings += [one.placed(declared.key) for one in self._step(name, step)]

    def _step(self, ladder: str, step: syntax.Step) -> Iterator[Finding]:
        live = self._climb.live(ladder, step)
        sent = {way.priority for way in self._climb.ways[ladder]}
        for word in step.priorities:
            if word.text not in sent and word.text in self._climb.order:
                yield _never(
                    word,
                    f"no tier sends `{word.text}` tickets up this ladder",
                    f"it is climbed by {some(sorted(sent, key=self._climb.order.index))}: correct the `for`, or the "
                    "`escalate via` lines of the tiers",
                )
        if not live:
            return
        yield from self._clock(step, live)
        yield from self._effect(step, live)
        yield from self._condition(ladder, step, live)

    def _clock(self, step: syntax.Step, live: list[Way]) -> Iterator[Finding]:
        metric, amount = step.trigger.metric, step.trigger.amount
        promised = [promise.amount for way in live for promise in self._climb.promises(way, metric.text)]
        before = stand(step) if step.trigger.kind == Reached.BEFORE and not step.option("only") else None
        seconds = -before.seconds if before else 0
        if any(_reached(one, seconds) for one in promised) or not self._metric(metric.text):
            return
        self.on_overrides = True
        overridden = list(self._overridden(metric.text, {way.priority for way in live}))
        if any(_reached(one, seconds) for one in overridden):
            return
        if not (promised or overridden):
            whom = (
                f" to {some(dict.fromkeys(way.priority for way in live))} tickets" if step.priorities else ""
            )
            yield _never(
                metric,
                f"no tier that uses this ladder promises `{metric.text}`{whom}",
                "correct the metric or the `for`, or remove the line",
            )
        elif amount is not None:
            yield _never(
                amount,
                f"no {metric.text} of this ladder takes longer than {amount.text}, so nothing lies {amount.text} before it",
                "name a shorter time, or a share such as `50% of`",
            )

    def _metric(self, name: str) -> bool:
        return name in BUILT_IN_METRICS or name in self._site.named["metric"]

    def _overridden(self, metric: str, named: set[str]) -> Iterator[Amount]:
        """What overrides promise for that metric and any of those priorities."""
        for kind in ("group", "customer"):
            for declared in self._site.of(kind):
                for override in build.of_type(declared.tree.lines, syntax.Override):
                    for line in build.of_type(override.lines, syntax.Target):
                        if line.metric.text != metric or named.isdisjoint(
                            word.text for word in line.priorities
                        ):
                            continue
                        try:
                            yield values.amount(line.amount.text)
                        except ValueError:
                            continue

    def _effect(self, step: syntax.Step, live: list[Way]) -> Iterator[Finding]:
        if step.action.kind == "raise" and not any(self._climb.above(way, step) for way in live):
            word = step.action.word
            if word is not None and word.text not in self._climb.order:
                return
            yield _never(
                step.action,
                f"this raises nothing: no ticket that gets here is below `{word.text if word else live[0].priority}`",
                "a priority is raised and never lowered: correct the priority or the `for`",
            )

    def _condition(self, ladder: str, step: syntax.Step, live: list[Way]) -> Iterator[Finding]:
        when = step.option("when")
        holds = condition(step)
        if when is None or holds is None:
            return
        names = dict.fromkeys(way.priority for way in live)
        if not any(can_hold(given(holds, name)) for name in names):
            yield _never(
                when, "no ticket that gets here can fulfil this condition", "correct it or remove the line"
            )
            return
        stops = build.of_type(self._climb.ladders[ladder].tree.lines, syntax.StopWhen)
        runs: Condition = AllOf(tuple(Not(known) for stop in stops if (known := meaning(stop.when))))
        if not any(can_both_hold(given(holds, name), given(runs, name)) for name in names):
            yield _never(
                when,
                "whenever this condition holds, the ladder stands still",
                "correct it, or the `stop when` of this ladder",
            )._replace(labels=tuple((here(stop), "stops the ladder") for stop in stops))


def _reached(amount: Amount, seconds: int) -> bool:
    return isinstance(amount, BusinessDays) or amount.value > seconds


def _never(at: Ranged, message: str, help_: str) -> Finding:
    return Finding(_CODE, message, here(at), help_)
