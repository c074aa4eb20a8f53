"""The links in messages: a GET shows what would happen, a POST does it, once.

Mail scanners fetch every link of a message, some of them often; a GET or HEAD reads and changes nothing. The link's use, the
ticket's event and the look at the ticket that allows both are one transaction, so of two clicks at once one counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from engine.cycle import cycle
from engine.delivery.links import PATH, ExpiredLinkError, ForgedLinkError, Link, Links
from engine.errors import StoreError
from engine.evaluate import evaluate
from engine.facts import Event, Instant, Ticket
from engine.graph import Graph
from engine.store.protocol import Store
from engine.wall import format_local
from reports.web.deed import DEEDS, SPANS, USUAL, facts, happening, refusal
from reports.web.pages import Facts, message, page

SOURCE = "link"
"""The source of the events that links make."""

_EXPIRED = (
    "This link has expired",
    "Links work for a limited time. A newer message has a newer link; the console works always.",
)
_FORGED = (
    "This is not a link of ours",
    "It may be cut off or changed. Open the link of the message again, or copy all of it.",
)
_USED = (
    "This link has been used",
    "A link works once. What it does has been done; look at the ticket in the console.",
)
_GONE = ("The ticket is not known here", "It may have been removed, or the link belongs to another installation.")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Office:
    """Where the pages find tickets, rules and the time. `zone` is that of the times they show."""

    open: Callable[[bool], Store]  # whether it is to be written
    graph: Callable[[Store], Graph]
    links: Links
    now: Callable[[], int]
    zone: str = "UTC"

    @contextmanager
    def store(self, *, write: bool) -> Iterator[Store]:
        """A store of this thread's own. Raises StoreError."""
        store = self.open(write)
        try:
            yield store
        finally:
            store.close()


def routes(office: Office) -> list[Route]:
    """The routes of one-click links."""

    async def link(request: Request) -> Response:
        token = request.path_params["token"]
        if request.method == "OPTIONS":
            return Response(status_code=204, headers={"allow": "GET, HEAD, OPTIONS, POST"})
        if request.method != "POST":
            return await run_in_threadpool(_ask, office, token)
        try:
            form = parse_qs((await request.body()).decode("ascii", "replace"), max_num_fields=8)
        except ValueError as error:
            raise HTTPException(400) from error
        return await run_in_threadpool(_act, office, token, form.get("for", [USUAL])[0])

    return [Route(PATH + "{token}", link, methods=["GET", "HEAD", "OPTIONS", "POST"])]


def _read(office: Office, token: str) -> Link | Response:
    """The link, or the page that says what is wrong with it."""
    try:
        return office.links.read(token, office.now())
    except ExpiredLinkError:
        return message(*_EXPIRED, status=410)
    except ForgedLinkError:
        return message(*_FORGED, status=404)


def _ask(office: Office, token: str) -> Response:
    """What the link would do. Reads only."""
    link = _read(office, token)
    if isinstance(link, Response):
        return link
    with office.store(write=False) as store:
        seen = _look(office, store, link)
        if isinstance(seen, Response):
            return seen
        deed = DEEDS[link.act]
        return page(
            "ask.html",
            title=deed.title.format(seen.ticket.key),
            lines=(deed.line, f"It is recorded under the name {link.by}."),
            facts=seen.facts,
            button=deed.button,
            choices=SPANS if deed.asks_span else (),
            choice_label="For how long",
            chosen=USUAL,
        )


def _act(office: Office, token: str, span: str) -> Response:
    """Do it, unless it was done."""
    link = _read(office, token)
    if isinstance(link, Response):
        return link
    now = Instant(office.now())
    with office.store(write=True) as store:
        with store.cycle():
            seen = _look(office, store, link)
            if isinstance(seen, Response):
                return seen
            store.outbox.use_link(link.key, now)
            kind, data = happening(link.act, link.by, span, now)
            store.add_events(SOURCE, [(seen.ticket.key, Event(now, kind, data, SOURCE, link.key))])
        with suppress(StoreError):  # what is written is written; whichever engine runs next takes it in
            cycle(store, office.graph(store), now)
    deed = DEEDS[link.act]
    return message(
        deed.done.format(seen.ticket.key),
        f"Recorded under the name {link.by}, at {format_local(now, office.zone)} {office.zone}.",
        "You can close this page.",
        status=200,
        good=True,
    )


@dataclass(frozen=True, slots=True)
class _Seen:
    ticket: Ticket
    facts: Facts


def _look(office: Office, store: Store, link: Link) -> _Seen | Response:
    """The link's ticket as it is now, or the page that says why nothing can be done with it."""
    ticket = next(iter(store.tickets([link.ticket])), None)
    if ticket is None:
        return message(*_GONE, status=404)
    now = office.now()
    evaluated = evaluate(ticket, office.graph(store), now)
    told = [("Ticket", ticket.key), *facts(evaluated, now, office.zone)]
    if store.outbox.link_used(link.key):
        return message(*_USED, status=410, facts=told)
    reason = refusal(link.act, evaluated)
    if reason:
        return message(f"Nothing to do for {ticket.key}", reason, status=409, facts=told)
    return _Seen(ticket, told)
