"""The inbox in order: moving single rows gives what sorting everything gives."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from engine.clock import State
from engine.ordered import OrderedRows
from engine.overview import inbox_order
from engine.snapshot import Row

BLANK = Row(
    0, "", "", "", "", "gold", "", "", "", "", "", "", 0, "response", 1, State.RUNNING, None, None, 60
)
ROWS = st.builds(
    lambda id_, due, opened: replace(BLANK, id=id_, ticket=f"T-{id_}", due=due, opened=opened),
    st.integers(1, 30),
    st.none() | st.integers(0, 3),
    st.integers(0, 2),
)
CHANGES = st.dictionaries(st.integers(1, 30), st.none() | ROWS, max_size=40)


@given(st.lists(CHANGES, max_size=12))
def test_any_changes_leave_it_sorted(batches):
    rows, truth = OrderedRows(), {}
    for batch in batches:
        named = {
            id_: None if row is None else replace(row, id=id_, ticket=f"T-{id_}")
            for id_, row in batch.items()
        }
        before = {row.id: row for row in rows.rows}
        change = rows.change(named)
        for was, row in change.rows:
            assert before.pop((was or row).id, None) == was
            assert was != row
        truth = {id_: row for id_, row in (truth | named).items() if row is not None}
        assert list(rows.rows) == sorted(truth.values(), key=inbox_order)
