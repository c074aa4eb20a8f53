"""A layered table is a dictionary: whatever is put and copied, it answers as one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.calendar.layered import Layered

STEPS = st.lists(
    st.tuples(st.sampled_from("abcdefgh"), st.none() | st.integers()) | st.just("copy"), max_size=60
)


@given(st.dictionaries(st.sampled_from("abcdef"), st.integers()), STEPS)
def test_it_answers_as_a_dictionary_does(start, steps):
    table, truth = Layered(dict(start)), dict(start)
    kept = []
    for step in steps:
        if step == "copy":
            kept.append((table, dict(truth)))
            table = table.copy()
            continue
        key, value = step
        table.put(key, value)
        truth[key] = value
        truth = {name: held for name, held in truth.items() if held is not None}
    for copy, held in [*kept, (table, truth)]:
        assert {key: copy.get(key) for key in copy} == held
        assert all(copy.get(key) == held.get(key) for key in "abcdefgh")
