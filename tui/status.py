"""What the header, the banners and the line under the inbox say: every state of the console in words.

Loading, empty, failed, broken rules, the past, a held picture and a partial one are different things and look so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo

from engine.snapshot import Snapshot
from tui.feed import Failure
from tui.glyphs import Glyphs
from tui.line import Line, clip, join, sides, width, wrap
from tui.moment import clock, day_clock, near, span
from tui.plain import plain
from tui.standing import STANDINGS
from tui.view import BY_KEY, ROLE_OF, Arranged

LATE = 15  # seconds after which a picture is called old


@dataclass(frozen=True, slots=True)
class Situation:
    """All that the console knows about itself. `read_only` is "" or the reason; instants are UTC seconds."""

    store: str
    zone: tzinfo
    read_only: str = ""
    at: int | None = None  # the past that is looked at
    engine: str = ""
    snapshot: Snapshot | None = None
    looked_at: int = 0  # when the store was last read; the snapshot may be older if nothing has changed since
    failure: Failure | None = None
    held_at: int | None = None  # since when the picture is held still
    behind: int = 0  # pictures that came while it was held
    waiting: int = 0  # actions on their way
    unread: int = 0  # notices for the person and their teams
    notices: tuple[str, ...] = ()  # mistakes in the user's own files


def header(situation: Situation, page: str, now: int, glyphs: Glyphs, cells: int) -> Line:
    """Product, page and store at the left; rules, engine, age of the data, mode and time at the right."""
    gap = (f" {glyphs.dot} ", "off")
    left = join(
        ((("tiercel", "heading"),), ((page, "strong"),), ((plain(situation.store, 40), "muted"),)), gap
    )
    parts: list[Line] = []
    snapshot = situation.snapshot
    if snapshot is not None:
        rules = snapshot.rules
        words = f"rules {rules.generation or ''} {plain(rules.digest[:7])}".replace("  ", " ")
        words += f" git {plain(rules.revision[:7])}" if rules.revision else ""
        parts.append(((words, "warning" if rules.broken else "muted"),))
        if situation.engine:
            parts.append(((plain(situation.engine, 40), "muted"),))
        if situation.at is None:
            age = max(0, now - situation.looked_at)
            parts.append(((f"data {span(age)} old", "warning" if age > LATE else "muted"),))
    if situation.unread:
        parts.append(((f"{situation.unread:,} unread", "warning"),))
    parts.append((_mode(situation),))
    parts.append(((clock(now, situation.zone, seconds=True), "strong"),))
    kept = 3 if situation.unread else 2
    while len(parts) > kept and width(left) + width(join(parts, gap)) + 2 > cells:
        del parts[0 if len(parts) != kept + 2 else 1]
    right = join(parts, gap)
    if width(left) + width(right) + 2 > cells:
        left = left[:3]
    return sides(clip(left, max(0, cells - width(right) - 2)), right, cells)


def _mode(situation: Situation) -> tuple[str, str]:
    if situation.at is not None:
        return "past", "warning"
    return ("read-only", "muted") if situation.read_only else ("write", "met")


def failure_banner(situation: Situation, now: int) -> Line:
    """Why the store cannot be read and of when the data is that is shown; () while all is well."""
    failure = situation.failure
    if failure is None:
        return ()
    seen = situation.snapshot
    shown = (
        f"showing data of {near(situation.looked_at, now, situation.zone)}" if seen else "nothing to show yet"
    )
    # Which store it is stands above; what happened has to fit beside it.
    reason = failure.message.removeprefix(f"{situation.store}: ")
    words = f"store unreachable, {shown}: {plain(reason, 300)}"
    return (
        ("! ", "breached"),
        (words, "strong"),
        (f"  {plain(failure.help, 200)}" if failure.help else "", "muted"),
    )


def rules_banner(situation: Situation, rules_key: str) -> Line:
    """That the rules on disk are broken and which generation stays in force; () while they are fine."""
    rules = situation.snapshot.rules if situation.snapshot else None
    if rules is None or not rules.broken:
        return ()
    first = rules.broken[0]
    count = len(rules.broken)
    words = f"rules broken, generation {rules.generation} in force: {first.span} {plain(first.message, 200)}"
    more = f"  ({count} findings, {rules_key} shows them)" if count > 1 else f"  ({rules_key} shows it)"
    return (("! ", "warning"), (words, "strong"), (more, "muted"))


def calm_banner(situation: Situation, pause_key: str) -> Line:
    """The past, a held picture, or a mistake in the user's own settings; () if there is nothing to say."""
    zone = situation.zone
    if situation.at is not None:
        return (
            ("the past: ", "heading"),
            (f"everything as it stood on {day_clock(situation.at, zone)}", "strong"),
            ("  nothing can be changed here", "muted"),
        )
    if situation.held_at is not None:
        news = f", {situation.behind} newer pictures wait" if situation.behind else ""
        return (
            (f"picture held since {clock(situation.held_at, zone, seconds=True)}", "heading"),
            (f"{news}  the engine goes on; {pause_key} lets it go", "muted"),
        )
    if situation.notices:
        more = f" (+{len(situation.notices) - 1} more in the help)" if len(situation.notices) > 1 else ""
        return (("settings: ", "heading"), (plain(situation.notices[0], 300) + more, ""))
    return ()


def inbox_status(
    situation: Situation, arranged: Arranged | None, marked: int, position: int, glyphs: Glyphs, cells: int
) -> Line:
    """How many rows stand where, what is not shown, how it is sorted, and where the cursor is."""
    if arranged is None and situation.failure is not None:
        return ()
    if arranged is None:
        return (("loading…" if glyphs.name == "unicode" else "loading...", "muted"),)
    parts: list[Line] = []
    for word in STANDINGS:
        count = arranged.counts.get(word, 0)
        if count:
            parts.append(((f"{glyphs.standing[word]} {count:,} {word}", ROLE_OF[word]),))
    if arranged.snoozed:
        parts.append(((f"{arranged.snoozed:,} snoozed", "muted"),))
    view = arranged.view
    hidden = arranged.total - arranged.snoozed - len(arranged.rows)
    if view.at_risk:
        parts.append((("only at risk", "key"),))
    if hidden:
        parts.append(((f"{hidden:,} filtered out", "key"),))
    if marked:
        parts.append(((f"{glyphs.marked} {marked:,} marked", "mark"),))
    if situation.waiting:
        parts.append((("saving", "warning"),))
    right: list[Line] = []
    snapshot = situation.snapshot
    if snapshot is not None and snapshot.partial:
        right.append(((f"the first {len(snapshot.rows):,} of {snapshot.total:,}, more coming", "warning"),))
    by = BY_KEY[view.sort].title.lower() if view.sort in BY_KEY else "urgency"
    right.append(((f"by {by}{' reversed' if view.reverse else ''}", "muted"),))
    right.append(((f"{position:,}/{len(arranged.rows):,}", "muted"),))
    return sides(join(parts, ("  ", "")), join(right, (f" {glyphs.dot} ", "off")), cells)


_STRANGE = "No clock has ended this month either: is this the right store?"


def _nothing_at_all(snapshot: Snapshot) -> bool:
    return snapshot.health is not None and not snapshot.health.overall.met + snapshot.health.overall.failed


def empty_message(
    situation: Situation, arranged: Arranged | None, glyphs: Glyphs, back_key: str, cells: int
) -> list[Line]:
    """What stands where the rows would be: loading, failed, filtered away, all snoozed or truly nothing to do."""
    if situation.snapshot is None:
        if situation.failure is not None:
            why = [situation.failure.message, situation.failure.help]
            return [
                (("The store cannot be read. It is tried again and again by itself.", "warning"),),
                *(
                    ((part, ""),)
                    for words in why
                    if words
                    for part in wrap(plain(words, 600), max(20, cells))
                ),
            ]
        return [
            (("Loading the most urgent tickets…" if glyphs.name == "unicode" else "Loading...", "muted"),)
        ]
    if arranged is None or arranged.total == 0:
        return [
            ((f"{glyphs.standing['met']} No open tickets.", "met"),),
            (("Nothing needs a person now.", "muted"),),
            *([((_STRANGE, "warning"),)] if _nothing_at_all(situation.snapshot) else []),
        ]
    if arranged.snoozed == arranged.total:
        return [
            ((f"All {arranged.snoozed:,} open tickets are snoozed.", ""),),
            (("is:snoozed shows them.", "muted"),),
        ]
    what = "is at risk" if arranged.view.at_risk and not arranged.view.filter else "passes the filter"
    return [
        ((f"None of {arranged.total:,} open tickets {what}.", ""),),
        ((f"{back_key} shows them all again.", "muted"),),
    ]
