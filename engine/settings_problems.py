"""What the settings lack for the rules to work with them. Only looks: nothing is called and nothing sent."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec

from dsl.ladder import EMAIL, ChannelKind, Notify
from dsl.model import RuleSet
from engine.errors import EngineError
from engine.settings import FILE, PREFIX, Settings, secret


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is missing for the rules to work with these settings. `key` is a setting, a variable or a channel."""

    key: str
    message: str
    help: str = ""


def problems(
    settings: Settings, rules: RuleSet, environment: Mapping[str, str] | None = None
) -> list[Problem]:
    """What the channels of the rules lack. Only looks: nothing is called and nothing sent."""
    return list(_problems(settings, rules, os.environ if environment is None else environment))


def _problems(settings: Settings, rules: RuleSet, environment: Mapping[str, str]) -> Iterator[Problem]:
    used = {
        name
        for ladder in rules.escalations.values()
        for step in ladder.steps
        if isinstance(step.action, Notify)
        for name in step.action.channels
    }
    mail, web = settings.mail, settings.web
    if EMAIL in used or mail.host or settings.portal.url:
        for key, value in (("mail.host", mail.host), ("mail.from", mail.sender)):
            if not value:
                yield Problem(
                    key, "it is not set, and messages are to leave by e-mail", f"set {key} in {FILE}"
                )
    for key, held, file in (
        ("mail.password", mail.password, mail.password_file),
        ("web.secret", web.secret, web.secret_file),
        ("alertmanager.token", settings.alertmanager.token, settings.alertmanager.token_file),
    ):
        try:
            known = secret(held, file)
        except EngineError as error:
            yield Problem(f"{key}_file", str(error), error.help)
            continue
        needed = {"web.secret": web.url, "mail.password": mail.user}.get(key)
        if needed and not known:
            variable = PREFIX + key.upper().replace(".", "__")
            yield Problem(key, "it is not set", f"set {variable} in the environment")
    if mail.user and mail.security == "none":
        yield Problem(
            "mail.security", "the login would cross the network in the clear", "use starttls or tls"
        )
    for channel in rules.channels.values():
        for name in filter(None, (channel.url, channel.secret)):
            if not environment.get(name, "").strip():
                yield Problem(
                    name, f"channel {channel.name} needs this variable of the environment", f"set {name}"
                )
        address = environment.get(channel.url, "")
        auto = channel.kind is ChannelKind.AUTO and not address.lower().startswith(("http://", "https://"))
        if address and (auto or channel.kind is ChannelKind.CHAT) and find_spec("apprise") is None:
            yield Problem(channel.name, "chat channels need an extra", "pip install 'tiercel[chat]'")
    for name in settings.channels:
        if name != EMAIL and name not in rules.channels:
            yield Problem(f"channels.{name}", "the rules declare no channel of this name", "")
