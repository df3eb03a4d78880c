"""Where PINs and one-time codes are kept: one item beside their member, behind what a snapshot reads.

access pattern            | key                            | items | cost        | by
what a member proves with | {t}#M#{their_member} / P#PROOF | 0–1   | 1 Get, 1 RU | secrets_key

item          | key                      | in index | cost
proof_secrets | {t}#M#{member} / P#PROOF | –        | 2 WU

Mostly it is read in the BatchGet of an account. All of it is private: an erasure removes the item.
"""

from __future__ import annotations

from typing import Any

from pynamodb.attributes import UnicodeAttribute

from chalicelib.areas.pins.model import Hashed, Secrets
from chalicelib.table.damaged import readable
from chalicelib.table.items import BodyAttribute, IntegerAttribute, StampbookItem, from_attrs, to_attrs
from chalicelib.table.keys import owner_pk
from chalicelib.table.protocol import Absent, Attrs, Check, Condition, Equals, Key, Put, Write


class SecretsItem(StampbookItem):
    kind = UnicodeAttribute(default="proof_secrets")
    version = IntegerAttribute()
    private = BodyAttribute()


def secrets_key(tenant: str, member: str) -> Key:
    return Key(owner_pk(tenant, member), "P#PROOF")


def secrets_from(attrs: Attrs | None) -> Secrets:
    """Of whoever has none yet: neither PIN nor code."""
    return Secrets() if attrs is None else readable(_secrets, attrs)


def secrets_put(tenant: str, member: str, after: Secrets) -> Put:
    """One version on, only if nobody changed it since it was read."""
    key = secrets_key(tenant, member)
    item = SecretsItem(pk=key.pk, sk=key.sk, version=after.version + 1, private=_body(after))
    return Put(to_attrs(item), _unchanged(after))


def proven_write(tenant: str, member: str, before: Secrets, after: Secrets) -> Write:
    """What goes with what was proven: nobody has tried, changed or used it meanwhile."""
    if before == after:
        return Check(secrets_key(tenant, member), _unchanged(before))
    return secrets_put(tenant, member, after)


def _unchanged(read: Secrets) -> Condition:
    return Equals("version", read.version) if read.version else Absent()


def _body(of: Secrets) -> dict[str, Any]:
    return {
        "p": _packed(of.pin),
        "c": _packed(of.code),
        "e": of.code_expires_at,
        "w": of.wrong,
        "l": of.locked_until,
        "t": of.last_try,
    }


def _secrets(attrs: Attrs) -> Secrets:
    item = from_attrs(SecretsItem, attrs)
    body: Any = item.private
    return Secrets(
        pin=_unpacked(body["p"]),
        code=_unpacked(body["c"]),
        code_expires_at=body["e"],
        wrong=body["w"],
        locked_until=body["l"],
        last_try=body["t"],
        version=item.version,
    )


def _packed(of: Hashed | None) -> list[str] | None:
    return None if of is None else [of.salt, of.hash]


def _unpacked(body: list[str] | None) -> Hashed | None:
    return None if body is None else Hashed(*body)
