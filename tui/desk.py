"""Doing things to tickets from the console: ask what has to be asked, act in the worker, say what came of it, undo."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import tzinfo
from typing import Any, Protocol

from textual.screen import ModalScreen

from engine.snapshot import Row
from tui.actions import Act, Action, Outcome, asks_first, done, opposite, parse_until
from tui.feed import Choices, Failure, Feed
from tui.plain import plain
from tui.screens.ask import Confirm, Prompt


class Teller(Protocol):
    """Shows a few words to the person; `severity` as Textual has them."""

    def __call__(self, message: str, *, severity: str = "information") -> None: ...


Push = Callable[[ModalScreen[Any], Callable[[Any], None]], None]
_NAMED = 8


class Desk:
    """`push` shows a dialogue and calls back; `after` is called whenever a write begins or ends."""

    def __init__(
        self,
        feed: Feed,
        *,
        push: Push,
        tell: Teller,
        after: Callable[[bool], None],
        now: Callable[[], int],
        zone: tzinfo,
    ) -> None:
        self._feed, self._push, self._tell, self._after = feed, push, tell, after
        self._now, self._zone = now, zone
        self._undo: list[tuple[str, tuple[tuple[tuple[int, ...], Action], ...]]] = []
        self.waiting = 0

    def start(self, act: Act, ids: Sequence[int], rows: Sequence[Row]) -> None:
        """Begin an action on tickets; `rows` are those of them that are known, as they are now."""
        if not ids:
            self._tell("no ticket is chosen", severity="warning")
        elif act in {Act.ASSIGN, Act.PRIORITY}:
            self._feed.choices(lambda choices: self._choose(act, ids, rows, choices))
        elif act is Act.SNOOZE:
            self._ask_until(ids, rows)
        elif act is Act.NOTE:
            self._push(
                Prompt(
                    f"Note on {_these(ids, rows)}", "private: only your colleagues see it", check=_not_empty
                ),
                lambda text: self._go(Action(Act.NOTE, text), ids, rows) if text else None,
            )
        elif act is Act.FLAG:
            flagged = {row.id for row in rows if row.flagged}
            self.flag(ids, rows, on=not flagged.issuperset(ids))
        else:
            self._go(Action(act), ids, rows)

    def flag(self, ids: Sequence[int], rows: Sequence[Row], *, on: bool) -> None:
        """Flag tickets to management, or review their flags: take them away. Both say why, for the log."""
        these = _these(ids, rows)
        prompt = (
            Prompt(f"Flag {these} to management", "why: management reads it; empty is allowed")
            if on
            else Prompt(
                f"Review the flag of {these}", "what was decided: it goes into the log", check=_not_empty
            )
        )
        self._push(
            prompt, lambda text: None if text is None else self._go(Action(Act.FLAG, text, on=on), ids, rows)
        )

    def _ask_until(self, ids: Sequence[int], rows: Sequence[Row]) -> None:
        def check(text: str) -> str:
            until = parse_until(text, self._now(), self._zone)
            return until if isinstance(until, str) else ""

        def answered(text: str | None) -> None:
            until = parse_until(text or "", self._now(), self._zone)
            if isinstance(until, int):
                self._go(Action(Act.SNOOZE, until=until), ids, rows)

        self._push(
            Prompt(
                f"Snooze {_these(ids, rows)} until",
                "30m, 2h, 1d, 14:30 or tomorrow 08:00; clocks go on",
                initial="30m",
                choices=("15m", "30m", "1h", "2h", "4h", "tomorrow 08:00"),
                check=check,
            ),
            answered,
        )

    def _choose(self, act: Act, ids: Sequence[int], rows: Sequence[Row], choices: Choices | Failure) -> None:
        if isinstance(choices, Failure):
            self._tell(plain(choices.message), severity="error")
            return
        if act is Act.PRIORITY:
            prompt = Prompt(
                f"Priority of {_these(ids, rows)}",
                "targets are chosen anew; time that is used stays used",
                choices=choices.priorities,
                free=not choices.priorities,
                check=_not_empty,
            )
        else:
            now = {row.assignee for row in rows}
            prompt = Prompt(
                f"Assign {_these(ids, rows)} to",
                "a name; empty for nobody",
                initial=now.pop() if len(now) == 1 else "",
                choices=choices.people,
            )
        self._push(prompt, lambda text: None if text is None else self._go(Action(act, text), ids, rows))

    def _go(self, action: Action, ids: Sequence[int], rows: Sequence[Row]) -> None:
        if not asks_first(action, len(ids)):
            self._act(action, ids, rows)
            return
        known = {row.id: row for row in rows}
        named = [f"  {row.ticket}  {row.customer}  {row.subject}" for row in list(known.values())[:_NAMED]]
        if len(ids) > len(named):
            named.append(f"  and {len(ids) - len(named)} more")
        hidden = len(ids) - len(known)
        if hidden:
            named.append(f"  ({hidden} of them not in this view)")
        self._push(
            Confirm(f"{_verb(action)} {_these(ids, rows)}?", "\n".join(plain(line, 66) for line in named)),
            lambda yes: self._act(action, ids, rows) if yes else None,
        )

    def _act(self, action: Action, ids: Sequence[int], rows: Sequence[Row], *, anyway: bool = False) -> None:
        def finished(outcome: Outcome | Failure) -> None:
            self.waiting -= 1
            self._after(False)
            if isinstance(outcome, Failure):
                self._tell(
                    f"not {done(action)}: {plain(outcome.message, 300)} {plain(outcome.help)}",
                    severity="error",
                )
                return
            # What was overtaken is not as `rows` say, so these do not lead back.
            back = () if anyway else opposite(action, [row for row in rows if row.id in set(outcome.done)])
            if outcome.done and back:
                self._undo.append((done(action), back))
            elif outcome.done:
                self._undo.clear()  # what lies before an act that stays is not the last one any more
            self._report(action, outcome, rows, can_undo=bool(back))
            if outcome.overtaken:
                self._ask_again(action, outcome.overtaken, rows)

        self.waiting += 1
        self._after(True)
        self._feed.act(tuple(ids), action, finished, () if anyway else rows)

    def _ask_again(self, action: Action, overtaken: Sequence[tuple[int, str]], rows: Sequence[Row]) -> None:
        """Somebody was faster: what was wanted stays at hand, and is done only if it still is."""
        names = {row.id: row.ticket for row in rows}
        lines = [f"  {names.get(id_, id_)}: {words}" for id_, words in overtaken[:_NAMED]]
        if len(overtaken) > len(lines):
            lines.append(f"  and {len(overtaken) - len(lines)} more")
        ids = [id_ for id_, _ in overtaken]
        self._push(
            Confirm(
                f"Changed meanwhile. {_verb(action)} {_these(ids, rows)} all the same?",
                "\n".join(plain(line, 66) for line in lines),
            ),
            lambda yes: self._act(action, ids, rows, anyway=True) if yes else None,
        )

    def _report(self, action: Action, outcome: Outcome, rows: Sequence[Row], *, can_undo: bool) -> None:
        if outcome.done:
            undo = ", u reopens it" if action.act is Act.RESOLVE else ", u undoes it" if can_undo else ""
            self._tell(f"{_these(outcome.done, rows)}: {plain(done(action))}{undo}")
        names = {row.id: row.ticket for row in rows}
        for id_, reason in outcome.refused[:3]:
            self._tell(
                f"{plain(names.get(id_, str(id_)))}: not {done(action)}: {plain(reason)}", severity="warning"
            )
        if len(outcome.refused) > 3:
            self._tell(f"and {len(outcome.refused) - 3} more refused", severity="warning")

    def undo(self) -> None:
        """Take the last action back, if it can be: one that stays is never passed over for one before it."""
        if self.waiting:
            self._tell("the last action is still being written", severity="warning")
            return
        if not self._undo:
            self._tell("nothing to undo (a reply, a note and an acknowledgement stay)", severity="warning")
            return
        words, steps = self._undo.pop()

        def finished(outcome: Outcome | Failure) -> None:
            self.waiting -= 1
            self._after(False)
            if isinstance(outcome, Failure):
                self._tell(f"not undone: {plain(outcome.message, 300)}", severity="error")
            elif outcome.refused:
                self._tell(f"undone in part: {plain(outcome.refused[0][1])}", severity="warning")
            else:
                self._tell(f"undone: {plain(words)}")

        for ids, action in steps:
            self.waiting += 1
            self._after(True)
            self._feed.act(ids, action, finished)


def _not_empty(text: str) -> str:
    return "" if text else "write something, or leave with escape"


def _these(ids: Sequence[int], rows: Sequence[Row]) -> str:
    if len(ids) == 1:
        return plain(next((row.ticket for row in rows if row.id == ids[0]), "1 ticket"), 40)
    return f"{len(ids):,} tickets"


def _verb(action: Action) -> str:
    if action.act is Act.FLAG:
        return "Flag" if action.on else "Take the flags from"
    if action.act is Act.REPLY:
        return "Log a reply to"
    if action.act is Act.NOTE:
        return "Add a note to"
    if action.act is Act.PRIORITY:
        return f"Set priority {action.text} for"
    if action.act is Act.ASSIGN:
        return f"Assign to {action.text or 'nobody'}:"
    return action.act.value.capitalize()
