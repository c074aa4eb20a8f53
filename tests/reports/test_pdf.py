"""Reports on paper, read back with pypdf: text, tags, fonts, the same bytes, and what cannot be printed."""

from __future__ import annotations

import io
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from engine.commitment.days import Day, Known, Strip
from engine.errors import EngineError
from reports.compliance import Excuse, Standing
from reports.render.look import LARGEST_LOGO, Look, look_of, read_logo
from reports.render.pdf import Press
from tests.engine.site import at
from tests.reports.papers import clock, paper, settlement_

pytest.importorskip("typst")
pypdf = pytest.importorskip("pypdf")

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'
HOSTILE = '#emph[x] *b* _i_ $x$ `c` <l> @r // \\ #import "x" "q" = h\x1b[31m\u202e{"a":1}'


@cache
def press() -> Press:
    return Press(Look(sender="Desk"))


def read(content: bytes):
    return pypdf.PdfReader(io.BytesIO(content))


def text(content: bytes) -> str:
    words = " ".join(page.extract_text() for page in read(content).pages)
    return " ".join(words.replace("\u200b", "").split())


def tags(node, found):
    node = node.get_object()
    if "/S" in node:
        found.append((node["/S"], node.get("/Alt", "")))
    kids = node.get("/K", [])
    for kid in kids if isinstance(kids, list) else [kids]:
        if not isinstance(kid, int):
            tags(kid, found)
    return found


def test_what_is_on_it():
    told = clock(2, excuse=Excuse("power cut in hall 3", "duty-manager"))
    found = text(press().render(paper(clock(), told, clock(3, late=False), settlement=settlement_())))
    for words in (
        "Monthly service report", "Acme GmbH", "October 2026", "2026-10-01 to 2026-10-31, Europe/Berlin", "50.00 %",
        "excluded: power cut in hall 3 (duty-manager)", "T-1", "1h", "breach of resolution pays EUR 250 each", "EUR 250", "So far: credits come of closed months.",
        "This period is not closed", "Compliance is met / (met + breached + missed)", "d" * 64, "Made 2026-11-02T06:00:00",
    ):  # fmt: skip
        assert words in found, words


def test_it_is_tagged_titled_and_in_a_language():
    document = read(press().render(paper(clock(), clock(2, late=False))))
    root = document.trailer["/Root"]
    assert root["/Lang"] == "en" and root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert document.metadata.title == "Monthly service report, Acme GmbH, October 2026"
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_object().get_data()
    kinds = {kind for kind, _ in tags(root["/StructTreeRoot"], [])}
    assert {"/H1", "/H2", "/Table", "/THead", "/TH", "/TD"} <= kinds


def test_its_fonts_are_inside():
    for page in read(press().render(paper(clock()))).pages:
        for font in page["/Resources"]["/Font"].values():
            for inner in font.get_object()["/DescendantFonts"]:
                descriptor = inner.get_object()["/FontDescriptor"].get_object()
                assert {"/FontFile2", "/FontFile3"} & descriptor.keys()


def test_the_same_report_is_the_same_bytes():
    one = paper(clock(), clock(2, late=False))
    assert press().render(one) == press().render(one) == Press(Look(sender="Desk")).render(one)


def test_text_is_never_markup():
    found = text(
        press().render(paper(clock(ticket=HOSTILE, priority=HOSTILE), customer=HOSTILE, show=("breaches",)))
    )
    assert '#emph[x] *b* _i_ $x$ `c` <l> @r // \\ #import "x" "q" = h' in found
    assert "\x1b" not in found and "\u202e" not in found


def test_long_words_stay_in_their_columns():
    page = read(press().render(paper(clock(ticket="X" * 300, team="Y" * 300)))).pages[0]
    edges = []
    page.extract_text(visitor_text=lambda words, _, matrix, *rest: edges.append(matrix[4]))
    assert max(edges) < float(page.mediabox.width) - 40


def test_built_in_metrics_are_not_broken():
    """Also beside a breach of weeks, for one customer."""
    names = ("next-response", "workaround", "resolution")
    due, stopped = at("2026-10-05 12:10") + 37, at("2026-10-31 08:00")
    long = [clock(metric=name, due=due, stopped=stopped) for name in names]
    found = read(press().render(paper(*long, show=("breaches",)))).pages[0].extract_text()
    assert "619h 49m 23s" in found
    assert [name for name in names if name not in found] == []


def test_five_hundred_breaches_have_a_head_on_every_page():
    pages = [page.extract_text() for page in read(press().render(paper(*map(clock, range(500))))).pages]
    assert len(pages) > 8
    assert all("over by" in page for page in pages[2:-2])
    assert all(f"Page {number} of {len(pages)}" in page for number, page in enumerate(pages, 1))
    told = set(" ".join(pages).split())
    assert all(f"T-{number}" in told for number in range(500))


def test_a_list_with_what_was_met_is_not_called_breaches():
    found = paper(clock(), clock(2, late=False))
    assert " Breaches ticket " in text(press().render(found))
    both = replace(found, report=replace(found.report, shown=frozenset(Standing)))
    said = text(press().render(both))
    assert " Clocks ticket " in said and " Breaches ticket " not in said


def test_an_empty_report_says_so():
    found = text(press().render(paper()))
    assert "None." in found and "- compliance of 0 decided clocks" in found


def test_a_report_for_everybody_names_the_customers():
    found = text(press().render(paper(clock(), customer="")))
    assert "all customers" in found and "in the zone of each customer" in found
    assert "ticket customer priority" in found


@pytest.mark.parametrize("name", ["Ζαφείρης ΑΕ", "Северсталь", "Nguyễn Žižka", "עברית", "ไทย"])
def test_names_in_other_scripts(name):
    found = text(press().render(paper(clock(), customer=name)))
    assert name in found or name[::-1] in found


def test_arabic_is_shaped_and_titled():
    document = read(press().render(paper(clock(), customer="شركة الأمل")))
    assert "شركة الأمل" in document.metadata.title


def test_a_glyph_that_is_missing_is_named_with_its_text_and_the_setting():
    with pytest.raises(EngineError) as error:
        press().render(paper(clock(ticket="ticket 日本-7")))
    assert "'日' (U+65E5) in 'ticket 日本-7'" in str(error.value)
    assert "reports.fonts" in error.value.help
    assert press().render(paper(clock())), "the press goes on printing"


def test_fonts_of_a_folder_are_used(tmp_path):
    fonts = Path("/usr/share/fonts/truetype/noto")
    found = next(iter(fonts.glob("NotoSansGeorgian-Regular.ttf")), None) if fonts.is_dir() else None
    if found is None:
        pytest.skip("there is no Noto Sans Georgian here to print with")
    (tmp_path / found.name).write_bytes(found.read_bytes())
    georgian = paper(clock(), customer="საქართველო")
    with pytest.raises(EngineError):
        press().render(georgian)
    assert "საქართველო" in text(Press(Look(fonts=tmp_path)).render(georgian))


def test_uptime_is_a_strip_that_is_told_in_words(strip):
    document = read(press().render(paper(clock(), strips=(strip,))))
    [alt] = [
        alt for kind, alt in tags(document.trailer["/Root"]["/StructTreeRoot"], []) if "Uptime by day" in alt
    ]
    assert "Down: 2026-10-06 52m." in alt and "Announced maintenance: 2026-10-04 4h." in alt
    found = text(press().render(paper(clock(), strips=(strip,))))
    assert "web: 98%, missed" in found and "Down on day 06 for 52m." in found


def test_the_cover_shows_the_commitment_of_each_service_that_is_worst_off(strip):
    from reports.render.pdf_data import data

    def of(service, down):
        return replace(strip, figure=replace(strip.figure, service=service, down=down))

    strips = (of("web", 0), of("web", 50_000), of("mail", 10), of("dns", 0), of("lab", 60_000))
    cover = [(one["service"], one["state"]) for one in data(paper(clock(), strips=strips))["cover"]]
    assert cover == [("lab", "missed"), ("web", "missed"), ("mail", "met")]


@pytest.fixture
def strip(figure):
    days = [Day(f"2026-10-{day:02}", Known.MEASURED, 86_400, 0, 0) for day in range(1, 32)]
    days[3] = Day("2026-10-04", Known.MEASURED, 72_000, 0, 14_400)
    days[5] = Day("2026-10-06", Known.MEASURED, 86_400, 3120, 0)
    days[30] = Day("2026-10-31", Known.AHEAD, 86_400, 0, 0)
    return Strip(figure, tuple(days))


@pytest.fixture
def figure():
    from dsl.commitment import Uptime
    from engine.commitment.uptime import Figure
    from tests.engine.site import at

    promise = Uptime(999_000, None, "always", True)
    start, end = at("2026-10-01 00:00"), at("2026-11-01 00:00")
    return Figure(
        "acme", "web", promise, start, end, 2_600_000, 2_600_000, 2_600_000, 52_000, 14_400, 0, 1, 0
    )


def test_paper_and_logo_are_of_the_settings(tmp_path):
    from engine.settings import Reports

    (tmp_path / "logo.svg").write_bytes(SVG)
    look = look_of(Reports(paper="letter", logo=tmp_path / "logo.svg", sender="Northgate"))
    page = read(Press(look).render(paper(clock()))).pages[0]
    assert (round(page.mediabox.width), round(page.mediabox.height)) == (612, 792)
    assert "Northgate" in page.extract_text()
    assert [alt for kind, alt in tags(page.pdf.trailer["/Root"]["/StructTreeRoot"], []) if "Logo" in alt] == [
        "Logo of Northgate"
    ]


def test_a_logo_that_is_none_is_refused(tmp_path):
    path = tmp_path / "logo"
    for content, why in (
        (b"hello", "no PNG, JPEG or SVG"),
        (b"\x89PNG\r\n\x1a\n" + b"0" * LARGEST_LOGO, "at most"),
    ):
        path.write_bytes(content)
        with pytest.raises(EngineError, match=why):
            read_logo(path)
    with pytest.raises(EngineError, match="cannot be read"):
        read_logo(tmp_path / "none.png")
    path.write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    with pytest.raises(EngineError, match="the logo cannot be used"):
        Press(Look(logo=read_logo(path))).render(paper(clock()))


def test_a_folder_of_fonts_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(EngineError, match="no such folder of fonts"):
        Press(Look(fonts=tmp_path / "none"))
