"""Keys as values, and whether a secret fits one."""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

from chalicelib.kit.caller import EVERY_RESOURCE, Caller, Grant
from chalicelib.kit.clock import Instant

KeyState = Literal["active", "revoked"]

# What a grant may speak of: the resources of the routes, keys themselves, and all of them.
RESOURCES = frozenset(
    (
        EVERY_RESOURCE,
        *(
            "accounts",
            "adjustments",
            "audit",
            "checkouts",
            "events",
            "coupons",
            "feed",
            "groups",
            "keys",
            "members",
            "operations",
            "orders",
            "programs",
            "perks",
            "referrals",
            "reports",
            "rules",
            "rewards",
            "segments",
            "tiers",
            "notifications",
            "webhooks",
        ),
    )
)
_TENANT = re.compile(r"[a-z][a-z0-9-]{1,31}", re.ASCII)


def is_tenant(text: str) -> bool:
    """A tenant's name begins every key of the table, so it is of few characters and holds no `#`."""
    return _TENANT.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class ApiKey:
    id: str
    org: str
    tenant: str
    name: str
    hash: str
    grants: tuple[Grant, ...]
    state: KeyState
    created_at: Instant

    def opens_with(self, secret: str) -> bool:
        return self.state == "active" and hmac.compare_digest(self.hash, hash_of(secret))

    def caller(self) -> Caller:
        """The caller this key stands for. The rim adds the request it came with."""
        return Caller(self.org, self.tenant, "api_key", self.id, self.name, self.grants, request_id="", channel="api")


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """The only time the secret is seen."""

    id: str
    secret: str

    @property
    def credential(self) -> str:
        return f"{self.id}.{self.secret}"


def hash_of(secret: str) -> str:
    """Secrets are 256 random bits, so a plain hash is enough: there is nothing to guess."""
    return sha256(secret.encode()).hexdigest()
