"""When an engine is well, and what is said where it is not."""

from __future__ import annotations

import pytest

from dsl.diagnostic import Diagnostic, Severity
from dsl.span import Span
from engine.cycle import Turn
from engine.errors import StoreError
from engine.monitor.address import address_of
from engine.monitor.pulse import Pulse
from engine.snapshot import RulesStatus

FINE = RulesStatus(3, "abc", "", 0, "sla.rules")
WRONG = Diagnostic("E0101", Severity.ERROR, "a bracket is missing", Span("sla.rules", 0, 0, 1, 1, 1, 1))
BROKEN = RulesStatus(3, "abc", "", 0, "sla.rules", broken=(WRONG,))


def pulse(turned: float | None = None, rules: RulesStatus | None = FINE) -> Pulse:
    made = Pulse(stale=60, began=1000)
    if turned is not None:
        made.turned(Turn(), 0.1, turned)
    if rules is not None:
        made.ruled(rules)
    return made


@pytest.mark.parametrize(
    ("made", "now", "unreachable", "well", "status", "word"),
    [
        (pulse(1010), 1020, "", True, "ok", ""),
        (pulse(1010), 1070, "", True, "ok", ""),
        (pulse(1010), 1071, "", False, "failing", "no cycle has ended for 61 seconds"),
        (pulse(), 1020, "", False, "failing", "the first cycle is still under way"),
        (pulse(), 1100, "", False, "failing", "no cycle has ended yet for 100 seconds"),
        (pulse(1010), 1020, "disk full", False, "failing", "the store cannot be reached"),
        (pulse(1010, BROKEN), 1020, "", True, "degraded", "the last good ones stay in force"),
        (pulse(1010, BROKEN), 1020, "gone", False, "failing", "the store cannot be reached"),
    ],
)
def test_health(made, now, unreachable, well, status, word):
    fine, record = made.health(now, unreachable)
    assert (fine, record["status"]) == (well, status)
    assert word in " / ".join(record["reasons"])
    assert record["rules_generation"] == 3


def test_a_cycle_that_the_store_refused_counts_until_the_next_that_ends():
    made = pulse(1010)
    made.failed(StoreError("/srv/sla.db: the store is locked"))
    fine, record = made.health(1011, "")
    assert not fine and "/srv" not in str(record), "a path is nobody's business who asks over the network"
    made.turned(Turn(), 0.1, 1012)
    assert made.health(1013, "")[0]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("127.0.0.1:9108", ("127.0.0.1", 9108)),
        ("9108", ("127.0.0.1", 9108)),
        (":0", ("127.0.0.1", 0)),
        ("[::1]:80", ("::1", 80)),
        ("sla.example:65535", ("sla.example", 65_535)),
    ],
)
def test_addresses(text, found):
    assert address_of(text) == found


@pytest.mark.parametrize("text", ["", "sla.example", "sla.example:", "x:65536", "x:-1", "x:1e3", "x:²"])
def test_what_is_no_address(text):
    with pytest.raises(ValueError, match="write it like"):
        address_of(text)
