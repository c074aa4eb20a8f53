"""Every route of the portal, and its addresses for a customer."""

from __future__ import annotations

import itertools

from starlette.routing import Mount, Route


def routes(world) -> list[tuple[str, str]]:
    """(method, path) of everything that the app answers, whoever put it in."""
    app = world.app
    while not hasattr(app, "routes"):
        app = app._app
    found = []
    for route in app.routes:
        for one in route.routes if isinstance(route, Mount) else [route]:
            assert isinstance(one, Route), one
            found += [(method, one.path) for method in sorted(one.methods) if method != "HEAD"]
    return found


def addresses(world, path: str, numbers: list[str]) -> list[str]:
    """The paths that somebody can ask for who knows every number, and no key."""
    names = [part[1:].partition("}")[0] for part in path.split("/") if part.startswith("{")]
    assert set(names) <= {"token", "number"}, "a route with a parameter that this test cannot fill"
    choices = [numbers if name == "number" else ["x" * 43] for name in names]
    return [_filled(path, dict(zip(names, values, strict=True))) for values in itertools.product(*choices)]


def _filled(path: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        path = path.replace("{" + name + "}", value)
    return path
