"""The portal over a store on PostgreSQL, as a user who may read and nothing else."""

from __future__ import annotations

from urllib.parse import quote

import psycopg
import pytest

from engine.store.grants import Role, grants
from engine.store.place import Server
from tests.reports.portal.routes import addresses, routes
from tests.reports.portal.world import SECRETS, World


@pytest.fixture
def world(tmp_path, schema, postgres):
    if not postgres.ours:
        pytest.skip("users are made on a server of our own only")
    made = World(tmp_path, schema)
    with psycopg.connect(schema.url, autocommit=True) as admin:
        [name] = admin.execute("SELECT current_schema()").fetchone()
        login = f"portal_{name}"
        admin.execute(f"CREATE ROLE {login} LOGIN")
        for statement in grants(Role.REPORTER, login, name):
            admin.execute(statement)
        made.reader = Server(f"{schema.url.replace('postgres:@', '@')}&user={quote(login)}")
        yield made
        made.close()
        admin.execute(f"DROP OWNED BY {login}")
        admin.execute(f"DROP ROLE {login}")


def test_a_reporter_is_enough(world):
    browser = world.signed_in("acme")
    for method, path in routes(world):
        if method == "GET":
            address = addresses(world, path, [str(world.reports["acme"])])[0]
            assert browser.get(address).status_code in (200, 303, 404), path
    assert "due today 11:00, in 30 min" in browser.get("/tickets").text
    assert "1 min in 1 outage" in browser.get("/uptime").text
    assert browser.get(f"/reports/{world.reports['acme']}").content.decode() == SECRETS["acme"]
    assert browser.get(f"/reports/{world.reports['globex']}").status_code == 404
    with world.store() as store:
        [[users]] = store.connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE usename LIKE 'portal_sla_%'"
        ).fetchall()
    assert users >= 1
