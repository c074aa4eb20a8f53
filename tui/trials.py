"""What scenarios and checks came to, as people and programs read it: differences with their reasons, or JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from dsl.diagnostic import Diagnostic
from dsl.verdict import counted
from engine.scenario.verdicts import Result
from tui.findings import record, render
from tui.plain import json_text, plain

_WIDE = 2000
_RED, _GREEN, _BOLD, _END = "\x1b[31m", "\x1b[32m", "\x1b[1m", "\x1b[0m"


@dataclass(frozen=True, slots=True)
class Trial:
    """One run: its results, the texts that they point into, and how long it took, in seconds. `errors` are why nothing ran; `blessed`: what
    came out was written wherever it can be."""

    results: Sequence[Result]
    files: Mapping[str, str]
    seconds: float = 0
    errors: tuple[Diagnostic, ...] = ()
    blessed: bool = False

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Every failure, as `sla check` would tell it, or why nothing ran."""
        return self.errors or tuple(
            failure.diagnostic for result in self.results for failure in result.failures
        )

    @property
    def failed(self) -> bool:
        """Whether any expectation does not hold, or nothing ran."""
        return bool(self.errors) or any(result.failures for result in self.results)


def written(trial: Trial, form: str, *, color: bool = False) -> str:
    """The whole run for people, or as an object: "human", "plain" or "json"."""
    if form == "json":
        return json_text(as_data(trial))
    if form == "plain" or trial.errors:
        return "\n\n".join(filter(None, (render(trial, form, color=color), summary(trial))))
    return "\n".join([*human(trial, color=color), summary(trial)])


def as_data(trial: Trial) -> dict[str, object]:
    """The documented JSON object of a run."""
    return {
        "results": [
            {
                "kind": result.kind,
                "title": result.title,
                "file": result.span.path,
                "line": result.span.line,
                "expectations": result.expectations,
                "failures": [
                    {
                        "expected": failure.expected,
                        "got": failure.got,
                        "priority": failure.priority,
                        "rewritten": trial.blessed and failure.can_be_blessed,
                        "diagnostic": record(failure.diagnostic),
                    }
                    for failure in result.failures
                ],
            }
            for result in trial.results
        ],
        "findings": [record(one) for one in trial.errors],
        "failed": sum(bool(result.failures) for result in trial.results),
        "seconds": round(trial.seconds, 6),
    }


def human(trial: Trial, *, color: bool = False) -> Iterator[str]:
    """Each failure: where it is, what was expected above what came out, then why."""
    for result in trial.results:
        if not result.failures:
            continue
        head = _painted(f"{result.kind} failed", _RED + _BOLD, color)
        yield f"{head}: {plain(result.title)}"
        for failure in result.failures:
            about = f" ({plain(failure.priority)})" if failure.priority else ""
            yield f"  --> {plain(failure.span)}{about}"
            yield f"  expected  {_painted(plain(failure.expected, _WIDE), _GREEN, color)}"
            yield f"  got       {_painted(plain(failure.got, _WIDE), _RED, color)}"
            yield from (f"    {plain(line, _WIDE)}".rstrip() for line in failure.reasons)
            yield ""


def summary(trial: Trial) -> str:
    """One line that says how it went."""
    if trial.errors:
        return "nothing was run: the rules have errors"
    counts = {kind: sum(result.kind == kind for result in trial.results) for kind in ("scenario", "check")}
    what = " and ".join(counted(number, kind) for kind, number in counts.items() if number)
    total = sum(result.expectations for result in trial.results)
    took = f"{trial.seconds:.2f} s"
    if not trial.failed:
        return f"ok: {what}, {counted(total, 'expectation')} in {took}"
    failing = sum(bool(result.failures) for result in trial.results)
    missed = sum(len(result.failures) for result in trial.results)
    return f"failed: {failing} of {len(trial.results)} ({what}), {missed} of {counted(total, 'expectation')}, in {took}"


def _painted(text: str, paint: str, color: bool) -> str:
    return f"{paint}{text}{_END}" if color else text
