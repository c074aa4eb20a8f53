"""The results of scenarios as JUnit XML, the form of test results that every CI system reads.

The schema is that of Jenkins' xUnit plugin (junit-10.xsd): `testsuites`, one `testsuite` a file, a `testcase` for each scenario or
check.
"""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from engine.scenario.verdicts import Result
from tui.plain import plain


def junit(results: Iterable[Result], seconds: float) -> bytes:
    """The document; `seconds` is the time of the whole run."""
    by_file: dict[str, list[Result]] = {}
    for result in results:
        by_file.setdefault(result.span.path, []).append(result)
    everything = [result for found in by_file.values() for result in found]
    root = Element("testsuites", {"name": "sla test", "time": f"{seconds:.3f}"} | _counts(everything))
    for path, found in by_file.items():
        suite = SubElement(
            root, "testsuite", {"name": _xml(path), "file": _xml(path), "skipped": "0"} | _counts(found)
        )
        for result in found:
            _case(suite, result)
    indent(root)
    document: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


def _counts(results: list[Result]) -> dict[str, str]:
    failures = sum(bool(result.failures) for result in results)
    return {"tests": str(len(results)), "failures": str(failures), "errors": "0"}


def _case(suite: Element, result: Result) -> None:
    case = SubElement(
        suite,
        "testcase",
        name=_xml(result.title),
        classname=_xml(f"{result.span.path}.{result.kind}"),
    )
    if not result.failures:
        return
    first = result.failures[0].diagnostic
    failure = SubElement(case, "failure", type=first.code, message=_xml(first.message))
    failure.text = "\n\n".join(
        "\n".join(
            [
                str(one.span),
                f"expected  {one.expected}",
                f"got       {one.got}",
                *(f"  {line}" for line in one.reasons),
            ]
        )
        for one in (result.failures)
    )
    failure.text = "\n".join(_xml(line) for line in failure.text.split("\n"))


def _xml(text: str) -> str:
    """Without the characters that XML 1.0 has no form for."""
    return plain(text, 10_000)
