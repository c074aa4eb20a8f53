from __future__ import annotations

import pytest

from engine import settings
from engine.errors import EngineError
from engine.settings_problems import problems
from tests.engine.delivery.world import RULES
from tests.engine.desk import graph


@pytest.fixture
def load(tmp_path, monkeypatch):
    def read(text, **environment):
        (tmp_path / "sla.toml").write_text(text)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return settings.load(tmp_path / "sla.toml")

    return read


def test_the_environment_stands_over_the_file_and_every_value_says_where_it_is_from(load, tmp_path):
    it = load('[mail]\nhost = "mx"\nport = 2525\n[delivery]\ntogether = "2m"\n[channels.noc-pager]\nlimit = 3\n', SLA_MAIL__HOST="relay", SLA_MAIL__PASSWORD="geheim", SLA_CHANNELS__NOC_PAGER__PER="1h")  # fmt: skip
    shown = {key: (value, origin) for key, value, origin in it.shown()}
    assert shown["mail.host"] == ("relay", "environment SLA_MAIL__HOST")
    assert shown["mail.port"] == ("2525", str(tmp_path / "sla.toml"))
    assert shown["mail.timeout"] == ("30", "default")
    assert shown["delivery.together"][0] == "120"
    assert (it.channels["noc-pager"].limit, it.channels["noc-pager"].per) == (3, 3600)
    assert shown["mail.password"] == ("********", "environment SLA_MAIL__PASSWORD")
    assert "geheim" not in repr(it) + str(it.shown())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[mail]\nhots = 'x'", "mail.hots: there is no such setting"),
        ("[delivery]\nfirst = 'soon'", "delivery.first: write a length"),
        ("[delivery]\nattempts = 0", "delivery.attempts"),
        ("[delivery]\nlease = 59", "delivery.lease: it must be at least twice"),
        ("[channels.pager]\ntimeout = '2m'", "sla.toml: delivery.lease"),
        ("[mail]\npassword = 'geheim'", "does not stand in a file"),
        ("[web]\nsecret = 'geheim'", "does not stand in a file"),
        ("[web]\nurl = 'javascript:x'", "web.url"),
        ("[mail", "sla.toml"),
    ],
)
def test_mistakes_are_said_in_words_and_without_values(load, text, said):
    with pytest.raises(EngineError, match=said) as caught:
        load(text)
    assert caught.value.exit_code == 3 and caught.value.help and "geheim" not in str(caught.value)


def test_a_missing_file_is_an_error_only_if_it_was_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert settings.load().mail.host == ""
    monkeypatch.setenv("SLA_CONFIG", str(tmp_path / "none.toml"))
    with pytest.raises(EngineError, match=r"none\.toml"):
        settings.load()


def test_secrets_may_lie_in_files(tmp_path, load):
    (tmp_path / "key").write_text("geheim\n")
    it = load(f'[web]\nsecret_file = "{tmp_path / "key"}"\n')
    assert settings.secret(it.web.secret, it.web.secret_file) == "geheim"
    with pytest.raises(EngineError, match="cannot be read"):
        settings.secret(it.web.secret, tmp_path / "none")


def test_what_channels_lack(load):
    rules = graph(RULES).ruleset
    it = load('[mail]\nhost = "mx"\nuser = "desk"\n[channels.fax]\nlimit = 1\n')
    found = [item.key for item in problems(it, rules, {"DESK_URL": "https://desk.example"})]
    assert found == ["mail.from", "mail.password", "DESK_SECRET", "PAGER_URL", "channels.fax"]
