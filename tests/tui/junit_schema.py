"""What Jenkins' xUnit plugin takes as JUnit results (its junit-10.xsd), in a table of our own: what is not in it is refused."""

from __future__ import annotations

import re
from typing import NamedTuple
from xml.etree.ElementTree import Element


class Kind(NamedTuple):
    """An element: the children that it may have, and the attributes that it must and may have. `text` says whether it has text."""

    children: frozenset[str]
    required: frozenset[str]
    allowed: frozenset[str]
    text: bool = False


def _kind(children: str, required: str, allowed: str, *, text: bool = False) -> Kind:
    return Kind(frozenset(children.split()), frozenset(required.split()), frozenset(allowed.split()), text)


_MESSAGE = _kind("", "", "type message", text=True)
_OUTPUT = _kind("", "", "", text=True)
_RERUN = _kind("stackTrace system-out system-err", "type", "message", text=True)
_RERUNS = ("rerunFailure", "rerunError", "flakyFailure", "flakyError")
_KINDS = {
    "testsuites": _kind("testsuite", "", "name time tests failures errors"),
    "testsuite": _kind(
        "testsuite properties testcase system-out system-err",
        "name tests failures errors",
        "group time skipped timestamp hostname id package file log url",
    ),
    "testcase": _kind(
        f"skipped errors failure system-out system-err {' '.join(_RERUNS)}", "name", "time classname group"
    ),
    "properties": _kind("property", "", ""),
    "property": _kind("", "name value", ""),
    **dict.fromkeys(("failure", "errors", "skipped"), _MESSAGE),
    **dict.fromkeys(("system-out", "system-err", "stackTrace"), _OUTPUT),
    **dict.fromkeys(_RERUNS, _RERUN),
}
_TIME = re.compile(r"(([0-9]{0,3},)*[0-9]{3}|[0-9]{0,3})*(\.[0-9]{0,3})?")


def check(element: Element) -> None:
    """Refuse an element that the schema does not have, and everything in it."""
    kind = _KINDS[element.tag]
    given = set(element.attrib)
    assert kind.required <= given <= kind.required | kind.allowed, (element.tag, given)
    assert {child.tag for child in element} <= kind.children, element.tag
    assert kind.text or not (element.text or "").strip(), element.text
    if element.tag in ("testsuites", "testsuite"):
        assert _TIME.fullmatch(element.get("time", "")), element.attrib
    for child in element:
        check(child)
