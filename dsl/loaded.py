"""What loading a rule set gives, and how findings become diagnostics in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from dsl.diagnostic import Diagnostic, Edit, Fix, Label, Severity
from dsl.finding import Finding, is_error
from dsl.listed import MOST_OF_A_CODE, first_of_each
from dsl.model import RuleSet
from dsl.sheet import Places, Sheet
from dsl.span import Origin, Span


@dataclass(frozen=True, slots=True)
class Loaded:
    """What loading gave. `ruleset` is None when there is an error; warnings do not keep rules out of force.

    `files` maps paths as shown to texts, the root file first, iCalendar files too; `digest` (hex SHA-256) is over
    them all. `asked` are the files and folders, as shown, that includes looked for, whether or not they were
    there; `patterns` says what each pattern of an include matched.
    """

    ruleset: RuleSet | None
    diagnostics: tuple[Diagnostic, ...]
    files: Mapping[str, str]
    digest: str
    _places: Places = field(repr=False, compare=False)
    asked: frozenset[str] = field(default=frozenset(), compare=False)
    patterns: Mapping[str, list[str]] = field(default_factory=dict, repr=False, compare=False)
    _found: Sequence[Finding] = field(default=(), repr=False, compare=False)

    @property
    def sheets(self) -> Sequence[Sheet]:
        """The rule files, cut into declarations; none where the root file is no text."""
        return self._places.sheets

    def span(self, path: str, start: int, end: int) -> Span:
        """A range of a file's text with its lines and columns. KeyError for a file of another rule set."""
        return self._places.span(path, start, end)

    def locate(self, origin: Origin) -> Span:
        """Where a value of this rule set was written. KeyError for an origin of another one."""
        return self._places.locate(origin)

    def diagnose(self, findings: Iterable[Finding]) -> tuple[Diagnostic, ...]:
        """Findings about this rule set as diagnostics, in the order of the files' text."""
        return diagnostics_of(findings, self._places)

    def every_diagnostic(self) -> tuple[Diagnostic, ...]:
        """What `diagnostics` are the first of: for who changes or leaves out many of them, and would have to load again for the rest."""
        if len(self._found) <= MOST_OF_A_CODE:
            return self.diagnostics
        return _in_order(dict.fromkeys(self._found), self._places)

    def counts(self) -> dict[str, int]:
        """How many of what are declared, for a summary; only files are counted where there are errors."""
        rules = self.ruleset
        if rules is None:
            return {"file": len(self.files)}
        return {
            "tier": len(rules.tiers),
            "customer": len(rules.customers),
            "group": len(rules.groups),
            "calendar": len(rules.calendars),
            "holiday list": len(rules.holidays),
            "escalation": len(rules.escalations),
            "channel": len(rules.channels),
            "pause": len(rules.pauses),
            "priority": len(rules.priorities),
            "scenario": len(rules.scenarios),
            "check": len(rules.checks),
            "file": len(self.files),
        }


def diagnostics_of(findings: Iterable[Finding], places: Places) -> tuple[Diagnostic, ...]:
    """Findings in their places, each once, in the order of the files' text.

    Of one code the first thousand are told, with a note on how many more there are.
    """
    listed = first_of_each(dict.fromkeys(findings), lambda one, notes: one._replace(notes=notes))
    return _in_order(listed, places)


def _in_order(findings: Iterable[Finding], places: Places) -> tuple[Diagnostic, ...]:
    return tuple(sorted({_diagnostic(finding, places) for finding in findings}, key=_order))


def _order(one: Diagnostic) -> tuple[object, ...]:
    return one.span, one.code, [label.span for label in one.labels], one.message


def _diagnostic(finding: Finding, places: Places) -> Diagnostic:
    return Diagnostic(
        finding.code,
        Severity.ERROR if is_error(finding) else Severity.WARNING,
        finding.message,
        places.locate(finding.at),
        tuple(Label(places.locate(where), text) for where, text in finding.labels),
        finding.help,
        finding.notes,
        tuple(
            Fix(mend.title, tuple(Edit(places.locate(where), text) for where, text in mend.edits), mend.safe)
            for mend in finding.mends
        ),
        context=finding.at.declaration,
        example=finding.example() if finding.example else "",
    )
