"""Findings as a JUnit report, which every CI shows: a suite for each file, a failed test for each finding.

The schema is that of Jenkins' xUnit plugin (junit-10.xsd): a file is named by its suite, a line in the name of the test.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from dsl.diagnostic import Diagnostic
from tui.findings.human import compact, spoken
from tui.findings.record import path_of
from tui.plain import plain


def junit(diagnostics: Sequence[Diagnostic], files: Mapping[str, str], folder: str, title: str) -> str:
    """A file without findings is one test that passes."""
    by_file: dict[str, list[Diagnostic]] = {plain(path): [] for path in files}
    for one in diagnostics:
        by_file.setdefault(plain(one.span.path), []).append(one)
    tests = sum(max(len(found), 1) for found in by_file.values())
    root = Element("testsuites", name=title, tests=str(tests), failures=str(len(diagnostics)), errors="0")
    for path, found in by_file.items():
        name = path_of(found[0].span, folder) if found else f"{folder}/{path}" if folder else path
        suite = SubElement(
            root,
            "testsuite",
            name=name,
            file=name,
            tests=str(max(len(found), 1)),
            failures=str(len(found)),
            errors="0",
            skipped="0",
            time="0",
        )
        for one in found:
            _case(suite, name, one)
        if not found:
            SubElement(suite, "testcase", name=title, classname=name, time="0")
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode")


def _case(suite: Element, name: str, one: Diagnostic) -> None:
    case = SubElement(
        suite,
        "testcase",
        name=f"{one.code} at line {one.span.line}",
        classname=name,
        time="0",
    )
    failure = SubElement(case, "failure", type=one.code, message=compact(one))
    failure.text = spoken(one)
