"""What people write in ladders and channels when they mean something else."""

from __future__ import annotations

import pytest

from dsl.load import load_texts

BASE = """\
priorities critical, high
person ann {
  email "ann@msp.example"
}
team management {
  lead ann
}
tier gold {
  target critical, high resolution within 4h on always
  escalate via up
}
"""
CHANNEL = 'channel pager {{\n  source "desk"\n  url env PAGER_URL\n  {}\n}}\n'


def diagnostics(text: str):
    text = BASE + text
    return text, load_texts("sla.rules", {"sla.rules": text}).diagnostics


LADDER_LINES = [
    (
        "after 1h of resolution notify ann via inbox",
        "E0231",
        "after 1h of resolution",
        "at 1h past resolution",
    ),
    ("after 1h resolution notify ann via inbox", "E0231", "after 1h resolution", "at 1h past resolution"),
    (
        "at after 1h past resolution notify ann via inbox",
        "E0231",
        "at after 1h past resolution",
        "at 1h past resolution",
    ),
    ("after 1h notify ann via inbox", "E0231", "after 1h", None),
    ("on breach of resolution notify ann via inbox", "E0231", "on", "at"),
    ("at 1h after resolution notify ann via inbox", "E0231", "after", "past"),
    ("at 1h until resolution notify ann via inbox", "E0231", "until", "before"),
    ("at 1h past breach of resolution notify ann via inbox", "E0231", "breach of ", ""),
    ("at resolution breach notify ann via inbox", "E0231", "resolution breach", "breach of resolution"),
    ("at 1bd past resolution notify ann via inbox", "E0211", "1bd", None),
    ("at 90 minutes past resolution notify ann via inbox", "E0211", "90 minutes", "90m"),
    ("at breach of resolution notify ann by inbox", "E0202", "by", "via"),
    ("at breach of resolution notify ann, lead of management with inbox", "E0202", "with", "via"),
    ("at breach of resolution notify to ann via inbox", "E0202", "to ", ""),
    ("at breach of resolution email ann", "E0202", "email", None),
    ("at breach of resolution for critical, high page ann", "E0202", "page", None),
    ("at breach of resolution notfy ann via inbox", "E0202", "notfy", "notify"),
    ("at wraning of resolution notify ann via inbox", "E0202", "wraning", "warning"),
    ("at breach off resolution notify ann via inbox", "E0202", "off", "of"),
    ("at breach of resolution escalate to managment", "E0202", "managment", "management"),
    (
        "at breach of resolution notify ann via inbox including rule-edit",
        "E0202",
        "rule-edit",
        "rule-edits",
    ),
    (
        "at breach of resolution notify ann via inbox repeat every 30m",
        "E0230",
        "repeat every 30m",
        "repeat every 30m until acknowledged",
    ),
    (
        "at breach of resolution notify ann via inbox repeat every 30m up to 3 when priority == high",
        "E0230",
        "repeat every 30m up to 3",
        "repeat every 30m up to 3 until acknowledged",
    ),
    (
        "at breach of resolution notify ann via inbox repeat every 30m until resolved",
        "E0230",
        "resolved",
        "acknowledged",
    ),
    (
        "at breach of resolution notify ann via inbox repeat every 30m up to 3 times until acknowledged",
        "E0230",
        " times",
        "",
    ),
    (
        "at breach of resolution notify ann via inbox repeat every 30m until acknowledged up to 3",
        "E0230",
        "until acknowledged up to 3",
        "up to 3 until acknowledged",
    ),
    (
        "at breach of resolution notify ann via inbox repeat every 30m until acknowleged",
        "E0202",
        "acknowleged",
        "acknowledged",
    ),
    ("at breach of resolution notify ann", "E0201", "n", None),
    ("at breach of resolution tag late", "E0224", "late", '"late"'),
    ("notify ann via inbox", "E0202", "notify", None),
    ("repeat every 30m until acknowledged", "E0202", "repeat", None),
    ("when priority == high", "E0202", "when", None),
]


@pytest.mark.parametrize(("line", "code", "at", "mended"), LADDER_LINES)
def test_a_line_of_a_ladder_with_a_mistake(line, code, at, mended):
    text, found = diagnostics(
        f"escalation up {{\n  at 1h past resolution escalate to management\n  {line}\n}}\n"
    )
    (one,) = found
    assert (one.code, text[one.span.start : one.span.end]) == (code, at)
    assert [fix.edits[0].text for fix in one.fixes] == ([] if mended is None else [mended])
    if mended is not None:
        (edit,) = one.fixes[0].edits
        _, again = diagnostics(
            (text[: edit.span.start] + edit.text + text[edit.span.end :]).removeprefix(BASE)
        )
        assert again == ()


CHANNEL_LINES = [
    ('secret "hunter-2"', "E0229", None),
    ('secret env "https://x.example/t"', "E0229", None),
    ("secret https://pager.example/hook/1234", "E0229", None),
    ("secret PAGER_SECRET", "E0229", "secret env PAGER_SECRET"),
    ("secret $PAGER_SECRET", "E0229", "secret env PAGER_SECRET"),
    ('secret env "PAGER_SECRET"', "E0229", "secret env PAGER_SECRET"),
    ("kind webhok", "E0201", None),
    ("sekret env PAGER_SECRET", "E0202", "secret"),
]


@pytest.mark.parametrize(("line", "code", "mended"), CHANNEL_LINES)
def test_a_line_of_a_channel_with_a_mistake(line, code, mended):
    ladder = "escalation up {\n  at breach of resolution notify ann via inbox\n}\n"
    _, found = diagnostics(ladder + CHANNEL.format(line))
    (one,) = found
    assert one.code == code
    assert [fix.edits[0].text for fix in one.fixes] == ([] if mended is None else [mended])


@pytest.mark.parametrize("secret", ["https://pager.example/hook/t0ken", "t0ken-of-the-chat"])
def test_what_looks_like_a_secret_is_not_said_again(secret):
    ladder = "escalation up {\n  at breach of resolution notify ann via inbox\n}\n"
    _, (one,) = diagnostics(ladder + CHANNEL.format(f'secret "{secret}"'))
    said = " ".join([one.message, one.help, *one.notes, *(fix.title for fix in one.fixes)])
    assert "t0ken" not in said
