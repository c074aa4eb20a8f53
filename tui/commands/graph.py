"""`sla graph`: the evaluation graph as a drawing, or as data for other tools."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tui.failure import failing_in, failure_json
from tui.options import graph_from_file
from tui.plain import json_text, plain
from tui.rule_path import rule_path

if TYPE_CHECKING:
    from engine.nodes import Node


@click.command(epilog="Example: sla graph sla.rules --customer acme --format dot | dot -Tsvg > graph.svg")
@rule_path
@click.option(
    "--format", "form", type=click.Choice(["mermaid", "dot", "json"]), default="mermaid", show_default=True
)
@click.option(
    "--customer",
    "customers",
    multiple=True,
    metavar="NAME",
    help="Only this customer and what it depends on.",
)
@failing_in({"json": failure_json})
def command(rules_path: Path, form: str, customers: tuple[str, ...]) -> None:
    """Draw how the rules of PATH become agreements: sources, declarations, calendars, conditions, targets."""
    graph = graph_from_file(rules_path)
    for name in customers:
        if name not in graph.ruleset.customers:
            raise click.BadParameter(f"no customer {plain(name)!r} is declared", param_hint="--customer")
    nodes = graph.nodes(customers or None)
    if customers:
        nodes = _needed(nodes, [f"agreement {name}" for name in customers])
    for line in {"mermaid": mermaid, "dot": dot, "json": as_json}[form](nodes):
        click.echo(line)


_SYNTAX = frozenset('#&"<>`')


def _needed(nodes: Sequence[Node], roots: Iterable[str]) -> list[Node]:
    """The nodes that the roots depend on, and these."""
    by_key = {node.key: node for node in nodes}
    wanted: set[str] = set()
    waiting = list(roots)
    while waiting:
        key = waiting.pop()
        if key not in wanted and key in by_key:
            wanted.add(key)
            waiting += by_key[key].depends_on
    return [node for node in nodes if node.key in wanted]


def mermaid(nodes: Sequence[Node]) -> Iterable[str]:
    """A Mermaid flow chart: what depends on something stands right of it."""
    ids = {node.key: f"n{number}" for number, node in enumerate(nodes)}
    yield "flowchart LR"
    for node in nodes:
        yield f'  {ids[node.key]}["{_entities(_label(node))}"]:::{node.kind}'
    yield from (
        f"  {ids[key]} --> {ids[node.key]}" for node in nodes for key in node.depends_on if key in ids
    )


def dot(nodes: Sequence[Node]) -> Iterable[str]:
    """A Graphviz digraph with the same arrows."""
    ids = {node.key: f"n{number}" for number, node in enumerate(nodes)}
    yield "digraph rules {"
    yield "  rankdir=LR; node [shape=box, fontname=sans-serif];"
    for node in nodes:
        label = _label(node).replace("\\", "\\\\").replace('"', '\\"')
        yield f'  {ids[node.key]} [label="{label}"];'
    yield from (
        f"  {ids[key]} -> {ids[node.key]};" for node in nodes for key in node.depends_on if key in ids
    )
    yield "}"


def as_json(nodes: Sequence[Node]) -> Iterable[str]:
    """One JSON object: `{"nodes": [{"key", "kind", "name", "digest", "where", "depends_on"}, ..]}`."""
    listed = [
        {
            "key": node.key,
            "kind": node.kind,
            "name": node.name,
            "digest": node.digest,
            "where": node.where,
            "depends_on": list(node.depends_on),
        }
        for node in nodes
    ]
    yield json_text({"nodes": listed})


def _label(node: Node) -> str:
    """The kind and name, and where to find it."""
    name = node.name if node.kind != "target" else node.name.replace(": target ", ": ", 1)
    return plain(f"{node.kind} {name}" + (f" ({node.where})" if node.where else ""))


def _entities(text: str) -> str:
    """Text inside a Mermaid label, where quotes and angles would be syntax."""
    return "".join(f"#{ord(character)};" if character in _SYNTAX else character for character in text)
