"""The help as lines: the key table, as it is in force here and now."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tui.filter import FLAGS, TEXT_FIELDS
from tui.key_names import show_key
from tui.keymap import EVERYWHERE, INBOX, SCOPES, Key, in_scope
from tui.line import Line, fit, wrap
from tui.plain import plain
from tui.standing import STANDINGS

_KEYS = 18


def help_lines(
    keys: Sequence[Key], scopes: Sequence[str], off: Callable[[Key], str], notices: Sequence[str], cells: int
) -> list[Line]:
    """Keys by scope, those that are off with the reason, then the filter's words and mistakes in the settings."""
    out: list[Line] = []
    for scope in (*scopes, EVERYWHERE):
        out.append(((SCOPES[scope], "heading"),))
        for key in in_scope(keys, scope):
            shown = " ".join(show_key(name) for name in key.keys.split(","))
            reason = off(key)
            out.append(
                ((fit(shown, _KEYS), "off" if reason else "key"), (key.about, "off" if reason else ""))
            )
        reasons = {off(key) for key in in_scope(keys, scope)} - {""}
        for reason in sorted(reasons):
            out += [((line, "warning"),) for line in wrap(f"off: {plain(reason)}", max(20, cells))]
        out.append(())
    if INBOX in scopes:
        out.append((("The filter", "heading"),))
        out += [((fit(name, _KEYS), "key"), (about, "")) for name, about in _FILTER]
        out.append(())
    if notices:
        out.append((("Mistakes in your settings", "heading"),))
        out += [((line, "warning"),) for notice in notices for line in wrap(plain(notice), max(20, cells))]
        out.append(())
    out.append((("Any key can be changed in console.toml by its id:", "muted"),))
    ids = "  ".join(key.id for scope in (*scopes, EVERYWHERE) for key in in_scope(keys, scope))
    out += [((line, "off"),) for line in wrap(ids, max(20, cells))]
    return out


_FILTER = (
    ("word", "in ticket, subject, customer, tier, priority, status, assignee, queue or tags"),
    ("field:value", "fields: " + " ".join(TEXT_FIELDS[:6])),
    ("", "        " + " ".join(TEXT_FIELDS[6:])),
    ('field:"a b"', 'a value with spaces; field:"" where it is empty'),
    ("state:", ", ".join(name.replace(" ", "-") for name in STANDINGS)),
    ("is:", ", ".join(FLAGS)),
    ("due:<30m", "less than 30 minutes left; also over:>2h and age:>3d"),
    ("!term", "not; a field twice means either"),
)
