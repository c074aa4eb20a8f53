"""A report by mail: its words, its files, and how many of them a mail carries."""

from __future__ import annotations

from engine.channels.email import message_of
from engine.delivery import compose
from engine.delivery.compose_html import html
from engine.delivery.outbox import Batch, File, Kind, Message, Queued, Status
from engine.delivery.page import MOST_CARRIED, page_of
from engine.settings import Mail
from tests.engine.desk import graph

HOSTILE = "Acme\r\nBcc: x@y\x1b[31m<b>"


def page(*customers: str, files=()):
    messages = tuple(
        Queued(
            number, Message(Kind.REPORT, "email", "lead@msp.example", "lead", {"report": "Monthly", "customer": name, "period": "2026-10", "files": "1"}),
            0, "", "", None, 100, Status.SENDING, "key.1", 1, 100,
        )
        for number, name in enumerate(customers, 1)
    )  # fmt: skip
    batch = Batch("key.1", "email", "lead@msp.example", 1, messages)
    return page_of(batch, messages, {}, graph(), 200, files=files)


def test_it_says_what_it_brings_and_brings_it():
    one = File("monthly-acme-2026-10.pdf", "application/pdf", b"%PDF-1.7")
    message = message_of(page("Acme", files=[one]), Mail(host="h", sender="desk@msp.example"))
    assert message["Subject"] == "[SLA] Monthly, Acme, 2026-10"
    assert "Here is Monthly, Acme, 2026-10." in message.get_body(("plain",)).get_content()
    [attached] = message.iter_attachments()
    assert (attached.get_filename(), attached.get_content_type(), attached.get_content()) == (
        "monthly-acme-2026-10.pdf", "application/pdf", b"%PDF-1.7",
    )  # fmt: skip


def test_several_are_one_mail():
    found = page("Acme", "Globex", "Initech")
    assert compose.subject(found) == "[SLA] Monthly, Acme, 2026-10, and 2 more"
    assert all(name in compose.text(found) for name in ("Acme", "Globex", "Initech"))


def test_text_in_it_is_harmless():
    found = page(HOSTILE)
    assert "\n" not in compose.subject(found) and "\x1b" not in compose.text(found)
    assert "<b>" not in html(found)


def test_a_mail_carries_only_so_much():
    large = File("a.pdf", "application/pdf", b"0" * (MOST_CARRIED - 10))
    small = File("b.csv", "text/csv", b"0" * 100)
    assert page("Acme", files=[large, small]).files == (large,)
