"""What somebody probably meant is the same on every run."""

from __future__ import annotations

import subprocess
import sys

import pytest

from dsl.suggest import nearest


def test_of_words_that_are_as_near_the_first_is_meant():
    assert nearest("replied", ["resolved", "reopened"]) == "resolved"
    assert nearest("replied", ["reopened", "resolved"]) == "reopened"


@pytest.mark.parametrize("seed", ["1", "2", "3"])
def test_a_set_has_one_order(seed):
    program = "from dsl.suggest import nearest; print(nearest('replied', {'resolved', 'reopened'}))"
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "reopened\n"
