"""One-time codes as a second factor (TOTP, RFC 6238), and codes for the day on which the telephone is gone.

A code is taken once: the step that it belongs to must be later than that of the last one (RFC 6238, 5.2).
"""

from __future__ import annotations

import secrets
from base64 import b32encode

import pyotp

from reports.portal import tokens
from reports.portal.database import Database

STEP = 30
RECOVERY = 10
_BYTES = 10  # 80 bits: nobody tries them all, so a plain digest will do


class SecondFactor:
    """The second factors of a database. Every method raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ask(self, account: int) -> None:
        """A new secret, which counts once a code has shown that it arrived."""
        self._database.execute("UPDATE accounts SET asked = ? WHERE id = ?", (pyotp.random_base32(), account))

    def asked(self, account: int) -> str | None:
        """The secret that waits for its first code."""
        row = self._database.row("SELECT asked FROM accounts WHERE id = ?", (account,))
        return None if row is None else row[0]

    def confirm(self, account: int, code: str, now: int) -> list[str]:
        """Let the secret count, if the code is its own; answer the recovery codes, which are told this once, or nothing."""
        codes = [_recovery_code() for _ in range(RECOVERY)]
        with self._database.transaction() as connection:
            found = connection.execute("SELECT asked FROM accounts WHERE id = ?", (account,)).fetchone()
            step = _step_of(found[0], code, now, 0) if found and found[0] else None
            if step is None:
                return []
            connection.execute(
                "UPDATE accounts SET secret = asked, asked = NULL, step = ? WHERE id = ?", (step, account)
            )
            connection.execute("DELETE FROM recovery WHERE account = ?", (account,))
            connection.executemany(
                "INSERT INTO recovery (account, code) VALUES (?, ?)",
                [(account, tokens.digest(_bare(code))) for code in codes],
            )
        return codes

    def accept(self, account: int, code: str, now: int) -> bool:
        """Whether it is a code that the account may show now; it may not be shown again."""
        with self._database.transaction() as connection:
            found = connection.execute(
                "SELECT secret, step FROM accounts WHERE id = ?", (account,)
            ).fetchone()
            if found is None or found[0] is None:
                return False
            step = _step_of(found[0], code, now, found[1])
            if step is not None:
                connection.execute("UPDATE accounts SET step = ? WHERE id = ?", (step, account))
                return True
            used = connection.execute(
                "DELETE FROM recovery WHERE account = ? AND code = ?", (account, tokens.digest(_bare(code)))
            )
            return used.rowcount == 1

    def drop(self, account: int) -> None:
        """Do without."""
        with self._database.transaction() as connection:
            connection.execute("UPDATE accounts SET secret = NULL, asked = NULL WHERE id = ?", (account,))
            connection.execute("DELETE FROM recovery WHERE account = ?", (account,))

    def left(self, account: int) -> int:
        """How many recovery codes are left."""
        return int(self._database.row("SELECT count(*) FROM recovery WHERE account = ?", (account,))[0])


def address(secret: str, email: str, issuer: str) -> str:
    """What a telephone's camera is shown: `otpauth://totp/..`."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=issuer.replace(":", " "))


def _step_of(secret: str, code: str, now: int, last: int) -> int | None:
    """The step that a code belongs to, of this one and its neighbours, if it is later than the last one."""
    digits = "".join(code.split())
    generator = pyotp.TOTP(secret)
    found = None
    for step in (now // STEP - 1, now // STEP, now // STEP + 1):
        if tokens.same(generator.at(step * STEP), digits) and step > last:
            found = step
    return found


def _recovery_code() -> str:
    text = b32encode(secrets.token_bytes(_BYTES)).decode().lower()
    return "-".join(text[at : at + 4] for at in range(0, len(text), 4))


def _bare(code: str) -> str:
    return "".join(character for character in code.lower() if character.isalnum())
