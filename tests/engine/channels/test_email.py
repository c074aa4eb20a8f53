from __future__ import annotations

import socket
import time
from dataclasses import replace

import pytest

from engine.channels.door import LaterError, NeverError
from engine.channels.email import Email, message_of
from engine.delivery import compose
from engine.delivery.compose_html import html
from engine.delivery.outbox import Kind
from engine.delivery.page import Entry, Page
from engine.settings import Mail
from tests.engine.channels.servers import mail_server

NOW = 1_780_000_000


def page(recipient="lead@msp.example", key="0123456789abcdef.7", entries=None, **more):
    one = Entry(
        7,
        Kind.NOTICE,
        "T-1",
        subject="Printer on fire",
        metric="response",
        due=NOW + 600,
        what="breach of response",
        **more,
    )
    return Page(key, "email", recipient, "night-lead", NOW, entries or (one,))


def mail(port=25, **more):
    return Mail.model_validate({"host": "127.0.0.1", "port": port, "security": "none", "from": "Desk Köln <sla@msp.example>", "hello": "here.example", "timeout": 10, **more})  # fmt: skip


def test_a_mail_as_it_arrives(smtp, sink):
    way = Email(mail(smtp))
    assert way.send(page()) == "250 queued as 1"
    way.send(page(key="0123456789abcdef.8"))
    way.close()
    [(to, got), (_, second)] = sink.taken
    assert sink.sessions == 1
    assert to == ["lead@msp.example"]
    assert got["From"] == "Desk Köln <sla@msp.example>"
    assert got["Message-ID"] == "<0123456789abcdef.7@msp.example>"
    assert (got["X-Sla-Key"], got["Auto-Submitted"]) == ("0123456789abcdef.7", "auto-generated")
    assert got["Subject"] == "[SLA] T-1 breach of response: Printer on fire"
    assert got["In-Reply-To"] == got["References"] == second["References"]
    assert [part.get_content_type() for part in got.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]
    assert got.get_body(("plain",)).get_content().startswith("Look at T-1 now: response is due")


def test_a_ticket_cannot_write_headers_or_markup():
    bad = "x\r\nBcc: all@msp.example\r\n\r\n<script>\u202eevil\x1b[0m"
    made = message_of(
        page(entries=(Entry(1, Kind.NOTICE, bad, subject=bad, customer=bad, assignee=bad),)), mail()
    )
    assert "Bcc" not in made
    head = made.as_bytes().split(b"\n\n")[0]
    assert b"\nBcc" not in head
    both = (
        made.get_body(("html",)).get_content()
        + made.get_body(("plain",)).get_content()
        + str(made["Subject"])
    )
    assert "\u202e" not in both and "\x1b" not in both
    assert "<script>" not in made.get_body(("html",)).get_content()


@pytest.mark.parametrize(
    "address",
    [
        "",
        "nobody",
        "a@b\r\nRCPT TO:<c@d>",
        "a b@c",
        "@x",
        "a@",
        "a@b.example, c@d.example",
        "a@b.example)c@d.example",
    ],
)
def test_what_is_no_address_is_refused_for_good(address):
    with pytest.raises(NeverError):
        Email(mail()).send(page(address))


@pytest.mark.parametrize(
    ("where", "answer", "error", "outage"),
    [
        ("rcpt", "550 no such user", NeverError, None),
        ("rcpt", "450 mailbox busy", LaterError, False),
        ("rcpt", "421 going down", LaterError, True),
        ("data", "554 spam", NeverError, None),
        ("data", "452 disk full", LaterError, False),
    ],
)
def test_what_a_server_refuses(smtp, sink, where, answer, error, outage):
    getattr(sink, where).append(answer)
    way = Email(mail(smtp))
    with pytest.raises(error, match=answer) as caught:
        way.send(page())
    assert outage is None or caught.value.outage is outage
    assert way.send(page()).startswith("250")
    way.close()
    assert len(sink.taken) == 1


def test_a_server_that_hangs_up_is_tried_later_on_a_new_connection(smtp, sink):
    sink.drop = 1
    way = Email(mail(smtp))
    with pytest.raises(LaterError) as caught:
        way.send(page())
    assert caught.value.outage
    assert way.send(page()) == "250 queued as 1"
    way.close()


def test_a_connection_that_the_server_has_ended_meanwhile_is_opened_again(sink):
    server = mail_server(sink, timeout=0.3)
    way = Email(mail(server.port))
    assert [way.send(page()), way.send(page())] == ["250 queued as 1", "250 queued as 2"]
    assert sink.sessions == 1
    time.sleep(0.8)
    assert way.send(page()) == "250 queued as 3"
    assert sink.sessions == 2
    way.close()
    server.stop()


def test_no_server_no_tls_and_no_login_are_outages(smtp):
    for settings in (mail(1), mail(smtp, security="starttls"), mail(smtp, user="desk", password="geheim")):
        with pytest.raises(LaterError) as caught:
            Email(settings).send(page())
        assert caught.value.outage
        assert "geheim" not in str(caught.value)


def test_a_server_that_says_nothing_is_reported_as_a_time_out():
    with socket.create_server(("127.0.0.1", 0)) as mute:
        way = Email(mail(mute.getsockname()[1], timeout=1))
        with pytest.raises(LaterError, match="did not answer in 1 s") as caught:
            way.send(page())
    assert caught.value.outage


def test_a_mail_about_several_tickets_says_which_is_at_which_reminder():
    entries = tuple(
        Entry(
            number,
            Kind.NOTICE,
            f"T-{number}",
            metric="response",
            due=NOW,
            what="breach of response",
            repetition=number,
        )
        for number in range(3)
    )
    made = page(entries=entries)
    digest = replace(made, listed=2)
    for said in (compose.text(made), compose.text(digest), html(made), html(digest), compose.brief(made)):
        assert "reminder 1, breach of response" in said
        assert "reminder 0" not in said
    assert "reminder 2, breach of response" in compose.text(made)
