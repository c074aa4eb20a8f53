"""Uptime, retainers, maintenance and credits in the words of the rules: for tables, differences and statements."""

from __future__ import annotations

from dsl.commitment import (
    WHOLE,
    Band,
    BreachCredit,
    Credits,
    Maintenance,
    Money,
    Payment,
    Uptime,
    Window,
)
from dsl.model import Party, Retainer
from dsl.values import WEEKDAYS, duration, percentage, period_text
from engine.commitment.uptime import Figure
from engine.lengths import length as span

_DAY = 86_400


def share(millionths: int) -> str:
    """`99.95%`, with the decimals that it needs."""
    whole, rest = divmod(millionths, 10_000)
    return f"{whole}.{rest:04}".rstrip("0") + "%" if rest else f"{whole}%"


def length(window: int | None) -> str:
    """`month`, or `30d` for so many seconds."""
    if window is None:
        return "month"
    return f"{window // _DAY}d" if window % _DAY == 0 else duration(window)


def uptime(promise: Uptime) -> str:
    """`99.9% per month on always excluding maintenance`."""
    excluding = " excluding maintenance" if promise.excluding else ""
    return f"{share(promise.share)} per {length(promise.window)} on {promise.calendar}{excluding}"


def ran(one: Figure) -> str:
    """The uptime of a figure, cut off and never rounded up; "-" where nothing was measured."""
    return "-" if one.uptime is None else share(one.uptime * WHOLE // 1)


def measured(one: Figure) -> str:
    """What a figure says, to the second: `web: 99.8% of 99.9% per month on always, 2h of 720h down`."""
    service = one.service or "all services"
    if one.uptime is None:
        return f"{service}: nothing of {uptime(one.promise)} was measured"
    down = f"{duration(one.down) or '0m'} of {duration(one.measured)} down"
    return f"{service}: {ran(one)} of {uptime(one.promise)}, {down}"


def budget(one: Figure) -> str:
    """What is left of the error budget: `32m left`, or `overspent by 1h`."""
    return f"{span(one.left)} left" if one.left >= 0 else f"overspent by {span(-one.left)}"


def money(value: Money) -> str:
    """`EUR 250` or `EUR 250.50`."""
    whole = value.amount == value.amount.to_integral_value()
    digits = 0 if whole else max(2, -int(value.amount.normalize().as_tuple().exponent))
    return f"{value.currency} {value.amount:.{digits}f}"


def payment(value: Payment) -> str:
    """`5% of retainer` or `EUR 250`."""
    return money(value) if isinstance(value, Money) else f"{percentage(value.share)} of retainer"


def retainer(value: Retainer) -> str:
    """`EUR 12000 per month from 2026-01-01`."""
    return f"{money(value.money)} per month {period_text(value.period)}".rstrip()


def credits_lines(credits_: Credits | None) -> tuple[str, ...]:
    """The lines of credits, what follows from their order left out; none for no credits."""
    if credits_ is None:
        return ()
    cap = (cap_line(credits_.cap),) if credits_.cap else ()
    return (*map(band_line, credits_.bands), *sorted(map(breach_line, credits_.breaches)), *cap)


def band_line(band: Band) -> str:
    """`uptime below 99.9% pays 5% of retainer`."""
    return f"uptime below {share(band.below)} pays {payment(band.pays)}"


def breach_line(line: BreachCredit) -> str:
    """`breach of resolution for critical pays EUR 250 each`."""
    priorities = f" for {', '.join(line.priorities)}" if line.priorities else ""
    return f"breach of {line.metric}{priorities} pays {payment(line.pays)} each"


def cap_line(cap: Payment) -> str:
    """`cap EUR 1000 per month`."""
    return f"cap {payment(cap)} per month"


def maintenance_lines(maintenance: Maintenance) -> tuple[str, ...]:
    """What a maintenance says to those whom it affects, a line each."""
    told = maintenance.announced
    services = (
        f"service {', '.join(sorted(maintenance.services))}" if maintenance.services else "every service"
    )
    return (
        f"affects {services}",
        *sorted(f"window {_window(one)}" for one in maintenance.windows),
        *((f"announced {told.day} {_clock(told.second // 60)} zone {told.zone}",) if told else ()),
        *(("excludes uptime",) if maintenance.excluded else ()),
    )


def _window(window: Window) -> str:
    when = str(window.day) if window.day else ", ".join(WEEKDAYS[number] for number in window.weekdays)
    hours = ", ".join(
        f"{_clock(start)}-{_clock(end if end <= 1440 else end - 1440)}" for start, end in window.ranges
    )
    return f"{when} {hours} zone {window.zone}"


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def retainers_of(party: Party | None) -> dict[str, None]:
    """The retainers of a customer or group, each as a line."""
    return dict.fromkeys(map(retainer, party.retainers)) if party else {}
