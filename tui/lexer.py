"""Rule files for Pygments, from the table that all highlighters share."""

from __future__ import annotations

import re
from typing import ClassVar

from pygments.lexer import RegexLexer
from pygments.token import Whitespace, string_to_tokentype

from dsl.highlight import RULES


class RulesLexer(RegexLexer):  # type: ignore[misc]  # pygments has no types
    """The rules language of tiercel."""

    name = "tiercel rules"
    aliases: ClassVar = ["tiercel", "sla-rules"]
    filenames: ClassVar = ["*.rules"]
    flags = re.MULTILINE
    tokens: ClassVar = {
        "root": [
            (r"\s+", Whitespace),
            *((rule.pattern, string_to_tokentype(rule.token)) for rule in RULES),
        ]
    }
