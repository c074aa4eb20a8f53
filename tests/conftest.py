from __future__ import annotations

from tests.postgres import postgres, schema, version

__all__ = ["postgres", "schema"]


def pytest_report_header() -> str:
    return f"store on a server: {version()}"
