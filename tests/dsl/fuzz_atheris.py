"""The properties of `fuzzing.py`, with texts that a coverage-guided fuzzer thinks up: `python tests/dsl/fuzz_atheris.py FOLDER -max_total_time=600`.

FOLDER keeps what reached code that was not reached before. Atheris is no dependency: `pip install atheris` where it is wanted.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

try:
    import atheris
except ModuleNotFoundError:
    sys.exit("atheris is not installed: `pip install atheris`; tests/dsl/fuzzing.py does without it")

with atheris.instrument_imports(include=["dsl"]):
    from dsl.vocabulary import KEYWORDS
    from tests.dsl import fuzzing

_LONGEST = 4000
_SLOWEST = 10.0
"""Seconds for a text: with every branch counted all takes longer."""


def _try(data: bytes) -> None:
    fuzzing.inspect(data.decode("utf-8", "replace"), slowest=_SLOWEST)


def main() -> None:
    """Start from the rule files that are shipped and the words of the language."""
    folder = Path(next((one for one in sys.argv[1:] if not one.startswith("-")), "fuzzed"))
    folder.mkdir(parents=True, exist_ok=True)
    for number, text in enumerate(fuzzing.corpus()):
        (folder / f"shipped-{number}").write_text(text, encoding="utf-8")
    words = folder.with_suffix(".dictionary")
    known = sorted({word for words in fuzzing.WORDS.values() for word in words} | set(KEYWORDS))
    words.write_text("".join(f"{_escaped(word)}\n" for word in known), encoding="utf-8")
    options = [one for one in sys.argv[1:] if one.startswith("-")]
    atheris.Setup([sys.argv[0], f"-dict={words}", f"-max_len={_LONGEST}", *options, str(folder)], _try)
    atheris.Fuzz()


def _escaped(word: str) -> str:
    return '"' + "".join(f"\\x{byte:02x}" for byte in word.encode("utf-8", "replace")) + '"'


if __name__ == "__main__":
    main()
