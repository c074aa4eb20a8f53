"""Customers without a store, for tests of what shows them."""

from __future__ import annotations

from decimal import Decimal
from types import MappingProxyType

from dsl.commitment import Money, Uptime
from dsl.renegotiation import Occasion, Renegotiation, Subject
from dsl.span import Origin
from engine.calendar.period import month
from engine.clock import State
from engine.commitment.credits import Line
from engine.commitment.days import Strip
from engine.commitment.uptime import Figure
from engine.facts import Instant
from engine.store.publications import Publication
from reports.compliance import Excuse, Figures, Judged, Standing
from reports.paper import Month, Paper
from reports.renegotiation import Course, Evidence, Talk
from reports.scorecard import Scorecard
from reports.settlement import Entry, Settlement
from reports.statement import BREACHES, Report, Scope
from tests.tui.tickets import CUSTOMERS, NOW
from tui.view_customers import Contract, Customer, CustomerDetail, Customers, worst_first
from tui.view_report import Preview

PERIOD = "2026-03"
START, END = month(PERIOD).span("UTC")
PROMISE = Uptime(999_000, None, "always", excluding=True)
OCCASION = Occasion(
    Subject.COMPLIANCE,
    "",
    9500,
    3,
    "when compliance below 95% over 3 months",
    Origin("renegotiation chronic", 1, 0),
)
TALK = Talk(
    Renegotiation("chronic", "Chronic trouble", (), (), (), (OCCASION,)),
    "customer-2",
    (
        Evidence(
            OCCASION,
            "91.20%",
            True,
            (("2026-02", "92.00%", 3), ("2026-03", "90.00%", 5)),
            (),
            Course.WORSE,
            True,
        ),
    ),
)


def figure(down: int, service: str = "web-shop", promise: Uptime = PROMISE) -> Figure:
    """So many seconds down in the month so far."""
    return Figure(
        customer="acme", service=service, promise=promise, start=START, end=END, agreed=END - START,
        elapsed=NOW - START, measured=NOW - START, down=down, excluded=0, unannounced=0,
        outages=1 if down else 0, lasting=0, failures=((START + 3600, START + 3600 + down),) if down else (),
    )  # fmt: skip


def settlement(name: str, title: str, amounts: tuple[str, ...], figures: tuple[Figure, ...]) -> Settlement:
    entries = tuple(
        Entry(
            Line(
                "breach of resolution for critical pays EUR 250 each",
                f"1 breach: INC{at}",
                Money(Decimal(amount), "EUR"),
            ),
            "rules/tiers.rules:40",
        )
        for at, amount in enumerate(amounts)
    )
    paid = Money(Decimal(3000), "EUR")
    return Settlement(name, title, PERIOD, "UTC", START, END, None, paid, figures, entries, {})


def scorecard(number: int, **changes: object) -> Scorecard:
    """The lower the number the worse it stands."""
    title = CUSTOMERS[number % len(CUSTOMERS)]
    name = f"customer-{number}"
    uptime = (figure((3900, 1200, 0)[number % 3]), figure(0, "mail")) if number % 4 != 3 else ()
    failed = max(0, 9 - 2 * number)
    now = Figures(
        met=40 + number, breached=failed // 2, missed=failed - failed // 2, excluded=number % 2, running=3
    )
    facts: dict[str, object] = {
        "talks": (TALK,) if number == 2 else (),
        "name": name,
        "title": title,
        "declared": True,
        "group": ("retail", "industry")[number % 2],
        "tier": ("gold", "silver", "bronze")[number % 3],
        "zone": "Europe/Berlin",
        "period": PERIOD,
        "figures": now,
        "metrics": MappingProxyType({"resolution": now, "response": Figures(met=20)}),
        "uptime": uptime,
        "settlement": settlement(name, title, ("250.00", "500.50")[: 2 - number] if number < 2 else (), uptime),
        "months": tuple(
            Month(month_, Figures(met=90 - (at * number) % 9, breached=(at * (9 - number)) % 7)) for at, month_ in enumerate(("2025-12", "2026-01", "2026-02"), 10)
        ),
    }  # fmt: skip
    return Scorecard(**{**facts, **changes})  # type: ignore[arg-type]


def entry(number: int, **changes: object) -> Customer:
    return Customer(scorecard(number, **changes), open=7 - number % 7, breached=(2, 0, 1)[number % 3])


def customers(count: int = 8, *, more: bool = False) -> Customers:
    return Customers(worst_first(entry(number) for number in range(count)), NOW - 20, more)


def publication(number: int = 1, **changes: object) -> Publication:
    facts: dict[str, object] = {
        "customer": "customer-0", "title": "Service levels 2026-02: customer customer-0", "report": "", "period": "2026-02",
        "start": Instant(START - 28 * 86_400), "end": Instant(START), "format": "pdf", "content": b"", "made": Instant(NOW - 7200),
        "rules": "3fa9c1d0b7e2", "published_at": Instant(NOW - 3600), "published_by": "day-lead", "id": number,
    }  # fmt: skip
    return Publication(**{**facts, **changes})  # type: ignore[arg-type]


def detail(number: int = 0, published: tuple[Publication, ...] = (), **changes: object) -> CustomerDetail:
    contract = Contract(
        (("Gold", "until 2026-07-01"), ("Platinum", "from 2026-07-01")),
        ("EUR 3000 per month",),
        "account-emea",
        "rules/customers/emea.rules:4",
    )
    return CustomerDetail(entry(number, **changes), contract, published)


def preview(
    number: int = 0,
    period: str = PERIOD,
    published: tuple[Publication, ...] = (),
    formats: tuple[str, ...] = ("pdf", "html", "csv"),
    **changes: object,
) -> Preview:
    about = scorecard(number, **changes)
    clock = Judged(
        about.name, "INC77", "resolution", 1, "", about.tier, "critical", "noc", State.BREACHED,
        START + 60, START + 30_000, 14_400, START + 14_460, START + 14_460,
    )  # fmt: skip
    excused = Judged(
        about.name, "INC78", "response", 2, "", about.tier, "high", "noc", State.MISSED,
        START + 60, START + 30_000, 900, START + 960, START + 960, Excuse("=storm", "duty-manager"),
    )  # fmt: skip
    report = Report(
        month(period), "", {about.name: "UTC"}, NOW, "3fa9c1d0b7e2", Scope({"customer": about.name}),
        ((clock, Standing.BREACHED), (excused, Standing.EXCLUDED)), (), (), BREACHES,
    )  # fmt: skip
    trend = (*about.months, Month(period, about.figures))
    paper = Paper(report, "Service report", about.title, trend, tuple(Strip(one, ()) for one in about.uptime))
    return Preview(
        about.name,
        about.title,
        about.declared,
        period,
        paper,
        about.settlement,
        about.trouble,
        published,
        formats,
    )
