"""Where invitations and shared codes are kept, under the code that is shown; who was asked, and what is known again of who came.

access pattern                         | key                                | items | cost                   | by
whose code it is, or an invitation     | {t}#REF#{referral_code} / -        | 0–1   | 1 Get, 1 RU            | code_key
who was asked                          | {t}#ASKED#{asked_type}#{asked} / -       | 0–1   | 1 Get, 1 RU            | asked_key
whether a device or identifier is known | {t}#SEEN#{what}#{seen_hash} / -   | 0–1   | 1 Get, 1 RU            | seen_key

item        | key                          | in index                                                                                  | cost
shared_code | {t}#REF#{referral_code} / -  | –                                                                                         | 2 WU
invitation  | {t}#REF#{referral_code} / -  | gsi1 {t}#REFS#{referrer} / {created_at:014}#{referral}, gsi3 {t}#DUE#{shard:02} / {day}#invitation#{referral_code} | 2 WU + 2 IU
invitation  | {t}#REF#{referral_code} / -  | gsi1 {t}#REFS#{referrer} / {created_at:014}#{referral}                                      | 2 WU + 1 IU
invitation  | {t}#REF#{referral_code} / -  | –                                                                                         | 2 WU
asked       | {t}#ASKED#{asked_type}#{asked} / - | –                                                                                         | 2 WU
seen        | {t}#SEEN#{what}#{seen_hash} / - | –                                                                                         | 2 WU

An erasure of who was asked finds the invitation by their identifier, one of the referrer by their list.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple
from typing import Any

from pynamodb.attributes import UnicodeAttribute

from chalicelib.areas.referrals.model import NOT_SENT, Invitation, Seen, Sending
from chalicelib.areas.referrals.store.owned import list_place, referral_key, unchanged
from chalicelib.kit.ids import number_of
from chalicelib.kit.periods import iso_day, local_day
from chalicelib.table.damaged import readable
from chalicelib.table.items import BodyAttribute, IntegerAttribute, StampbookItem, from_attrs, to_attrs
from chalicelib.table.protocol import Absent, Attrs, Delete, Equals, Key, Put

DUE_SHARDS = 16  # those of accounts: one job goes through them
_INVITATION, _OF_A_CODE = "invitation", "#REF#"


class SharedCodeItem(StampbookItem):
    kind = UnicodeAttribute(default="shared_code")
    owner = UnicodeAttribute()


class InvitationItem(StampbookItem):
    """In the list and the index of what is due as long as there is something to show or to wait for. An older release knows nothing of
    `sending` and forgets it, when nothing is sent any more."""

    kind = UnicodeAttribute(default=_INVITATION)
    version = IntegerAttribute()
    body = BodyAttribute()
    private = BodyAttribute(null=True)
    sending = BodyAttribute(null=True)
    card = BodyAttribute(null=True)
    gsi1pk = UnicodeAttribute(null=True)
    gsi1sk = UnicodeAttribute(null=True)
    gsi3pk = UnicodeAttribute(null=True)
    gsi3sk = UnicodeAttribute(null=True)


class AskedItem(StampbookItem):
    kind = UnicodeAttribute(default="asked")
    code = UnicodeAttribute()


class SeenItem(StampbookItem):
    kind = UnicodeAttribute(default="seen")
    version = IntegerAttribute()
    times = IntegerAttribute()
    member = UnicodeAttribute(null=True)


def code_key(tenant: str, code: str) -> Key:
    return Key(f"{tenant}{_OF_A_CODE}{code}", "-")


def code_put(tenant: str, code: str, member: str) -> Put:
    """A member's own, which nobody else has."""
    key = code_key(tenant, code)
    return Put(to_attrs(SharedCodeItem(pk=key.pk, sk=key.sk, owner=member)), Absent())


def code_delete(tenant: str, code: str, member: str) -> Delete:
    return Delete(code_key(tenant, code), Equals("owner", member))


def owner_or_invitation(attrs: Attrs) -> str | Invitation:
    """Whose shared code it is; or the invitation that it stands for."""
    return readable(_owner_or_invitation, attrs)


def listed_key(tenant: str, name: str) -> Key:
    return referral_key(tenant, name) if name.startswith("mem_") else code_key(tenant, name)


def invitation_put(tenant: str, after: Invitation) -> Put:
    """One version on, only if nobody changed it since it was read."""
    key = code_key(tenant, after.code)
    body = [after.referral_id, after.referrer, after.channel, after.created_at, after.expires_at]
    item = InvitationItem(
        pk=key.pk,
        sk=key.sk,
        version=after.version + 1,
        body=[*body, after.taken, after.told],
        private=None if after.asked is None else dict(after.asked),
        sending=None if after.sending == NOT_SENT else astuple(after.sending),
    )
    if not after.taken:
        place = list_place(tenant, after.referrer, after.created_at, after.referral_id)
        item.gsi1pk, item.gsi1sk, item.card = place.pk, place.sk, _card_of_invitation(after)
    if not after.taken and not after.told:
        due = _due_place(tenant, after)
        item.gsi3pk, item.gsi3sk = due.pk, due.sk
    return Put(to_attrs(item), unchanged(after.version))


def due_invitation(attrs: Attrs) -> str | None:
    """The code of which a key from the due index is the invitation. None for that of something else."""
    pk: str = attrs["pk"]["S"]
    return pk.rsplit("#", 1)[1] if _OF_A_CODE in pk else None


def asked_key(tenant: str, type_: str, value: str) -> Key:
    return Key(f"{tenant}#ASKED#{type_}#{value}", "-")


def asked_put(tenant: str, asked: Mapping[str, str], code: str, before: str | None) -> Put:
    """By which invitation somebody was asked last; `before`: by which they had been."""
    key = asked_key(tenant, asked["type"], asked["value"])
    item = AskedItem(pk=key.pk, sk=key.sk, code=code)
    return Put(to_attrs(item), Absent() if before is None else Equals("code", before))


def asked_delete(tenant: str, asked: Mapping[str, str], code: str) -> Delete:
    return Delete(asked_key(tenant, asked["type"], asked["value"]), Equals("code", code))


def asked_from(attrs: Attrs) -> str:
    """By which invitation they were asked."""
    return readable(lambda read: str(from_attrs(AskedItem, read).code), attrs)


def seen_key(tenant: str, name: str) -> Key:
    return Key(f"{tenant}#SEEN#{name}", "-")


def seen_from(attrs: Attrs | None, name: str) -> Seen:
    return Seen(name) if attrs is None else readable(lambda read: _seen(read, name), attrs)


def seen_put(tenant: str, read: Seen, member: str) -> Put:
    """Once more than it was read, with this member."""
    key = seen_key(tenant, read.name)
    item = SeenItem(pk=key.pk, sk=key.sk, version=read.version + 1, times=read.times + 1, member=member)
    return Put(to_attrs(item), unchanged(read.version))


def _owner_or_invitation(attrs: Attrs) -> str | Invitation:
    if attrs["kind"]["S"] != _INVITATION:
        return str(from_attrs(SharedCodeItem, attrs).owner)
    item = from_attrs(InvitationItem, attrs)
    referral_id, referrer, channel, created_at, expires_at, taken, told = item.body
    code = str(item.pk).rsplit("#", 1)[1]
    known = referral_id, code, referrer, channel, created_at, expires_at
    return Invitation(*known, taken, told, item.private, Sending(*(item.sending or ())), item.version)


def _seen(attrs: Attrs, name: str) -> Seen:
    item = from_attrs(SeenItem, attrs)
    return Seen(name, item.times, item.member or "", item.version)


def _due_place(tenant: str, invitation: Invitation) -> Key:
    shard = number_of("referral", invitation.referral_id) % DUE_SHARDS
    day = iso_day(local_day(invitation.expires_at, "UTC"))
    return Key(f"{tenant}#DUE#{shard:02}", f"{day}#invitation#{invitation.code}")


def _card_of_invitation(of: Invitation) -> list[Any]:
    state = "expired" if of.told else "invited"
    return [of.referral_id, state, of.channel, None, of.created_at, of.expires_at, None, None]
