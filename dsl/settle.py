"""From gathered files to a rule set: all of it, or only what an edit of customers touched.

Customers are by far the most numerous and nothing refers to them, so that an edit of one can be checked and built
alone. After any other edit everything is put together anew, but only those customers are checked again that it concerns.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import NamedTuple

from dsl.checks.claims import Claims
from dsl.checks.site import Checked
from dsl.conflict import conflicts
from dsl.cut import strays
from dsl.finding import Finding, in_file, is_error
from dsl.gather import Gathered, left_alone
from dsl.limits import MOST_WRONG
from dsl.loaded import Loaded, diagnostics_of
from dsl.model import RuleSet
from dsl.resolve import Declared, Site, customer, resolve, rule_set
from dsl.sheet import Places, Sheet
from dsl.unit import Unit


class Edit(NamedTuple):
    """Units of one file that were replaced, and by which; all others are the same as before. Text has changed only
    around `width` units from the one at index `first` on."""

    path: str
    first: int
    width: int
    old: list[Unit]
    new: list[Unit]


@dataclass(slots=True)
class Settled:
    """A loaded rule set with what is needed to change a part of it. `found` holds customers' findings by key.

    `base` are the rules without the customers that have errors, None where something else has; its digest is that of the rule
    set that it differs from in `touched`, "" without one.
    """

    loaded: Loaded
    base: RuleSet | None
    touched: frozenset[str]
    gathered: Gathered
    site: Site
    checked: Checked
    shared: list[Finding]
    found: dict[str, list[Finding]]


def settle(gathered: Gathered, last: Settled | None = None) -> Settled:
    """Resolve, check and build everything. `last` lends what was found before, and is used up."""
    site = resolve(gathered, last.site if last else None)
    shared = list(gathered.file_findings)
    found: dict[str, list[Finding]] = {}
    for sheet in gathered.sheets.values():
        shared += _stray_braces(sheet)
        shared += conflicts(sheet.path, sheet.text)
        for key, unit in zip(sheet.keys, sheet.units, strict=True):
            if unit.findings:
                found[key] = [finding.placed(key) for finding in unit.findings]
    if not any(sheet.units for sheet in gathered.sheets.values()):
        shared.append(_nothing(next(iter(gathered.sheets))))
    keys: dict[str, dict[Unit, str]] = {}
    for path, unit, finding in gathered.findings:
        if path not in keys:
            sheet = gathered.sheets[path]
            keys[path] = dict(zip(reversed(sheet.units), reversed(sheet.keys), strict=True))
        shared.append(finding.placed(keys[path][unit]))
    checked = Checked(
        site,
        incomplete=_incomplete(gathered),
        claims=_claims(site, last),
        last=last.checked if last else None,
    )
    shared += checked.shared
    for key, findings in checked.customers.items():
        found[key] = [*found.get(key, ()), *findings]
    places = Places(gathered.sheets.values(), gathered.texts)
    all_ = [*shared, *(finding for findings in found.values() for finding in findings)]
    digest = digest_of(gathered.texts)
    unsound = {key for key, findings in found.items() if any(map(is_error, findings))}
    broken = {name for name, one in site.named["customer"].items() if one.key in unsound}
    sound = not unsound and not any(map(is_error, shared))
    base = None
    if len(broken) == len(unsound) and not any(map(is_error, shared)):
        base = rule_set(site, digest if sound else "", broken)
    loaded = Loaded(
        base if sound else None,
        diagnostics_of(all_, places),
        gathered.texts,
        digest,
        places,
        frozenset(gathered.asked),
        gathered.patterns,
        all_,
    )
    return Settled(loaded, base, frozenset(), gathered, site, checked, shared, found)


def patched(last: Settled, gathered: Gathered, edits: Iterable[Edit]) -> Settled | None:
    """The rule set after an edit of customers; None where the edit may touch anything else. `last` is used up but for settling."""
    rules = last.base
    pairs = _customers_changed(last, gathered, edits)
    claims = last.checked.claims
    if rules is None or pairs is None or claims.contested():
        return None
    known = last.site.named["customer"]
    customers = dict(rules.customers)
    for declared, name in pairs:
        claims.remove(known[name].unit)
        claims.add(declared.unit)
        known[name] = declared
    if claims.contested():
        return None
    for declared, name in pairs:
        last.checked.check(declared)
        findings = [finding.placed(declared.key) for finding in declared.unit.findings]
        findings += last.checked.customers.get(declared.key, ())
        last.found.pop(declared.key, None)
        if findings:
            last.found[declared.key] = findings
        if any(map(is_error, findings)):
            customers.pop(name, None)
        else:
            customers[name] = customer(declared)
    if last.checked.too_wrong():
        return None
    if len(customers) != len(rules.customers) or customers.keys() != rules.customers.keys():
        customers = {name: customers[name] for name in known if name in customers}
    places = Places(gathered.sheets.values(), gathered.texts)
    digest = digest_of(gathered.texts)
    all_ = [*last.shared, *(finding for findings in last.found.values() for finding in findings)]
    touched = last.touched.union(name for _, name in pairs)
    sound = not any(map(is_error, all_))
    if sound:
        since = (rules.digest, touched) if rules.digest else None
        rules = replace(rules, digest=digest, since=since)
        touched = frozenset()
    base = replace(rules, customers=customers)
    loaded = replace(
        last.loaded,
        ruleset=base if sound else None,
        diagnostics=diagnostics_of(all_, places),
        files=gathered.texts,
        digest=digest,
        _places=places,
        _found=all_,
    )
    return Settled(loaded, base, touched, gathered, last.site, last.checked, last.shared, last.found)


def _claims(site: Site, last: Settled | None) -> Claims:
    """Who answers to what, by the changes since `last`."""
    claims = last.checked.claims if last else Claims()
    before, now = last.site.named["customer"] if last else {}, site.named["customer"]
    for name, declared in before.items():
        if name not in now or now[name].unit is not declared.unit:
            claims.remove(declared.unit)
    for name, declared in now.items():
        if name not in before or before[name].unit is not declared.unit:
            claims.add(declared.unit)
    return claims


def _customers_changed(
    last: Settled, gathered: Gathered, edits: Iterable[Edit]
) -> list[tuple[Declared, str]] | None:
    """Each changed customer; None unless all that happened is that customers' texts changed."""
    before = last.gathered
    if (
        list(gathered.sheets) != list(before.sheets)
        or gathered.calendars != before.calendars
        or _incomplete(gathered)
        or _incomplete(before)
        or gathered.patterns != before.patterns
        or last.site.again
        or last.checked.depends_on_customers()
    ):
        return None
    by_path = {edit.path: edit for edit in edits}
    pairs: list[tuple[Declared, str]] = []
    for path, sheet in gathered.sheets.items():
        if sheet is before.sheets[path]:
            continue
        edit = by_path.get(path)
        if edit is None or len(edit.old) != len(edit.new) or any(_stray_braces_near(sheet, edit)):
            return None
        for old, new in zip(edit.old, edit.new, strict=True):
            if old is new:
                continue
            if not old.kind == new.kind == "customer" or old.name != new.name or not new.name:
                return None
            pairs.append((Declared(new.key, path, new), new.name))
        sheet.keys.extend(before.sheets[path].keys)
    return pairs


def _incomplete(gathered: Gathered) -> bool:
    """Whether there are declarations that could not be read because their file could not."""
    return bool(gathered.file_findings) or any(is_error(finding) for _, _, finding in gathered.findings)


def digest_of(files: Mapping[str, str]) -> str:
    """Hex SHA-256 over all files: their shown paths and their bytes."""
    whole = hashlib.sha256()
    for path, text in sorted(files.items()):
        content = text.encode("utf-8", "replace")
        whole.update(f"{path}\0{len(content)}\0".encode())
        whole.update(content)
    return whole.hexdigest()


def _stray_braces(sheet: Sheet) -> list[Finding]:
    found = list(islice(strays(sheet.text, sheet.cut, sheet.unread), MOST_WRONG + 1))
    rest = [left_alone(sheet.path, start) for start in found[MOST_WRONG:]]
    return rest + [
        Finding(
            "E0204",
            "this brace closes nothing",
            in_file(sheet.path, start, start + 1),
            "remove it, or look for a brace too many above it",
        )
        for start in found[:MOST_WRONG]
    ]


def _stray_braces_near(sheet: Sheet, edit: Edit) -> Iterator[bool]:
    """Whether the gaps around the changed units hold a brace. Elsewhere nothing has changed."""
    for index in range(edit.first, edit.first + edit.width + 1):
        start = sheet.cut.starts[index - 1] + len(sheet.cut.texts[index - 1]) if index else 0
        end = sheet.cut.starts[index] if index < len(sheet.cut.starts) else len(sheet.text)
        yield "}" in sheet.text[start:end]


def _nothing(root: str) -> Finding:
    return Finding(
        "W0106",
        "nothing is declared here",
        in_file(root, 0, 0),
        "begin with `priorities` and `statuses`, or include the files that have them",
    )
