"""Hypothesis strategies for scenarios as values: all that can be told and expected."""

from __future__ import annotations

from datetime import date

from hypothesis import strategies as st

from dsl import ladder, scenario
from dsl.commitment import Money
from dsl.ladder import Reached, Recipient, Role

_NAMES = st.sampled_from(["warning", "breach", "response", "resolution", "next-response"])
_MOMENTS = st.builds(
    scenario.Moment,
    st.dates(date(1990, 1, 1), date(2100, 1, 1)),
    st.integers(0, 86_399),
)
_TEXTS = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=20)
_VALUES = st.booleans() | st.integers(-(10**9), 10**9) | _TEXTS
_SETTINGS = st.dictionaries(
    st.sampled_from(["vip", "impact", "site", "customer", "status"]), _VALUES, max_size=3
)
_TRIGGERS = st.one_of(
    st.builds(ladder.Trigger, st.just(Reached.SHARE), _NAMES, share=st.integers(1, 100_000)),
    st.builds(ladder.Trigger, st.sampled_from([Reached.BREACH, Reached.WARNING]), _NAMES),
    st.builds(
        ladder.Trigger,
        st.sampled_from([Reached.PAST, Reached.BEFORE]),
        _NAMES,
        seconds=st.integers(1, 10**6),
    ),
)
_PEOPLE = st.sampled_from(
    [
        Recipient(Role.ASSIGNEE),
        Recipient(Role.ACCOUNT_MANAGER),
        Recipient(Role.PERSON, "boss"),
        Recipient(Role.TEAM, "noc"),
        Recipient(Role.LEAD, "noc"),
    ]
)
_ACTIONS = st.one_of(
    st.builds(
        ladder.Notify,
        st.lists(_PEOPLE, min_size=1, max_size=3).map(tuple),
        st.lists(st.sampled_from(["inbox", "email"]), min_size=1, max_size=2).map(tuple),
    ),
    st.builds(ladder.Reassign, _PEOPLE),
    st.just(ladder.Flag()),
    st.builds(ladder.RaisePriority, st.sampled_from(["", "critical"])),
    st.builds(ladder.Tag, _TEXTS.filter(str.strip)),
)
_STANDS = st.one_of(
    st.builds(
        scenario.Stands,
        _NAMES,
        st.sampled_from([one for one in scenario.Standing if one is not scenario.Standing.PAUSED]),
        at=st.none() | _MOMENTS,
    ),
    st.builds(
        scenario.Stands,
        _NAMES,
        st.just(scenario.Standing.BREACHED),
        st.integers(1, 10**6),
        at=st.none() | _MOMENTS,
    ),
    st.builds(
        scenario.Stands,
        _NAMES,
        st.just(scenario.Standing.PAUSED),
        pauses=st.sampled_from([(), ("client",), ("client", "vendor")]),
        at=st.none() | _MOMENTS,
    ),
)
_SUMS = st.builds(
    Money, st.decimals("0.0001", 10**12, places=4).filter(bool), st.sampled_from(["EUR", "JPY"])
)
EXPECTATIONS = st.one_of(
    st.builds(scenario.Due, _NAMES, st.none() | _MOMENTS),
    _STANDS,
    st.builds(scenario.NoClock, _NAMES, st.none() | _MOMENTS),
    st.builds(
        scenario.Decides,
        _NAMES,
        st.sampled_from(scenario.Scope),
        st.sampled_from(["gold", "freeze", "warning"]),
    ),
    st.builds(scenario.Reaches, _TRIGGERS, st.none() | _ACTIONS, st.none() | _MOMENTS),
    st.builds(scenario.Quiet, _MOMENTS),
    *(
        st.builds(
            kind,
            st.none() | _SUMS,
            st.dates(date(1990, 1, 1), date(2100, 1, 1)).map(lambda day: f"{day:%Y-%m}"),
            st.sampled_from(["", "acme"]),
        )
        for kind in (scenario.Credited, scenario.Retained)
    ),
)
_OUTAGES = st.builds(
    scenario.Outage,
    st.sampled_from(["", "mail"]),
    st.sampled_from(["", "acme"]),
    _MOMENTS,
    st.none() | _MOMENTS,
)
_PERIODS = st.just((None, None)) | st.tuples(_MOMENTS, _MOMENTS)
_NOTICES = st.builds(
    lambda name, at, period: scenario.Notice(name, at, *period),
    st.sampled_from(["", "patches"]),
    _MOMENTS,
    _PERIODS,
)
_HAPPENS = st.builds(
    lambda at, kind, settings: scenario.Happens(at, kind, tuple(settings.items())),
    _MOMENTS,
    st.sampled_from(["opened", "reply", "acknowledged", "unflagged", "workaround-provided"]),
    _SETTINGS,
) | st.builds(
    lambda at, settings: scenario.Happens(at, scenario.SET, tuple(settings.items())),
    _MOMENTS,
    _SETTINGS.filter(bool),
)
_STORIES = st.builds(
    scenario.Story,
    st.just("t1"),
    st.sampled_from([(), (("customer", "acme"),), (("customer", 'A "B"'), ("priority", "low"))]),
    st.lists(_HAPPENS | _OUTAGES | _NOTICES | st.builds(scenario.Expect, EXPECTATIONS), max_size=6).map(
        tuple
    ),
)
_ABOVE = st.builds(
    scenario.Story,
    st.just(""),
    st.just(()),
    st.lists(_OUTAGES | _NOTICES | st.builds(scenario.Expect, EXPECTATIONS), min_size=1, max_size=3).map(
        tuple
    ),
)
SCENARIOS = st.builds(
    scenario.Scenario,
    _TEXTS,
    st.sampled_from(["UTC", "Europe/Berlin"]),
    st.builds(
        lambda first, rest: (*first, *rest),
        st.just(()) | st.tuples(_ABOVE),
        st.lists(_STORIES, min_size=1, max_size=2),
    ),
)
