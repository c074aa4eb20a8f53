"""What people write in ladders and channels when they mean something else, as patterns with a friendly text each."""

from __future__ import annotations

import re

from dsl.faulty_line import Line, Table, found
from dsl.finding import Finding

_LENGTH = r"\d+[a-z]+(?:\d+[a-z]+)*"
_NOT_ACTION = r"(?!(?:notify|reassign|escalate|raise|tag|for)\b)"


def _after(line: Line, match: re.Match[str]) -> Finding:
    metric = match["metric"] or "METRIC"
    written = f"at {match['length']} past {metric}"
    return found(
        "E0231",
        line,
        *match.span("all"),
        "a line of a ladder begins with `at`, and says of which metric",
        f"write `{written}`: `past` counts from the due time; a share of the target is `at 50% of`",
        written if match["metric"] else None,
    )


def _begin(line: Line, match: re.Match[str]) -> Finding:
    return found(
        "E0231",
        line,
        *match.span(1),
        f"a line of a ladder begins with `at`, not with `{match[1]}`",
        f"write `at {match[2]} of METRIC`",
        "at",
    )


def _broken_line(line: Line, match: re.Match[str]) -> Finding:
    return found(
        "E0202",
        line,
        *match.span(1),
        f"`{match[1]}` begins no line",
        "one step stands on one line, and a line goes on only after a comma: move it to the end of the line above",
    )


def _direction(line: Line, match: re.Match[str]) -> Finding:
    mended = "past" if match[1] in ("after", "since", "over") else "before"
    return found(
        "E0231",
        line,
        *match.span(1),
        f"`{match[1]}` is not how a delay is counted",
        f"write `{mended}`: `at 1h past resolution`, `at 30m before resolution`",
        mended,
    )


def _from_the_breach(line: Line, match: re.Match[str]) -> Finding:
    return found(
        "E0231",
        line,
        *match.span(2),
        f"`{match[1]}` counts from the breach already",
        f"write `{match[1]}` and the metric: `at 1h past resolution`",
        "",
    )


def _turned(line: Line, match: re.Match[str]) -> Finding:
    written = f"{match['point']} of {match['metric']}"
    return found(
        "E0231",
        line,
        *match.span("all"),
        f"`{match['all']}` is not how a trigger is written",
        f"write `{written}`",
        written,
    )


def _business_days(line: Line, match: re.Match[str]) -> Finding:
    return found(
        "E0211",
        line,
        *match.span(),
        f"`{match[0]}`: a ladder counts open hours, not business days",
        "write the open hours that are meant, such as `8h`",
    )


def _via(line: Line, match: re.Match[str]) -> Finding:
    return found(
        "E0202",
        line,
        *match.span(1),
        f"there is no `{match[1]}` in a `notify`",
        "channels follow after `via`: `notify assignee via inbox, email`",
        "via",
    )


def _notify_to(line: Line, match: re.Match[str]) -> Finding:
    return found(
        "E0202", line, *match.span(1), "`notify` takes no `to`", "write `notify assignee via inbox`", ""
    )


def _other_verb(line: Line, match: re.Match[str]) -> Finding:
    return found(
        "E0202",
        line,
        *match.span(1),
        f"there is no `{match[1]}` in a ladder",
        "write `notify WHO via CHANNEL`; the channel says on which way",
    )


def _times(line: Line, match: re.Match[str]) -> Finding:
    return found("E0230", line, *match.span(1), "`up to` takes a number alone", "leave `times` out", "")


def _until(line: Line, match: re.Match[str]) -> Finding:
    return found(
        "E0230",
        line,
        *match.span(1),
        "a repetition goes on until somebody acknowledges it",
        "write `until acknowledged`; a `stop when` line ends the whole ladder",
        "acknowledged",
    )


def _bound_after(line: Line, match: re.Match[str]) -> Finding:
    written = f"{match[2]} until acknowledged"
    return found(
        "E0230",
        line,
        *match.span(1),
        "`up to` stands before `until acknowledged`",
        f"write `repeat every 30m {written}`",
        written,
    )


def _endless(line: Line, match: re.Match[str]) -> Finding:
    times = f" up to {match['times']}" if match["times"] else ""
    mended = f"repeat every {match['length']}{times} until acknowledged" if match[1] else None
    return found(
        "E0230",
        line,
        *match.span(),
        "this repetition does not say how it ends",
        "write `repeat every 30m until acknowledged`, or `repeat every 30m up to 8 until acknowledged`",
        mended,
    )


def _address(line: Line, match: re.Match[str]) -> Finding | None:
    """The literal is not repeated: it may be a secret."""
    keyword, text = match["keyword"], match["text"].strip('"')
    if re.fullmatch(r"\$?\{?[A-Z_][A-Z0-9_]*\}?", text):
        name = text.strip("${}")
        if match["all"].split() == [keyword, "env", name]:
            return None
        return found(
            "E0229",
            line,
            *match.span("all"),
            f"`{keyword}` names an environment variable",
            f"write `{keyword} env {name}`",
            f"{keyword} env {name}",
        )
    example = "PAGER_URL" if keyword == "url" else "PAGER_SECRET"
    return found(
        "E0229",
        line,
        *match.span("text"),
        "addresses and secrets never stand in a rule file",
        f"write `{keyword} env {example}`, set {example} where the engine runs, and change what stood here: it was readable",
    )


_LADDER: Table = (
    (
        re.compile(
            rf"^\s*(?P<all>(?:at[ \t]+)?after[ \t]+(?P<length>{_LENGTH})(?:[ \t]+(?:of|past|after|from|since)\b)?"
            rf"(?:[ \t]+{_NOT_ACTION}(?P<metric>[a-z][a-z0-9-]*))?)"
        ),
        _after,
    ),
    (re.compile(r"^\s*(on|upon|when|if|once)[ \t]+(breach|warning)\b"), _begin),
    (re.compile(r"^\s*(repeat|skip|only|including|when|for|via|until)\b"), _broken_line),
    (re.compile(rf"^\s*at[ \t]+{_LENGTH}[ \t]+(after|since|over|until|till|to|prior[ \t]+to)\b"), _direction),
    (
        re.compile(rf"^\s*at[ \t]+{_LENGTH}[ \t]+(past|before)[ \t]+((?:the[ \t]+)?breach[ \t]+of[ \t]+)"),
        _from_the_breach,
    ),
    (
        re.compile(r"^\s*at[ \t]+(?P<all>(?P<metric>[a-z][a-z0-9-]*)[ \t]+(?P<point>breach|warning)\b)"),
        _turned,
    ),
    (re.compile(r"\b\d+bd\b"), _business_days),
    (re.compile(r"\bnotify[ \t]+(to[ \t]+)"), _notify_to),
    (
        re.compile(r"\bnotify\b(?:(?![\"#]|\bvia\b).)*?[ \t](by|with|through|using|on|per)[ \t]+(?=[a-z])"),
        _via,
    ),
    (
        re.compile(
            r"^\s*at[ \t][^\"#\n]*?\b(?:of|past|before)[ \t]+[a-z][a-z0-9-]*[ \t]+"
            r"(?:for[ \t]+[a-z0-9-]+(?:[ \t]*,[ \t]*[a-z0-9-]+)*[ \t]+)?"
            r"(email|mail|page|call|tell|alert|inform|message|warn|send|ping)[ \t]"
        ),
        _other_verb,
    ),
    (re.compile(r"\bup[ \t]+to[ \t]+\d+([ \t]+times)\b"), _times),
    (re.compile(r"\b(until[ \t]+acknowledged[ \t]+(up[ \t]+to[ \t]+\d+))\b"), _bound_after),
    (
        re.compile(
            r"\brepeat\b[^#\n]*?\buntil[ \t]+((?:it[ \t]+is[ \t]+)?(?:resolved|answered|closed|somebody|done|read|seen))\b"
        ),
        _until,
    ),
    (
        re.compile(
            rf"\brepeat[ \t]+(every[ \t]+)?(?P<length>{_LENGTH})(?:[ \t]+(?:up[ \t]+to[ \t]+)?(?P<times>\d+)(?:[ \t]+times)?)?(?![a-z0-9])"
            r"(?![^#\n]*\buntil\b)"
        ),
        _endless,
    ),
)

_CHANNEL: Table = (
    (
        re.compile(
            r"^\s*(?P<all>(?P<keyword>url|secret)[ \t]+(?:env[ \t]+)?(?P<text>\"[^\"\n]*\"|(?!env\b)[^\s#]+))"
        ),
        _address,
    ),
)

TABLES: dict[str, Table] = {"escalation": _LADDER, "channel": _CHANNEL}
"""By the block that the faulty line stands in."""
