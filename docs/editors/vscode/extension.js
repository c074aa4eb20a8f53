const { spawn } = require("node:child_process");
const { once } = require("node:events");
const { commands, window, workspace } = require("vscode");
const { CloseAction, ErrorAction, LanguageClient } = require("vscode-languageclient/node");

const output = window.createOutputChannel("tiercel rules");
let client;

const start = async () => {
  if (!workspace.isTrusted) return;
  const cwd = workspace.workspaceFolders?.[0]?.uri.fsPath;
  const [command, ...args] = workspace
    .getConfiguration("sla")
    .get("command")
    .map((word) => word.replace("${workspaceFolder}", cwd ?? "."));
  try {
    await once(spawn(command, ["--version"], { cwd, stdio: "ignore" }), "spawn");
  } catch (error) {
    tell(`The language server cannot be started, so there are colours only: ${error.message}. Install it with pip install 'tiercel[lsp]', or say where it is.`);
    return;
  }
  let started = false;
  client = new LanguageClient("sla", "tiercel rules", { command, args, options: { cwd } }, {
    outputChannel: output,
    documentSelector: [{ language: "sla-rules", scheme: "file" }],
    // A server that ends before it has answered would end again: its last words are in the output, told once.
    initializationFailedHandler: () => false,
    errorHandler: {
      error: (...told) => (started ? usual.error(...told) : { action: ErrorAction.Continue, handled: true }),
      closed: () => (started ? usual.closed() : { action: CloseAction.DoNotRestart, handled: true }),
    },
  });
  const usual = client.createDefaultErrorHandler();
  started = await client.start().then(() => true, () => false);
};

const tell = async (message) => {
  if (await window.showErrorMessage(message, "Open settings"))
    commands.executeCommand("workbench.action.openSettings", "sla.command");
};

exports.activate = async ({ subscriptions }) => {
  subscriptions.push(
    output,
    workspace.onDidGrantWorkspaceTrust(start),
    workspace.onDidChangeConfiguration(async (change) => {
      if (!change.affectsConfiguration("sla.command")) return;
      await exports.deactivate();
      await start();
    }),
  );
  await start();
};

exports.deactivate = async () => {
  if (client?.isRunning()) await client.stop();
  client = undefined;
};
