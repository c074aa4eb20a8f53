"""`sla portal` as whoever runs it uses it: accounts, links, the log, and the portal itself in a process of its own."""

from __future__ import annotations

import json
import re
import urllib.request
from contextlib import closing

import pytest

from engine.facts import Event, Instant
from engine.run import Engine
from engine.store import publications
from engine.store.publications import Publication
from engine.store.sqlite import SqliteStore
from tests.engine.channels.servers import MailSink, mail_server
from tests.engine.site import at
from tests.reports.portal.world import RULES
from tests.tui.process import going_on


@pytest.fixture
def mail():
    sink = MailSink()
    server = mail_server(sink)
    sink.port = server.port
    yield sink
    server.stop()


@pytest.fixture
def site(tmp_path, sla, mail):
    (tmp_path / "sla.rules").write_text(RULES, encoding="utf-8")
    (tmp_path / "sla.toml").write_text(
        f'[mail]\nhost = "127.0.0.1"\nport = {mail.port}\nsecurity = "none"\nfrom = "Desk <desk@msp.example>"\n'
        '[portal]\nurl = "https://portal.example/slo"\ntitle = "Service levels of MSP"\n'
    )
    with closing(SqliteStore.open(tmp_path / "sla.db", create=True)) as store:
        data = {"customer": "acme", "priority": "high", "status": "Open"}
        store.add_events("test", [("T-1", Event(at("2026-03-02 09:00"), "opened", data, "test", "1"))])
        Engine(store, tmp_path / "sla.rules").start(at("2026-03-02 09:30"))
        publications.publish(
            store.connection,
            Publication(
                "acme",
                "February",
                "",
                "2026-02",
                Instant(1),
                Instant(2),
                "csv",
                b"a,b",
                Instant(3),
                "0",
                Instant(4),
                "lead",
            ),
        )
    return tmp_path


def out(answer, code=0):
    assert answer[0] == code, answer
    assert "Traceback" not in answer[2]
    return answer[1]


def test_an_invitation_is_mailed(sla, site, mail):
    assert out(sla("portal", "invite", "Acme GmbH", "Jo@Acme.example")) == "mailed to jo@acme.example\n"
    [(recipients, message)] = mail.taken
    assert recipients == ["jo@acme.example"]
    assert message["subject"] == "Service levels of MSP: your account"
    assert message["auto-submitted"] == "auto-generated"
    assert re.search(r"https://portal\.example/slo/password/[\w-]{43}\r?\n", message.get_content())
    assert "7 days" in message.get_content()
    assert out(sla("portal", "list")) == "acme  jo@acme.example  invited\n"
    address = out(sla("portal", "invite", "acme", "jo@acme.example", "--print"))
    assert address.startswith("https://portal.example/slo/password/")
    assert len(mail.taken) == 1


def test_who_cannot_be_invited(sla, site):
    for arguments, code, words in (
        (("nobody", "jo@acme.example"), 1, "there is no customer"),
        (("acme", "no address"), 3, "is not a mail address"),
        (("acme", "a@b.example, c@d.example"), 3, "is not a mail address"),
    ):
        answer = sla("portal", "invite", *arguments)
        assert answer[0] == code
        assert words in answer[2]
    assert out(sla("portal", "list")) == ""
    for command in ("revoke", "reset", "sign-out"):
        assert "there is no account" in sla("portal", command, "jo@acme.example")[2]


def test_a_mail_server_that_is_away_is_said_and_the_link_can_be_printed(sla, site):
    (site / "sla.toml").write_text((site / "sla.toml").read_text().replace("port = ", "port = 1 # "))
    code, _, err = sla("portal", "invite", "acme", "jo@acme.example")
    assert code == 4
    assert "the mail did not leave" in err
    assert out(sla("portal", "invite", "acme", "jo@acme.example", "--print")).startswith("https://")


def test_accounts_end(sla, site):
    out(sla("portal", "invite", "acme", "jo@acme.example"))
    assert "is invited" in sla("portal", "reset", "jo@acme.example")[2]
    assert out(sla("portal", "revoke", "jo@acme.example")) == "jo@acme.example is revoked\n"
    [line] = out(sla("portal", "list", "--customer", "acme", "--format", "jsonl")).splitlines()
    assert json.loads(line)["standing"] == "revoked"
    assert out(sla("portal", "revoke", "jo@acme.example", "--erase")) == "jo@acme.example is erased\n"
    assert out(sla("portal", "list")) == ""
    assert "jo@" not in out(sla("portal", "audit"))


def test_links_are_made_listed_and_revoked(sla, site):
    address = out(sla("portal", "link", "1", "--expires", "14d"))
    assert re.fullmatch(r"https://portal\.example/slo/shared/[\w-]{43}\n", address)
    assert "/badge/" in out(sla("portal", "badge", "acme"))
    assert "/calendar/" in out(sla("portal", "feed", "acme"))
    lines = [json.loads(line) for line in out(sla("portal", "links", "--format", "jsonl")).splitlines()]
    assert [(one["id"], one["kind"], one["report"], one["works"]) for one in lines] == [
        (1, "report", 1, True),
        (2, "badge", None, True),
        (3, "feed", None, True),
    ]
    assert "acme  report 1  until 20" in out(sla("portal", "links"))
    assert out(sla("portal", "unlink", "1")) == "link 1 is revoked\n"
    assert "revoked" in out(sla("portal", "links", "--customer", "acme")).splitlines()[0]
    assert sla("portal", "unlink", "1")[0] == 1
    assert "is not published" in sla("portal", "link", "7")[2]
    for bad in ("0d", "-1d", "14", "2000d", "soon"):
        assert sla("portal", "link", "1", "--expires", bad)[0] == 3
    told = [json.loads(line) for line in out(sla("portal", "audit", "--format", "jsonl")).splitlines()]
    assert [one["route"] for one in told] == ["portal link", "portal badge", "portal feed", "portal unlink"]
    assert all(one["outcome"].startswith("by ") for one in told)
    assert out(sla("portal", "audit", "--format", "csv")).count("\n") == 5
    assert out(sla("portal", "audit", "--since", "2190-01-01T00:00:00Z")) == ""


def test_what_is_missing_is_said(sla, site):
    assert out(sla("portal", "--check")) == "all is there\n"
    (site / "sla.toml").write_text('[portal]\nurl = "http://portal.example"\n')
    said = out(sla("portal", "--check"), 1)
    assert "no invitation" in said
    assert "not https" in said
    (site / "sla.toml").write_text(
        '[portal]\nurl = "http://127.0.0.1:8081"\nproxies = "10.0.0.0/8, nonsense"\n'
    )
    assert "portal.proxies" in sla("portal", "--check")[2]
    (site / "sla.toml").write_text("")
    answer = sla("portal", "--check")
    assert answer[0] == 1
    assert "portal.url is not set" in answer[2]


def test_people_of_a_customer_that_was_renamed_are_told_of(sla, site):
    out(sla("portal", "invite", "acme", "jo@acme.example", "--print"))
    out(sla("portal", "invite", "globex", "jo@globex.example", "--print"))
    assert out(sla("portal", "--check")) == "all is there\n"
    (site / "renamed.rules").write_text(
        RULES.replace("customer acme ", "customer acme-ag "), encoding="utf-8"
    )
    said = out(sla("portal", "--check", "--rules", "renamed.rules"), 1)
    assert "no customer acme: 1 account of it" in said
    assert "globex" not in said
    out(sla("portal", "revoke", "jo@acme.example"))
    assert out(sla("portal", "--check", "--rules", "renamed.rules")) == "all is there\n"


def test_a_store_that_cannot_be_served_is_said_at_once(sla, site):
    answer = sla("portal", "--store", "nowhere.db", "--port", "0")
    assert answer[0] == 4
    assert "no such store" in answer[2]
    with closing(SqliteStore.open(site / "newer.db", create=True)) as store:
        assert "holds no rules" in sla("portal", "--store", "newer.db", "--port", "0")[2]
        store.connection.execute("PRAGMA user_version = 9999")
    answer = sla("portal", "--store", "newer.db", "--port", "0")
    assert (answer[0], "newer program" in answer[2]) == (4, True)


def test_it_is_served_and_ends_when_it_is_told_to(sla, site):
    address = out(sla("portal", "feed", "acme")).strip().replace("https://portal.example/slo", "")
    with going_on(site, "portal", "--port", "0") as program:
        said = program.process.stderr.readline()
        base = re.search(r"http://\S+", said)[0]
        with urllib.request.urlopen(base + "/healthz", timeout=30) as answer:
            assert answer.read() == b'{"status":"ok"}'
        for prefix in ("", "/slo"):
            with urllib.request.urlopen(base + prefix + address, timeout=30) as answer:
                assert b"T-1: Resolution due" in answer.read()
                assert "server" not in {name.lower() for name in answer.headers}
        before = (site / "sla.db").read_bytes()
    assert program.errors == ""
    assert (site / "sla.db").read_bytes() == before
    assert "GET /calendar/{token}.ics  200" in out(sla("portal", "audit"))
