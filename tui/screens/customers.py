"""Customers: the list of them, the page of one, and a month's report before it is published."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import tzinfo
from typing import Any

from textual.message import Message

from tui import view_customers
from tui.export import Sheet
from tui.feed import Failure, Source
from tui.figures import UPTIMES
from tui.keymap import CUSTOMERS, LIST, LISTS, PAGE, PUBLISHED, REPORT, Key
from tui.line import Line, wrap
from tui.lists import Memory
from tui.moment import clock
from tui.plain import plain
from tui.screens.lists import ListPage
from tui.screens.page import Page, Scene, Setting, TextPage, bindings
from tui.view_customer import customer_page, customer_sheet
from tui.view_customers import Customer, CustomerDetail, Customers
from tui.view_report import Preview, report_page, report_sheet


class OpenCustomer(Message):
    """A person wants to see a customer, or the report of its month so far."""

    def __init__(self, customer: str, title: str, month: str = "") -> None:
        super().__init__()
        self.customer = customer
        self.title = title
        self.month = month

    def page(self, setting: Setting) -> Page:
        """The page that is wanted."""
        if self.month:
            return ReportPage(setting, self.customer, self.title, self.month)
        return CustomerPage(setting, self.customer, self.title)


class ReportErrand(Message):
    """A person wants something done about reports; `key` is the id of what was pressed."""

    def __init__(self, key: str) -> None:
        super().__init__()
        self.key = key


class CustomersPage(ListPage[Customers]):
    NAME = "Customers"
    SCOPES = (CUSTOMERS, LISTS, LIST)
    UNSHOWN = ("lists.next",)
    BINDINGS = bindings(CUSTOMERS, LISTS, LIST)
    LASTS = UPTIMES

    def __init__(self, setting: Setting, zone: tzinfo, memory: Memory) -> None:
        super().__init__(setting, view_customers.parts(zone), memory)
        self._zone = zone

    @property
    def question(self) -> Callable[[Source], Customers]:
        return lambda source: source.customers()

    @property
    def hungry(self) -> bool:
        return self._failure is None and self._data is not None and self._data.more

    def counts(self, data: Customers, cells: int) -> Line:
        missed = sum(1 for item in data.entries if any(one.left < 0 for one in item.scorecard.uptime))
        owed = sum(1 for item in data.entries if item.scorecard.credits)
        glyphs = self.setting.glyphs
        return (
            (f"{len(data.entries):,} customers", "strong"),
            (f"  {glyphs.standing['missed']} {missed:,} missed their uptime", "missed" if missed else "off"),
            (f"  {owed:,} with credits", "warning" if owed else "off"),
            (f"  as of {clock(data.at, self._zone)}", "muted"),
            ("  counting" if data.more else "", "warning"),
        )

    def action_open(self) -> None:
        item: Customer | None = self.listing.current
        if item is not None:
            self.post_message(OpenCustomer(item.scorecard.name, item.scorecard.title))

    def action_report(self) -> None:
        item: Customer | None = self.listing.current
        if item is not None:
            self.post_message(OpenCustomer(item.scorecard.name, item.scorecard.title, item.scorecard.period))


class Asked(TextPage):
    """A page of lines about what the source answers; a failure is told, and what was there stays."""

    def __init__(self, setting: Setting, what: str) -> None:
        super().__init__(setting)
        self.what = what
        self.data: Any = None
        self._failure: Failure | None = None
        self._gone = False

    def took(self, answer: Any) -> None:  # noqa: ANN401 - what is asked only the subclass knows
        self._failure = answer if isinstance(answer, Failure) else None
        if self._failure is None:
            self.data, self._gone = answer, answer is None
        if self.scene is not None:
            self.paint(self.scene)

    def draw(self, scene: Scene, cells: int) -> Sequence[Line]:
        out: list[Line] = []
        if self._failure is not None:
            words = f"This cannot be read: {self._failure.message} {self._failure.help}"
            out = [(), *(((line, "warning"),) for line in wrap(plain(words, 600), max(20, cells)))]
        elif self._gone:
            out = [(), ((f"{plain(self.what, 80)}: nothing is known of it any more.", "warning"),)]
        elif self.data is None:
            out = [(), ((f"Making it: {plain(self.what, 80)}.", "muted"),)]
        return out if self.data is None else [*out, *self.lines(scene, cells)]

    def lines(self, scene: Scene, cells: int) -> Sequence[Line]:
        """The page of what was answered."""
        raise NotImplementedError


class CustomerPage(Asked):
    NAME = "Customer"
    SCOPES = (CUSTOMERS, PUBLISHED, PAGE)
    BINDINGS = bindings(CUSTOMERS, PUBLISHED)
    LASTS = UPTIMES
    data: CustomerDetail | None

    def __init__(self, setting: Setting, customer: str, title: str) -> None:
        super().__init__(setting, title)
        self.customer = customer

    @property
    def question(self) -> Callable[[Source], CustomerDetail | None]:
        return lambda source: source.customer(self.customer)

    @property
    def hungry(self) -> bool:
        return self.data is not None and self.data.more and self._failure is None

    def lines(self, scene: Scene, cells: int) -> Sequence[Line]:
        assert self.data is not None
        return customer_page(self.data, scene.now, scene.situation.zone, self.setting.glyphs, cells)

    def sheet(self) -> Sheet | None:
        return customer_sheet(self.data, self.setting.now()) if self.data is not None else None

    def why_off(self, key: Key) -> str:
        if key.id == "published.withdraw" and not (
            self.data and any(one.withdrawn_at is None for one in self.data.published)
        ):
            return super().why_off(key) or "nothing is published"
        return super().why_off(key)

    def action_report(self) -> None:
        if self.data is not None:
            scorecard = self.data.customer.scorecard
            self.post_message(OpenCustomer(scorecard.name, scorecard.title, scorecard.period))

    def action_withdraw(self) -> None:
        self.post_message(ReportErrand("published.withdraw"))


class ReportPage(Asked):
    NAME = "Report"
    SCOPES = (REPORT, PUBLISHED, PAGE)
    BINDINGS = bindings(REPORT, PUBLISHED)
    data: Preview | None

    def __init__(self, setting: Setting, customer: str, title: str, month: str) -> None:
        super().__init__(setting, f"report {month} of {title}")
        self.customer, self.title_, self.month, self.latest = customer, title, month, month

    @property
    def question(self) -> Callable[[Source], Preview]:
        customer, month = self.customer, self.month
        return lambda source: source.preview(customer, month)

    def took(self, answer: Any) -> None:  # noqa: ANN401 - as in Asked
        if not isinstance(answer, Failure) and answer.month != self.month:
            return  # another month has been chosen meanwhile
        super().took(answer)

    def turn_to(self, month: str) -> None:
        """Show another month once it is there."""
        self.month, self.data, self._failure = month, None, None
        self.what = f"report {month} of {self.title_}"
        if self.scene is not None:
            self.paint(self.scene)
        self.action_scroll_to_end(-1)

    def lines(self, scene: Scene, cells: int) -> Sequence[Line]:
        assert self.data is not None
        return report_page(self.data, scene.situation.zone, self.setting.glyphs, cells)

    def sheet(self) -> Sheet | None:
        return report_sheet(self.data) if self.data is not None else None

    def why_off(self, key: Key) -> str:
        reason = super().why_off(key)
        if reason or self.data is None:
            return reason
        if key.id == "report.publish" and not self.data.declared:
            return "only a declared customer's report can be published"
        if key.id == "published.withdraw" and not self.data.current:
            return "nothing is published of this month"
        if key.id == "report.next" and self.month >= self.latest:
            return "this is the latest month"
        return ""

    def action_step(self, months: int) -> None:
        self.post_message(ReportErrand("report.next" if months > 0 else "report.previous"))

    def action_month(self) -> None:
        self.post_message(ReportErrand("report.month"))

    def action_publish(self) -> None:
        self.post_message(ReportErrand("report.publish"))

    def action_withdraw(self) -> None:
        self.post_message(ReportErrand("published.withdraw"))
