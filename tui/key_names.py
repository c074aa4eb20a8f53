"""What keys are called: by Textual, and by people who read or write them."""

from __future__ import annotations

_SHOWN = {
    "slash": "/",
    "colon": ":",
    "question_mark": "?",
    "asterisk": "*",
    "space": "space",
    "escape": "esc",
    "pagedown": "pgdn",
    "pageup": "pgup",
}
_WORDS = frozenset(
    {"enter", "escape", "space", "tab", "up", "down", "left", "right", "home", "end", "pageup", "pagedown"}
    | {"insert", "delete", "backspace", *(f"f{number}" for number in range(1, 25))}
)
_NAMES = {character: name for name, character in _SHOWN.items() if len(character) == 1}
_PUNCTUATION = {
    "-": "minus",
    "+": "plus",
    "=": "equals_sign",
    ".": "full_stop",
    ";": "semicolon",
    "!": "exclamation_mark",
    "#": "number_sign",
    "@": "at",
    "$": "dollar_sign",
    "%": "percent_sign",
    "&": "ampersand",
    "<": "less_than_sign",
    ">": "greater_than_sign",
    "[": "left_square_bracket",
    "]": "right_square_bracket",
    "'": "apostrophe",
    '"': "quotation_mark",
    "_": "underscore",
    "|": "vertical_line",
    "~": "tilde",
    "\\": "backslash",
    **_NAMES,
}
_SPOKEN = {name: character for character, name in _PUNCTUATION.items()}
_NAMED = frozenset(_SPOKEN)


def show_key(key: str) -> str:
    """A key as people say it: "/" for "slash", "^p" for "ctrl+p"."""
    if key.startswith("ctrl+"):
        return "^" + show_key(key.removeprefix("ctrl+"))
    return _SHOWN.get(key) or _SPOKEN.get(key, key)


def key_name(text: str) -> str | None:
    """Textual's name of a key that a person wrote; None if it is none."""
    if text.startswith(("ctrl+", "alt+", "shift+")):
        modifier, _, rest = text.partition("+")
        name = key_name(rest)
        return f"{modifier}+{name}" if name else None
    if len(text) == 1 and text.isalnum():
        return text
    if text in _PUNCTUATION:
        return _PUNCTUATION[text]
    return text if text in _WORDS or text in _NAMED else None
