"""What every flow on an account shares: open it with its member, and put what it decided into one transaction.

Value time: an operation of instant `at` first lets everything due until then happen, and ends on the tier reached.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from chalicelib.areas.accounts import store as accounts
from chalicelib.areas.accounts.model import Account, Story
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
from chalicelib.table.journal import Entry, Head, Header, entry_put, new_entry
from chalicelib.table.keys import snapshot_query
from chalicelib.table.protocol import Write, key_of

AnswerT = TypeVar("AnswerT")


@dataclass(frozen=True, slots=True)
class Opened:
    """A member and their account in one program, with where its journal stands."""

    member: Member
    account: Account
    head: Head

    def must_be_active(self, param: str = "member_id") -> None:
        if self.member.status == "blocked":
            raise Refused("member_blocked", "This member is blocked.", param=param)


def open_account(rt: Runtime, tenant: str, member_id: str, program_id: int) -> Opened:
    """1 BatchGet of profile and account. NotFound for a member this tenant does not have."""
    number_of("member", member_id)
    profile, account = members.profile_key(tenant, member_id), accounts.account_key(tenant, member_id, program_id)
    found = rt.table.batch_get([profile, account])
    member, _ = members.member_from(found.get(profile), member_id)
    return Opened(member, *accounts.account_from(found.get(account), member_id, program_id))


def open_snapshot(rt: Runtime, tenant: str, member_id: str, program_id: int) -> Opened:
    """1 Query of everything a purchase may ask of a member. NotFound as above."""
    number_of("member", member_id)
    found = {key_of(attrs): attrs for attrs in rt.table.query(snapshot_query(tenant, member_id)).items}
    member, _ = members.member_from(found.get(members.profile_key(tenant, member_id)), member_id)
    account = found.get(accounts.account_key(tenant, member_id, program_id))
    return Opened(member, *accounts.account_from(account, member_id, program_id))


def account_entry(tenant: str, story: Story, head: Head, header: Header) -> Entry:
    """The entry of everything the story tells, with how the account stands after it."""
    account = story.account
    after = {
        "balances": {unit: wallet.available for unit, wallet in account.wallets.items()},
        "tier": account.tier,
    }
    stream = accounts.stream(tenant, account.owner, account.program)
    return new_entry(stream, head, header, story.facts, after=after)


def account_plan(
    caller: Caller, command: Command, story: Story, head: Head, entry: Entry, also: tuple[Write, ...] = ()
) -> Plan:
    """Account, entry, what else belongs to it, and the guard of a command that brought its own id."""
    guards = guard_puts(caller.tenant, command, entry, entry.recorded_at)
    put = accounts.account_put(caller.tenant, story.account, head, entry)
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


def change_account(
    rt: Runtime,
    caller: Caller,
    command: Command,
    operation: str,
    of: tuple[str, int],
    decide: Callable[[Story, Terms, Instant], Story],
    answer: Callable[[Entry], AnswerT],
) -> Committed[AnswerT]:
    """One operation on one account at the clock's time: open, advance, decide, settle the tier, commit.

    `of` is member and program. Refuses `member_blocked`; NotFound: member, program. 1 BatchGet and 1 transaction of
    4 units, 6 with an Idempotency-Key.
    """
    member_id, program_id = of

    def plan() -> Plan:
        terms = terms_of(rt, caller.tenant, program_id)
        opened = open_account(rt, caller.tenant, member_id, program_id)
        opened.must_be_active()
        header = header_for(rt, caller, command, operation, terms)
        story = decide(terms.advance(Story(opened.account), header.effective_at), terms, header.effective_at)
        story = settle_tier(story, terms)
        entry = account_entry(caller.tenant, story, opened.head, header)
        return account_plan(caller, command, story, opened.head, entry)

    return commit(rt, command, plan, answer, lambda: recall_guarded(rt.table, caller.tenant, command))
