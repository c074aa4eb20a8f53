"""A page as HTML for mail programs: a table a ticket, nothing fetched from anywhere, everything escaped. Pure."""

from __future__ import annotations

from html import escape

from engine.delivery import compose
from engine.delivery.page import Entry, Page
from engine.plain import plain

_BODY = "font-family:system-ui,-apple-system,'Segoe UI',sans-serif;font-size:15px;line-height:1.5;color:#1c1e21;background:#ffffff"
_NAME = "text-align:left;vertical-align:top;font-weight:normal;color:#5f6368;padding:1px 16px 1px 0;white-space:nowrap"
_BUTTON = (
    "display:inline-block;margin:8px 8px 0 0;padding:6px 14px;border:1px solid #1a5fb4;border-radius:4px;"
    "color:#1a5fb4;text-decoration:none"
)
_BUTTONS = {"acknowledge": "Acknowledge", "snooze": "Snooze", "flag": "Flag to management"}


def html(page: Page) -> str:
    """The message as a whole document that mail programs show beside, or instead of, the text."""
    if compose.is_digest(page):
        said = compose.text(page).split("\n", 2)[2]
        body = f'<pre style="font-size:13px;white-space:pre-wrap">{escape(said)}</pre>'
    else:
        foot = compose.text(page).rstrip("\n").rsplit("\n", 1)[1]
        body = "\n".join(_entry(entry, page.now) for entry in page.entries)
        body += f'\n<p style="color:#5f6368;font-size:12px">{escape(foot)}</p>'
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(compose.subject(page))}</title></head>\n'
        f'<body style="{_BODY}">\n<p><strong>{escape(compose.headline(page))}</strong></p>\n{body}\n</body></html>\n'
    )


def _entry(entry: Entry, now: int) -> str:
    rows = "\n".join(
        f'<tr><th scope="row" style="{_NAME}">{escape(name)}</th><td>{escape(value)}</td></tr>'
        for name, value in compose.facts(entry, now)
    )
    links = "".join(
        f'<a style="{_BUTTON}" href="{escape(address)}">{_BUTTONS[act]}<span style="display:none"> {escape(plain(entry.ticket, 60))}</span></a>'
        for act, address in entry.links.items()
    )
    return f'<table role="presentation" style="border-collapse:collapse;margin:12px 0 0">\n{rows}\n</table>\n<p style="margin:0 0 16px">{links}</p>'
