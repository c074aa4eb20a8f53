"""Escalation ladders and the channels they use: frozen values that the engine reads."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from dsl.condition import Condition
from dsl.span import NOWHERE, Origin

INBOX = "inbox"
EMAIL = "email"
BUILT_IN_CHANNELS = (INBOX, EMAIL)
"""Channels that need no declaration: the inbox that the product keeps, and mail to a person's address."""

MANAGEMENT = "management"
"""The name of the person or team that a site declares as its management."""


class ChannelKind(StrEnum):
    """`webhook` is signed JSON to an http(s) address, `chat` any service that Apprise knows; AUTO goes by the address."""

    AUTO = "auto"
    WEBHOOK = "webhook"
    CHAT = "chat"


@dataclass(frozen=True, slots=True)
class Channel:
    """A way out. `url` and `secret` are names of environment variables, "" where none is given.

    `sources` are the ticket sources whose system listens here: changes that a ladder makes to their tickets are handed to it;
    `*` stands for any.
    """

    name: str
    title: str
    kind: ChannelKind
    url: str
    secret: str = ""
    sources: tuple[str, ...] = ()
    origin: Origin = field(default=NOWHERE, compare=False)


# ---------------------------------------------------------------- when


class Reached(StrEnum):
    """What a trigger waits for on a clock."""

    SHARE = "share"  # `at 50% of M`
    WARNING = "warning"  # `at warning of M`: each warning of the tier
    BREACH = "breach"  # `at breach of M`
    BEFORE = "before"  # `at 30m before M`
    PAST = "past"  # `at 1h past M`


@dataclass(frozen=True, slots=True)
class Trigger:
    """`share` in hundredths of a percent (SHARE), `seconds` a delay in open seconds (BEFORE, PAST), else 0."""

    reached: Reached
    metric: str
    share: int = 0
    seconds: int = 0


@dataclass(frozen=True, slots=True)
class Repeat:
    """Again every `seconds` until acknowledged, at most `most` further times (0: without end)."""

    seconds: int
    most: int = 0


# ---------------------------------------------------------------- what


class Role(StrEnum):
    """How a rule names people. PERSON and TEAM carry the declared name; LEAD, SENIOR and MEMBER the team's."""

    ASSIGNEE = "assignee"
    ACCOUNT_MANAGER = "account-manager"
    PERSON = "person"
    TEAM = "team"
    LEAD = "lead"
    SENIOR = "senior"
    MEMBER = "member"


@dataclass(frozen=True, slots=True)
class Recipient:
    role: Role
    name: str = ""

    @property
    def words(self) -> str:
        """As a rule names them: `assignee`, `duty-manager`, `lead of noc`."""
        if self.role in (Role.PERSON, Role.TEAM):
            return self.name
        return f"{self.role.value} of {self.name}" if self.name else self.role.value


@dataclass(frozen=True, slots=True)
class Notify:
    to: tuple[Recipient, ...]
    channels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reassign:
    """To a person, or to the least loaded of several."""

    to: Recipient


@dataclass(frozen=True, slots=True)
class Flag:
    """`escalate to management`: the ticket is flagged until somebody of management has reviewed it."""


@dataclass(frozen=True, slots=True)
class RaisePriority:
    """To `priority`, or one step up where that is ""; never down."""

    priority: str = ""


@dataclass(frozen=True, slots=True)
class Tag:
    text: str


Action = Notify | Reassign | Flag | RaisePriority | Tag


@dataclass(frozen=True, slots=True)
class LadderStep:
    """One line of a ladder. `rule` is the line as written, white space folded; within a ladder it names the step.

    `priorities` empty means all. `calendar` ("" for none) is that of `only in NAME hours`: the step is put off until it
    opens, and its delays are counted on it instead of the clock's own. `on_edits`: also when a rule edit made it due.
    """

    trigger: Trigger
    action: Action
    rule: str
    priorities: tuple[str, ...] = ()
    when: Condition | None = None
    skip_if_nobody: bool = False
    calendar: str = ""
    repeat: Repeat | None = None
    on_edits: bool = False
    origin: Origin = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Escalation:
    """A ladder. While any of `stop` holds, no step of it fires."""

    name: str
    title: str
    steps: tuple[LadderStep, ...]
    stop: tuple[Condition, ...] = ()
    origin: Origin = field(default=NOWHERE, compare=False)
