"""Lines about renegotiation, exactly as written. Part of `dsl.syntax`, which hands them out."""

from __future__ import annotations

from typing import NamedTuple

from dsl.syntax_commitment import Payment
from dsl.word import Word


class Occasion(NamedTuple):
    """`limit` is a percentage or a count as written, or a payment; `months` None is `per month`."""

    subject: Word
    metric: Word | None
    limit: Word | Payment
    months: Word | None
    start: int
    end: int
