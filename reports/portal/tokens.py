"""Keys that open a door for whoever holds them: 256 random bits, of which only the SHA-256 is kept.

Looked up by their digest, so that how long a comparison takes tells nothing of the key.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

LONGEST = 200
"""Characters of what can be a key at all."""


def fresh() -> str:
    """A new key, fit for an address or a cookie."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> bytes:
    """What is kept of a key."""
    return hashlib.sha256(token[:LONGEST].encode("utf-8", "replace")).digest()


def form_key(token: str) -> str:
    """What a form must bring beside the cookie `token`: another site can make a browser send the cookie, but cannot know this."""
    return hmac.new(token.encode("utf-8", "replace"), b"tiercel portal form", hashlib.sha256).hexdigest()


def same(one: str, other: str) -> bool:
    """Whether two keys are the same, in constant time."""
    return hmac.compare_digest(one.encode("utf-8", "replace"), other.encode("utf-8", "replace"))
