"""Accounts with whom they belong to. Of a member or a group by its id; or of whoever pays for a member: the group that they
are in, else themselves.

The member's profile says which group that is, and every operation reads it anyway: so one request more is all that a
member of a group costs, and nobody else costs any.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from chalicelib.areas.accounts import store as accounts
from chalicelib.areas.accounts.model import Account
from chalicelib.areas.groups import store as groups
from chalicelib.areas.groups.model import Group, not_in_group
from chalicelib.areas.members import store as members
from chalicelib.areas.members.model import Member
from chalicelib.errors import NotFound, Refused
from chalicelib.flows.referring import NOBODY, Bringing
from chalicelib.kit.clock import Instant
from chalicelib.kit.ids import is_id, number_of, owner_kind
from chalicelib.runtime import Runtime
from chalicelib.table.journal import Entry, Head, entry_from
from chalicelib.table.keys import snapshot_query
from chalicelib.table.pages import every_item
from chalicelib.table.protocol import Attrs, Key, key_of


@dataclass(frozen=True, slots=True)
class Opened:
    """An account in one program, with where its journal stands, and the entry that was asked for with it, if there is such
    a one. `member` is who acts, `group` whose account it is, where it is a group's, and `own` the account of
    the member; `beside` is what else was asked for. `may_spend`: whether the group lets the member, where that was asked.
    `new`: nobody was there before; `came`: who brings them in, if anybody."""

    member: Member | None
    account: Account
    head: Head
    entry: Entry | None = None
    group: Group | None = None
    own: tuple[Account, Head] | None = None
    beside: Mapping[Key, Attrs] = field(default_factory=dict)
    may_spend: bool = True
    new: bool = False
    came: Bringing = NOBODY

    @property
    def by(self) -> str:
        """The member who does it for a group, as facts say it."""
        return "" if self.member is None or self.group is None else self.member.member_id

    @property
    def since(self) -> Instant:
        """Since when whoever has the account has been there."""
        if self.group is not None:
            return self.group.created_at
        return 0 if self.member is None else self.member.enrolled_at

    @property
    def is_blocked(self) -> bool:
        return (self.member is not None and self.member.status == "blocked") or (
            self.group is not None and self.group.status == "blocked"
        )

    def must_be_active(self, param: str = "member_id") -> None:
        """`param` is how the request names whoever has the account, or acts for a group. Refuses `member_blocked`,
        `group_blocked`."""
        if self.member is not None and self.member.status == "blocked":
            raise member_blocked(param)
        if self.group is not None and self.group.status == "blocked":
            by_path = param == "by" or (param == "member_id" and self.member is None)
            raise Refused("group_blocked", "This group is blocked.", param="group_id" if by_path else param)


def member_blocked(param: str = "member_id") -> Refused:
    return Refused("member_blocked", "This member is blocked.", param=param)


@dataclass(frozen=True, slots=True)
class InGroup:
    """A member of a group, named in a request about the group."""

    group_id: str
    by: str


@dataclass(frozen=True, slots=True)
class Acting:
    """Who does something in a program: a member, for themselves or the group they are in, or for a group that is named;
    or a group by itself. `spends`: the group must let them. `beside`: what is asked for with profile and account."""

    who: str | InGroup
    program_id: int
    spends: bool = False
    beside: tuple[Key, ...] = ()

    @property
    def owner(self) -> str:
        return self.who if isinstance(self.who, str) else self.who.by

    @property
    def group_id(self) -> str | None:
        return None if isinstance(self.who, str) else self.who.group_id

    @property
    def param(self) -> str:
        """How the request names the member, or a group by itself."""
        return f"{owner_kind(self.who)}_id" if isinstance(self.who, str) else "by"


def owner_keys(tenant: str, owner: str, program_id: int) -> tuple[Key, Key]:
    """Profile and account: a group has them under the same names as a member."""
    return members.profile_key(tenant, owner), accounts.account_key(tenant, owner, program_id)


def opened_from(
    found: Mapping[Key, Attrs], tenant: str, owner: str, program_id: int, sequence: int | None = None
) -> Opened:
    """From what was read of the keys above, and of an entry. NotFound for an owner this tenant does not have."""
    profile, account = owner_keys(tenant, owner, program_id)
    stream = accounts.stream(tenant, owner, program_id)
    member, group = None, None
    if owner_kind(owner) == "group":
        group, _ = groups.group_from(found.get(profile), owner)
    else:
        member, _ = members.member_from(found.get(profile), owner)
    stored = None if sequence is None else found.get(stream.key(sequence))
    entry = None if stored is None else entry_from(stream, stored)
    return Opened(member, *accounts.account_from(found.get(account), owner, program_id), entry, group)


def open_account(
    rt: Runtime, tenant: str, owner: str, program_id: int, sequence: int | None = None, beside: tuple[Key, ...] = ()
) -> Opened:
    """1 BatchGet of profile and account, of one of its entries and of what is beside. NotFound for a member or a group this
    tenant does not have."""
    number_of(owner_kind(owner), owner)
    entries = () if sequence is None else (accounts.stream(tenant, owner, program_id).key(sequence),)
    found = rt.table.batch_get([*owner_keys(tenant, owner, program_id), *entries, *beside])
    opened = opened_from(found, tenant, owner, program_id, sequence)
    return replace(opened, beside={key: found[key] for key in beside if key in found}) if beside else opened


def open_snapshot(rt: Runtime, tenant: str, member_id: str, program_id: int) -> Opened:
    """1 Query of everything a purchase may ask of a member. NotFound as above."""
    number_of("member", member_id)
    found = {key_of(attrs): attrs for attrs in every_item(rt.table, snapshot_query(tenant, member_id))}
    return replace(opened_from(found, tenant, member_id, program_id), beside=found)


def open_acting(rt: Runtime, tenant: str, who: Acting) -> Opened:
    """1 BatchGet; of a member in a group 1 more. NotFound: member; group and `group_member_not_found` where one is named.
    Refuses `may_not_spend`."""
    if who.group_id is not None:
        number_of("group", who.group_id)
    try:
        opened = open_account(rt, tenant, who.owner, who.program_id, beside=who.beside)
    except NotFound as missing:
        missing.param = who.param
        raise
    own = opened.member
    if who.group_id is not None and (own is None or own.group_id != who.group_id):
        groups.read(rt.table, tenant, who.group_id)
        raise not_in_group(who.owner, who.param)
    return of_their_group(rt, tenant, opened, who.program_id, spends=who.param if who.spends else None)


def of_their_group(
    rt: Runtime,
    tenant: str,
    opened: Opened,
    program_id: int,
    sequence: int | None = None,
    spends: str | None = None,
    asks: bool = False,
) -> Opened:
    """The account of the group that the member is in, opened for them by 1 BatchGet; theirs where they are in none.
    `spends`: they want to spend, and this is how the request names them. `asks`: whether they might is only to be known."""
    member = opened.member
    if member is None or member.group_id is None:
        return opened
    group_id = member.group_id
    membership = groups.membership_key(tenant, group_id, member.member_id)
    entries = () if sequence is None else (accounts.stream(tenant, group_id, program_id).key(sequence),)
    keys = [*owner_keys(tenant, group_id, program_id), *entries]
    found = rt.table.batch_get([*keys, membership] if asks or spends is not None else keys)
    theirs = opened_from(found, tenant, group_id, program_id, sequence)
    theirs = replace(theirs, member=member, own=(opened.account, opened.head), beside=opened.beside)
    if spends is not None:
        _must_may_spend(theirs.group, found.get(membership), spends)
    return replace(theirs, may_spend=_may_spend(theirs.group, found.get(membership))) if asks else theirs


def in_group_keys(tenant: str, who: str | InGroup) -> tuple[Key, ...]:
    """What says whether a member may spend for a group: profile and membership. Nothing where nobody is named."""
    if isinstance(who, str):
        return ()
    if not is_id("member", who.by):  # what is no id names nobody, and no key of the table is made of it
        raise NotFound("member_not_found", f"There is no member {who.by[:64]}.", param="by")
    return members.profile_key(tenant, who.by), groups.membership_key(tenant, who.group_id, who.by)


def must_spend_for(found: Mapping[Key, Attrs], tenant: str, who: str | InGroup, group: Group | None) -> None:
    """From what was read of the keys above. NotFound: member, `group_member_not_found`. Refuses `member_blocked`,
    `may_not_spend`."""
    if isinstance(who, str):
        return
    profile, membership = in_group_keys(tenant, who)
    try:
        member, _ = members.member_from(found.get(profile), who.by)
    except NotFound as missing:
        missing.param = "by"
        raise
    if group is None or member.group_id != group.group_id:
        raise not_in_group(who.by, "by")
    if member.status == "blocked":
        raise Refused("member_blocked", "This member is blocked.", param="by")
    _must_may_spend(group, found.get(membership), "by")


def _must_may_spend(group: Group | None, membership: Attrs | None, param: str) -> None:
    if not _may_spend(group, membership):
        raise Refused("may_not_spend", "The group does not let this member spend.", param=param)


def _may_spend(group: Group | None, membership: Attrs | None) -> bool:
    """Who has just left may not, either."""
    known = None if membership is None else groups.membership_from(membership)
    return group is not None and known is not None and group.may_spend(known)


def must_be_owner(rt: Runtime, tenant: str, owner: str) -> None:
    """1 Get of the profile. NotFound for a member or a group this tenant does not have."""
    if owner_kind(owner) == "group":
        groups.read(rt.table, tenant, owner)
    else:
        members.read(rt.table, tenant, owner)
