"""A command that lists by itself and has commands of its own: `sla outbox`, `sla outbox retry 4`."""

from __future__ import annotations

import click


class Listing(click.Group):
    """A group whose command `list` is meant where none is named."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put `list` in where the first word is neither one of the commands nor a question for help."""
        if not args or (args[0] not in self.commands and args[0] not in ctx.help_option_names):
            args = ["list", *args]
        return super().parse_args(ctx, args)
