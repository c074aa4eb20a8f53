"""What a service manager is told: that we are ready, alive, and about to end. systemd's protocol is a datagram to a socket.

Nothing happens where no manager asks for it (NOTIFY_SOCKET is not set). The sign of life is given by the thread of the
engine after a cycle: a loop that hangs gives none.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from contextlib import suppress


class Manager:
    """The service manager that started us, if one did."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        address = environment.get("NOTIFY_SOCKET", "")
        # An address that begins with @ has no file.
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self._ready = False

    def alive(self) -> None:
        """A cycle has ended; the first time this says that we are ready."""
        self._tell("WATCHDOG=1" if self._ready else "READY=1\nWATCHDOG=1")
        self._ready = True

    def stopping(self) -> None:
        """We were asked to end."""
        self._tell("STOPPING=1")

    def _tell(self, words: str) -> None:
        if not self._address:
            return
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as way:
            way.settimeout(1)
            way.sendto(words.encode(), self._address)
