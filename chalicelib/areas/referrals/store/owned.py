"""Where referrals are kept: with who came, for the snapshot; and of who brought them in how many friends came.

access pattern                         | key                                | items | cost                   | by
who brought a member in                | {t}#M#{their_member} / H#REFERRAL  | 0–1   | 1 Get, 1 RU            | referral_key
what became of whom a member brought in | {t}#M#{their_member} / H#FRIENDS  | 0–1   | 1 Get, 1 RU            | friends_key
whom a member brought in, or asked     | gsi1 {t}#REFS#{their_member} / *   | 0–n   | 1 Query a page, 0.5 RU | referrals_query

item        | key                          | in index                                                                                  | cost
referral    | {t}#M#{member} / H#REFERRAL  | gsi1 {t}#REFS#{referrer} / {created_at:014}#{referral}                                      | 2 WU + 1 IU
friends     | {t}#M#{member} / H#FRIENDS   | –                                                                                         | 2 WU

An invitation is in its referrer's list until somebody comes by it: then the referral is, at the same place.
"""

from __future__ import annotations

from typing import Any

from pynamodb.attributes import UnicodeAttribute

from chalicelib.areas.referrals.model import Friends, Referral, ReferralCard
from chalicelib.kit.clock import Instant
from chalicelib.kit.ids import number_of
from chalicelib.table.damaged import readable
from chalicelib.table.indexes import behind, index_key
from chalicelib.table.items import BodyAttribute, IntegerAttribute, StampbookItem, from_attrs, to_attrs
from chalicelib.table.keys import owner_pk
from chalicelib.table.protocol import Absent, Attrs, Check, Condition, Equals, Key, Put, Query

REFERRAL, FRIENDS = "H#REFERRAL", "H#FRIENDS"


class ReferralItem(StampbookItem):
    kind = UnicodeAttribute(default="referral")
    version = IntegerAttribute()
    body = BodyAttribute()
    card = BodyAttribute()
    gsi1pk = UnicodeAttribute()
    gsi1sk = UnicodeAttribute()


class FriendsItem(StampbookItem):
    """An older release knows nothing of `open` and forgets it: then a member may have more invitations open for a while."""

    kind = UnicodeAttribute(default="friends")
    version = IntegerAttribute()
    body = BodyAttribute()
    open = BodyAttribute(null=True)


def referral_key(tenant: str, member: str) -> Key:
    return Key(owner_pk(tenant, member), REFERRAL)


def referral_from(attrs: Attrs) -> Referral:
    return readable(_referral, attrs)


def referral_put(tenant: str, member: str, after: Referral) -> Put:
    """One version on, only if nobody changed it since it was read."""
    key, place = referral_key(tenant, member), list_place(tenant, after.referrer, after.created_at, after.referral_id)
    body = [after.referral_id, after.referrer, after.channel, after.created_at, after.registered_at]
    item = ReferralItem(
        pk=key.pk,
        sk=key.sk,
        version=after.version + 1,
        body=[*body, after.purchased_at],
        card=_card_of(member, after),
        gsi1pk=place.pk,
        gsi1sk=place.sk,
    )
    return Put(to_attrs(item), unchanged(after.version))


def is_placed(tenant: str, member: str, known: Referral, attrs: Attrs) -> bool:
    """Whether the list has a referral where it is looked for, and shows it as it is."""
    place = list_place(tenant, known.referrer, known.created_at, known.referral_id)
    shown = BodyAttribute().deserialize(attrs["card"]["B"])
    return index_key("gsi1", attrs) == place and shown == _card_of(member, known)


def friends_key(tenant: str, member: str) -> Key:
    return Key(owner_pk(tenant, member), FRIENDS)


def friends_from(attrs: Attrs | None) -> Friends:
    """Of who has asked nobody yet: none."""
    return Friends() if attrs is None else readable(_friends, attrs)


def friends_put(tenant: str, member: str, after: Friends) -> Put:
    key = friends_key(tenant, member)
    body = [after.invited, after.registered, after.purchased, after.expired]
    item = FriendsItem(pk=key.pk, sk=key.sk, version=after.version + 1, body=body, open=list(after.open) or None)
    return Put(to_attrs(item), unchanged(after.version))


def friends_check(tenant: str, member: str, read: Friends) -> Check:
    """Nobody has come by them since it was read."""
    return Check(friends_key(tenant, member), unchanged(read.version))


def referrals_query(tenant: str, member: str, limit: int, after: tuple[Key, str] | None = None) -> Query:
    """The latest first, behind the item `after`: its key, and its place in the list."""
    number_of("member", member)
    pk, start = _list(tenant, member), None
    if after is not None:
        start = behind("gsi1", after[0], Key(pk, after[1]))
    return Query(pk, index="gsi1", limit=limit, reverse=True, start=start)


def listed(attrs: Attrs) -> tuple[str, str]:
    """Which item of the list it is: the member who came, or else the code; and its place."""
    return attrs["pk"]["S"].rsplit("#", 1)[1], attrs["gsi1sk"]["S"]


def card_from(attrs: Attrs) -> ReferralCard:
    body: list[Any] = BodyAttribute().deserialize(attrs["card"]["B"])
    return ReferralCard(**dict(zip(ReferralCard.model_fields, body, strict=True)))


def list_place(tenant: str, referrer: str, created_at: Instant, referral_id: str) -> Key:
    return Key(_list(tenant, referrer), f"{created_at:014}#{referral_id}")


def unchanged(version: int) -> Condition:
    return Equals("version", version) if version else Absent()


def _referral(attrs: Attrs) -> Referral:
    item = from_attrs(ReferralItem, attrs)
    referral_id, referrer, channel, created_at, registered_at, purchased_at = item.body
    return Referral(referral_id, referrer, channel, created_at, registered_at, purchased_at, item.version)


def _friends(attrs: Attrs) -> Friends:
    item = from_attrs(FriendsItem, attrs)
    invited, registered, purchased, expired = item.body
    return Friends(invited, registered, purchased, expired, item.version, tuple(item.open or ()))


def _list(tenant: str, member: str) -> str:
    return f"{tenant}#REFS#{member}"


def _card_of(member: str, of: Referral) -> list[Any]:
    times = of.created_at, None, of.registered_at, of.purchased_at
    return [of.referral_id, of.state, of.channel, member, *times]
