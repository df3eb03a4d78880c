"""Where members are kept.

access pattern                | key                                | items | cost                   | by
a member                      | {t}#M#{member} / A#PROFILE         | 0–1   | 1 Get, 1 RU            | read
the owner of an identifier    | {t}#ID#{type}#-#{value} / -        | 0–1   | 1 Get, 1 RU            | owner_of
members of a tenant, by shard | gsi1 {t}#DIR#member#{shard:02} / * | 0–n   | 1 Query a page, 0.5 RU | directory_query

item       | key                         | in index                                  | cost
member     | {t}#M#{member} / A#PROFILE  | gsi1 {t}#DIR#member#{shard:02} / {member}, gsi3 {t}#DUE#{shard:02} / {day}#occasion#{member} | 2 WU + 2 IU
identifier | {t}#ID#{type}#-#{value} / - | –                                         | 2 WU

A purchase reads the profile with the snapshot (table/keys.py); its changes are the journal of program 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pynamodb.attributes import UnicodeAttribute

from chalicelib.areas.members.model import Identifier, Member, MemberCard, stored
from chalicelib.errors import NotFound
from chalicelib.kit.ids import number_of
from chalicelib.kit.periods import iso_day
from chalicelib.table.damaged import readable
from chalicelib.table.indexes import behind, index_key
from chalicelib.table.items import UNREADABLE, BodyAttribute, IntegerAttribute, StampbookItem, from_attrs, to_attrs
from chalicelib.table.journal import Entry, Head
from chalicelib.table.keys import owner_pk
from chalicelib.table.protocol import Absent, Attrs, Delete, Equals, Key, Put, Query, Table, Write

DIRECTORY_SHARDS = 16
DUE_SHARDS = 16  # those of accounts: one job goes through them
NAMESPACE = "-"
_CARD_FIELDS = tuple(MemberCard.model_fields)
_IN_NO_GROUP = {"N": "1"}  # the schema of a profile says so


class ProfileItem(StampbookItem):
    """Schema 2 is that of a member in a group, whom an older version would let buy for themselves; 3 that of one who takes
    the newsletter or has reached a milestone, 4 that of one whose birthdays and anniversaries are looked for, 5 that of one who
    shares a referral code: of these an older version knows nothing."""

    kind = UnicodeAttribute(default="member")
    v = IntegerAttribute(default=5)
    version = IntegerAttribute()
    hash = UnicodeAttribute()
    status = UnicodeAttribute()
    private = BodyAttribute()
    gsi1pk = UnicodeAttribute()
    gsi1sk = UnicodeAttribute()
    gsi3pk = UnicodeAttribute(null=True)
    gsi3sk = UnicodeAttribute(null=True)
    card = BodyAttribute()


class IdentifierItem(StampbookItem):
    kind = UnicodeAttribute(default="identifier")
    owner = UnicodeAttribute()


def profile_key(tenant: str, member: str) -> Key:
    return Key(owner_pk(tenant, member), "A#PROFILE")


def identifier_key(tenant: str, identifier: Identifier) -> Key:
    return Key(f"{tenant}#ID#{identifier.type}#{NAMESPACE}#{identifier.value}", "-")


def owner_of(table: Table, tenant: str, identifier: Identifier) -> str | None:
    attrs = table.get(identifier_key(tenant, identifier))
    return None if attrs is None else owner_from(attrs)


def member_from(attrs: Attrs | None, member: str) -> tuple[Member, Head]:
    """NotFound when the tenant has no such member."""
    if attrs is None:
        raise NotFound("member_not_found", f"There is no member {member[:64]}.", param="member_id")
    return readable(_member, attrs)


def _member(attrs: Attrs) -> tuple[Member, Head]:
    item = from_attrs(ProfileItem, attrs)
    return Member.model_validate(item.private), Head(item.version, item.hash)


def group_in(attrs: Attrs) -> str | None:
    """Which group a profile says its member is in, without a look at who they are. None where it cannot be told: whoever
    needs the profile itself will find out."""
    if attrs.get("v") == _IN_NO_GROUP:
        return None
    try:
        group: str | None = from_attrs(ProfileItem, attrs).private.get("group_id")
    except UNREADABLE:
        return None
    return group


def read(table: Table, tenant: str, member: str) -> tuple[Member, Head]:
    number_of("member", member)
    return member_from(table.get(profile_key(tenant, member)), member)


def member_writes(tenant: str, member: Member, before: Member | None, head: Head, entry: Entry) -> tuple[Write, ...]:
    """The profile at its entry's version, and the identifiers that came or went with it."""
    return (
        Put(
            to_attrs(_profile(tenant, member, entry)),
            Absent() if head.version == 0 else Equals("version", head.version),
        ),
        *_identifier_writes(tenant, member, frozenset(before.identifiers) if before else frozenset()),
    )


def directory_query(tenant: str, shard: int, limit: int, after: str | None) -> Query:
    """A page of one shard, behind the member `after`. An item's place in the index follows from its member alone."""
    start = None
    if after is not None:
        shard = shard_of(after)
        start = behind("gsi1", profile_key(tenant, after), Key(_directory(tenant, shard), after))
    return Query(_directory(tenant, shard), index="gsi1", limit=limit, start=start)


def listed_member(attrs: Attrs) -> str:
    """Whom an item of the directory is about."""
    member: str = attrs["gsi1sk"]["S"]
    return member


def shard_of(member: str) -> int:
    return number_of("member", member) % DIRECTORY_SHARDS


def is_placed(tenant: str, member: str, attrs: Attrs) -> bool:
    """Whether the directory has a profile where it is looked for."""
    return index_key("gsi1", attrs) == Key(_directory(tenant, shard_of(member)), member)


def is_due(tenant: str, member: Member, attrs: Attrs) -> bool:
    """Whether the due index has a profile where it is looked for."""
    return index_key("gsi3", attrs) == due_place(tenant, member)


def shown_from(attrs: Attrs) -> tuple[str, MemberCard]:
    """What an item says of its member outside of the private part: status, and what the directory shows."""
    return from_attrs(ProfileItem, attrs).status, card_from(attrs)


def owner_from(attrs: Attrs) -> str:
    """Whom an identifier leads to."""
    owner: str = from_attrs(IdentifierItem, attrs).owner
    return owner


def card_of(member: Member) -> MemberCard:
    return MemberCard.model_validate(_card(member))


def card_from(attrs: Attrs) -> MemberCard:
    return MemberCard.model_validate(BodyAttribute().deserialize(attrs["card"]["B"]))


def private_part(member: Member, salt: str) -> Mapping[str, Any]:
    """The whole member after the change: the answer of a repeated command is made from it."""
    return {"salt": salt, "member": stored(member)}


def _identifier_writes(tenant: str, member: Member, before: frozenset[Identifier]) -> list[Write]:
    writes: list[Write] = []
    after = frozenset(member.identifiers)
    for identifier in sorted(after - before, key=_spelling):
        key = identifier_key(tenant, identifier)
        item = IdentifierItem(pk=key.pk, sk=key.sk, owner=member.member_id)
        writes.append(Put(to_attrs(item), Absent()))
    owned = Equals("owner", member.member_id)
    gone = sorted(before - after, key=_spelling)
    return [*writes, *(Delete(identifier_key(tenant, identifier), owned) for identifier in gone)]


def _spelling(identifier: Identifier) -> tuple[str, str]:
    return identifier.type, identifier.value


def _directory(tenant: str, shard: int) -> str:
    return f"{tenant}#DIR#member#{shard:02}"


def _profile(tenant: str, member: Member, entry: Entry) -> ProfileItem:
    key = profile_key(tenant, member.member_id)
    due = due_place(tenant, member)
    return ProfileItem(
        pk=key.pk,
        sk=key.sk,
        v=_schema(member),
        version=entry.sequence,
        hash=entry.hash,
        status=member.status,
        private=stored(member),
        gsi1pk=_directory(tenant, shard_of(member.member_id)),
        gsi1sk=member.member_id,
        gsi3pk=None if due is None else due.pk,
        gsi3sk=None if due is None else due.sk,
        card=_card(member),
    )


def _schema(member: Member) -> int:
    if member.shared_code is not None:
        return 5
    if member.occasions is not None:
        return 4
    return 3 if member.milestones else 2 if member.group_id else 1


def due_place(tenant: str, member: Member) -> Key | None:
    """Where the due index has the member's next birthday or anniversary: under its day on their calendar."""
    if member.occasions is None:
        return None
    partition = f"{tenant}#DUE#{number_of('member', member.member_id) % DUE_SHARDS:02}"
    return Key(partition, f"{iso_day(member.occasions.next_on)}#occasion#{member.member_id}")


def due_occasion(attrs: Attrs) -> str | None:
    """Whose birthday or anniversary a key from the due index is. None for that of something else."""
    sk: str = attrs["sk"]["S"]
    return attrs["pk"]["S"].rsplit("#", 1)[1] if sk == "A#PROFILE" else None


def _card(member: Member) -> dict[str, Any]:
    return member.model_dump(mode="json", include=set(_CARD_FIELDS))
