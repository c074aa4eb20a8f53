"""The extension for Visual Studio Code, in Node.js with an editor that only writes down what it was asked for."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

EXTENSION = Path(__file__).resolve().parents[2] / "docs/editors/vscode/extension.js"
EDITOR = """
const seen = [];
const listeners = {};
const editor = {
  command: COMMAND,
  vscode: {
    commands: { executeCommand: (...what) => seen.push(["command", ...what]) },
    window: {
      createOutputChannel: () => ({}),
      showErrorMessage: async (text, button) => { seen.push(["told", text]); return button; },
    },
    workspace: {
      isTrusted: TRUSTED,
      workspaceFolders: [{ uri: { fsPath: process.cwd() } }],
      getConfiguration: () => ({ get: () => editor.command }),
      onDidChangeConfiguration: (listener) => (listeners.changed = listener),
      onDidGrantWorkspaceTrust: (listener) => (listeners.trusted = listener),
    },
  },
  client: {
    CloseAction: {}, ErrorAction: {},
    LanguageClient: class {
      constructor(id, name, server) { this.server = server; }
      createDefaultErrorHandler() {}
      async start() { this.running = true; seen.push(["started", this.server.command, ...this.server.args]); }
      async stop() { this.running = false; seen.push(["stopped", this.server.command]); }
      isRunning() { return this.running; }
    },
  },
};
const Module = require("node:module");
const load = Module._load;
Module._load = (name, ...rest) =>
  ({ vscode: editor.vscode, "vscode-languageclient/node": editor.client })[name] ?? load(name, ...rest);
const extension = require(EXTENSION);
(async () => {
  await extension.activate({ subscriptions: [] });
  STEPS
  await extension.deactivate();
  console.log(JSON.stringify(seen));
})();
"""
CHANGED = 'await listeners.changed({ affectsConfiguration: (name) => name === "sla.command" });'


@pytest.fixture
def seen(tmp_path):
    """What the editor was asked for, with a server's command and steps in between."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("needs Node.js")

    def call(command, steps="", *, trusted=True):
        script = EDITOR.replace("STEPS", steps).replace("EXTENSION", json.dumps(str(EXTENSION)))
        script = script.replace("COMMAND", json.dumps(command)).replace("TRUSTED", json.dumps(trusted))
        done = subprocess.run(
            [node, "-e", script], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True
        )
        return json.loads(done.stdout)

    return call


def test_a_server_that_is_there_is_started_and_ended(seen):
    assert seen([sys.executable, "lsp"]) == [["started", sys.executable, "lsp"], ["stopped", sys.executable]]


def test_one_that_is_not_is_told_with_what_to_do(seen):
    [(what, text), command] = seen(["no-such-sla", "lsp"])
    assert what == "told" and "no-such-sla" in text and "pip install 'tiercel[lsp]'" in text
    assert command == ["command", "workbench.action.openSettings", "sla.command"]


def test_a_command_in_the_folder_and_a_change_of_it(seen, tmp_path):
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "sla").symlink_to(sys.executable)
    steps = f'editor.command = ["${{workspaceFolder}}/bin/sla", "lsp"]; {CHANGED}'
    assert [one[:2] for one in seen([sys.executable, "lsp"], steps)] == [
        ["started", sys.executable],
        ["stopped", sys.executable],
        ["started", f"{tmp_path}/bin/sla"],
        ["stopped", f"{tmp_path}/bin/sla"],
    ]


def test_nothing_is_run_in_a_folder_that_is_not_trusted(seen):
    steps = f'{CHANGED} seen.push(["trusted"]); editor.vscode.workspace.isTrusted = true; await listeners.trusted();'
    assert [one[0] for one in seen([sys.executable], steps, trusted=False)] == [
        "trusted",
        "started",
        "stopped",
    ]
