"""Where the devices of members are kept: one item beside their member, behind what a snapshot reads; and whose a token is.

access pattern           | key                              | items | cost        | by
the devices of a member  | {t}#M#{their_member} / P#DEVICES | 0–1   | 1 Get, 1 RU | devices_key
whose a device's token is | {t}#DEVICE#{mark} / -            | 0–1   | 1 Get, 1 RU | token_key

item         | key                        | in index | cost
devices      | {t}#M#{member} / P#DEVICES | –        | 2 WU
device_token | {t}#DEVICE#{mark} / -      | –        | 2 WU

Mostly they are read in the BatchGet of many members. All of it is private: an erasure removes both, the tokens by the marks of
the devices.
"""

from __future__ import annotations

from typing import Any

from pynamodb.attributes import UnicodeAttribute

from chalicelib.areas.notifications.model import Device, Devices
from chalicelib.table.damaged import readable
from chalicelib.table.items import BodyAttribute, IntegerAttribute, StampbookItem, from_attrs, to_attrs
from chalicelib.table.keys import owner_pk
from chalicelib.table.protocol import Absent, Attrs, Delete, Equals, Key, Put


class DevicesItem(StampbookItem):
    kind = UnicodeAttribute(default="devices")
    version = IntegerAttribute()
    private = BodyAttribute()
    gone = BodyAttribute(null=True)


class TokenItem(StampbookItem):
    kind = UnicodeAttribute(default="device_token")
    owner = UnicodeAttribute()


def devices_key(tenant: str, member: str) -> Key:
    return Key(owner_pk(tenant, member), "P#DEVICES")


def devices_from(attrs: Attrs | None) -> Devices:
    """Of whoever has none yet: none."""
    return Devices() if attrs is None else readable(_devices, attrs)


def devices_put(tenant: str, member: str, after: Devices) -> Put:
    """One version on, only if nobody changed them since they were read."""
    key = devices_key(tenant, member)
    kept, gone = ([_packed(one) for one in some] for some in (after.items, after.gone))
    item = DevicesItem(pk=key.pk, sk=key.sk, version=after.version + 1, private=kept, gone=gone or None)
    return Put(to_attrs(item), Equals("version", after.version) if after.version else Absent())


def token_key(tenant: str, mark: str) -> Key:
    return Key(f"{tenant}#DEVICE#{mark}", "-")


def owner_from(attrs: Attrs) -> str:
    """Whose a token is."""
    owner: str = from_attrs(TokenItem, attrs).owner
    return owner


def token_put(tenant: str, mark: str, member: str, was: str | None) -> Put:
    """Theirs now, only if it is still whose it was read to be."""
    key = token_key(tenant, mark)
    item = TokenItem(pk=key.pk, sk=key.sk, owner=member)
    return Put(to_attrs(item), Absent() if was is None else Equals("owner", was))


def token_delete(tenant: str, mark: str, member: str) -> Delete:
    return Delete(token_key(tenant, mark), Equals("owner", member))


def _packed(one: Device) -> list[Any]:
    return [one.device_id, one.platform, one.endpoint, one.mark, one.registered_at, one.dead_since]


def _devices(attrs: Attrs) -> Devices:
    item = from_attrs(DevicesItem, attrs)
    kept, gone = (tuple(Device(*one) for one in some or ()) for some in (item.private, item.gone))
    return Devices(kept, item.version, gone)
