"""Every key of the console in one table: bindings, footer, help and palette are made from it.

People remap keys by id in `console.toml`:

    [keys]
    "inbox.sort" = "f4"
    "app.quit" = "q,ctrl+q"
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from dsl.suggest import nearest
from tui.key_names import key_name, show_key
from tui.plain import plain

EVERYWHERE = "everywhere"
INBOX = "inbox"
PAGE = "page"
TICKET = "ticket"
LIST = "list"
ACT = "act"
LISTS = "lists"
OUTBOX = "outbox"
NOTICES = "notices"
CUSTOMERS = "customers"
REPORT = "report"
PUBLISHED = "published"

SCOPES = {
    EVERYWHERE: "Everywhere",
    LIST: "In a list",
    INBOX: "Inbox",
    LISTS: "Lists",
    OUTBOX: "Messages",
    NOTICES: "Notices",
    CUSTOMERS: "Customers",
    REPORT: "Report",
    PUBLISHED: "Published reports",
    ACT: "Actions",
    TICKET: "Ticket",
    PAGE: "On a page",
}


@dataclass(frozen=True, slots=True)
class Key:
    """`keys` as Textual names them, separated by commas; `label` for the footer ("" keeps it out), `about` for help."""

    id: str
    keys: str
    action: str
    label: str
    about: str
    scope: str
    writes: bool = False

    @property
    def shown(self) -> str:
        """The first key as people say it."""
        return show_key(self.keys.split(",")[0])


TABLE: tuple[Key, ...] = (
    Key("list.down", "down,j", "move(1)", "", "next row", LIST),
    Key("list.up", "up,k", "move(-1)", "", "row before", LIST),
    Key("list.page-down", "pagedown,ctrl+d", "move_page(1)", "", "a page down", LIST),
    Key("list.page-up", "pageup,ctrl+u", "move_page(-1)", "", "a page up", LIST),
    Key("list.top", "home,g", "move_end(-1)", "", "first row", LIST),
    Key("list.bottom", "end,G", "move_end(1)", "", "last row", LIST),
    Key("inbox.open", "enter", "open", "open", "open the ticket", INBOX),
    Key(
        "inbox.filter",
        "slash",
        "filter",
        "filter",
        "filter: words and customer:acme state:breached due:<30m",
        INBOX,
    ),
    Key("inbox.risk", "z", "at_risk", "at risk", "only tickets at risk or breached, and back", INBOX),
    Key("inbox.sort", "s", "sort", "sort", "sort by the next column", INBOX),
    Key("inbox.reverse", "S", "reverse", "", "reverse the order", INBOX),
    Key("inbox.mark", "space", "mark", "mark", "mark the row and go to the next", INBOX),
    Key("inbox.mark-all", "asterisk", "mark_all", "", "mark every row that is shown, or none", INBOX),
    Key("inbox.columns", "C", "columns", "", "choose the columns", INBOX),
    Key("lists.next", "right,right_square_bracket,tab", "part(1)", "list", "the next list", LISTS),
    Key("lists.open", "enter", "open", "open", "open the item: its ticket, or the customer", LISTS),
    Key("lists.previous", "left,left_square_bracket,shift+tab", "part(-1)", "", "the list before", LISTS),
    Key("lists.filter", "slash", "filter", "filter", "filter: words and customer:acme age:<1h", LISTS),
    Key("lists.sort", "s", "sort", "sort", "sort by the next column of the list", LISTS),
    Key("lists.reverse", "S", "reverse", "", "reverse the order of the list", LISTS),
    Key("lists.mark", "space", "mark", "mark", "mark the item and go to the next", LISTS),
    Key("lists.mark-all", "asterisk", "mark_all", "", "mark every item that is shown, or none", LISTS),
    Key("outbox.retry", "r", "errand('retry')", "retry", "send a dead letter again", OUTBOX, writes=True),
    Key(
        "outbox.discard",
        "x",
        "errand('discard')",
        "discard",
        "discard a message that nobody wants (asks first)",
        OUTBOX,
        writes=True,
    ),
    Key(
        "notices.acknowledge",
        "a",
        "act('acknowledge')",
        "ack",
        "acknowledge the ticket: its repeats stop",
        NOTICES,
        writes=True,
    ),
    Key("notices.read", "r", "errand('read')", "read", "mark as read", NOTICES, writes=True),
    Key(
        "customers.report", "r", "report", "report", "the report of a month, before anybody has it", CUSTOMERS
    ),
    Key("report.next", "right,right_square_bracket", "step(1)", "next", "the month after", REPORT),
    Key("report.previous", "left,left_square_bracket", "step(-1)", "before", "the month before", REPORT),
    Key("report.month", "m", "month", "month", "choose the month", REPORT),
    Key(
        "report.publish",
        "P",
        "publish",
        "publish",
        "let the customer have the report (asks first)",
        REPORT,
        writes=True,
    ),
    Key(
        "published.withdraw",
        "x",
        "withdraw",
        "withdraw",
        "take a published report back (asks first)",
        PUBLISHED,
        writes=True,
    ),
    Key(
        "act.acknowledge",
        "a",
        "act('acknowledge')",
        "ack",
        "acknowledge: somebody looks at it",
        ACT,
        writes=True,
    ),
    Key("act.snooze", "n", "act('snooze')", "snooze", "put it out of sight until a time", ACT, writes=True),
    Key("act.assign", "A", "act('assign')", "assign", "assign it to a person", ACT, writes=True),
    Key("act.reply", "r", "act('reply')", "reply", "log that a public reply was given", ACT, writes=True),
    Key("act.resolve", "R", "act('resolve')", "resolve", "resolve it (asks first)", ACT, writes=True),
    Key("act.reopen", "O", "act('reopen')", "", "reopen a resolved ticket", ACT, writes=True),
    Key("act.priority", "P", "act('priority')", "", "change its priority", ACT, writes=True),
    Key(
        "act.flag", "f", "act('flag')", "flag", "flag it to management, or review its flag", ACT, writes=True
    ),
    Key("act.note", "N", "act('note')", "", "add a private note", ACT, writes=True),
    Key("act.undo", "u", "undo", "", "undo your last action", ACT, writes=True),
    Key(
        "ticket.next", "right,right_square_bracket", "step(1)", "next", "the next ticket of the inbox", TICKET
    ),
    Key(
        "ticket.previous",
        "left,left_square_bracket",
        "step(-1)",
        "",
        "the ticket before in the inbox",
        TICKET,
    ),
    Key("page.down", "down,j", "scroll_lines(1)", "", "a line down", PAGE),
    Key("page.up", "up,k", "scroll_lines(-1)", "", "a line up", PAGE),
    Key("page.page-down", "pagedown,space,ctrl+d", "scroll_pages(1)", "", "a page down", PAGE),
    Key("page.page-up", "pageup,ctrl+u", "scroll_pages(-1)", "", "a page up", PAGE),
    Key("page.top", "home,g", "scroll_to_end(-1)", "", "to the top", PAGE),
    Key("page.bottom", "end,G", "scroll_to_end(1)", "", "to the bottom", PAGE),
    Key("app.palette", "colon,ctrl+p", "command_palette", "commands", "every command by name", EVERYWHERE),
    Key("app.help", "question_mark,f1", "help", "help", "this help", EVERYWHERE),
    Key(
        "app.inbox",
        "1",
        "page('inbox')",
        "inbox",
        "Inbox: what needs a person, most urgent first",
        EVERYWHERE,
    ),
    Key(
        "app.health",
        "2",
        "page('health')",
        "health",
        "Health: compliance and what is about to happen",
        EVERYWHERE,
    ),
    Key(
        "app.rules",
        "3",
        "page('rules')",
        "rules",
        "Rules: what is in force, and what is wrong on disk",
        EVERYWHERE,
    ),
    Key(
        "app.escalations",
        "4",
        "page('escalations')",
        "escalations",
        "Escalations: what fired, what is next, outbox and dead letters",
        EVERYWHERE,
    ),
    Key(
        "app.flags",
        "5",
        "page('flags')",
        "flags",
        "Flags: tickets that management must look at",
        EVERYWHERE,
    ),
    Key(
        "app.notices",
        "6",
        "page('notices')",
        "notices",
        "Notices: what was sent to you and your teams in here",
        EVERYWHERE,
    ),
    Key(
        "app.customers",
        "7",
        "page('customers')",
        "customers",
        "Customers: compliance, uptime and credits of each, worst first",
        EVERYWHERE,
    ),
    Key("app.back", "escape", "back", "back", "out: of the ticket, the filter, the marks", EVERYWHERE),
    Key("app.pause", "p", "pause", "", "hold the picture still; the engine goes on", EVERYWHERE),
    Key("app.copy", "c", "copy", "", "copy the marked rows, the row or the page", EVERYWHERE),
    Key("app.export", "e", "export", "export", "write the view to a csv, json or md file", EVERYWHERE),
    Key("app.screenshot", "f8", "screenshot", "", "write a picture of the screen (svg)", EVERYWHERE),
    Key("app.theme", "T", "theme", "", "next theme: dark, light, safe for colour-blind eyes", EVERYWHERE),
    Key(
        "app.suspend",
        "ctrl+z",
        "suspend_process",
        "",
        "step out to the shell (fg brings it back); its engine stops too",
        EVERYWHERE,
    ),
    Key("app.quit", "q,ctrl+q,ctrl+c", "quit", "quit", "leave the console", EVERYWHERE),
)

ALWAYS_SHOWN = ("app.back", "app.palette", "app.help", "app.quit")
"""Ids of the keys that the footer shows before any other."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What `console.toml` says; `problems` are shown and the rest of the file counts."""

    keys: Mapping[str, str]
    theme: str = ""
    glyphs: str = ""
    problems: tuple[str, ...] = ()


def load_settings(path: Path | None, themes: Sequence[str]) -> tuple[Settings, tuple[str, ...]]:
    """What the file says and every mistake in it, in words; a missing file says nothing."""
    try:
        text = path.read_text(encoding="utf-8") if path else ""
    except FileNotFoundError:
        text = ""
    except (OSError, UnicodeDecodeError) as error:
        return Settings({}), (f"{path} cannot be read ({type(error).__name__})",)
    settings = parse_settings(text, themes)
    return settings, tuple(f"{path.name if path else ''}: {problem}" for problem in settings.problems)


def parse_settings(text: str, themes: Sequence[str] = ()) -> Settings:
    """Read the text of a `console.toml`. Nothing in it is fatal."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return Settings({}, problems=(f"not TOML: {plain(error)}",))
    problems: list[str] = []
    keys = document.pop("keys", {})
    theme = document.pop("theme", "")
    glyphs = document.pop("glyphs", "")
    problems += [f"{plain(name, 40)} is not a setting; known: keys, theme, glyphs" for name in document]
    if theme and theme not in themes:
        problems.append(f"theme {plain(theme, 40)} is not one of {', '.join(themes)}")
        theme = ""
    if glyphs not in {"", "unicode", "ascii"}:
        problems.append(f"glyphs {plain(glyphs, 40)} is not unicode or ascii")
        glyphs = ""
    if not isinstance(keys, dict):
        problems.append("keys must be a table: [keys]")
        keys = {}
    wanted, complaints = _wanted(keys)
    return Settings(wanted, str(theme), str(glyphs), (*problems, *complaints))


def _wanted(keys: Mapping[str, object]) -> tuple[dict[str, str], list[str]]:
    known = {key.id: key for key in TABLE}
    wanted: dict[str, str] = {}
    problems: list[str] = []
    for id_, value in keys.items():
        if id_ not in known:
            close = nearest(id_, known)
            problems.append(
                f"no key is called {plain(id_, 40)}" + (f"; did you mean {close}?" if close else "")
            )
            continue
        if not isinstance(value, str) or not value:
            problems.append(f'{id_}: write the keys as text, like "f4" or "q,ctrl+q"')
            continue
        names = [key_name(part.strip()) for part in value.split(",")]
        bad = [part for part, name in zip(value.split(","), names, strict=True) if name is None]
        if bad:
            problems.append(f"{id_}: {plain(bad[0], 40)} is not a key, like x, X, f4, ctrl+x or pageup")
            continue
        wanted[id_] = ",".join(name for name in names if name)
    for id_ in list(wanted):
        other = _clash(remap(wanted), id_)
        if other:
            problems.append(f"{id_}: {wanted[id_]} is taken by {other}; give that one another key too")
            del wanted[id_]
    return wanted, problems


def _clash(table: Iterable[Key], id_: str) -> str:
    keys = list(table)
    mine = next(key for key in keys if key.id == id_)
    taken = set(mine.keys.split(","))
    for key in keys:
        if key.id != id_ and _together(key.scope, mine.scope) and taken & set(key.keys.split(",")):
            return key.id
    return ""


_SCREENS = (
    {LIST, INBOX, ACT},
    {PAGE, TICKET, ACT},
    {LIST, LISTS, OUTBOX},
    {LIST, LISTS, NOTICES},
    {LIST, LISTS, ACT},
    {LIST, LISTS, CUSTOMERS},
    {PAGE, CUSTOMERS, PUBLISHED},
    {PAGE, REPORT, PUBLISHED},
)
"""Scopes that one screen has at a time."""


def _together(one: str, other: str) -> bool:
    pair = {one, other}
    return EVERYWHERE in pair or any(pair <= screen for screen in _SCREENS)


def remap(wanted: Mapping[str, str]) -> tuple[Key, ...]:
    """The table with these keys instead."""
    return tuple(replace(key, keys=wanted[key.id]) if key.id in wanted else key for key in TABLE)


def in_scope(table: Iterable[Key], *scopes: str) -> list[Key]:
    """The keys of these scopes, in the order of the scopes."""
    keys = list(table)
    return [key for scope in scopes for key in keys if key.scope == scope]
