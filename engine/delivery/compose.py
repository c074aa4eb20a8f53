"""A page in words: subject and text for people, HTML for mail programs, JSON for machines. Pure.

The first line says what to do. Up to `listed` tickets stand there in full; more become a digest that says how many of what, the
most urgent by name, and where the rest is. Every text of a ticket's goes through `plain` before it is anywhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from engine.delivery.outbox import Kind
from engine.delivery.page import Entry, Page
from engine.lengths import length
from engine.plain import plain
from engine.wall import format_instant, format_local, zone

SCHEMA = 1
"""Of the JSON: rises when something in it changes its meaning; new members may come without."""

FULL_MOST = 200
"""Messages that a JSON document has in full; the rest are named."""

_COUNTED = 10
_LINK_WORDS = {"acknowledge": "Acknowledge", "snooze": "Snooze", "flag": "Flag to management"}
_SEE_ALL = "sla inbox --plain lists every ticket; the console's Escalations screen every message."


def subject(page: Page) -> str:
    """One line without anything that could be taken for another header."""
    mark = "[SLA test] " if page.test else "[SLA] "
    first = page.entries[0]
    if page.tickets == 0:
        more = f", and {page.reports - 1} more" if page.reports > 1 else ""
        return plain(f"{mark}{_report(first)}{more}", 180)
    if page.tickets == 1:
        about = f": {plain(first.subject, 80)}" if first.subject else ""
        return plain(f"{mark}{plain(first.ticket, 60)} {_short(first)}{about}", 180)
    return plain(f"{mark}{page.tickets} tickets, {plain(first.ticket, 60)} first: {_short(first)}", 180)


def text(page: Page) -> str:
    """The message as plain text."""
    lines = [headline(page), ""]
    if is_digest(page):
        lines += [*_counts(page), "", f"The {page.listed} most urgent:"]
        lines += [f"  {_line(entry, page.now)}" for entry in page.entries[: page.listed]]
        lines += ["", f"The others: {_SEE_ALL}"]
    else:
        for entry in page.entries:
            lines += [f"{name + ':':<10} {value}" for name, value in facts(entry, page.now)]
            lines += [f"{_LINK_WORDS[act] + ':':<10} {address}" for act, address in entry.links.items()]
            lines.append("")
    return "\n".join([*lines, *_foot(page)]).rstrip() + "\n"


def brief(page: Page) -> str:
    """The message for a small screen: what to do, then a line a ticket, at most ten, and the links of a single one."""
    lines = [headline(page)]
    if len(page.entries) > 1:
        lines += [_line(entry, page.now) for entry in page.entries[:_COUNTED]]
        if len(page.entries) > _COUNTED:
            lines.append(f"and {len(page.entries) - _COUNTED} more. {_SEE_ALL}")
    else:
        lines += [f"{name}: {value}" for name, value in facts(page.entries[0], page.now)]
        lines += [f"{_LINK_WORDS[act]}: {address}" for act, address in page.entries[0].links.items()]
    return "\n".join(lines)


def headline(page: Page) -> str:
    """What to do, in one line."""
    first = page.entries[0]
    if page.test:
        return "This is a test of a channel. Nobody has to do anything."
    if first.kind is Kind.FAILURE:
        tickets = plain(first.change.get("tickets") or first.ticket, 200) or "tickets"
        return f"Find another way: what was to be said about {tickets} could not be delivered."
    if first.kind is Kind.REPORT:
        more = f", and {page.reports - 1} more" if page.reports > 1 else ""
        return f"Here is {_report(first)}{more}."
    who = plain(first.ticket, 60)
    if page.tickets > 1:
        return f"Look at {page.tickets} tickets, {who} first: {_pressing(first, page.now)}."
    if first.repetition:
        return f"Acknowledge {who}, this is reminder {first.repetition}: {_pressing(first, page.now)}."
    return f"Look at {who} now: {_pressing(first, page.now)}."


def is_digest(page: Page) -> bool:
    """Whether there are too many to list them all."""
    return len(page.entries) > page.listed


def moment(at: int, zone_name: str) -> str:
    """An instant for people in two places: `2026-03-06 15:00 UTC (16:00 CET)`, with the local date where it differs."""
    told = f"{format_local(at, 'UTC')} UTC"
    if zone_name in ("", "UTC"):
        return told
    local = format_local(at, zone_name)
    if local[:10] == told[:10]:
        local = local[11:]
    return f"{told} ({local} {zone(zone_name).abbreviation(at)})"


def facts(entry: Entry, now: int) -> Iterator[tuple[str, str]]:
    """What there is to know of a message, by name."""
    if entry.kind is Kind.REPORT:
        yield "Report", plain(entry.change.get("report", ""), 200)
        yield "Customer", plain(entry.change.get("customer", ""), 120)
        yield "Period", plain(entry.change.get("period", ""), 60)
        return
    tier = f"{plain(entry.tier, 60)}" if entry.tier else "no tier"
    yield "Ticket", plain(f"{entry.ticket}  {plain(entry.subject, 200)}".strip(), 300)
    if entry.customer:
        yield "Customer", f"{plain(entry.customer, 120)} ({tier})"
    if entry.priority:
        yield "Priority", plain(entry.priority, 60)
    if entry.status or entry.assignee:
        yield "Status", f"{plain(entry.status, 60)}, {_assigned(entry)}"
    if entry.metric:
        due = (
            f"{moment(entry.due, entry.zone)}, {_distance(entry.due, now)}"
            if entry.due is not None
            else "open"
        )
        yield "Due", f"{entry.metric}: {due}"
    if entry.what:
        yield "Fired", f"{_short(entry)}, {moment(entry.at, entry.zone)}{_lateness(entry)}"
    if entry.step:
        yield "Rule", plain(f"{entry.step}  ({entry.where})" if entry.where else entry.step, 400)
    for name, value in entry.change.items():
        yield plain(name.capitalize(), 40), plain(value, 500)


def _assigned(entry: Entry) -> str:
    return f"assigned to {plain(entry.assignee, 80)}" if entry.assignee else "assigned to nobody"


def _lateness(entry: Entry) -> str:
    return f", found {length(entry.late)} late" if entry.late else ""


def _pressing(entry: Entry, now: int) -> str:
    if entry.due is None:
        return f"{entry.metric or 'it'} needs somebody"
    tense = "was" if entry.due <= now else "is"
    return f"{entry.metric} {tense} due at {moment(entry.due, entry.zone)}, {_distance(entry.due, now)}"


def _distance(due: int, now: int) -> str:
    rounded = abs(due - now) // 60 * 60 if abs(due - now) >= 60 else abs(due - now)
    return f"{length(rounded)} ago" if due <= now else f"in {length(rounded)}"


def _report(entry: Entry) -> str:
    said = entry.change
    return plain(f"{said.get('report', '')}, {said.get('customer', '')}, {said.get('period', '')}", 160)


def _short(entry: Entry) -> str:
    if entry.kind is Kind.REPORT:
        return _report(entry)
    if entry.kind is Kind.FAILURE:
        return f"not delivered by {plain(entry.change.get('channel', ''), 60)}"
    reminder = f"reminder {entry.repetition}, " if entry.repetition else ""
    return reminder + (entry.what or "message")


def _line(entry: Entry, now: int) -> str:
    if entry.kind is Kind.REPORT:
        return _report(entry)
    due = (
        f"due {moment(entry.due, entry.zone)}, {_distance(entry.due, now)}"
        if entry.due is not None
        else "open"
    )
    parts = (entry.ticket, entry.priority, entry.customer, _short(entry))
    return plain("  ".join(plain(part, 80) for part in (*parts, due) if part) + _lateness(entry), 300)


def _counts(page: Page) -> Iterator[str]:
    by_customer = Counter(plain(entry.customer, 120) or "no customer" for entry in page.entries)
    by_what = Counter(entry.what or entry.kind.value for entry in page.entries)
    for name, counted in (("What", by_what), ("Customers", by_customer)):
        yield f"{name}:"
        yield from (f"  {count:>6}  {key}" for key, count in counted.most_common(_COUNTED))
        if len(counted) > _COUNTED:
            rest = sum(counted.values()) - sum(count for _, count in counted.most_common(_COUNTED))
            yield f"  {rest:>6}  {len(counted) - _COUNTED} others"


def _foot(page: Page) -> Iterator[str]:
    if page.web and not is_digest(page) and any(entry.links for entry in page.entries):
        yield "Each link works once, and shows what it does before it does it."
    yield f"Message {page.key}" + (f", for {plain(page.name, 200)}" if page.name else "")


# ---------------------------------------------------------------- for machines


def document(page: Page) -> dict[str, object]:
    """The JSON that a webhook gets; its members are in docs/webhooks.md."""
    head: dict[str, object] = {
        "schema": SCHEMA,
        "key": page.key,
        "test": page.test,
        "sent_at": format_instant(page.now),
        "channel": page.channel,
    }
    first = page.entries[0]
    if first.kind is Kind.CHANGE:
        return {
            **head,
            "kind": "change",
            "ticket": plain(first.ticket, 2000),
            "source": plain(first.source, 200),
            "source_id": plain(first.source_id, 2000),
            "changes": {plain(name, 200): _value(value) for name, value in first.change.items()},
            "echo": page.key,
            "reason": first.step,
            "rule": first.where,
        }
    return {
        **head,
        "kind": "notice",
        "to": [name for name in page.name.split(", ") if name],
        "summary": headline(page),
        "tickets": page.tickets,
        "count": len(page.entries),
        "messages": [_object(entry) for entry in page.entries[:FULL_MOST]],
        "more": [{"id": entry.id, "ticket": plain(entry.ticket, 200)} for entry in page.entries[FULL_MOST:]],
    }


def _object(entry: Entry) -> dict[str, object]:
    found: dict[str, object] = {
        "id": entry.id,
        "kind": entry.kind.value,
        "ticket": plain(entry.ticket, 2000),
        "source": plain(entry.source, 200),
        "source_id": plain(entry.source_id, 2000),
        "what": entry.what,
        "metric": entry.metric,
        "state": entry.state,
        "due": None if entry.due is None else format_instant(entry.due),
        "zone": entry.zone or "UTC",
        "fired_at": format_instant(entry.at),
        "found_at": format_instant(entry.found),
        "late_seconds": entry.late,
        "repetition": entry.repetition,
        "until_acknowledged": entry.repeats,
        "ladder": entry.ladder,
        "step": entry.step,
        "rule": entry.where,
        "links": dict(entry.links),
    }
    for name in ("customer", "tier", "priority", "subject", "status", "assignee"):
        found[name] = plain(getattr(entry, name), 2000)
    return found


def _value(value: object) -> object:
    return plain(value, 10_000) if isinstance(value, str) else value
