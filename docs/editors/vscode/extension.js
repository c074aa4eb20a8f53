const { workspace } = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

exports.activate = () => {
  const [command, ...args] = workspace.getConfiguration("sla").get("command");
  client = new LanguageClient("sla", "tiercel rules", { command, args }, {
    documentSelector: [{ language: "sla-rules", scheme: "file" }],
  });
  return client.start();
};

exports.deactivate = () => client?.stop();
