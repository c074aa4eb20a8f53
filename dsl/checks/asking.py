"""Questions that a check asks of other declarations, noted with their answers.

What is found in a declaration depends on its own text and on these answers. After an edit elsewhere each question is asked
again once, however many asked it, and only who was answered differently is checked again. So a question and its answer
name no place in whoever asks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Concatenate, ParamSpec, Self, TypeVar

P = ParamSpec("P")
S = TypeVar("S", bound="Asking")
T = TypeVar("T")

Question = tuple[Callable[..., object], tuple[object, ...]]


class Trace:
    """What somebody asked. Those who asked the same share one."""

    __slots__ = ("questions",)

    def __init__(self, questions: frozenset[Question]) -> None:
        self.questions = questions


class Asking:
    """Base of what can be asked by methods that are marked as a `question`."""

    def __init__(self) -> None:
        self._answers: dict[Question, object] = {}
        self._noted: set[Question] = set()
        self._traces: dict[frozenset[Question], Trace] = {}

    def noting(self, work: Callable[[], T]) -> tuple[T, Trace]:
        """What `work` returns, and what it asked for that."""
        self._noted = set()
        found = work()
        asked = frozenset(self._noted)
        trace = self._traces.get(asked)
        if trace is None:
            trace = self._traces[asked] = Trace(asked)
        return found, trace

    def outdated(self, traces: Iterable[Trace], before: Self) -> set[Trace]:
        """Those of `traces` that were answered otherwise `before`. The others are kept for who asks the same."""
        used = set(traces)
        asked = {question for trace in used for question in trace.questions}
        changed = {one for one in asked if self._answer(one) != before._answer(one)}
        old = {trace for trace in used if not changed.isdisjoint(trace.questions)}
        self._traces.update((trace.questions, trace) for trace in used - old)
        return old

    def _answer(self, question: Question) -> object:
        if question not in self._answers:
            noted, self._noted = self._noted, set()  # what an answer takes is no question of who asked
            method, given = question
            self._answers[question] = method(self, *given)
            self._noted = noted
        return self._answers[question]


def question(method: Callable[Concatenate[S, P], T]) -> Callable[Concatenate[S, P], T]:
    """Notes who asks, and remembers the answer. What is asked, and the answer, are compared by value."""

    def ask(self: S, /, *given: P.args, **named: P.kwargs) -> T:
        assert not named
        asked = method, given
        self._noted.add(asked)
        return self._answer(asked)  # type: ignore[return-value]

    return ask
