"""Hypothesis strategies for valid rule files: a site is a list of declarations whose names all fit together, as tokens."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

Tokens = list[str]
Statement = tuple[Tokens, list["Statement"] | None]
"""A line's tokens, and the statements of its block if it has one."""


PRIORITIES = ("critical", "high", "normal", "low")
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC")
FIELDS = {"site": "text", "vip": "flag", "impact": "number"}


_DAYS = ("mon-fri", "mon", "tue-thu", "sat", "sun", "mon-sun")
_STRINGS = (
    '"a"',
    '"#no comment"',
    '"{"',
    '"two, words"',
    '"quote \\" in"',
    '"back\\\\slash"',
    '"Ünïcödé 東京"',
    '"}"',
)


def _line(*tokens: str) -> Statement:
    return (list(tokens), None)


def _listed(items: Any) -> Tokens:
    return [token for item in items for token in (",", item)][1:]


def _some(items: tuple[str, ...]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(items), min_size=1, max_size=3, unique=True)


@st.composite
def conditions(draw: st.DrawFn, depth: int = 2) -> Tokens:
    """Tokens of a condition over the fields of every site here."""
    if depth and draw(st.booleans()):
        kind = draw(st.sampled_from(["and", "or", "not", "brackets"]))
        first = draw(conditions(depth - 1))
        if kind == "not":
            return ["not", "(", *first, ")"]
        if kind == "brackets":
            return ["(", *first, ")"]
        return ["(", *first, ")", kind, "(", *draw(conditions(depth - 1)), ")"]
    return draw(
        st.sampled_from(
            [
                ["vip"],
                ["not", "vip"],
                ["site", "==", '"lab # 1"'],
                ["site", "!=", '"x"'],
                ["impact", ">=", "100"],
                ["impact", "<", "-3"],
                ["site", "in", "[", '"a"', ",", '"b, c"', "]"],
                ["category", "matches", '"net(work)?"'],
                ["status", "is", "waiting"],
                ["priority", "==", "critical"],
            ]
        )
    )


@st.composite
def targets(draw: st.DrawFn, calendars: tuple[str, ...]) -> list[Statement]:
    """Targets without ties: a priority and a metric occur once without a condition."""
    out: list[Statement] = []
    for metric in draw(_some(("response", "resolution", "update", "next-response"))):
        how = "every" if metric == "update" else "within"
        amount = draw(
            st.sampled_from(["15m", "1h30m", "4h", "90s", "3bd"] if how == "within" else ["30m", "2h"])
        )
        tokens = ["target", *_listed(draw(_some(PRIORITIES))), metric, how, amount]
        if draw(st.booleans()) and amount != "3bd":
            tokens += ["on", draw(st.sampled_from([*calendars, "always"]))]
        if draw(st.booleans()):
            tokens += ["when", *draw(conditions())]
        out.append((tokens, None))
    return out


_WHO = (
    ["assignee"],
    ["account-manager"],
    ["boss"],
    ["crew"],
    ["lead", "of", "crew"],
    ["member", "of", "crew"],
)


@st.composite
def steps(draw: st.DrawFn, metric: str, calendars: tuple[str, ...]) -> Tokens:
    """Tokens of a ladder's line about that metric, options in any order."""
    trigger = draw(
        st.sampled_from(
            [
                ["50%", "of"],
                ["12.5%", "of"],
                ["warning", "of"],
                ["breach", "of"],
                ["10s", "before"],
                ["1h30m", "past"],
            ]
        )
    )
    tokens = ["at", *trigger, metric]
    if draw(st.booleans()):
        tokens += ["for", *_listed(draw(_some(PRIORITIES)))]
    options: list[Tokens] = []
    kind = draw(st.sampled_from(["notify", "reassign", "escalate", "raise", "tag"]))
    if kind == "notify":
        to = draw(st.lists(st.sampled_from(_WHO), min_size=1, max_size=3, unique_by=tuple))
        listed = [token for who in to for token in (",", *who)][1:]
        tokens += ["notify", *listed, "via", *_listed(draw(_some(("inbox", "email", "pager"))))]
        bound = draw(st.sampled_from([[], ["up", "to", "8"]]))
        options.append(["repeat", "every", "30m", *bound, "until", "acknowledged"])
    elif kind == "reassign":
        tokens += ["reassign", "to", *draw(st.sampled_from(_WHO[1:]))]
    elif kind == "escalate":
        tokens += ["escalate", "to", "management"]
    elif kind == "raise":
        tokens += ["raise", "priority", *draw(st.sampled_from([[], ["to", "critical"]]))]
    else:
        tokens += ["tag", '"late"']
    options += [
        ["when", *draw(conditions())],
        ["only", "in", draw(st.sampled_from([*calendars, "always"])), "hours"],
        ["including", "rule-edits"],
    ]
    if kind in ("notify", "reassign"):
        options.append(["skip", "if", "nobody"])
    for option in draw(st.permutations(options))[: draw(st.integers(0, 3))]:
        tokens += option
    return tokens


_FROM = ("from", "2026-07-02", "10:00")
_EXPECTED = (
    "response due 2026-07-03 09:00",
    "response due never",
    "resolution paused by on-hold",
    "resolution paused",
    "resolution breached by 1h30m at 2026-07-02 12:00:30",
    "resolution breached",
    "response met at 2026-07-02 12:00",
    "update running",
    "resolution cancelled",
    "no next-response",
    "tier-0 decides response",
    "warning of resolution at 2026-07-09 09:00",
    "breach of response never",
    "nothing until 2026-07-02 11:59",
    "no credits for customer somebody in 2026-07",
    "credits EUR 250.00 in 2026-07",
    "retainer EUR 12000.00 in 2026-07",
    "no retainer for customer somebody in 2026-07",
)


@st.composite
def tests(draw: st.DrawFn, tiers: tuple[str, ...]) -> list[Statement]:
    """A scenario and a check, but for one customer about such as nobody declared."""
    expected = [_line("expect", *text.split()) for text in draw(st.permutations(_EXPECTED))[:4]]
    expected.append(_line("expect", draw(st.sampled_from(tiers)), "decides", "resolution"))
    settings = draw(st.sampled_from([[], ["with", "site", '"a # b"', ",", "vip", "true"]]))
    outage = _line("outage", "web", *draw(st.sampled_from([[], ["for", "customer", "somebody"]])), *_FROM)
    announced = ["announced", "2026-07-02", "09:00"]
    month = [
        outage,
        _line("outage", *_FROM, "until", "2026-07-03", "10:00"),
        _line("maintenance", "patches", *announced),
        _line("maintenance", *announced, *_FROM, "until", "2026-07-03", "10:00:30"),
        _line("expect", "credits", "EUR", "600.00", "for", "customer", "somebody", "in", "2026-07"),
    ]
    story = [
        _line("zone", draw(st.sampled_from(ZONES))),
        *draw(st.permutations(month))[: draw(st.integers(0, 5))],
        _line("ticket", "t1", "customer", draw(st.sampled_from(_STRINGS)), "priority", "high"),
        _line("at", "2026-07-02", "10:00", "opened", *settings),
        *expected,
        _line("at", "2026-07-02", "13:00:05", "set", "status", '"Waiting"', ",", "impact", "-3"),
        _line("ticket", "t2"),
        _line("at", "2026-07-02", "10:00", "opened"),
    ]
    matrix = [
        _line(
            *("customer", draw(st.sampled_from(_STRINGS)), "priority", *_listed(draw(_some(PRIORITIES)))),
            *(*settings, "expect", "response", "within", "15m", ",", "no", "next-response", ","),
            *("update", "every", "2h", "on", "always", ",", "resolution", "within", "3bd"),
        )
    ]
    title = draw(st.sampled_from(_STRINGS))
    return [
        (["customer", "somebody"], [_line("tier", tiers[0])]),
        (["scenario", title], story),
        (["check", title, "on", "2026-12-01"], matrix),
    ]


@st.composite
def commitments(draw: st.DrawFn) -> list[Statement]:
    """Services, maintenance, credits and renegotiation."""
    zone = draw(st.sampled_from(ZONES))
    metric = draw(st.sampled_from(["response", "resolution"]))
    priced = [
        _line("uptime", "below", "99.9%", "pays", "5%", "of", "retainer"),
        _line("uptime", "below", "99.25%", "pays", "10.5%", "of", "retainer"),
        _line(
            "breach", "of", metric, "for", *_listed(draw(_some(PRIORITIES))), "pays", "EUR", "250.00", "each"
        ),
        _line("breach", "of", metric, "pays", "1%", "of", "retainer", "each"),
        _line("cap", "EUR", "1000", "per", "month"),
    ]
    lines = [
        _line("window", draw(st.sampled_from(_DAYS)), "22:00-02:00", ",", "12:00-13:00", "zone", zone),
        _line("window", "2026-10-15", "02:00-06:00", "zone", zone),
        _line("affects", "group", "branches"),
        _line("affects", "service", "web"),
        _line("announced", "2026-01-15", "09:00", "zone", zone),
        _line("excludes", "uptime"),
    ]
    talks = [
        _line("when", "compliance", "below", "90%", "over", "3", "months"),
        _line("when", "compliance", "of", metric, "below", "85.5%", "per", "month"),
        _line("when", "breaches", "of", metric, "above", "5", "per", "month"),
        _line("when", "uptime", "below", "99.95%", "over", "12", "months"),
        _line("when", "credits", "above", "10%", "of", "retainer", "over", "3", "months"),
        _line("when", "credits", "above", "EUR", "1000.00", "per", "month"),
        _line("for", "group", "branches"),
    ]
    return [
        (["service", "web", draw(st.sampled_from(_STRINGS))], [_line("for", "group", "branches")]),
        (["maintenance", "patches"], lines[: draw(st.integers(1, len(lines)))]),
        (["credits", "standard"], draw(st.permutations(priced))),
        (["renegotiation", "chronic"], draw(st.permutations(talks))),
        (["report", "monthly", draw(st.sampled_from(_STRINGS))], draw(st.permutations(draw(reports())))),
    ]


@st.composite
def reports(draw: st.DrawFn) -> list[Statement]:
    """The lines of a report."""
    zone = draw(st.sampled_from(ZONES))
    every = draw(
        st.sampled_from(
            [("month", "on", "day", "31"), ("quarter", "on", "day", "1"), ("week", "on", "mon")],
        )
    )
    return [
        _line("every", *every, "at", "06:00", "zone", zone),
        draw(st.sampled_from([_line("for", "everybody"), _line("for", "group", "branches")])),
        _line("show", "compliance", ",", "uptime", ",", "credits"),
        _line("format", "pdf", ",", "csv"),
        _line("share", "portal"),
        _line("share", "mail", "to", "account-manager"),
    ]


@st.composite
def sites(draw: st.DrawFn) -> list[Statement]:
    """A whole site, in any order, whose names all resolve."""
    title = st.sampled_from(_STRINGS)
    count = draw(st.integers(1, 3))
    calendars = tuple(f"office-{n}" for n in range(count))
    tiers = tuple(f"tier-{n}" for n in range(draw(st.integers(1, 3))))
    out: list[Statement] = [
        _line("language", "1"),
        _line("priorities", *_listed(PRIORITIES)),
        (
            ["statuses"],
            [
                _line("working", '"New"', ",", '"Open"'),
                _line("waiting", '"Waiting"'),
                _line("resolved", '"Resolved"'),
                _line("closed", '"Closed"'),
            ],
        ),
        *(_line("field", name, kind) for name, kind in FIELDS.items()),
        _line("default", "tier", tiers[0]),
        (
            ["person", "boss", draw(title)],
            [_line("email", '"boss@msp.example"'), _line("alias", '"B. Oss"', ",", '"the # boss"')],
        ),
        (["team", "crew"], [_line("lead", "boss"), _line("member", "boss")]),
        (["team", "management"], [_line("lead", "boss")]),
        (
            ["channel", "pager", draw(title)],
            [
                _line("url", "env", "PAGER_URL"),
                _line("secret", "env", "PAGER_SECRET"),
                _line("kind", draw(st.sampled_from(["webhook", "chat"]))),
                _line("source", '"desk"', ",", '"*"'),
            ],
        ),
        (
            ["escalation", "ladder", draw(title)],
            [
                *(
                    _line(*draw(steps(metric, calendars)))
                    for metric in draw(_some(("response", "resolution", "next-response")))
                ),
                *([_line("stop", "when", *draw(conditions()))] if draw(st.booleans()) else []),
            ],
        ),
        (
            ["holidays", "days", draw(title)],
            [
                _line("country", "DE", "subdivision", "BE"),
                _line("day", "2026-11-27", '"Bridge day"'),
                _line("yearly", "12-24"),
                _line("easter", "-2", '"Good Friday"'),
            ],
        ),
        (
            ["pause", "on-hold", draw(title)],
            [
                _line("when", *draw(conditions())),
                _line("stops", "resolution", ",", "update"),
                _line("limit", "10h"),
            ],
        ),
    ]
    for name in calendars:
        lines = [
            _line("zone", draw(st.sampled_from(ZONES))),
            _line("open", *_listed(draw(_some(_DAYS))), "09:00-12:00", ",", "13:00-17:30"),
        ]
        if draw(st.booleans()):
            lines += [_line("holidays", "days"), _line("closed", "2026-12-23", "12:00-24:00", '"Early"')]
        out.append((["calendar", name], lines))
    for name in tiers:
        lines = [_line("calendar", draw(st.sampled_from(calendars))), *draw(targets(calendars))]
        if draw(st.booleans()):
            lines += [
                _line("uptime", "99.95%", "per", "month", "on", "always", "excluding", "maintenance"),
                _line("uptime", "99.999%", "per", "30d", "on", draw(st.sampled_from(calendars))),
            ]
        if draw(st.booleans()):
            lines += [
                _line("warn", "at", "50%", ",", "75%"),
                _line("pause", "by", "on-hold"),
                _line("reopen", "restarts"),
                _line("escalate", "via", "ladder"),
                _line("escalate", "via", "ladder", "for", *_listed(draw(_some(PRIORITIES)))),
            ]
        out.append((["tier", name, draw(title)], lines))
    out.append((["group", "branches"], [_line("tier", draw(st.sampled_from(tiers)))]))
    out += draw(commitments())
    for number in range(draw(st.integers(0, 4))):
        lines = [
            _line("alias", f'"C{number}"', ",", f'"Customer {number}*"'),
            _line("zone", draw(st.sampled_from(ZONES))),
        ]
        if draw(st.booleans()):
            lines.append(_line("retainer", "EUR", "12000.00", "per", "month", "from", "2026-01-01"))
        if draw(st.booleans()):
            lines.append(
                _line("tier", draw(st.sampled_from(tiers)), "from", "2026-07-01", "until", "2027-07-01")
            )
            lines.append(_line("group", "branches"))
        if draw(st.booleans()):
            inner = [_line("reason", draw(title)), *draw(targets(calendars))]
            lines.append((["override", "freeze", "from", "2026-11-15", "through", "2027-01-06"], inner))
        own = f'"{number} {draw(title)[1:]}'  # two customers must not answer to one name
        out.append((["customer", f"customer-{number}", own], lines))
    if draw(st.booleans()):
        out += draw(tests(tiers))
    return draw(st.permutations(out))
