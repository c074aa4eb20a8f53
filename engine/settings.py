"""What differs between two installations of the same rules: mail server, limits, the web app's address.

Read from `sla.toml` and, over it, from the environment as `SLA_SECTION__KEY`. Secrets come from the environment alone, or from a
file that is named (as service managers and containers hand them out), and are never shown. pydantic stands here, at the
edge; whoever is given a part of the settings is given plain values.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError

from dsl.errors import USAGE
from dsl.ladder import EMAIL
from dsl.model import Seconds
from dsl.values import amount
from engine.errors import EngineError

FILE = "sla.toml"
PREFIX = "SLA_"
_MASK = "********"


def _seconds(value: object) -> object:
    """`90s`, `15m`, `1h30m`, or a number of seconds."""
    if not isinstance(value, str) or value.isdecimal():
        return value
    try:
        found = amount(value.replace(" ", ""))
    except ValueError:
        found = None
    if not isinstance(found, Seconds):
        raise ValueError("write a length of time like 90s, 15m or 1h30m")
    return found.value


def _named(value: object) -> object:
    """Channels by name. Variables cannot hold a hyphen and names of channels no underscore, so one is meant by the other."""
    if not isinstance(value, dict):
        return value
    found: dict[str, object] = {}
    for key, item in sorted(value.items(), key=lambda entry: "_" in str(entry[0])):
        name = str(key).replace("_", "-")
        known = found.get(name)
        found[name] = {**known, **item} if isinstance(known, dict) and isinstance(item, dict) else item
    return found


Length = Annotated[int, BeforeValidator(_seconds), Field(ge=0, le=366 * 86_400)]
"""A length of time in seconds."""

Wait = Annotated[int, BeforeValidator(_seconds), Field(ge=1, le=86_400)]
Count = Annotated[int, Field(ge=1, le=1_000_000)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, str_strip_whitespace=True)


class Mail(_Section):
    """The mail server that messages are handed to. `host` "" means that there is none."""

    host: str = ""
    port: Annotated[int, Field(ge=0, le=65_535)] = 0  # 587 with STARTTLS, 465 with TLS, else 25
    security: Literal["starttls", "tls", "none"] = "starttls"
    sender: str = Field(default="", alias="from")
    reply_to: str = ""
    user: str = ""
    password: SecretStr = SecretStr("")
    password_file: Path | None = None
    ca_file: Path | None = (
        None  # of the authority that vouches for the server, where the system does not know it
    )
    hello: str = ""
    timeout: Wait = 30


class Delivery(_Section):
    """How messages leave: what is put together, how many, and how often they are tried."""

    together: Length = 60
    limit: Annotated[int, Field(ge=0)] = 100
    per: Wait = 300
    listed: Count = 20
    attempts: Count = 10
    first: Wait = 5
    factor: Annotated[float, Field(ge=1, le=10)] = 2.0
    longest: Wait = 900
    lease: Wait = 180
    poll: Wait = 2
    timeout: Wait = 15


class ChannelLimits(_Section):
    """What is different for one channel; None takes it from `[delivery]`."""

    together: Length | None = None
    limit: Annotated[int, Field(ge=0)] | None = None
    per: Wait | None = None
    timeout: Wait | None = None


_URL = r"^(https?://[^\s/?#]+(/[^\s?#]*)?)?$"


class Web(_Section):
    """The web app that one-click links lead to. Links are made when `url` and a secret are there."""

    url: Annotated[str, Field(pattern=_URL)] = ""
    link_lifetime: Annotated[int, BeforeValidator(_seconds), Field(ge=60, le=31 * 86_400)] = 3 * 86_400
    secret: SecretStr = SecretStr("")
    secret_file: Path | None = None


Label = Annotated[str, Field(pattern=r"^[a-zA-Z_][a-zA-Z0-9_]*$")]
"""A label's name, as Prometheus allows it."""


class Alertmanager(_Section):
    """Notifications of Prometheus Alertmanager that `sla serve` takes in, once a token is there, and the labels that name service and customer."""

    token: SecretStr = SecretStr("")
    token_file: Path | None = None
    service_label: Label = "sla_service"
    customer_label: Label = "sla_customer"


def _address(value: object) -> object:
    """`HOST:PORT`, or a port alone."""
    if isinstance(value, int):
        value = str(value)
    if isinstance(value, str) and value:
        from engine.monitor.address import address_of

        address_of(value)
    return value


class Monitoring(_Section):
    """Where `sla run` answers `/metrics` and `/healthz`, "" for nowhere, and after how long without a cycle it is not well."""

    listen: Annotated[str, BeforeValidator(_address)] = ""
    stale: Wait = 120


def _networks(value: object) -> object:
    """Addresses and networks with commas between them."""
    if isinstance(value, str):
        from ipaddress import ip_network

        for part in filter(None, (part.strip() for part in value.split(","))):
            try:
                ip_network(part)
            except ValueError:
                raise ValueError("write addresses or networks like 127.0.0.1, 10.0.0.0/8") from None
    return value


class Portal(_Section):
    """The client portal: its address as customers reach it, its own database, the proxies whose word about addresses counts, and how
    long things last."""

    url: Annotated[str, Field(pattern=_URL)] = ""
    title: str = "Service levels"
    database: Path = Path("portal.db")
    proxies: Annotated[str, BeforeValidator(_networks)] = ""
    idle: Wait = 3600
    session: Wait = 12 * 3600
    invitation: Annotated[Length, Field(ge=300)] = 7 * 86_400
    reset: Annotated[Length, Field(ge=300)] = 3600
    audit_days: Annotated[int, Field(ge=1, le=36_500)] = 400


class Retention(_Section):
    """After how many months the personal text of a ticket that has ended is erased; 0 keeps it for ever."""

    personal_text_months: Annotated[int, Field(ge=0, le=1200)] = 0


class Reports(_Section):
    """How reports on paper look: size, logo, colour, a folder of more fonts, and who they are from."""

    paper: Literal["a4", "letter"] = "a4"
    color: Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")] = "#1f4e79"
    logo: Path | None = None
    fonts: Path | None = None
    sender: Annotated[str, Field(max_length=200)] = ""


class Settings(BaseSettings):
    """All settings, checked. `load` makes them."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True, case_sensitive=False
    )

    mail: Mail = Mail()
    delivery: Delivery = Delivery()
    channels: Annotated[dict[str, ChannelLimits], BeforeValidator(_named)] = Field(default_factory=dict)
    web: Web = Web()
    portal: Portal = Portal()
    alertmanager: Alertmanager = Alertmanager()
    monitor: Monitoring = Monitoring()
    retention: Retention = Retention()
    reports: Reports = Reports()

    @model_validator(mode="after")
    def _leased(self) -> Self:
        """A lease that ends while its holder still sends would have two senders send the same."""
        own = (limits.timeout for limits in self.channels.values())
        longest = max(self.mail.timeout, self.delivery.timeout, *(length or 0 for length in own))
        if self.delivery.lease < 2 * longest:
            raise ValueError(
                f"delivery.lease: it must be at least twice as long as every timeout, the longest of which is {longest}s"
            )
        return self

    def timeout(self, channel: str) -> int:
        """Seconds that one send by a channel may take in all."""
        own = self.channels.get(channel)
        if own is not None and own.timeout is not None:
            return own.timeout
        return self.mail.timeout if channel == EMAIL else self.delivery.timeout

    _written: Mapping[str, Any] = PrivateAttr(default_factory=dict)
    _path: str = PrivateAttr(default="")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - this and the others are the library's
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment stands over what is written."""
        return env_settings, init_settings

    def shown(self) -> list[tuple[str, str, str]]:
        """(key, value, where it comes from) of every setting; secrets masked."""
        return list(self._shown())

    def _shown(self) -> Iterator[tuple[str, str, str]]:
        sections: list[tuple[tuple[str, ...], _Section]] = [
            (("mail",), self.mail),
            (("delivery",), self.delivery),
            *((("channels", name), limits) for name, limits in sorted(self.channels.items())),
            (("web",), self.web),
            (("portal",), self.portal),
            (("alertmanager",), self.alertmanager),
            (("monitor",), self.monitor),
            (("retention",), self.retention),
            (("reports",), self.reports),
        ]
        environment = {name.upper() for name in os.environ}
        for path, section in sections:
            for name, field in type(section).model_fields.items():
                key = (*path, field.alias or name)
                value = getattr(section, name)
                yield ".".join(key), _text(value), self._origin(key, environment)

    def _origin(self, key: tuple[str, ...], environment: set[str]) -> str:
        variable = PREFIX + "__".join(part.replace("-", "_") for part in key).upper()
        whole = PREFIX + key[0].upper()
        for name in (variable, whole):
            if name in environment:
                return f"environment {name}"
        written: Any = self._written
        for part in key:
            if not isinstance(written, Mapping) or part not in written:
                return "default"
            written = written[part]
        return self._path


def _text(value: object) -> str:
    if isinstance(value, SecretStr):
        return _MASK if value.get_secret_value() else ""
    return "" if value is None else str(value)


def secret(value: SecretStr, file: Path | None) -> str:
    """A secret: its value, else the first line of its file. Raises EngineError for a file that cannot be read."""
    if file is None or value.get_secret_value():
        return value.get_secret_value()
    try:
        return file.read_text(encoding="utf-8").split("\n", 1)[0].strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not text"
        raise EngineError(
            f"{file}: the secret cannot be read: {why}", help="check the path and its permissions"
        ) from error


def load(path: Path | None = None) -> Settings:
    """Read the settings from `path`, else from the file that SLA_CONFIG names, else from ./sla.toml if there is one.

    Raises EngineError, in words for people: exit code 4 for a file that cannot be read, 3 for what is wrong in it.
    """
    named = path or (Path(os.environ["SLA_CONFIG"]) if os.environ.get("SLA_CONFIG") else None)
    file = named or Path(FILE)
    written = _read(file) if named is not None or file.exists() else {}
    _refuse_secrets(written, file)
    try:
        settings = Settings(**written)
    except ValidationError as error:
        raise EngineError(
            _words(error, file), help="sla config show lists every setting", exit_code=USAGE
        ) from error
    except SettingsError as error:
        raise EngineError(
            f"environment: {error}", help="variables are named SLA_SECTION__KEY", exit_code=USAGE
        ) from error
    settings._written, settings._path = written, str(file)  # noqa: SLF001
    return settings


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise EngineError(f"{file}: {error.strerror}", help="name the settings with --config FILE") from error
    except UnicodeDecodeError as error:
        raise EngineError(f"{file}: not UTF-8 text", help="save it as UTF-8", exit_code=USAGE) from error
    except tomllib.TOMLDecodeError as error:
        raise EngineError(
            f"{file}: {error}", help="see docs/settings.md for an example", exit_code=USAGE
        ) from error


def _refuse_secrets(written: Mapping[str, Any], file: Path) -> None:
    for section, model in (("mail", Mail), ("web", Web), ("alertmanager", Alertmanager)):
        for name, field in model.model_fields.items():
            if field.annotation is SecretStr and name in (written.get(section) or {}):
                raise EngineError(
                    f"{file}: {section}.{name}: a secret does not stand in a file of settings",
                    help=f"set {PREFIX}{section.upper()}__{name.upper()} in the environment, or {section}.{name}_file",
                    exit_code=USAGE,
                )


def _words(error: ValidationError, file: Path) -> str:
    """The first mistake in words, without the value: it may be a secret."""
    environment = {name.upper() for name in os.environ}
    first = error.errors(include_url=False, include_input=False)[0]
    key = [str(part) for part in first["loc"]]
    variable = PREFIX + "__".join(key).upper().replace("-", "_")
    where = variable if variable in environment else f"{file}: {'.'.join(key)}" if key else str(file)
    what = (
        "there is no such setting"
        if first["type"] == "extra_forbidden"
        else first["msg"].removeprefix("Value error, ")
    )
    more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
    return f"{where}: {what}{more}"
