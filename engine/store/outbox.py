"""The outbox in the store: messages are written inside a decision's transaction, and claimed, sent and marked in others.

What a claim puts together stays together: rows of a batch carry its key from then on, whoever holds them. Beside the store's
other rooms because it is the only part that several senders write at once, each in a transaction of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from dsl.ladder import EMAIL
from engine.delivery.outbox import Batch, File, Kind, Message, Queued, Status
from engine.facts import Instant
from engine.store import publications
from engine.store.database import ALL, POST, Connection, Values
from engine.store.decisions import queue
from engine.store.identity import identity
from engine.store.publications import MEDIA
from engine.store.queued import OPEN, SELECT, queued

UNDELIVERED = "not delivered: "
"""How the threshold of an alert about a dead letter begins; the channel's name follows."""

DELIVERY = "delivery"
"""The cause of such an alert."""

PATIENCE = 3
"""Attempts after which a batch no longer keeps new messages to its recipient waiting."""

LATEST = 10_000
"""Of messages that have left, so many of the newest are counted: the others would make looking dearer with every year."""

# `batch <> ''` again and again: only so SQLite sees that the index of batches has the row.
# A claim that seems to be made in the future is one made before the clock was set back.
_AGAIN = f"""
SELECT batch FROM outbox WHERE channel = :channel AND {OPEN} AND batch <> ''
  AND (status = 'waiting' AND next_at <= :now OR status = 'sending' AND (next_at <= :now - :lease OR next_at > :now + :lease))
GROUP BY batch ORDER BY min(id)
"""
_BUSY = f"""
SELECT recipient FROM outbox WHERE channel = :channel AND sent_at > :now - :apart AND sent_at < :now + :apart AND kind <> 'change'
UNION
SELECT recipient FROM outbox WHERE channel = :channel AND {OPEN} AND status = 'waiting' AND batch <> ''
  AND kind <> 'change' AND attempts < {PATIENCE}
"""
_FRESH = f"""
SELECT min(id), recipient, kind = 'change' FROM outbox
WHERE channel = :channel AND {OPEN} AND status = 'waiting' AND batch = '' AND (kind = 'change' OR recipient NOT IN ({_BUSY}))
GROUP BY kind = 'change', CASE WHEN kind = 'change' THEN id END, recipient ORDER BY 1 LIMIT :most
"""
# Claims that others hold count too: else two senders would each use up the whole limit.
_LEAVING = f"""
SELECT
  (SELECT count(DISTINCT batch) FROM outbox WHERE channel = :channel AND sent_at > :now - :per AND sent_at < :now + :per)
  + (SELECT count(DISTINCT batch) FROM outbox WHERE channel = :channel AND {OPEN} AND status = 'sending' AND batch <> ''
    AND next_at > :now - :lease AND next_at <= :now + :lease)
"""
_TAKE = (
    "UPDATE outbox SET status = 'sending', owner = ?, next_at = ?, attempts = attempts + 1"
    f" WHERE batch = ? AND batch <> '' AND {OPEN}"
)
_ALERT = """
INSERT INTO alerts (ticket, metric, cycle, threshold, at, found, customer, cause)
SELECT DISTINCT outbox.ticket, coalesce(decisions.metric, ''), coalesce(decisions.cycle, 0), ?, ?, ?,
  coalesce(decisions.customer, tickets.customer, ''), ?
FROM outbox JOIN tickets ON tickets.id = outbox.ticket LEFT JOIN decisions ON decisions.id = decision
WHERE batch = ? AND batch <> '' AND outbox.status = 'dead'
ON CONFLICT DO NOTHING
"""
_SOME = "id IN (SELECT value FROM json_each(?))"


class SqlOutbox:
    """`engine.delivery.outbox.Outbox` over a store's connection. Every method raises StoreError when the store cannot be used."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @contextmanager
    def _writing(self, *, joining: bool = False, kept: bool = True) -> Iterator[Connection]:
        """One transaction; with `joining` the one under way, if there is one."""
        connection = self._connection
        with connection.trouble():
            if joining and connection.in_transaction:
                yield connection
                return
            with connection.transaction(kept=kept):
                yield connection

    def _asked(self, query: str, values: Values = ()) -> list[Any]:
        with self._connection.trouble():
            return self._connection.execute(query, values).fetchall()

    # ---------------------------------------------------------------- claim, send, mark

    def claim(
        self,
        channel: str,
        now: Instant,
        *,
        owner: str,
        lease: int,
        apart: int,
        most: int,
        limit: int = 0,
        per: int = 0,
    ) -> list[Batch]:
        """Take up to `most` batches of a channel for `owner`, oldest first; see the protocol."""
        with self._writing():
            keys = self._due(channel, now, lease, apart, most, limit, per)
            return self._taken(keys, owner, now)

    def peek(
        self, channel: str, now: Instant, *, lease: int, apart: int, most: int, limit: int = 0, per: int = 0
    ) -> list[Batch]:
        """What a claim would take. It is taken, looked at and put back, so that no second rule can differ from the first."""
        with self._writing(kept=False):
            return self._taken(self._due(channel, now, lease, apart, most, limit, per), "", now)

    def _taken(self, keys: Sequence[str], owner: str, now: Instant) -> list[Batch]:
        """The batches of these keys, which are the owner's from now on; without those that were discarded meanwhile."""
        taken = [key for key in keys if self._connection.execute(_TAKE, (owner, now, key)).rowcount]
        return [self._batch(key) for key in taken]

    def _due(
        self, channel: str, now: Instant, lease: int, apart: int, most: int, limit: int, per: int
    ) -> list[str]:
        """The keys of the batches whose turn it is; waiting messages are put together for it."""
        # One claim of a channel at a time: what others take counts against its limit.
        self._connection.lock(f"outbox {channel}")
        asked = {"channel": channel, "now": now, "lease": lease}
        ask = self._connection.execute
        if limit:
            [leaving] = ask(_LEAVING, {**asked, "per": per}).fetchone()
            most = max(0, min(most, limit - leaving))
        keys = [str(key) for (key,) in ask(f"{_AGAIN} LIMIT :most", {**asked, "most": most})]
        fresh = ask(
            _FRESH, {"channel": channel, "now": now, "apart": apart, "most": most - len(keys)}
        ).fetchall()
        return keys + [self._batched(channel, *found) for found in fresh]

    def _batched(self, channel: str, first: int, recipient: str, alone: bool) -> str:
        """Put waiting messages together; answer the key."""
        key = f"{identity(self._connection)}.{first}"
        [failed] = self._connection.execute(
            "SELECT error <> '' FROM outbox WHERE id = ?", (first,)
        ).fetchone()
        if failed:
            key += f".{self._round()}"
        self._connection.execute(
            f"UPDATE outbox SET batch = ? WHERE channel = ? AND {OPEN} AND status = 'waiting' AND batch = ''"
            + (" AND id = ?" if alone else " AND recipient = ? AND kind <> 'change'"),
            (key, channel, first if alone else recipient),
        )
        return key

    def _round(self) -> int:
        """A number that was not given before: a message that is sent anew is in a batch with another key."""
        [number] = self._connection.execute(
            "INSERT INTO meta VALUES ('outbox round', '1') ON CONFLICT (key)"
            " DO UPDATE SET value = CAST(CAST(meta.value AS BIGINT) + 1 AS TEXT) RETURNING value"
        ).fetchone()
        return int(number)

    def _batch(self, key: str) -> Batch:
        rows = self._connection.execute(
            f"{SELECT} WHERE batch = ? AND batch <> '' AND outbox.status = 'sending' ORDER BY outbox.id",
            (key,),
        )
        messages = tuple(queued(row) for row in rows)
        first = messages[0]
        attempt = max(item.attempts for item in messages)
        return Batch(key, first.message.channel, first.message.recipient, attempt, messages)

    def renew(self, batches: Iterable[str], owner: str, now: Instant) -> set[str]:
        """Begin the lease of these batches anew; answer those that are still the owner's."""
        with self._writing() as connection:
            return {
                key
                for key in batches
                if connection.execute(
                    "UPDATE outbox SET next_at = ? WHERE batch = ? AND batch <> '' AND owner = ? AND status = 'sending'",
                    (now, key, owner),
                ).rowcount
            }

    def sent(self, batch: str, now: Instant, answer: str) -> None:
        """What is left of a batch was taken by the other side."""
        with self._writing() as connection:
            connection.execute(
                "UPDATE outbox SET status = 'sent', sent_at = ?, answer = ?, error = '', owner = ''"
                f" WHERE batch = ? AND batch <> '' AND {OPEN}",
                (now, answer, batch),
            )

    def suppress(self, messages: Mapping[int, str], now: Instant) -> None:
        """These messages (id -> reason) are no longer wanted."""
        with self._writing() as connection:
            connection.executemany(
                "UPDATE outbox SET status = 'suppressed', next_at = ?, error = ?, owner = ''"
                f" WHERE id = ? AND {OPEN}",
                [(now, reason, number) for number, reason in messages.items()],
            )

    def retry(self, batch: str, at: Instant, error: str) -> None:
        """It did not work; try again at `at`."""
        with self._writing() as connection:
            connection.execute(
                "UPDATE outbox SET status = 'waiting', next_at = ?, error = ?, owner = ''"
                " WHERE batch = ? AND batch <> '' AND status = 'sending'",
                (at, error, batch),
            )

    def give_up(self, batch: str, now: Instant, error: str, tell: Sequence[Message]) -> None:
        """It will not work: the messages are dead letters, each an alert of its ticket, and `tell` is queued about it."""
        with self._writing() as connection:
            dead = connection.execute(
                "UPDATE outbox SET status = 'dead', next_at = ?, error = ?, owner = ''"
                " WHERE batch = ? AND batch <> '' AND status = 'sending' RETURNING ticket, channel",
                (now, error, batch),
            ).fetchall()
            if not dead:
                return
            threshold = UNDELIVERED + dead[0][1]
            connection.execute(_ALERT, (threshold, now, now, DELIVERY, batch))
            tickets = {ticket for ticket, _ in dead}
            queue(connection, tickets.pop() if len(tickets) == 1 else None, None, now, tell)
            connection.ring(POST)

    # ---------------------------------------------------------------- questions

    def channels_waiting(self, now: Instant) -> list[str]:
        """Channels with something to do by `now`."""
        rows = self._asked(
            f"SELECT DISTINCT channel FROM outbox WHERE {OPEN} AND (next_at <= ? OR batch = '') ORDER BY 1",
            (now,),
        )
        return [channel for (channel,) in rows]

    def queued(
        self, statuses: Sequence[Status], *, ticket: int | None = None, limit: int | None = None
    ) -> list[Queued]:
        """Messages by status, newest first; of one ticket where given."""
        clause = "outbox.status IN (SELECT value FROM json_each(?))"
        values: list[object] = [self._connection.many([status.value for status in statuses])]
        # Said outright, SQLite sees that a small index has them all. Most messages are neither: the newest are soon found.
        order = "+outbox.id"
        if set(statuses) <= {Status.WAITING, Status.SENDING}:
            clause += f" AND outbox.{OPEN}"
        elif set(statuses) == {Status.DEAD}:
            clause += " AND outbox.status = 'dead'"
        elif ticket is None:
            order = "outbox.id"
        if ticket is not None:
            clause += " AND outbox.ticket = ?"
            values.append(ticket)
        rows = self._asked(
            f"{SELECT} WHERE {clause} ORDER BY {order} DESC LIMIT ?",
            (*values, ALL if limit is None else limit),
        )
        return [queued(row) for row in rows]

    def tried(self) -> dict[int, int]:
        """How often each message was tried that waits or is being sent, by id."""
        return dict(self._asked(f"SELECT id, attempts FROM outbox WHERE {OPEN}"))

    def numbered(self, messages: Sequence[int]) -> list[Queued]:
        """The messages of these ids that there are, newest first."""
        rows = self._asked(
            f"{SELECT} WHERE outbox.{_SOME} ORDER BY outbox.id DESC", (self._connection.many(messages),)
        )
        return [queued(row) for row in rows]

    def counts(self) -> dict[tuple[str, Status], int]:
        """How many messages by (channel, status): all that have not left, and of the others those among the `LATEST` messages."""
        rows = self._asked(
            # Each in the words of the index that has them all.
            f"SELECT channel, status, count(*) FROM outbox WHERE {OPEN} GROUP BY 1, 2"
            " UNION ALL SELECT channel, status, count(*) FROM outbox WHERE status = 'dead' GROUP BY 1, 2"
            " UNION ALL SELECT channel, status, count(*) FROM outbox WHERE id > (SELECT max(id) FROM outbox) - ?"
            f" AND NOT {OPEN} AND status <> 'dead' GROUP BY 1, 2",
            (LATEST,),
        )
        return {(channel, Status(status)): count for channel, status, count in rows}

    # ---------------------------------------------------------------- what people do with dead letters

    def again(self, messages: Sequence[int], now: Instant, addresses: Mapping[str, str]) -> int:
        """Dead letters back into the queue, in new batches and to where people have their mail now; answer how many were dead."""
        with self._writing() as connection:
            connection.ring(POST)
            dead = connection.execute(
                "UPDATE outbox SET status = 'waiting', batch = '', attempts = 0, next_at = ?"
                f" WHERE {_SOME} AND status = 'dead' RETURNING id, channel, name, recipient",
                (now, self._connection.many(messages)),
            ).fetchall()
            moved = [
                (addresses[name], number)
                for number, channel, name, recipient in dead
                if channel == EMAIL and addresses.get(name, recipient) != recipient
            ]
            connection.executemany("UPDATE outbox SET recipient = ? WHERE id = ?", moved)
            return len(dead)

    def discard(self, messages: Sequence[int], now: Instant, by: str) -> int:
        """Dead or waiting messages that nobody wants any more; answer how many there were."""
        with self._writing() as connection:
            return connection.execute(
                "UPDATE outbox SET status = 'discarded', next_at = ?, answer = ?"
                f" WHERE {_SOME} AND status IN ('dead', 'waiting')",
                (now, f"discarded by {by}", self._connection.many(messages)),
            ).rowcount

    # ---------------------------------------------------------------- the inbox

    def files(self, messages: Iterable[Queued]) -> list[File]:
        """What the REPORT messages among these bring along, as long as it was not erased."""
        numbers = [
            int(number)
            for item in messages
            if item.message.kind is Kind.REPORT
            for number in str(item.message.data.get("files", "")).split()
        ]
        found = publications.numbered(self._connection, numbers) if numbers else []
        return [
            File(f"{one.report}-{one.customer}-{one.period}.{one.format}", MEDIA[one.format], one.content)
            for one in found
            if one.content
        ]

    def has_notices(self) -> bool:
        """Whether anybody has ever got one."""
        return bool(self._asked("SELECT 1 FROM outbox WHERE channel = 'inbox' LIMIT 1"))

    def notices(self, recipients: Sequence[str], *, unread: bool, limit: int) -> list[Queued]:
        """Inbox messages to these persons and teams, newest first; to anybody if there are none given."""
        clause = "outbox.channel = 'inbox'"
        values: list[object] = []
        if recipients:
            clause += " AND recipient IN (SELECT value FROM json_each(?))"
            values.append(self._connection.many(recipients))
        if unread:
            clause += " AND read_at IS NULL"
        rows = self._asked(f"{SELECT} WHERE {clause} ORDER BY +outbox.id DESC LIMIT ?", (*values, limit))
        return [queued(row) for row in rows]

    def read(self, messages: Sequence[int], now: Instant) -> None:
        """Somebody has read them."""
        with self._writing() as connection:
            connection.execute(
                f"UPDATE outbox SET read_at = coalesce(read_at, ?) WHERE {_SOME} AND channel = 'inbox'",
                (now, self._connection.many(messages)),
            )

    # ---------------------------------------------------------------- echoes and links

    def echoes_awaited(self, tickets: Sequence[int]) -> list[Queued]:
        """CHANGE messages of these tickets whose own event has not come back yet."""
        # Also ones that seem to have failed: an answer may be lost on its way after the change was made.
        rows = self._asked(
            f"{SELECT} WHERE outbox.ticket IN (SELECT value FROM json_each(?)) AND outbox.kind = 'change'"
            " AND batch <> '' AND outbox.status <> 'suppressed' AND echoed_at IS NULL ORDER BY outbox.id",
            (self._connection.many(tickets),),
        )
        return [queued(row) for row in rows]

    def echoed(self, messages: Mapping[int, int]) -> None:
        """Message id -> instant at which the other system's event of it came back. Also inside `Store.cycle()`."""
        with self._writing(joining=True) as connection:
            connection.executemany(
                "UPDATE outbox SET echoed_at = ? WHERE id = ?",
                [(at, number) for number, at in messages.items()],
            )

    def use_link(self, token: str, now: Instant) -> bool:
        """Whether this is the first use of a link; also inside `Store.cycle()`, and then it is undone with it."""
        with self._writing(joining=True) as connection:
            return (
                connection.execute(
                    "INSERT INTO used_links VALUES (?, ?) ON CONFLICT DO NOTHING", (token, now)
                ).rowcount
                == 1
            )

    def link_used(self, token: str) -> bool:
        """Whether a link has been used; uses nothing."""
        return bool(self._asked("SELECT 1 FROM used_links WHERE token = ?", (token,)))
