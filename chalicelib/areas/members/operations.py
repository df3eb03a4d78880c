"""Operations on members. The two that write are called by flows, which bring the tenant's field declarations."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from chalicelib.areas.members import store
from chalicelib.areas.members.facts import MemberEnrolled, MemberOccasion
from chalicelib.areas.members.model import (
    Asked,
    Enrolment,
    Identifier,
    Member,
    MemberCard,
    MemberUpdate,
    enrolled,
    updated,
)
from chalicelib.areas.members.model import celebrated as celebrated_by
from chalicelib.areas.members.model import linked as linked_to
from chalicelib.areas.members.model import sharing as sharing_by
from chalicelib.errors import Conflict, NotFound, Refused
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Instant
from chalicelib.kit.command import Command
from chalicelib.kit.facts import Fact
from chalicelib.kit.paging import encode_cursor
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed, Limited, Plan, commit
from chalicelib.table.config import Config
from chalicelib.table.guards import guard_puts, recall_guarded
from chalicelib.table.journal import Entry, Head, Header, entry_put, new_entry
from chalicelib.table.keys import owner_stream
from chalicelib.table.pages import page_of_shards, shard_place
from chalicelib.table.protocol import Write


@dataclass(frozen=True, slots=True)
class MemberPage:
    items: tuple[MemberCard, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Written:
    """A member as it will be, with its entry and everything to write for it."""

    member: Member
    entry: Entry
    writes: tuple[Write, ...]


@dataclass(frozen=True, slots=True)
class Asking:
    """What the tenant asks of profiles, by which configuration."""

    config: Config
    of: Asked


@dataclass(frozen=True, slots=True)
class Beside:
    """What else is written with a profile: by the member as they will be, and what has happened to them with it for the first
    time; what that takes of things that are limited for all; what else is `told` of who is enrolled, asked before; and what is
    kept of identifiers that they give up."""

    writes: Callable[[Member, Sequence[str]], tuple[Write, ...]]
    limited: Limited | None = None
    told: Callable[[Instant], tuple[Fact, ...]] = lambda _: ()
    given_up: Callable[[Sequence[Identifier]], tuple[Write, ...]] = lambda _: ()


class _Unchanged(Refused):
    """Leaves the commit without writing: the member is already as asked."""

    def __init__(self, member: Member) -> None:
        super().__init__("unchanged", "The member is already as asked.")
        self.member = member


def enrol(
    rt: Runtime, caller: Caller, command: Command, ask: Asking, enrolment: Enrolment, beside: Beside
) -> Committed[Member]:
    """Write profile, identifiers and entry, and what comes beside: 1 transaction, 4 units and 2 per identifier. Refuses
    `identifier_taken`, `undeclared_field`, `wrong_field_type`."""

    def plan() -> Plan:
        header = _header(rt, caller, command, ask.config, "enrol_member")
        written = new_member(rt, header, ask.of, enrolment, beside.told(header.recorded_at))
        _refuse_taken(rt, caller, written.member, ())
        return _guarded(rt, caller, command, written, beside, ("enrolled", *written.member.milestones))

    return _commit(rt, caller, command, plan)


def update(
    rt: Runtime,
    caller: Caller,
    command: Command,
    ask: Asking,
    member_id: str,
    change: MemberUpdate,
    beside: Beside,
) -> Committed[Member]:
    """Change a profile, and what comes beside: 1 Get + 1 transaction; nothing is written when it is so already. The
    refusals of enrolling, and NotFound."""

    def plan() -> Plan:
        before, head = store.read(rt.table, caller.tenant, member_id)
        after, facts = updated(before, change, ask.of, rt.clock.now())
        if not facts:
            raise _Unchanged(before)
        _refuse_taken(rt, caller, after, before.identifiers)
        header = _header(rt, caller, command, ask.config, "update_member")
        written = _written(rt, header, after, before, head, facts)
        kept = beside.given_up([one for one in before.identifiers if one not in after.identifiers])
        whole = replace(written, writes=(*written.writes, *kept))
        return _guarded(rt, caller, command, whole, beside, after.milestones[len(before.milestones) :])

    try:
        return _commit(rt, caller, command, plan)
    except _Unchanged as unchanged:
        return Committed(unchanged.member)


def get_member(rt: Runtime, caller: Caller, member_id: str) -> Member:
    """1 Get."""
    return store.read(rt.table, caller.tenant, member_id)[0]


def find_member(rt: Runtime, caller: Caller, identifier: Identifier) -> Member:
    """By any identifier: 2 Gets."""
    owner = store.owner_of(rt.table, caller.tenant, identifier.normalised())
    if owner is None:
        raise NotFound("member_not_found", f"No member has this {identifier.type}.", param="identifier")
    return get_member(rt, caller, owner)


def list_members(rt: Runtime, caller: Caller, limit: int, cursor: str | None) -> MemberPage:
    """The directory, shard by shard, each in order of enrolment: at most one Query a shard, usually one in all."""
    scope = f"{caller.tenant}/members"
    query, shards = partial(store.directory_query, caller.tenant), store.DIRECTORY_SHARDS
    place = shard_place(scope, cursor, shards, "member", store.shard_of)
    found, rest = page_of_shards(rt.table, query, store.listed_member, place, shards, limit)
    return MemberPage(tuple(map(store.card_from, found)), None if rest is None else encode_cursor(scope, rest))


def new_member(rt: Runtime, header: Header, asked: Asked, enrolment: Enrolment, also: tuple[Fact, ...] = ()) -> Written:
    """A member about to be enrolled: for this area's own commit or as a part of another's. `also`: what else is told of them."""
    member = enrolled(rt.ids.entity("member", header.recorded_at), header.recorded_at, enrolment, asked)
    fact = MemberEnrolled(tuple(identifier.type for identifier in member.identifiers))
    return _written(rt, header, member, None, Head(), (fact, *also))


def linked(rt: Runtime, header: Header, member: Member, head: Head, group_id: str | None) -> Written:
    """A member about to join a group, or to leave it: a part of that group's commit."""
    after, facts = linked_to(member, group_id)
    return _written(rt, header, after, member, head, facts)


def celebrated(rt: Runtime, header: Header, member: Member, head: Head, given: Collection[str]) -> Written:
    """A member whose birthday or anniversary has passed: a part of the commit of what is given for it."""
    after, told = celebrated_by(member, given)
    return _written(rt, header, after, member, head, (MemberOccasion(),), privately=told)


def sharing(rt: Runtime, header: Header, member: Member, head: Head, code: str) -> Written:
    """A member with a referral code of their own: a part of the commit that makes it lead to them."""
    after, facts = sharing_by(member, code)
    return _written(rt, header, after, member, head, facts)


def noted(
    rt: Runtime,
    header: Header,
    member: Member,
    head: Head,
    facts: tuple[Fact, ...],
    after: Mapping[str, Any] | None = None,
) -> Written:
    """What is told in a member's own journal and changes nothing of the profile: a part of another commit."""
    return _written(rt, header, member, member, head, facts, after)


def _written(
    rt: Runtime,
    header: Header,
    member: Member,
    before: Member | None,
    head: Head,
    facts: tuple[Fact, ...],
    after: Mapping[str, Any] | None = None,
    privately: Mapping[str, Any] | None = None,
) -> Written:
    tenant = header.caller.tenant
    private = {**store.private_part(member, rt.ids.salt()), **(privately or {})}
    entry = new_entry(owner_stream(tenant, member.member_id, 0), head, header, facts, private, after)
    return Written(member, entry, (*store.member_writes(tenant, member, before, head, entry), entry_put(entry)))


def _header(rt: Runtime, caller: Caller, command: Command, config: Config, operation: str) -> Header:
    now = rt.clock.now()
    return Header(operation, command.id, caller, now, now, config.revision)


def _refuse_taken(rt: Runtime, caller: Caller, member: Member, known: tuple[Identifier, ...]) -> None:
    """Asked before writing for a clear answer; the identifier's own item decides when two ask at once."""
    for identifier in set(member.identifiers) - set(known):
        owner = store.owner_of(rt.table, caller.tenant, identifier)
        if owner is not None and owner != member.member_id:
            raise Conflict(
                "identifier_taken", f"Another member already has this {identifier.type}.", param="identifiers"
            )


def _guarded(
    rt: Runtime, caller: Caller, command: Command, written: Written, beside: Beside, moments: Sequence[str]
) -> Plan:
    guards = guard_puts(caller.tenant, command, written.entry, rt.clock.now())
    also = beside.writes(written.member, moments)
    done_if = frozenset(guard.key for guard in guards)
    return Plan(written.entry, (*written.writes, *also, *guards), done_if, beside.limited)


def _commit(rt: Runtime, caller: Caller, command: Command, plan: Callable[[], Plan]) -> Committed[Member]:
    return commit(rt, command, plan, _answer, lambda: recall_guarded(rt.table, caller.tenant, command))


def _answer(entry: Entry) -> Member:
    if entry.private is None:
        raise NotFound("member_erased", "The personal data of this member were erased.")
    return Member.model_validate(entry.private["member"])
