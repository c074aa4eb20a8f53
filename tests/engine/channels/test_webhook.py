from __future__ import annotations

import hashlib
import hmac
import json

import pytest

from engine.channels.door import LaterError, NeverError
from engine.channels.webhook import KEPT, Webhook, retry_after
from engine.delivery.outbox import Kind
from engine.delivery.page import Entry, Page

NOW = 1_780_000_000


def page(kind=Kind.NOTICE, **change):
    return Page(
        "abc.7",
        "desk",
        "",
        "noc",
        NOW,
        (Entry(7, kind, "T-1", source="desk", source_id="INC1", change=change),),
    )


@pytest.fixture
def way(hook):
    made = Webhook(hook.address, "secret", 5)
    yield made
    made.close()


def test_it_is_signed_and_has_its_key(way, hook):
    assert way.send(page()) == "200 fine"
    [(path, headers, body)] = hook.asked
    assert (path, headers["Idempotency-Key"], headers["Content-Type"]) == (
        "/hook?token=geheim",
        "abc.7",
        "application/json",
    )
    digest = hmac.new(b"secret", f"{NOW}.".encode() + body, hashlib.sha256).hexdigest()
    assert headers["X-Sla-Signature"] == f"t={NOW},v1={digest}"
    assert json.loads(body)["messages"][0]["ticket"] == "T-1"


def test_a_change_names_the_ticket_as_its_own_system_does(way, hook):
    way.send(page(Kind.CHANGE, assignee="night-lead"))
    found = json.loads(hook.asked[0][2])
    assert (found["kind"], found["source"], found["source_id"], found["echo"]) == (
        "change",
        "desk",
        "INC1",
        "abc.7",
    )
    assert found["changes"] == {"assignee": "night-lead"}


@pytest.mark.parametrize(
    ("answer", "error", "asked", "outage"),
    [
        ((429, {"Retry-After": "120"}, b""), LaterError, 120, True),
        ((503, {"Retry-After": "Thu, 28 May 2026 20:27:40 GMT"}, b""), LaterError, 60, True),
        ((500, {}, b"oops"), LaterError, 0, False),
        ((408, {}, b""), LaterError, 0, False),
        ("drop", LaterError, 0, True),
        ((400, {}, b"bad"), NeverError, 0, False),
        ((404, {}, b""), NeverError, 0, False),
        ((302, {"Location": "http://127.0.0.1:1/"}, b""), NeverError, 0, False),
    ],
)
def test_what_the_other_side_says(way, hook, answer, error, asked, outage):
    hook.answers.append(answer)
    with pytest.raises(error) as caught:
        way.send(page())
    if error is LaterError:
        assert (caught.value.asked, caught.value.outage) == (asked, outage)
    assert "geheim" not in str(caught.value)
    assert way.send(page()) == "200 fine"
    assert len(hook.asked) == 2


def test_a_long_answer_is_cut(way, hook):
    hook.answers.append((200, {}, b"x" * 1_000_000))
    assert len(way.send(page())) == KEPT + 4


def test_a_server_that_is_not_there(hook):
    with pytest.raises(LaterError) as caught:
        Webhook("http://127.0.0.1:1/geheim", "", 5).send(page())
    assert caught.value.outage and "geheim" not in str(caught.value)


def test_retry_after_of_nonsense():
    assert [retry_after(text, NOW) for text in ("", "soon", "-5", "1.5", "9" * 400)] == [
        0,
        0,
        0,
        0,
        999_999_999,
    ]
