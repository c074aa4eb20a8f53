from __future__ import annotations

import pytest
from textual.binding import Binding

from tui.app import Console
from tui.key_names import show_key
from tui.keymap import EVERYWHERE, SCOPES, TABLE, parse_settings, remap
from tui.screens.health import HealthPage
from tui.screens.inbox import Inbox
from tui.screens.lists import EscalationsPage, FlagsPage, NoticesPage
from tui.screens.rules import RulesPage
from tui.screens.ticket import TicketPage
from tui.themes import THEME_NAMES

SCREENS = (Inbox, HealthPage, RulesPage, TicketPage, EscalationsPage, FlagsPage, NoticesPage)


def test_ids_are_unique_and_scopes_known() -> None:
    assert len({key.id for key in TABLE}) == len(TABLE)
    assert {key.scope for key in TABLE} == set(SCOPES)


@pytest.mark.parametrize("screen", SCREENS)
def test_no_key_means_two_things_on_one_screen(screen: type[Inbox]) -> None:
    keys = [key for key in TABLE if key.scope in {*screen.SCOPES, EVERYWHERE}]
    names = [name for key in keys for name in key.keys.split(",")]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("screen", SCREENS)
def test_every_key_of_the_table_is_bound_and_can_act(screen: type[Inbox]) -> None:
    bound = {
        binding.id
        for base in screen.__mro__
        for binding in base.__dict__.get("BINDINGS", [])
        if isinstance(binding, Binding)
    }
    for key in TABLE:
        action = "action_" + key.action.split("(")[0]
        if key.scope in screen.SCOPES:
            assert key.id in bound
            assert hasattr(screen, action), key.id
        elif key.scope == EVERYWHERE:
            assert hasattr(Console, action), key.id


def test_a_settings_file_remaps_by_id() -> None:
    settings = parse_settings(
        'theme = "tiercel-light"\n[keys]\n"inbox.sort" = "f4"\n"app.quit" = "Q, ctrl+x"\n', THEME_NAMES
    )
    assert settings.problems == ()
    assert settings.theme == "tiercel-light"
    by_id = {key.id: key for key in remap(settings.keys)}
    assert by_id["inbox.sort"].shown == "f4"
    assert by_id["app.quit"].keys == "Q,ctrl+x"
    assert by_id["app.help"] == next(key for key in TABLE if key.id == "app.help")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("keys = 3", "must be a table"),
        ("[keys", "not TOML"),
        ('[keys]\n"inbox.srt" = "f4"', "inbox.sort"),
        ('[keys]\n"inbox.sort" = 4', "as text"),
        ('[keys]\n"inbox.sort" = "hyper+x"', "not a key"),
        ('[keys]\n"inbox.sort" = "q"', "taken by app.quit"),
        ('theme = "pink"', "tiercel-dark"),
        ('glyphs = "runes"', "ascii"),
        ("colour = 1", "known: keys"),
        ('[keys]\n"inbox.sort" = "\\u001b[31m"', "not a key"),
    ],
)
def test_a_mistake_in_the_settings_is_told_and_not_fatal(text: str, words: str) -> None:
    settings = parse_settings(text, THEME_NAMES)
    assert len(settings.problems) == 1
    assert words in settings.problems[0]
    assert "\x1b" not in settings.problems[0]
    assert settings.keys == {}


def test_two_keys_can_change_places() -> None:
    settings = parse_settings('[keys]\n"inbox.sort" = "z"\n"inbox.risk" = "s"\n')
    assert settings.problems == ()
    assert {key.id: key.keys for key in remap(settings.keys)}["inbox.risk"] == "s"


@pytest.mark.parametrize(
    ("key", "shown"),
    [("slash", "/"), ("ctrl+p", "^p"), ("question_mark", "?"), ("pagedown", "pgdn"), ("x", "x")],
)
def test_keys_are_shown_as_people_say_them(key: str, shown: str) -> None:
    assert show_key(key) == shown
