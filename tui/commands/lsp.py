"""`sla lsp`: the language server that editors start."""

from __future__ import annotations

import logging
import os
import sys
import time

import click

from dsl.errors import SlaError

_EXTRA = ("pygls", "lsprotocol", "cattrs", "attrs")


@click.command(epilog='Example, in the settings of an editor: ["sla", "lsp"]')
def command() -> None:
    """Speak the Language Server Protocol on standard input and output, until the editor ends it."""
    try:
        from tui.language_server.server import RulesServer
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] not in _EXTRA:
            raise
        raise SlaError(
            "sla lsp needs an extra that is not installed", help="pip install 'tiercel[lsp]'"
        ) from error
    if not os.environ.get("SLA_DEBUG"):
        logging.getLogger("pygls").setLevel(logging.CRITICAL)
    # pygls closes what it wrote to when the editor ends it: a second handle, so that ours can still be flushed
    output = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    RulesServer(lambda: int(time.time())).start_io(stdout=output)
