"""What would leave, for `--dry-run`: a line or an object for each message that would be sent and for each that would not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.delivery.deliver import Preview
from engine.delivery.outbox import Outbox
from tui.messages import about
from tui.plain import json_text, plain


def preview_lines(previews: Iterable[Preview], outbox: Outbox, form: str) -> Iterator[str]:
    """What these previews say, as text ("plain") or as the documented JSON objects ("jsonl")."""
    for item in previews:
        found = outbox.numbered([*item.messages, *(number for number, _ in item.suppressed)])
        tickets = {message.id: message.ticket for message in found}
        named = list(dict.fromkeys(tickets.get(number, "") for number in item.messages))
        if form == "jsonl":
            yield json_text(_record(item, [ticket for ticket in named if ticket]), indent=None)
            continue
        to = plain(item.recipient or "-", 200)
        channel = plain(item.channel)
        if item.messages:
            shown = ", ".join(ticket for ticket in named[:5] if ticket)
            more = f" and {len(named) - 5} more" if len(named) > 5 else ""
            yield f"would send  {channel}  {to}  {plain(item.subject, 300)}  ({plain(shown, 300)}{more})"
        for number, reason in item.suppressed:
            yield f"would not send  {channel}  {to}  {plain(tickets.get(number, '-'))}  ({plain(reason, 300)})"


def notice_lines(outbox: Outbox, after: int, form: str) -> Iterator[str]:
    """The inbox messages with an id over `after`: they arrive when they are written."""
    most = 1_000
    while len(found := outbox.notices((), unread=False, limit=most)) == most and found[-1].id > after:
        most *= 4
    for item in sorted(found, key=lambda notice: notice.id):
        if item.id <= after:
            continue
        if form == "jsonl":
            yield json_text(
                {
                    "what": "would tell",
                    "channel": item.message.channel,
                    "recipient": item.message.recipient,
                    "ticket": item.ticket,
                    "about": about(item),
                },
                indent=None,
            )
        else:
            words = (
                "would tell",
                item.message.channel,
                item.message.name or "-",
                item.ticket or "-",
                about(item),
            )
            yield "  ".join(plain(word, 300) for word in words)


def _record(item: Preview, tickets: list[str]) -> dict[str, object]:
    return {
        "what": "would send" if item.messages else "would not send",
        "channel": item.channel,
        "recipient": item.recipient,
        "subject": item.subject,
        "tickets": tickets,
        "messages": list(item.messages),
        "text": item.text,
        "not_wanted": [{"message": number, "reason": reason} for number, reason in item.suppressed],
    }
