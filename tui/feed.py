"""The one worker thread between the console and whatever holds the tickets.

The screen's thread asks and is called back with plain values; it never touches a database or a file. One refresh
is in flight at a time and further ticks are dropped; of several arrangements only the newest is made.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

from dsl.errors import SlaError
from engine.snapshot import Escalations, Row, Snapshot, TicketDetail
from tui.actions import Action, Errand, Outcome
from tui.arranging import Arrangement
from tui.view import Arranged, View
from tui.view_flags import Flags
from tui.view_notices import Notices

if TYPE_CHECKING:
    from tui.view_customers import CustomerDetail, Customers
    from tui.view_report import Preview

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person may choose from in a dialogue."""

    priorities: tuple[str, ...] = ()
    people: tuple[str, ...] = ()


class Source(Protocol):
    """What the console looks at. Every method is called from one thread, which is not the one that made it:
    open connections on the first call. Raises SlaError or OSError where the world fails.

    `engine` says in a few words how the engine is ("running here", "no engine since 14:02"); it is read after
    each snapshot, as is `unread`: how many notices for the person nobody has read. `read_only` is "" where actions are
    possible, else the reason why not and what to do.
    """

    read_only: str
    engine: str
    unread: int

    def snapshot(self, full: bool, figures: bool = False) -> Snapshot:
        """The picture now; not `full`: the few hundred most urgent rows, fast, marked partial; with `figures` of SLA Health.

        The same object says that nothing has changed, the same rows in another one that none of these has.
        """
        ...

    def ticket(self, ticket_id: int) -> TicketDetail | None: ...

    def act(self, ids: Sequence[int], action: Action, seen: Sequence[Row] = ()) -> Outcome:
        """Do something to tickets; of those that are among `seen`, only if nobody else has changed what is seen there."""
        ...

    def choices(self) -> Choices: ...

    def escalations(self) -> Escalations: ...

    def flags(self) -> Flags:
        """The tickets that are flagged to management, the latest flag first."""
        ...

    def notices(self) -> Notices:
        """What the inbox that the product keeps holds for the person and their teams, newest first."""
        ...

    def post(self, messages: Sequence[int], errand: Errand) -> int:
        """Do something to messages by their ids; answer to how many it was done."""
        ...

    def customers(self, *, months: bool = True) -> Customers:
        """How every customer stands: a portion of it is made with each question, figures are a minute old at most. `months` that are
        over are counted too."""
        ...

    def customer(self, name: str) -> CustomerDetail | None:
        """All that is known of a customer, by the name on its scorecard."""
        ...

    def preview(self, customer: str, period: str) -> Preview:
        """The report of a customer's month like 2026-10, as it would be published."""
        ...

    def publish(self, customer: str, period: str, forms: Sequence[str]) -> Sequence[str]:
        """Let the customer have that report in these formats; answer what came of each, in words."""
        ...

    def withdraw(self, number: int) -> str:
        """Take a publication back; answer what came of it, in words."""
        ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Picture:
    """What a refresh brings: `arranged` is None where nothing has changed. `at` is when it was looked."""

    snapshot: Snapshot
    engine: str
    arranged: Arranged | None
    at: int
    unread: int = 0


@dataclass(frozen=True, slots=True)
class Failure:
    """The source cannot be read or written: what happened, and what to do."""

    message: str
    help: str = ""


class Feed:
    """Runs every question to `source` in one thread and hands the answer to `deliver` as a call to make.

    `deliver(call)` must run `call()` on the screen's thread; it may be called from any thread. `fault` hears, on
    the screen's thread, of exceptions that are mistakes of the program and not failures of the world.
    """

    def __init__(
        self,
        source: Source,
        now: Callable[[], int],
        deliver: Callable[[Callable[[], None]], object],
        fault: Callable[[BaseException], None],
    ) -> None:
        self._source = source
        self._now = now
        self._deliver = deliver
        self._fault = fault
        self._worker = ThreadPoolExecutor(1, "feed")
        self._refreshing = False
        self._view = View()
        self._wish = 0
        self._snapshot: Snapshot | None = None
        self._made: Arrangement | None = None
        self._open = True

    @property
    def busy(self) -> bool:
        """Whether a refresh is in flight."""
        return self._refreshing

    def refresh(
        self,
        view: View,
        wanted: Collection[int],
        done: Callable[[Picture | Failure], None],
        *,
        full: bool = True,
        figures: bool = False,
    ) -> bool:
        """Ask for a new picture, as `Source.snapshot`; False if one is on its way already, which will do."""
        if self._refreshing:
            return False
        self._refreshing = True
        self._view = view

        def finish(answer: Picture | Failure) -> None:
            self._refreshing = False
            done(answer)

        self.submit(lambda: self._take(full, figures, frozenset(wanted)), finish)
        return True

    def arrange(
        self, view: View, wanted: Collection[int], done: Callable[[Arranged | Failure | None], None]
    ) -> None:
        """Choose and order the rows in hand anew; None if a newer wish has overtaken this one."""
        self._view = view
        self._wish += 1
        wish = self._wish

        def make() -> Arranged | None:
            if wish != self._wish or self._snapshot is None:
                return None
            return self._arrange(self._snapshot, view, frozenset(wanted), lambda: wish != self._wish)

        self.submit(make, done)

    def submit(self, job: Callable[[], T], done: Callable[[T | Failure], None]) -> None:
        """Run `job` in the worker; failures of the world come back as `Failure`."""
        if not self._open:
            return

        def answered(future: Future[T]) -> None:
            if future.cancelled():
                return
            error = future.exception()
            if isinstance(error, (SlaError, OSError)):
                failure = Failure(str(error), getattr(error, "help", ""))
                self._deliver(lambda: done(failure))
            elif error is not None:
                self._deliver(lambda: self._fault(error))
            else:
                self._deliver(lambda: done(future.result()))

        self._worker.submit(job).add_done_callback(answered)

    def ask(self, question: Callable[[Source], T], done: Callable[[T | Failure], None]) -> None:
        """Put any other question to the source."""
        self.submit(lambda: question(self._source), done)

    def ticket(self, ticket_id: int, done: Callable[[TicketDetail | Failure | None], None]) -> None:
        """Fetch everything about one ticket."""
        self.submit(lambda: self._source.ticket(ticket_id), done)

    def act(
        self,
        ids: Sequence[int],
        action: Action,
        done: Callable[[Outcome | Failure], None],
        seen: Sequence[Row] = (),
    ) -> None:
        """Do something to tickets, as `Source.act`."""
        self.submit(lambda: self._source.act(ids, action, seen), done)

    def choices(self, done: Callable[[Choices | Failure], None]) -> None:
        """Fetch what can be chosen in dialogues."""
        self.submit(self._source.choices, done)

    def close(self) -> None:
        """Close the source in its own thread, after what is under way; answers at once."""
        if self._open:
            self._open = False
            self._wish += 1
            self._worker.submit(self._source.close)
            self._worker.shutdown(wait=False)

    def _take(self, full: bool, figures: bool, wanted: frozenset[int]) -> Picture:
        snapshot = self._source.snapshot(full, figures)
        self._snapshot = snapshot
        view, made, now = self._view, self._made, self._now()
        shown = made.rows if made is not None else None
        arranged = None
        if made is None or made.view != view or not made.follow(snapshot.rows, snapshot.change, now):
            arranged = self._arrange(snapshot, view, wanted, lambda: self._view != view)
        elif made.rows is not shown:
            arranged = made.shown(now, wanted)
        return Picture(snapshot, self._source.engine, arranged, now, self._source.unread)

    def _arrange(
        self, snapshot: Snapshot, view: View, wanted: frozenset[int], stopped: Callable[[], bool]
    ) -> Arranged | None:
        now = self._now()
        made = Arrangement(snapshot.rows, view, now, stopped)
        if not made.whole:
            return None
        self._made = made
        return made.shown(now, wanted)
