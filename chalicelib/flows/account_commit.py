"""What every flow on an account shares: open it with its member, and put what it decided into one transaction.

Value time: an operation of instant `at` first lets everything due until then happen, and ends on the tier reached.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from chalicelib.areas.accounts import store as accounts
from chalicelib.areas.accounts.model import Account, Story
from chalicelib.areas.accounts.model import facts as f
from chalicelib.areas.accounts.model.limits import MAX_ACCOUNT_BYTES
from chalicelib.areas.members import store as members
from chalicelib.areas.members.model import Member
from chalicelib.errors import Refused
from chalicelib.flows.terms import Terms, settle_tier, terms_of
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Instant
from chalicelib.kit.command import Command
from chalicelib.kit.ids import number_of
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed, Plan, commit
from chalicelib.table.guards import guard_puts, recall_guarded
from chalicelib.table.journal import Entry, Head, Header, entry_from, entry_put, new_entry
from chalicelib.table.keys import snapshot_query
from chalicelib.table.protocol import Write, key_of

AnswerT = TypeVar("AnswerT")
Decide = Callable[[Story, Terms, Instant], Story]


@dataclass(frozen=True, slots=True)
class Manner:
    """What a change is besides: `comment` goes to the entry's private part; some are for blocked members, too."""

    comment: str = ""
    blocked_too: bool = False


USUAL = Manner()


@dataclass(frozen=True, slots=True)
class Opened:
    """A member and their account in one program, with where its journal stands; and the entry that was asked for with
    them, if there is such a one."""

    member: Member
    account: Account
    head: Head
    entry: Entry | None = None

    def must_be_active(self, param: str = "member_id") -> None:
        if self.member.status == "blocked":
            raise Refused("member_blocked", "This member is blocked.", param=param)


def open_account(rt: Runtime, tenant: str, member_id: str, program_id: int, sequence: int | None = None) -> Opened:
    """1 BatchGet of profile and account, and of one of its entries. NotFound for a member this tenant does not have."""
    number_of("member", member_id)
    profile, account = members.profile_key(tenant, member_id), accounts.account_key(tenant, member_id, program_id)
    stream = accounts.stream(tenant, member_id, program_id)
    entries = () if sequence is None else (stream.key(sequence),)
    found = rt.table.batch_get([profile, account, *entries])
    member, _ = members.member_from(found.get(profile), member_id)
    entry = next((entry_from(stream, found[key]) for key in entries if key in found), None)
    return Opened(member, *accounts.account_from(found.get(account), member_id, program_id), entry)


def open_snapshot(rt: Runtime, tenant: str, member_id: str, program_id: int) -> Opened:
    """1 Query of everything a purchase may ask of a member. NotFound as above."""
    number_of("member", member_id)
    found = {key_of(attrs): attrs for attrs in rt.table.query(snapshot_query(tenant, member_id)).items}
    member, _ = members.member_from(found.get(members.profile_key(tenant, member_id)), member_id)
    account = found.get(accounts.account_key(tenant, member_id, program_id))
    return Opened(member, *accounts.account_from(account, member_id, program_id))


def account_entry(
    tenant: str, story: Story, head: Head, header: Header, private: Mapping[str, Any] | None = None
) -> Entry:
    """The entry of everything the story tells, with how the account stands after it, and what the holds that it tells of
    still have."""
    account = story.account
    after: dict[str, Any] = {
        "balances": {unit: wallet.available for unit, wallet in account.wallets.items()},
        "tier": account.tier,
    }
    holds = {
        str(fact.hold): 0 if (hold := account.hold(fact.hold)) is None else hold.amount
        for fact in story.facts
        if isinstance(fact, f.PointsHeld | f.PointsCaptured | f.PointsReleased)
    }
    if holds:
        after["holds"] = holds
    stream = accounts.stream(tenant, account.owner, account.program)
    return new_entry(stream, head, header, story.facts, private, after=after)


def account_plan(
    caller: Caller,
    command: Command,
    story: Story,
    head: Head,
    entry: Entry,
    also: tuple[Write, ...] = (),
    *,
    most_bytes: int = MAX_ACCOUNT_BYTES,
) -> Plan:
    """Account, entry, what else belongs to it, and the guard of a command that brought its own id. Refuses `too_large`."""
    guards = guard_puts(caller.tenant, command, entry, entry.recorded_at)
    put = accounts.account_put(caller.tenant, story.account, head, entry, most_bytes)
    return Plan(entry, (put, entry_put(entry), *also, *guards), frozenset(guard.key for guard in guards))


def header_for(
    rt: Runtime,
    caller: Caller,
    command: Command,
    operation: str,
    terms: Terms,
    at: Instant | None = None,
    place: str = "",
) -> Header:
    now = rt.clock.now()
    return Header(operation, command.id, caller, now, now if at is None else at, terms.revision, place)


def decided_plan(
    rt: Runtime,
    caller: Caller,
    command: Command,
    operation: str,
    terms: Terms,
    opened: Opened,
    decide: Decide,
    comment: str = "",
) -> Plan:
    """What an operation at the clock's time comes to: advance, decide, settle the tier. A comment is private."""
    header = header_for(rt, caller, command, operation, terms)
    story = decide(terms.advance(Story(opened.account), header.effective_at), terms, header.effective_at)
    story = settle_tier(story, terms)
    private = {"salt": rt.ids.salt(), "comment": comment} if comment else None
    entry = account_entry(caller.tenant, story, opened.head, header, private)
    return account_plan(caller, command, story, opened.head, entry)


def change_account(
    rt: Runtime,
    caller: Caller,
    command: Command,
    operation: str,
    of: tuple[str, int],
    decide: Decide,
    answer: Callable[[Entry], AnswerT],
    manner: Manner = USUAL,
) -> Committed[AnswerT]:
    """One operation on one account at the clock's time: open, advance, decide, settle the tier, commit.

    `of` is member and program. Refuses `member_blocked`, unless the operation is for blocked members, too; NotFound:
    member, program. 1 BatchGet and 1 transaction of 4 units, 6 with an Idempotency-Key.
    """
    member_id, program_id = of

    def plan() -> Plan:
        terms = terms_of(rt, caller.tenant, program_id)
        opened = open_account(rt, caller.tenant, member_id, program_id)
        if not manner.blocked_too:
            opened.must_be_active()
        return decided_plan(rt, caller, command, operation, terms, opened, decide, manner.comment)

    return commit(rt, command, plan, answer, lambda: recall_guarded(rt.table, caller.tenant, command))
