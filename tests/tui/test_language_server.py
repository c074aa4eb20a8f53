"""The language server as an editor meets it: a real process over standard input and output."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from tests.tui.editor import REST, ROOT, TESTS, editing


@pytest.fixture
def site(tmp_path):
    (tmp_path / "rules").mkdir()
    (tmp_path / "sla.rules").write_text(ROOT)
    (tmp_path / "rules" / "rest.rules").write_text(REST)
    (tmp_path / "rules" / "tests.rules").write_text(TESTS)
    return tmp_path


async def test_what_is_typed_counts_before_it_is_saved_and_in_every_file(site):
    async with editing(site) as editor:
        editor.open("sla.rules")
        editor.open("rules/rest.rules")
        await editor.until(lambda: editor.codes("rules/rest.rules") == [])
        editor.type("sla.rules", (9, 5), (9, 9), "golden")
        await editor.until(lambda: editor.codes("rules/rest.rules") == ["E0301", "E0301"])
        first = editor.found[editor.uri("rules/rest.rules")][0]
        assert first.range == types.Range(types.Position(5, 7), types.Position(5, 11))
        assert "did you mean `golden`?" in first.message
        context = types.CodeActionContext([first])
        [action] = await editor.client.text_document_code_action_async(
            types.CodeActionParams(editor.document("rules/rest.rules"), first.range, context)
        )
        [edit] = action.edit.changes[editor.uri("rules/rest.rules")]
        assert (edit.range, edit.new_text) == (first.range, "golden")
        editor.type("sla.rules", (9, 5), (9, 11), "gold")
        await editor.until(lambda: editor.codes("rules/rest.rules") == [])
        assert (site / "sla.rules").read_text() == ROOT


async def test_columns_are_counted_as_editors_do_and_lines_end_where_theirs_do(site):
    async with editing(site) as editor:
        text = REST.replace(
            "  tier gold\n}\ncustomer g", "  # \u2028 \x0c one line\n  tier gold\n}\ncustomer g"
        )
        editor.open("sla.rules")
        editor.open("rules/rest.rules", text)
        await editor.until(lambda: editor.codes("rules/rest.rules") == [])
        editor.type("rules/rest.rules", (4, 22), (4, 23), "")  # behind the rocket: two units
        await editor.until(lambda: editor.codes("rules/rest.rules") not in ([], None))
        editor.type("rules/rest.rules", (4, 22), (4, 22), '"')
        await editor.until(lambda: editor.codes("rules/rest.rules") == [])
        editor.type("rules/rest.rules", (6, 7), (6, 11), "silver")
        await editor.until(lambda: editor.codes("rules/rest.rules") == ["E0301"])
        assert editor.found[editor.uri("rules/rest.rules")][0].range.start == types.Position(6, 7)


async def test_names_that_are_asked_for_before_the_site_is_read_are_asked_for_again(site):
    async with editing(site) as editor:
        editor.open("rules/rest.rules")
        here = types.CompletionParams(**editor.at("rules/rest.rules", 5, 7))
        early = await editor.client.text_document_completion_async(here)
        assert (list(early.items), early.is_incomplete) == ([], True)
        await editor.until(lambda: editor.codes("rules/rest.rules") == [])
        listed = await editor.client.text_document_completion_async(here)
        assert ([item.label for item in listed.items], listed.is_incomplete) == (["gold"], False)


async def test_names_are_completed_shown_found_and_renamed(site):
    async with editing(site) as editor:
        for name in ("sla.rules", "rules/rest.rules"):
            editor.open(name)
        await editor.until(lambda: editor.codes("rules/rest.rules") == [])
        client = editor.client
        listed = await client.text_document_completion_async(
            types.CompletionParams(**editor.at("rules/rest.rules", 5, 7))
        )
        assert [(item.label, item.detail) for item in listed.items] == [("gold", "tier Gold")]
        shown = await client.text_document_hover_async(
            types.HoverParams(**editor.at("rules/rest.rules", 5, 8))
        )
        assert shown.contents.value.splitlines() == [
            'tier gold "Gold"',
            "For whoever pays.",
            "declared at sla.rules:10:6",
            "used by 2 customers",
        ]
        shown = await client.text_document_hover_async(types.HoverParams(**editor.at("sla.rules", 10, 12)))
        assert "zone Europe/Berlin" in shown.contents.value
        assert len([line for line in shown.contents.value.splitlines() if line.startswith("  ")]) == 3
        [there] = await client.text_document_definition_async(
            types.DefinitionParams(**editor.at("rules/rest.rules", 5, 8))
        )
        assert (there.uri, there.range.start) == (editor.uri("sla.rules"), types.Position(9, 5))
        context = types.ReferenceContext(include_declaration=True)
        found = await client.text_document_references_async(
            types.ReferenceParams(context, **editor.at("sla.rules", 9, 6))
        )
        assert len(found) == 3
        edit = await client.text_document_rename_async(
            types.RenameParams(new_name="vip", **editor.at("sla.rules", 9, 6))
        )
        assert {uri: len(edits) for uri, edits in edit.changes.items()} == {
            editor.uri("sla.rules"): 1,
            editor.uri("rules/rest.rules"): 2,
        }
        for new, said in (("tier", "a keyword"), ("No", "not a name")):
            with pytest.raises(JsonRpcException, match=said):
                await client.text_document_rename_async(
                    types.RenameParams(new_name=new, **editor.at("sla.rules", 9, 6))
                )


async def test_safe_fixes_are_one_action_and_what_was_put_aside_is_not_shown(site):
    aside = '# sla:ignore W0105 until 9999-01-01 reason "later"\ninclude "none/*.rules"\n'
    async with editing(site) as editor:
        editor.open("sla.rules", aside + ROOT.replace("within 4h", "within 4 hours"))
        await editor.until(lambda: editor.codes("sla.rules") == ["E0211"])
        context = types.CodeActionContext([], only=[types.CodeActionKind.SourceFixAll])
        whole = types.Range(types.Position(0, 0), types.Position(99, 0))
        asked = types.CodeActionParams(editor.document("sla.rules"), whole, context)
        [action] = await editor.client.text_document_code_action_async(asked)
        assert action.edit.changes[editor.uri("sla.rules")][0].new_text == aside + ROOT


async def test_scenarios_are_run_and_say_when_their_tickets_are_due(site):
    async with editing(site) as editor:
        editor.open("rules/tests.rules")
        await editor.until(lambda: editor.codes("rules/tests.rules") == [])
        client = editor.client
        whole = types.Range(types.Position(0, 0), types.Position(99, 0))
        hints = await client.text_document_inlay_hint_async(
            types.InlayHintParams(editor.document("rules/tests.rules"), whole)
        )
        assert [(hint.label, hint.position.line) for hint in hints] == [
            ("response due 2026-10-05 11:00", 3),
            ("response due 2026-10-02 14:00", 9),
        ]
        lenses = await client.text_document_code_lens_async(
            types.CodeLensParams(editor.document("rules/tests.rules"))
        )
        assert [lens.command.title for lens in lenses] == ["run scenario", "run scenario"]
        for lens in lenses:
            command = lens.command
            await client.workspace_execute_command_async(
                types.ExecuteCommandParams(command.command, command.arguments)
            )
        await editor.until(lambda: len(editor.said) == 2)
        assert editor.said == [
            'scenario "in the night": everything holds',
            'scenario "wrong": 1 of 1 expectation failed',
        ]
        await editor.until(lambda: editor.codes("rules/tests.rules") == ["E0805"])
        failure = editor.found[editor.uri("rules/tests.rules")][0]
        assert failure.message.startswith(
            "expected response due 2026-10-02 15:00, got response due 2026-10-02 14:00"
        )
        actions = await client.text_document_code_action_async(
            types.CodeActionParams(
                editor.document("rules/tests.rules"), failure.range, types.CodeActionContext([failure])
            )
        )
        assert [action.title for action in actions] == ["expect response due 2026-10-02 14:00"]
        editor.type("rules/tests.rules", (10, 33), (10, 35), "14")
        await editor.until(lambda: editor.codes("rules/tests.rules") == [])


async def test_the_file_as_a_whole_formatted_outlined_and_folded(site):
    async with editing(site) as editor:
        editor.open("sla.rules", ROOT.replace("  calendar", "      calendar"))
        await editor.until(lambda: editor.codes("sla.rules") == [])
        client, document = editor.client, editor.document("sla.rules")
        [edit] = await client.text_document_formatting_async(
            types.DocumentFormattingParams(document, types.FormattingOptions(2, insert_spaces=True))
        )
        assert "\n  calendar office\n" in edit.new_text
        symbols = await client.text_document_document_symbol_async(types.DocumentSymbolParams(document))
        assert [(one.name, one.detail) for one in symbols][-2:] == [
            ("statuses", "statuses"),
            ("gold", "tier Gold"),
        ]
        folds = await client.text_document_folding_range_async(types.FoldingRangeParams(document))
        assert [(fold.start_line, fold.end_line) for fold in folds] == [(3, 6), (9, 11)]


async def test_it_lives_through_what_it_cannot_use(site):
    async with editing(site) as editor:
        editor.open("elsewhere.rules", 'tier \x00 {{{\n"\n}')
        await editor.until(lambda: editor.codes("elsewhere.rules"))
        editor.type("elsewhere.rules", (99, 99), (0, 0), "\ud83d")
        editor.type("elsewhere.rules", (0, 3), (77, 3), "")
        for ask in (
            "text_document_hover_async",
            "text_document_definition_async",
            "text_document_completion_async",
        ):
            kind = {"h": types.HoverParams, "d": types.DefinitionParams, "c": types.CompletionParams}[ask[14]]
            await getattr(editor.client, ask)(kind(**editor.at("elsewhere.rules", 500, 500)))
            await getattr(editor.client, ask)(kind(**editor.at("sla.rules", 0, 0)))
        untitled = types.TextDocumentItem("untitled:Untitled-1", "rules", 1, "tier x {\n}\n")
        editor.client.text_document_did_open(types.DidOpenTextDocumentParams(untitled))
        assert not editor.said


def test_an_editor_that_leaves_is_let_go_without_a_word(tmp_path):
    """Standard input stays open, as editors leave it."""
    asked = (
        {"id": 1, "method": "initialize", "params": {"processId": None, "rootUri": None, "capabilities": {}}},
        {"id": 2, "method": "shutdown", "params": None},
        {"method": "exit", "params": None},
    )
    with subprocess.Popen(
        [Path(sys.executable).with_name("sla"), "lsp"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
    ) as server:
        for one in asked:
            body = json.dumps({"jsonrpc": "2.0"} | one).encode()
            server.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        server.stdin.flush()
        assert server.wait(20) == 0
        assert server.stderr.read() == b""


def test_a_missing_extra_is_one_line(tmp_path):
    code = "import sys; sys.modules['pygls'] = None; from tui.cli import run; sys.exit(run(['lsp']))"
    ended = subprocess.run(
        [sys.executable, "-c", code], check=False, capture_output=True, text=True, timeout=60
    )
    assert ended.returncode == 4
    assert ended.stderr.splitlines() == [
        "sla: sla lsp needs an extra that is not installed",
        "  help: pip install 'tiercel[lsp]'",
    ]


def test_it_ends_with_its_editor(site):
    command = [str(Path(sys.executable).with_name("sla")), "lsp"]
    ended = subprocess.run(command, check=False, input=b"", capture_output=True, timeout=60)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, b"", b"")
