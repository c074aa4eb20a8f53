"""Reports as workbooks, read back with openpyxl: kinds of cells, the same bytes, and text that is only text."""

from __future__ import annotations

import io
import sys
from datetime import datetime, timedelta

import pytest

from engine.errors import EngineError
from reports.compliance import DIMENSIONS, Excuse
from reports.render import as_xlsx
from tests.reports.papers import clock, report

pytest.importorskip("xlsxwriter")
openpyxl = pytest.importorskip("openpyxl")

HOSTILE = ("=1+1", "+1", "-1", "@x", "{=1}", "http://x.example", "007", "_x0041_", "a\x1b\u202eb", "", "1e5")


def book(found):
    return openpyxl.load_workbook(io.BytesIO(as_xlsx.render(found)))


def rows(sheet):
    head, *rest = sheet.iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rest]


def test_its_sheets_and_figures():
    found = book(report(clock(), clock(2, late=False), clock(3, excuse=Excuse("storm", "lead"))))
    assert found.sheetnames == [
        "total",
        *(f"by {name}" for name in DIMENSIONS),
        "clocks",
        "corrections",
        "definitions",
    ]
    [total] = rows(found["total"])
    assert (total["period"], total["met"], total["missed"], total["excluded"], total["compliance"]) == (
        "2026-10",
        1,
        1,
        1,
        0.5,
    )
    assert found["total"]["H2"].number_format == "0.00%"
    assert [row["metric"] for row in rows(found["by metric"])] == ["resolution"]
    assert "Compliance is met" in found["definitions"]["A2"].value


def test_instants_are_dates_of_the_zone_that_is_named_and_lengths_are_time():
    one, excluded = rows(book(report(clock(), clock(2, excuse=Excuse("storm", "lead"))))["clocks"])
    assert one["due (Europe/Berlin)"] == datetime.fromisoformat("2026-10-05T14:10")
    assert one["target"] == timedelta(hours=4) and one["over by"] == timedelta(hours=1)
    assert (excluded["standing"], excluded["excuse"], excluded["excused by"]) == ("excluded", "storm", "lead")


def test_where_zones_differ_they_are_utc():
    found = report(clock(), clock(2, customer="globex"), customer="")
    found.zones["globex"] = "Asia/Kathmandu"
    assert rows(book(found)["clocks"])[0]["due (UTC)"] == datetime.fromisoformat("2026-10-05T12:10")


def test_text_stays_text():
    found = book(report(*(clock(number, ticket=text) for number, text in enumerate(HOSTILE))))
    cells = list(found["clocks"]["B"][1:])
    assert {cell.data_type for cell in cells if cell.value is not None} == {"s"}
    assert {cell.value or "" for cell in cells} == {*HOSTILE} - {"a\x1b\u202eb"} | {"a\ufffd\ufffdb"}
    assert all(cell.hyperlink is None for cell in cells)


def test_the_same_report_is_the_same_bytes():
    one = report(clock(), clock(2, late=False))
    assert as_xlsx.render(one) == as_xlsx.render(one)


def test_nothing_is_a_workbook_too():
    found = book(report())
    assert rows(found["clocks"]) == [] and rows(found["total"])[0]["compliance"] is None


def test_more_clocks_than_rows_are_refused(monkeypatch):
    monkeypatch.setattr(as_xlsx, "LONGEST", 2)
    with pytest.raises(EngineError, match="more than a sheet"):
        as_xlsx.render(report(clock(), clock(2)))


def test_without_the_extra_it_says_which(monkeypatch):
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    with pytest.raises(EngineError) as error:
        as_xlsx.render(report())
    assert "tiercel[pdf]" in error.value.help
