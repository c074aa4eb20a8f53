from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dsl.span import Lines


@given(st.text("a\n\r\u2028é", max_size=60), st.integers(1, 200))
def test_counted_and_looked_up_places_are_the_same(text, times):
    lines = Lines("x", text)
    for step in range(times):
        start = step % (len(text) + 1)
        end = min(start + 3, len(text))
        span = lines.span(start, end)
        assert (span.start, span.end) == (start, end)
        for offset, line, column in ((start, span.line, span.column), (end, span.end_line, span.end_column)):
            before = text[:offset].split("\n")
            assert (line, column) == (len(before), len(before[-1]) + 1)
