"""`u` takes the last action back or says that it cannot; it never reaches past one that stays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC

import pytest

from tests.tui.tickets import NOW, row
from tui.actions import Act, Action, Outcome
from tui.desk import Desk
from tui.feed import Failure


class Stub:
    """Takes actions, and answers them when it is told to."""

    def __init__(self) -> None:
        self.acts: list[Action] = []
        self.held: list[Callable[[], None]] = []
        self.said: list[str] = []
        self.refuses = False

    def act(
        self,
        ids: tuple[int, ...],
        action: Action,
        finished: Callable[[Outcome | Failure], None],
        seen: Sequence[object] = (),
    ) -> None:
        self.acts.append(action)
        outcome = Outcome((), tuple((id_, "no") for id_ in ids)) if self.refuses else Outcome(ids)
        self.held.append(lambda: finished(outcome))

    def answer(self) -> None:
        while self.held:
            self.held.pop(0)()

    def tell(self, message: str, *, severity: str = "information") -> None:
        self.said.append(message)


def desk(stub: Stub) -> Desk:
    return Desk(
        stub,  # type: ignore[arg-type]
        push=lambda screen, back: back("words"),
        tell=stub.tell,
        after=lambda busy: None,
        now=lambda: NOW,
        zone=UTC,
    )


def flagged() -> tuple[Stub, Desk]:
    """A desk whose last action can be undone."""
    stub = Stub()
    it = desk(stub)
    it._act(Action(Act.FLAG, on=True), [1], [row(0)])
    stub.answer()
    return stub, it


@pytest.mark.parametrize("act", [Act.REPLY, Act.NOTE, Act.ACKNOWLEDGE])
def test_what_stays_is_not_passed_over(act: Act) -> None:
    stub, it = flagged()
    it._act(Action(act, "words"), [1], [row(0)])
    stub.answer()
    it.undo()
    it.undo()
    assert [action.act for action in stub.acts] == [Act.FLAG, act]
    assert "nothing to undo" in stub.said[-1]


def test_what_was_refused_is_no_last_action() -> None:
    stub, it = flagged()
    stub.refuses = True
    it._act(Action(Act.REPLY), [1], [row(0)])
    stub.answer()
    it.undo()
    assert stub.acts[-1].act is Act.FLAG
    assert not stub.acts[-1].on


def test_nothing_is_undone_while_an_action_is_being_written() -> None:
    stub, it = flagged()
    it._act(Action(Act.REPLY), [1], [row(0)])
    it.undo()
    assert "still being written" in stub.said[-1]
    stub.answer()
    it.undo()
    assert [action.act for action in stub.acts] == [Act.FLAG, Act.REPLY]
