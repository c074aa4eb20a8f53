"""A command that does something by itself and has commands of its own: `sla outbox`, `sla outbox retry 4`."""

from __future__ import annotations

from typing import ClassVar

import click


class Listing(click.Group):
    """A group whose command `list` is meant where none is named."""

    usual: ClassVar[str] = "list"

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the usual one in where the first word is neither one of the commands nor a question for help."""
        if not args or (args[0] not in self.commands and args[0] not in ctx.help_option_names):
            args = [self.usual, *args]
        return super().parse_args(ctx, args)


class Serving(Listing):
    """A group whose command `serve` is meant where none is named."""

    usual = "serve"
