"""How fast the outbox drains into a mail server and a webhook on loopback, one message a recipient.

The servers have a process of their own: what is measured is the sender.
"""

from __future__ import annotations

import multiprocessing
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

from engine.delivery.deliver import Deliverer
from engine.delivery.outbox import Kind, Message
from engine.settings import Settings
from engine.store.outbox import queue
from engine.store.sqlite import SqliteStore
from tests.engine.channels.servers import Hook, MailSink, mail_server
from tests.engine.delivery.world import RULES
from tests.engine.desk import graph

COUNT = 1_000


def serve(pipe):
    """Both servers, until the pipe says so."""
    hook = Hook()
    server = mail_server(MailSink())
    pipe.send((server.port, hook.address))
    pipe.recv()
    server.stop()
    hook.close()


@contextmanager
def servers():
    """The mail server's port and the webhook's address."""
    processes = multiprocessing.get_context("spawn")
    ours, theirs = processes.Pipe()
    process = processes.Process(target=serve, args=(theirs,))
    process.start()
    try:
        yield ours.recv()
    finally:
        ours.send("enough")
        process.join()


def run():
    with servers() as (port, address):
        mails = [
            Message(Kind.NOTICE, "email", f"p{number}@msp.example", "desk", {}) for number in range(COUNT)
        ]
        changes = [Message(Kind.CHANGE, "desk", "", "", {"assignee": str(number)}) for number in range(COUNT)]
        for what, messages in (("mails to as many recipients", mails), ("changes by webhook", changes)):
            yield (
                f"drain {what}",
                f"{COUNT:,}",
                _drained(messages, port, address),
                "one lane, SQLite, servers in a process of their own",
            )


def _drained(messages, port, address):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sla.db"
        store = SqliteStore.open(path, create=True)
        with store.cycle():
            queue(store.connection, None, None, 0, messages)
        mail = {
            "host": "127.0.0.1",
            "port": port,
            "security": "none",
            "from": "sla@msp.example",
            "hello": "here.example",
        }
        settings, rules = Settings(mail=mail, delivery={"limit": 0}), graph(RULES)
        deliverer = Deliverer(
            path, settings, lambda: rules, environment={"DESK_URL": address, "DESK_SECRET": "s"}
        )
        begin, worked = time.perf_counter(), time.process_time()
        done = deliverer.drain(1000)
        took, worked = time.perf_counter() - begin, time.process_time() - worked
        store.close()
    assert done.sent == len(messages), done
    return (
        f"{took:.2f} s, {len(messages) / took:,.0f}/s ({len(messages) / worked:,.0f} per second of processor)"
    )
