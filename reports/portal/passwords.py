"""Passwords: what is taken for one, and its argon2id hash (RFC 9106, the second recommended option: 64 MiB, three passes).

Whether an address has an account is no one's business: where there is no hash, one is checked all the same.
"""

from __future__ import annotations

import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 12
LONGEST = 256
HASHER = PasswordHasher()


def refusal(password: str, email: str) -> str:
    """Why this is no password for an account, in words for people; "" if it is one."""
    text = _normal(password)
    if len(text) < SHORTEST:
        return f"Use at least {SHORTEST} characters: a few words are easy to remember."
    if len(text) > LONGEST:
        return f"Use at most {LONGEST} characters."
    known = {email.casefold(), email.partition("@")[0].casefold()}
    if text.casefold() in known or len(set(text)) < 5:
        return "This one is too easy to guess. Use a few words that do not belong together."
    return ""


def hashed(password: str) -> str:
    """What is kept of a password."""
    return HASHER.hash(_normal(password))


def verify(known: str | None, password: str) -> bool:
    """Whether it is the password of that hash; takes its time also where there is none."""
    try:
        HASHER.verify(known or _nobody(), _normal(password)[: LONGEST + 1])
    except (VerificationError, InvalidHashError):
        return False
    return known is not None


def stale(known: str) -> bool:
    """Whether it was made with other parameters than are used today."""
    return HASHER.check_needs_rehash(known)


@cache
def _nobody() -> str:
    return HASHER.hash("nobody's password")


def _normal(password: str) -> str:
    # The same word typed on two keyboards may be two sequences of code points.
    return unicodedata.normalize("NFKC", password)
