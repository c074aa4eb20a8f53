"""Checks of promises on a day, as `sla test` runs them."""

from __future__ import annotations

import pytest

from tests.engine.test_scenario import trial


def matrix(*lines, day="2026-11-20"):
    body = "\n".join(f"  {line}" for line in lines)
    _, (result,) = trial(f'check "c" on {day} {{\n{body}\n}}\n')
    return result


@pytest.mark.parametrize(
    ("line", "out"),
    [
        ("customer acme priority critical expect response within 60m, resolution within 4h", []),
        ('customer "Globex AG" priority critical expect resolution within 1h on always, no update', []),
        ("customer globex priority critical with vip true expect response within 10m", []),
        ("customer globex priority critical expect response within 10m", ["response within 1h"]),
        ("customer globex priority low, high expect resolution within 8h on office", []),
        (
            "customer globex priority low expect resolution within 8h on always",
            ["resolution within 8h on office"],
        ),
        ("customer globex priority low expect no resolution", ["resolution within 8h"]),
        ("customer acme priority low expect update every 2h", ["no update"]),
        ("customer acme priority critical, high expect response within 2h", ["response within 1h"]),
    ],
)
def test_a_check_compares_promises(line, out):
    result = matrix(line)
    assert [failure.got for failure in result.failures] == out


def test_a_check_is_about_one_day_of_the_customer():
    line = "customer globex priority critical expect resolution within 1h"
    assert matrix(line, day="2026-11-15").failures == ()
    assert matrix(line, day="2026-11-30").failures == ()
    (early,) = matrix(line, day="2026-11-14").failures
    (late,) = matrix(line, day="2026-12-01").failures
    assert early.got == late.got == "resolution within 4h"
    assert any("override freeze of customer globex" in reason for reason in late.reasons)


def test_a_line_for_several_priorities_says_which_and_is_not_rewritten():
    (failure,) = matrix("customer acme priority critical, high expect response within 2h").failures
    assert failure.priority == "critical"
    assert failure.diagnostic.fixes == ()
    assert failure.diagnostic.message.startswith("critical: expected response within 2h")
