"""The door of this package: a path in, checked rules or diagnostics out.

A `Loader` keeps what it has read, so that loading again after an edit costs what the edit touched.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dsl.checks.site import Checked
from dsl.cut import cut, recut, strays
from dsl.diagnostic import Diagnostic, Edit, Fix, Label, Severity
from dsl.errors import SlaError
from dsl.finding import Finding, in_file
from dsl.gather import Gathered, gather, not_text
from dsl.include import Disk, Source, Texts, Unreadable
from dsl.model import RuleSet
from dsl.recover import read
from dsl.resolve import resolve, rule_set
from dsl.sheet import Places, Sheet
from dsl.span import Origin, Span
from dsl.unit import Unit

ROOT_NAME = "sla.rules"


@dataclass(frozen=True, slots=True)
class Loaded:
    """What loading gave. `ruleset` is None when there is an error; warnings do not keep rules out of force.

    `files` maps paths as shown to texts, the root file first, iCalendar files too; `digest` (hex SHA-256) is over
    them all. `asked` are the files and folders, as shown, that includes looked for, whether or not they were there.
    """

    ruleset: RuleSet | None
    diagnostics: tuple[Diagnostic, ...]
    files: Mapping[str, str]
    digest: str
    _places: Places = field(repr=False, compare=False)
    asked: frozenset[str] = field(default=frozenset(), compare=False)

    def locate(self, origin: Origin) -> Span:
        """Where a value of this rule set was written. KeyError for an origin of another one."""
        return self._places.locate(origin)


def load(path: Path) -> Loaded:
    """Load the root file at `path`, or `sla.rules` in that folder. Raises SlaError when there is no such file."""
    return Loader().load(path)


def load_texts(root: str, files: Mapping[str, str]) -> Loaded:
    """Load from texts by shown path, without touching the disk. Raises SlaError when `root` is not in them."""
    return Loader().load_from(Texts(files), root)


def root_file(path: Path) -> Path:
    """The root file that `path` means. Raises SlaError when there is none."""
    if path.is_dir():
        if not (path / ROOT_NAME).is_file():
            raise SlaError(
                f"there is no {ROOT_NAME} in the folder {path}",
                help=f"name a rule file, or a folder that holds a file {ROOT_NAME}",
            )
        return path / ROOT_NAME
    if not path.exists():
        raise SlaError(
            f"there is no file {path}", help="name a rule file, or a folder that holds a file sla.rules"
        )
    return path


class Loader:
    """Loads rule sets, each time keeping what it has read for the next. Not for several threads at once."""

    def __init__(self) -> None:
        self._sheets: dict[str, Sheet] = {}
        self._units: dict[str, Unit] = {}
        self._last: Loaded | None = None

    def load(self, path: Path) -> Loaded:
        """Load the root file at `path`, or `sla.rules` in that folder. Raises SlaError when there is none."""
        root = root_file(path)
        return self.load_from(Disk(root.parent), root.name)

    def load_from(self, source: Source, root: str) -> Loaded:
        """Load the file `root` of a source and what it includes. Raises SlaError when it cannot be read."""
        try:
            text = source.read(root)
        except FileNotFoundError:
            raise SlaError(f"there is no file {root}") from None
        except Unreadable as problem:
            if problem.code == "E0101":
                return self._unusable(root, problem)
            raise SlaError(f"{root} cannot be read: {problem}") from None
        gathered = gather(source, root, text, self._sheet)
        if self._last is not None and self._last.files == gathered.texts:
            return self._last
        self._last = self._whole(gathered)
        self._sheets = gathered.sheets
        return self._last

    def _whole(self, gathered: Gathered) -> Loaded:
        site = resolve(gathered)
        findings = list(gathered.file_findings)
        for sheet in gathered.sheets.values():
            findings += _stray_braces(sheet)
            for key, unit in zip(sheet.keys, sheet.units, strict=True):
                findings += [finding.placed(key) for finding in unit.findings]
        for path, unit, finding in gathered.findings:
            sheet = gathered.sheets[path]
            findings.append(finding.placed(sheet.keys[sheet.units.index(unit)]))
        checked = Checked(site, incomplete=bool(gathered.file_findings or gathered.findings))
        findings += checked.shared
        findings += [finding for found in checked.customers.values() for finding in found]
        places = Places(gathered.sheets.values(), gathered.texts)
        diagnostics = _diagnostics(findings, places)
        digest = digest_of(gathered.texts)
        broken = any(one.severity is Severity.ERROR for one in diagnostics)
        rules = None if broken else rule_set(site, digest)
        return Loaded(rules, diagnostics, gathered.texts, digest, places, frozenset(gathered.asked))

    def _unusable(self, root: str, problem: Unreadable) -> Loaded:
        texts = {root: problem.text}
        places = Places((), texts)
        return Loaded(None, _diagnostics([not_text(root, problem)], places), texts, digest_of(texts), places)

    def _sheet(self, path: str, text: str) -> Sheet:
        last = self._sheets.get(path)
        if last is None:
            pieces = cut(text)
        elif last.text == text:
            return last
        else:
            pieces, head, tail, fresh = recut(last.text, last.cut, text)
            middle = [self._unit(piece) for piece in pieces.texts[head : head + fresh]]
            units = last.units[:head] + middle + last.units[len(last.units) - tail :]
            return Sheet(path, text, pieces, units, [])
        return Sheet(path, text, pieces, [self._unit(piece) for piece in pieces.texts], [])

    def _unit(self, text: str) -> Unit:
        unit = self._units.get(text)
        if unit is None:
            unit = self._units[text] = read(text)
        return unit


def digest_of(files: Mapping[str, str]) -> str:
    """Hex SHA-256 over all files: their shown paths and their bytes."""
    whole = hashlib.sha256()
    for path, text in sorted(files.items()):
        content = text.encode("utf-8", "replace")
        whole.update(f"{path}\0{len(content)}\0".encode())
        whole.update(content)
    return whole.hexdigest()


def _stray_braces(sheet: Sheet) -> list[Finding]:
    return [
        Finding(
            "E0204",
            "this brace closes nothing",
            in_file(sheet.path, start, start + 1),
            "remove it, or look for a brace too many above it",
        )
        for start in strays(sheet.text, sheet.cut)
    ]


def _diagnostics(findings: Iterable[Finding], places: Places) -> tuple[Diagnostic, ...]:
    out = {_diagnostic(finding, places) for finding in findings}
    return tuple(sorted(out, key=lambda one: (one.span, one.code)))


def _diagnostic(finding: Finding, places: Places) -> Diagnostic:
    return Diagnostic(
        finding.code,
        Severity.WARNING if finding.code.startswith("W") else Severity.ERROR,
        finding.message,
        places.locate(finding.at),
        tuple(Label(places.locate(where), text) for where, text in finding.labels),
        finding.help,
        finding.notes,
        tuple(
            Fix(
                mend.title,
                tuple(Edit(places.locate(where), text) for where, text in mend.edits),
                mend.safe,
            )
            for mend in finding.mends
        ),
        context=finding.at.declaration,
    )
