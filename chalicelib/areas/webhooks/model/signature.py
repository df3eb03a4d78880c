"""Secrets, and what they sign: as Standard Webhooks 1.0 says, so that a server's own library can verify it.

What is signed is `{id}.{timestamp}.{body}`, by HMAC-SHA256 with the bytes behind `whsec_`. While two secrets are good there
are two signatures, and either will do.
"""

from __future__ import annotations

import hmac
from base64 import b64decode, b64encode
from dataclasses import dataclass, replace
from hashlib import sha256

from chalicelib.kit.clock import Instant

PREFIX = "whsec_"
OVERLAP_MS = 24 * 3_600_000
MOST_SECRETS = 2


@dataclass(frozen=True, slots=True)
class Secret:
    """`made_by`: the command that asked for it, and is told it. `until`: when one that was replaced is good no more."""

    value: str
    made_by: str
    until: Instant | None = None

    def is_good(self, now: Instant) -> bool:
        return self.until is None or now < self.until


@dataclass(frozen=True, slots=True)
class SecretState:
    """What is kept beside a webhook's definition: its secrets, newest first; and since when every call to it has failed."""

    secrets: tuple[Secret, ...]
    failing_since: Instant | None = None
    version: int = 0

    def told(self, command_id: str) -> str | None:
        """The secret that this command made, if it is still there."""
        return next((one.value for one in self.secrets if one.made_by == command_id), None)


def new_secret(drawn: str, command_id: str) -> Secret:
    """`drawn`: 32 random bytes in hex."""
    return Secret(PREFIX + b64encode(bytes.fromhex(drawn)).decode(), command_id)


def rotated(state: SecretState, new: Secret, now: Instant) -> SecretState:
    """The one before is good for a day more, and none that is older."""
    before = [replace(one, until=now + OVERLAP_MS) for one in state.secrets[:1] if one.until is None]
    return replace(state, secrets=(new, *before)[:MOST_SECRETS])


def signed_headers(delivery_id: str, body: bytes, secrets: tuple[Secret, ...], now: Instant) -> dict[str, str]:
    timestamp = str(now // 1000)
    signed = f"{delivery_id}.{timestamp}.".encode() + body
    return {
        "Content-Type": "application/json",
        "User-Agent": "Stampbook-Webhooks/1",
        "webhook-id": delivery_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(_signature(one, signed) for one in secrets if one.is_good(now)),
    }


def _signature(secret: Secret, signed: bytes) -> str:
    key = b64decode(secret.value.removeprefix(PREFIX))
    return "v1," + b64encode(hmac.digest(key, signed, sha256)).decode()
