"""Reports from the console: choose a month, ask first, act in the worker, say what came of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from engine.calendar.period import before, following, month
from tui.desk import Push, Teller
from tui.feed import Failure, Feed
from tui.plain import plain
from tui.screens.ask import Confirm, Prompt
from tui.screens.page import Page

if TYPE_CHECKING:
    from engine.store.publications import Publication
    from tui.screens.customers import ReportPage
    from tui.view_report import Preview

CHOICES = 24
"""How many months can be chosen by name; any other can be written."""
_NAMED = 8


class Printroom:
    """`push` shows a dialogue and calls back; `after` is called whenever a write begins or ends."""

    def __init__(self, feed: Feed, *, push: Push, tell: Teller, after: Callable[[bool], None]) -> None:
        self._feed, self._push, self._tell, self._after = feed, push, tell, after
        self.waiting = 0

    def run(self, key: str, page: Page, ask: Callable[[Page], None]) -> None:
        """Do what a key of a page with reports means, by its id."""
        from tui.screens.customers import CustomerPage, ReportPage

        if isinstance(page, ReportPage):
            if key in {"report.next", "report.previous"}:
                self._turn(page, _beside(page.month, key), ask)
            elif key == "report.month":
                self.choose_month(
                    page.title_, page.month, page.latest, lambda month_: self._turn(page, month_, ask)
                )
            elif page.data is None:
                self._tell("the report is still being made", severity="warning")
            elif key == "report.publish":
                self.publish(page.data)
            else:
                self.withdraw(page.data.published)
        elif isinstance(page, CustomerPage) and page.data is not None:
            self.withdraw(page.data.published)

    @staticmethod
    def _turn(page: ReportPage, month_: str, ask: Callable[[Page], None]) -> None:
        page.turn_to(month_)
        ask(page)

    def choose_month(self, title: str, now: str, latest: str, chosen: Callable[[str], None]) -> None:
        """Ask which month to look at; the latest is the one that is not over."""

        def check(text: str) -> str:
            try:
                return "" if month(text).name <= latest else f"{latest} is the latest month"
            except ValueError as error:
                return str(error)

        months = (latest, *(one.name for one in before(month(latest), CHOICES)))
        self._push(
            Prompt(
                f"Month of the report of {title}",
                "choose one, or write it like 2026-10",
                initial=now,
                choices=months,
                check=check,
            ),
            lambda text: chosen(text) if text else None,
        )

    def publish(self, preview: Preview) -> None:
        """Ask in which formats, and whether to; then let the customer have it."""
        ways = _ways(preview.formats)
        hint = "one file each" if "pdf" in preview.formats else "pdf is not installed here: html in its place"

        def chosen(way: str | None) -> None:
            if way:
                forms = way.split(" and ")
                self._push(
                    Confirm(f"Publish {preview.month} for {preview.title}?", publish_text(preview, forms)),
                    lambda yes: self._publish(preview, forms) if yes else None,
                )

        self._push(
            Prompt(f"Publish {preview.month} for {preview.title} as", hint, choices=ways, free=False), chosen
        )

    def withdraw(self, published: Sequence[Publication]) -> None:
        """Ask which of those that the customer has, and whether to; then take it back."""
        current = [one for one in published if one.withdrawn_at is None]
        if not current:
            self._tell("nothing is published", severity="warning")
        elif len(current) == 1:
            self._ask_back(current[0])
        else:
            by_words = {f"{one.id}: {one.period} {one.format} {plain(one.title, 40)}": one for one in current}
            self._push(
                Prompt(
                    "Withdraw which report",
                    "the customer no longer finds it",
                    choices=tuple(by_words),
                    free=False,
                ),
                lambda words: self._ask_back(by_words[words]) if words else None,
            )

    def _ask_back(self, one: Publication) -> None:
        text = f"{one.title}, {one.format}, published by {one.published_by or 'somebody'}.\nThe customer no longer finds it; its bytes stay in the store."
        self._push(
            Confirm(f"Withdraw {one.period} of {one.customer}?", text),
            lambda yes: self._do(lambda source: [source.withdraw(one.id)], "withdrawn") if yes else None,
        )

    def _publish(self, preview: Preview, forms: Sequence[str]) -> None:
        self._do(lambda source: source.publish(preview.customer, preview.month, forms), "published")

    def _do(self, question: Callable[..., Sequence[str]], done: str) -> None:
        def finished(answer: Sequence[str] | Failure) -> None:
            self.waiting -= 1
            self._after(False)
            if isinstance(answer, Failure):
                words = f"not {done}: {plain(answer.message, 300)} {plain(answer.help, 200)}"
                self._tell(words, severity="error")
            else:
                for words in answer:
                    self._tell(plain(words, 300))

        self.waiting += 1
        self._after(True)
        self._feed.ask(question, finished)


def _beside(name: str, key: str) -> str:
    here = month(name)
    return following(here).name if key == "report.next" else before(here, 1)[0].name


def _ways(formats: Sequence[str]) -> tuple[str, ...]:
    """What to choose from: paper and a table together first, then each alone."""
    return (f"{formats[0]} and csv", *formats)


def publish_text(preview: Preview, forms: Sequence[str]) -> str:
    """What is about to be let go: whose, which month, as what, and whether the figures can still move."""
    from tui.view_report import closed_words

    figures = preview.paper.report.figures
    known = [one for one in preview.current if one.format in forms]
    said = [
        f"Customer {preview.title} ({preview.customer})",
        f"Period   {preview.month}, {closed_words(preview)}",
        f"Formats  {', '.join(forms)}",
        f"Figures  {f'{figures.percent} %' if figures.percent else 'nothing decided'}, {figures.tally.failed:,} failed",
    ]
    said += [f"In place of {one.id}, {one.format}, published by {one.published_by}" for one in known[:_NAMED]]
    return "\n".join(said)
