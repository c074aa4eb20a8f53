"""What somebody probably meant: the one place that decides how near a near miss is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

CUTOFF = 0.6


def nearest(word: str, known: Iterable[str]) -> str:
    """The most similar known word, "" when none is similar enough; of several the first, in a set by the alphabet. Case does not count.

    Similar are two words that have much in common in one order: twice the length of their longest common subsequence, as a share of
    both lengths.
    """
    from rapidfuzz import fuzz, process  # for who has made a mistake only

    ordered = sorted(known) if isinstance(known, set | frozenset) else known
    folded = {name.casefold(): name for name in ordered}
    found = process.extractOne(word.casefold(), folded.keys(), scorer=fuzz.ratio, score_cutoff=100 * CUTOFF)
    return folded[found[0]] if found else ""


def some(words: Iterable[str], limit: int = 8) -> str:
    """A list for a sentence: "a, b or c", cut after `limit`."""
    all_ = list(words)
    shown = all_[:limit]
    if len(all_) > limit:
        return ", ".join(shown) + f" and {len(all_) - limit} more"
    return f"{', '.join(shown[:-1])} or {shown[-1]}" if len(shown) > 1 else "".join(shown)


def chained(names: Sequence[str], limit: int = 8) -> str:
    """Names that lead to each other: "a -> b -> a", without the middle where there are more than `limit`."""
    if len(names) > limit:
        names = (*names[: limit // 2], f".. {len(names) - limit:,} more ..", *names[-limit // 2 :])
    return " -> ".join(names)
