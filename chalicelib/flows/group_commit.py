"""What flows on groups share: who comes into a group or leaves it, with nothing of theirs on hold, in one transaction.

A hold has a number in one account. Whoever joins or leaves with one open would name it in another account afterwards: so
that is refused, and the accounts that were looked at must still be as they were when the transaction is carried out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from chalicelib.areas.accounts import store as accounts
from chalicelib.areas.groups.model import Group
from chalicelib.areas.groups.operations import Written, group_of
from chalicelib.areas.members import store as members
from chalicelib.areas.members.model import Member
from chalicelib.errors import Refused
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Instant
from chalicelib.kit.command import Command
from chalicelib.kit.ids import number_of
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed, Plan, commit
from chalicelib.table.guards import guard_puts, recall_guarded
from chalicelib.table.journal import Head, Header
from chalicelib.table.keys import snapshot_query
from chalicelib.table.protocol import Attrs, Check, Equals, Write, key_of

ACCOUNTS = "B#"


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A member who is in no group and holds nothing. `unchanged`: their accounts are still as they were looked at."""

    member: Member
    head: Head
    unchanged: tuple[Check, ...]


class _Unchanged(Refused):
    """Leaves the commit without writing: the group is already as asked."""

    def __init__(self, group: Group) -> None:
        super().__init__("unchanged", "The group is already as asked.")
        self.group = group


def unchanged(group: Group) -> _Unchanged:
    return _Unchanged(group)


def newcomer(rt: Runtime, tenant: str, member_id: str, param: str = "member_id") -> Newcomer:
    """1 Query of the member's snapshot. NotFound: member. Refuses `already_in_group`, `open_holds`."""
    number_of("member", member_id)
    found = {key_of(attrs): attrs for attrs in rt.table.query(snapshot_query(tenant, member_id)).items}
    member, head = members.member_from(found.get(members.profile_key(tenant, member_id)), member_id)
    if member.group_id is not None:
        raise Refused("already_in_group", f"This member is in group {member.group_id} already.", param=param)
    theirs = [attrs for key, attrs in found.items() if key.sk.startswith(ACCOUNTS)]
    return Newcomer(member, head, nothing_held(theirs, member_id, rt.clock.now()))


def nothing_held(found: Iterable[Attrs], owner: str, now: Instant, by: str = "") -> tuple[Check, ...]:
    """That the owner's accounts stay as they are. Refuses `open_holds`, where `by` has one in them."""
    checks: list[Check] = []
    for attrs in found:
        key = key_of(attrs)
        account, head = accounts.account_from(attrs, owner, int(key.sk.removeprefix(ACCOUNTS)))
        if any(hold.by == by and (hold.lapses_at is None or hold.lapses_at > now) for hold in account.holds):
            text = "This member has points on hold: capture or release them first."
            raise Refused("open_holds", text, param="member_id")
        checks.append(Check(key, Equals("version", head.version)))
    return tuple(checks)


def group_header(rt: Runtime, caller: Caller, command: Command, operation: str) -> Header:
    now, revision = rt.clock.now(), rt.config.load(rt.table, caller.tenant).revision
    return Header(operation, command.id, caller, now, now, revision)


def group_plan(caller: Caller, command: Command, made: Written, also: tuple[Write, ...] = ()) -> Plan:
    """Group, entry, what else belongs to it, and the guard of a command that brought its own id."""
    guards = guard_puts(caller.tenant, command, made.entry, made.entry.recorded_at)
    return Plan(made.entry, (*made.writes, *also, *guards), frozenset(guard.key for guard in guards))


def commit_group(rt: Runtime, caller: Caller, command: Command, plan: Callable[[], Plan]) -> Committed[Group]:
    """Every operation on a group answers the group as it left it."""
    try:
        return commit(rt, command, plan, group_of, lambda: recall_guarded(rt.table, caller.tenant, command))
    except _Unchanged as found:
        return Committed(found.group)
