"""Holiday lists: countries that the holidays package knows, and iCalendar files that can be read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dsl import syntax
from dsl.finding import Finding, Mend, here
from dsl.icalendar_file import broken_events
from dsl.suggest import nearest, some


def holiday_findings(tree: syntax.Declaration, texts: Mapping[str, tuple[str, str]]) -> Iterator[Finding]:
    """`texts` maps a path as written to the path as shown and the content; a file that is missing is not in it."""
    for line in tree.lines:
        if isinstance(line, syntax.Country):
            yield from _country(line)
        elif isinstance(line, syntax.Fact) and line.keyword == "file":
            for word in line.words:
                for reason in broken_events(texts[word.text][1]) if word.text in texts else ():
                    yield Finding(
                        "E0405",
                        f'"{word.text}" is not a calendar that can be used: {reason[:200]}',
                        here(word),
                        "export it again as iCalendar (.ics), or correct that event",
                    )


def _country(line: syntax.Country) -> Iterator[Finding]:
    known = _countries()
    code = line.code
    if code.text not in known:
        meant = nearest(code.text, known)
        yield Finding(
            "E0404",
            f"no public holidays are known for the country `{code.text}`",
            here(code),
            f"did you mean `{meant}`?" if meant else "use the ISO code of a country, for example `DE`",
            mends=(Mend(f"write {meant}", ((here(code), meant),)),) if meant else (),
        )
        return
    subdivision = line.subdivision
    if subdivision is None or subdivision.text in known[code.text]:
        return
    meant = nearest(subdivision.text, known[code.text])
    if meant:
        help_ = f"did you mean `{meant}`?"
    elif known[code.text]:
        help_ = f"it can be {some(sorted(known[code.text]), 20)}"
    else:
        help_ = f"leave the subdivision out: `{code.text}` has none"
    yield Finding(
        "E0404",
        f"`{code.text}` has no subdivision `{subdivision.text}`",
        here(subdivision),
        help_,
        mends=(Mend(f"write {meant}", ((here(subdivision), meant),)),) if meant else (),
    )


def _countries() -> Mapping[str, list[str]]:
    import holidays

    found: Mapping[str, list[str]] = holidays.list_supported_countries(include_aliases=True)
    return found
