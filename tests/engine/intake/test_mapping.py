"""Maps: a mistake in one is told with its file and key."""

from __future__ import annotations

import pytest

from dsl.errors import USAGE
from engine.errors import EngineError
from engine.intake.mapping import Shape, built_in, load_map

GOOD = """
source = "desk"
shape = "events"
[columns]
ticket = "nr"
at = "when"
kind = "what"
"""


def test_the_built_in_maps_are_such_files():
    assert built_in() == ["events", "servicenow"]
    assert load_map("servicenow").shape is Shape.CHANGES


def test_a_file(tmp_path):
    path = tmp_path / "desk.toml"
    path.write_text(GOOD)
    assert load_map(str(path)).columns.ticket == "nr"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("source = ", "not TOML"),
        ("\xff", "not UTF-8"),
        (GOOD.replace("[columns]", "[colums]"), "colums: no such key"),
        (GOOD.replace("[columns]", "[colums]"), "columns: this key is required"),
        (GOOD.replace('kind = "what"', ""), "shape 'events' needs columns.kind"),
        (GOOD + 'resolved = "r"\n', "columns.resolved has no meaning in shape 'events'"),
        (GOOD.replace('"events"', '"rows"'), "shape: "),
        (GOOD + '[times]\nzone = "Berlin"\n', "times: 'Berlin' is not a time zone"),
        (GOOD + "[times]\nformats = []\n", "times.formats: "),
        (GOOD + '[times]\nformats = ["%d.%Q"]\n', "times: '%d.%Q' is not a form of time"),
        (GOOD + '[times]\nformats = ["unix"]\n', "times: 'unix' is not a form of time"),
        (GOOD + '[values.priority]\nP1 = "high"\n', "values.priority: there is no fields.priority"),
        (GOOD + '[types]\nvip = "boolean"\n', "types.vip: "),
        (GOOD + "[columns]\n", "not TOML"),
    ],
)
def test_a_mistake_is_told_with_file_and_key(tmp_path, text, said):
    path = tmp_path / "desk.toml"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(EngineError) as caught:
        load_map(str(path))
    assert said in str(caught.value)
    assert str(path) in str(caught.value)
    assert caught.value.exit_code == USAGE
    assert caught.value.help


def test_no_such_map(tmp_path):
    with pytest.raises(EngineError, match="no map 'zendesk'") as caught:
        load_map("zendesk")
    assert "events, servicenow" in caught.value.help
    with pytest.raises(EngineError, match="No such file"):
        load_map(str(tmp_path / "none.toml"))
    with pytest.raises(EngineError, match="directory"):
        load_map(str(tmp_path))
