"""Uptime, maintenance and money as one declaration says them: values without meaning, bands that do not rise, mixed currencies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import pairwise

from dsl import build, syntax, values
from dsl.checks.dates import following, overlap, readable
from dsl.checks.meanings import value_findings
from dsl.commitment import WHOLE
from dsl.finding import Finding, here
from dsl.span import Origin

_ALL_OF_IT = 10_000


def share_findings(word: syntax.Word) -> Iterator[Finding]:
    """An uptime that cannot be."""
    found = list(value_findings(word, values.millionths))
    yield from found
    if not found and not 0 < values.millionths(word.text) <= WHOLE:
        yield Finding(
            "E1001",
            f"an uptime of {word.text} is none",
            here(word),
            "uptimes lie above 0% and reach up to 100%",
        )


def payment_findings(pays: syntax.Payment) -> Iterator[Finding]:
    """A payment without meaning, or of no share that there can be."""
    if pays.money is not None:
        yield from value_findings(pays.money.amount, values.money)
    if pays.share is None:
        return
    found = list(value_findings(pays.share, values.percent))
    yield from found
    if not found and not 0 < values.percent(pays.share.text) <= _ALL_OF_IT:
        yield Finding(
            "E1001",
            f"{pays.share.text} of a retainer cannot be paid back",
            here(pays.share),
            "a payment is more than 0% and at most 100% of the retainer",
        )


# ---------------------------------------------------------------- lines that disagree


def twice_findings(tree: syntax.Declaration) -> Iterator[Finding]:
    """Lines of which a declaration can have one: an uptime for each length of time, a cap, an announcement."""
    seen: dict[tuple[str, object], Origin] = {}
    for line in tree.lines:
        match line:
            case syntax.Uptime(_, per):
                key: tuple[str, object] = ("uptime", _length(per))
                what = f"uptime per {per.text}"
            case syntax.Cap():
                key, what = ("cap", None), "cap"
            case syntax.Announced():
                key, what = ("announced", None), "announced"
            case _:
                continue
        first = seen.setdefault(key, here(line))
        if first != here(line):
            yield Finding(
                "E0303",
                f"`{what}` is said twice in this {tree.kind}",
                here(line),
                "keep the one that is meant",
                labels=((first, "said here first"),),
            )


def _length(per: syntax.Word) -> object:
    try:
        return values.window(per.text)
    except ValueError:  # said where it stands
        return per.text


def retainer_findings(tree: syntax.Declaration) -> Iterator[Finding]:
    """Retainers that hold at once."""
    dated = [
        (period, line)
        for line in build.of_type(tree.lines, syntax.Retainer)
        if (period := readable(line.period)) is not None
    ]
    for (first, line), (second, other) in following(dated):
        if overlap(first, second):
            yield Finding(
                "E0510",
                "both retainers hold at once",
                here(other),
                "let one period end where the next begins: `until` names the first day after it",
                labels=((here(line), "overlaps this one"),),
            )


def band_findings(tree: syntax.Declaration) -> Iterator[Finding]:
    """Bands that do not rise: the lower the uptime, the more is paid, so that the order of the lines does not matter."""
    known = []
    for line in build.of_type(tree.lines, syntax.UptimeBand):
        try:
            known.append((values.millionths(line.below.text), _paid(line.pays), line))
        except ValueError:  # said where it stands
            continue
    known.sort(key=lambda one: -one[0])
    for (above, more, upper), (below, less, lower) in pairwise(known):
        if above == below:
            why = f"two bands begin below {lower.below.text}"
        elif more[0] != less[0]:
            if "%" not in (more[0], less[0]):
                continue  # two currencies: said once for the declaration
            why = "a band that pays a share and one that pays an amount cannot be compared"
        elif less[1] <= more[1]:
            why = f"uptime below {lower.below.text} pays no more than uptime below {upper.below.text}"
        else:
            continue
        yield Finding(
            "E1002",
            why,
            here(lower),
            "let what is paid rise from band to band as uptime falls, all of it as shares or all as amounts",
            labels=((here(upper), "the band above"),),
        )


def _paid(pays: syntax.Payment) -> tuple[str, int | Decimal]:
    if pays.share is not None:
        return "%", values.percent(pays.share.text)
    assert pays.money is not None
    return pays.money.currency.text, values.money(pays.money.amount.text)


def tie_findings(tree: syntax.Declaration) -> Iterator[Finding]:
    """Lines that pay for the same breach: one that names a priority beats one for all, otherwise nothing does."""
    seen: dict[tuple[str, str], syntax.BreachCredit] = {}
    for line in build.of_type(tree.lines, syntax.BreachCredit):
        named = dict.fromkeys(word.text for word in line.priorities) or {"": None}
        tied: dict[int, list[str]] = {}
        for priority in named:
            first = seen.setdefault((line.metric.text, priority), line)
            if first is not line:
                tied.setdefault(first.start, []).append(priority)
        for priorities in tied.values():
            first = seen[line.metric.text, priorities[0]]
            whom = f" of {', '.join(priorities)} tickets" if priorities != [""] else ""
            yield Finding(
                "E1006",
                f"two lines pay for a breach of {line.metric.text}{whom}: neither beats the other",
                here(line),
                "keep one, or let `for` keep them apart",
                labels=((here(first), "pays for the same"),),
            )


def currency_findings(tree: syntax.Declaration) -> Iterator[Finding]:
    """Amounts in more than one currency."""
    first: syntax.Money | None = None
    for money in moneys(tree.lines):
        first = first or money
        if money.currency.text != first.currency.text:
            yield mixed(money, first.currency.text, here(first))
            return


def moneys(lines: Iterable[syntax.Line]) -> Iterator[syntax.Money]:
    """Every amount of money that credits pay or are capped by."""
    for line in lines:
        match line:
            case syntax.UptimeBand() | syntax.BreachCredit() | syntax.Cap():
                if line.pays.money is not None:
                    yield line.pays.money
            case _:
                pass


def mixed(money: syntax.Money, other: str, where: Origin, key: str = "") -> Finding:
    """An amount in one currency where another is used."""
    return Finding(
        "E1003",
        f"amounts in {money.currency.text} and in {other} cannot be added up",
        here(money, key),
        "write all amounts of one contract in one currency",
        labels=((where, f"{other} is used here"),),
    )
