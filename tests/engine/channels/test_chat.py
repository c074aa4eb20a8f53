from __future__ import annotations

import json
import logging

import pytest

from engine.channels.chat import Chat
from engine.channels.door import LaterError
from engine.delivery import compose
from engine.delivery.outbox import Kind
from engine.delivery.page import Entry, Page

pytest.importorskip("apprise", reason="the extra 'chat' is not installed")
NOW = 1_780_000_000


def page(count=1):
    entries = tuple(
        Entry(
            n,
            Kind.NOTICE,
            f"T-{n}",
            subject="Printer on fire",
            metric="response",
            due=NOW + 600,
            what="breach of response",
        )
        for n in range(1, count + 1)
    )
    return Page("abc.7", "pager", "", "night-lead", NOW, entries)


@pytest.fixture
def address(hook):
    return f"json://pager:geheim@127.0.0.1:{hook.server.server_port}/tok3n-of-ours/?+X-Key=schluessel"


@pytest.fixture
def heard(caplog, monkeypatch):
    """All that the loggers of the process hear of Apprise, which is told to say everything."""
    log = logging.getLogger("apprise")
    monkeypatch.setattr(log, "propagate", True)
    before = log.level
    log.setLevel(logging.DEBUG)
    yield lambda: "".join(item.getMessage() for item in caplog.records if item.name == "apprise")
    log.setLevel(before)


@pytest.mark.parametrize("count", [1, 3])
def test_title_and_body_of_one_message_and_of_several_together(hook, address, count):
    way = Chat(address)
    assert way.send(page(count)) == "taken"
    [(path, headers, body)] = hook.asked
    said = json.loads(body)
    assert (path, headers["X-Key"]) == ("/tok3n-of-ours/", "schluessel")
    assert said["title"] == compose.subject(page(count))
    assert said["message"].strip() == compose.brief(page(count)).strip()
    assert all(f"T-{n}" in said["title"] + said["message"] for n in range(1, count + 1))
    way.close()


@pytest.mark.parametrize("answer", [(500, {}, b"geheim tok3n-of-ours"), (404, {}, b""), "drop"])
def test_a_failure_is_tried_later_and_tells_nothing_of_the_address(hook, address, answer, heard, capfd):
    hook.answers.append(answer)
    way = Chat(address)
    with pytest.raises(LaterError) as caught:
        way.send(page())
    assert "JSON" in str(caught.value)
    out, err = capfd.readouterr()
    for part in ("geheim", "tok3n", "schluessel", "127.0.0.1"):
        assert part not in str(caught.value) + heard() + out + err
    assert way.send(page()) == "taken"


def test_an_address_that_apprise_does_not_know_is_not_repeated(heard, capfd):
    with pytest.raises(LaterError) as caught:
        Chat("nosuch://geheim@tok3n-of-ours").send(page())
    assert "not one that Apprise knows" in str(caught.value)
    assert "geheim" not in str(caught.value) + heard() + "".join(capfd.readouterr())
