"""Who calls, for which tenant, and what they may do there. Every operation takes one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Access = Literal["view", "modify"]
CallerKind = Literal["api_key", "operator", "member", "system"]

EVERY_RESOURCE = "*"


@dataclass(frozen=True, slots=True)
class Grant:
    """`modify` includes `view`; the resource `*` stands for all of them."""

    resource: str
    access: Access


@dataclass(frozen=True, slots=True)
class Caller:
    """`tenant` comes from the credential and from nowhere else. `channel` says by which way the call came in. What a `quiet`
    one changes is told to nobody: it stands in the ledger and the audit log, and in no feed."""

    org: str
    tenant: str
    kind: CallerKind
    id: str
    name: str
    grants: tuple[Grant, ...]
    request_id: str
    channel: str
    quiet: bool = False

    def may(self, resource: str, access: Access) -> bool:
        return any(
            grant.resource in (resource, EVERY_RESOURCE) and grant.access in (access, "modify") for grant in self.grants
        )
