"""What every flow on an account shares: open it with its owner, and put what it decided into one transaction.

Value time: an operation of instant `at` first lets everything due until then happen, and ends on the tier reached.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from chalicelib.areas.accounts import store as accounts
from chalicelib.areas.accounts.model import Account, Story, newly_ahead
from chalicelib.areas.accounts.model import facts as f
from chalicelib.areas.accounts.model.limits import MAX_ACCOUNT_BYTES
from chalicelib.flows.lost_account import unless_lost
from chalicelib.flows.opened import Acting, Opened, open_account, open_acting
from chalicelib.flows.terms import Terms, brought_to, settle_tier, terms_of
from chalicelib.flows.value_days import days_told
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Instant
from chalicelib.kit.command import Command
from chalicelib.kit.facts import Fact
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed, Plan, commit
from chalicelib.table.guards import guard_puts, recall_guarded
from chalicelib.table.journal import Entry, Head, Header, entry_put, new_entry
from chalicelib.table.protocol import Key, Write

AnswerT = TypeVar("AnswerT")
Decide = Callable[[Story, Terms, Instant], Story]
DecideActing = Callable[[Story, Terms, Instant, Opened], Story]


@dataclass(frozen=True, slots=True)
class Manner:
    """What a change is besides: `comment` goes to the entry's private part; some are for blocked members, too. `beside_of` says
    what is read with the account, `also_of` what that has written with it."""

    comment: str = ""
    blocked_too: bool = False
    beside_of: Callable[[Terms], tuple[Key, ...]] = lambda _: ()
    also_of: Callable[[Terms, Opened], tuple[Write, ...]] = lambda *_: ()


USUAL = Manner()


def account_entry(
    tenant: str,
    story: Story,
    head: Head,
    header: Header,
    private: Mapping[str, Any] | None = None,
    *,
    now: Account | None = None,
    told: Mapping[str, Any] | None = None,
) -> Entry:
    """The entry of everything the story tells and on which days, with how the account stands after it, the pin to its tier,
    what the holds that it tells of still have, and what else time alone will do. `now`: the account as it stands when this is
    recorded, where that is later; its answer says so, also to whoever asks again. `told`: what else its answer says."""
    account = story.account
    standing = _standing(account)
    after = {**standing, **(told or {})}
    if now is not None and (later := _standing(now)) != standing:
        after["now"] = later
    holds = {
        str(fact.hold): 0 if (hold := account.hold(fact.hold)) is None else hold.amount
        for fact in story.facts
        if isinstance(fact, f.PointsHeld | f.PointsCaptured | f.PointsReleased)
    }
    if holds:
        after["holds"] = holds
    if account.standing.pinned:
        after["pinned"] = account.standing.pinned_until
    if ahead := newly_ahead(story.before, account):
        after["ahead"] = ahead
    stream = accounts.stream(tenant, account.owner, account.program)
    header = replace(header, days=days_told(story.facts, header.zone))
    return new_entry(stream, head, header, story.facts, private, after=after)


def document_entry(
    tenant: str,
    terms: Terms,
    story: Story,
    head: Head,
    header: Header,
    *,
    asks_now: bool = True,
    told: Mapping[str, Any] | None = None,
) -> Entry:
    """The entry of a purchase or return. `asks_now`: it is answered by the account as a read shows it at the time of
    recording, where something has come or passed in the minutes since `passed_by`. That is a copy: what is due is written
    when the account is next touched, by the daily job at the latest."""
    account, now = story.account, None
    if asks_now and terms.changes(account, header.recorded_at):
        now = brought_to(account, terms, header.recorded_at)
    return account_entry(tenant, story, head, header, now=now, told=told)


def own_entry(
    tenant: str, terms: Terms, header: Header, own: tuple[Account, Head], facts: tuple[Fact, ...]
) -> tuple[Write, ...]:
    """Of the own account of a member whose group has all else: account and entry, 4 units."""
    account, head = own
    story = settle_tier(terms.advance(Story(account), header.effective_at).then(*facts), terms)
    entry = account_entry(tenant, story, head, header)
    return accounts.account_put(tenant, story.account, head, entry), entry_put(entry)


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
    effective_at = now if at is None else at
    day, zone = terms.day(effective_at), terms.program.zone
    return Header(operation, command.id, caller, now, effective_at, terms.revision, place, day, zone)


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
    at = header.effective_at

    def decided() -> Story:
        return decide(terms.advance(Story(opened.account), at), terms, at)

    story = settle_tier(unless_lost(rt, caller.tenant, (opened,), decided, dry_run=command.dry_run), terms)
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

    `of` is its owner, a member or a group, and program. Refuses `member_blocked`, `group_blocked`, unless the operation
    is for the blocked, too; NotFound: owner, program. 1 BatchGet and 1 transaction of 4 units, 6 with an
    Idempotency-Key.
    """
    owner, program_id = of

    def plan() -> Plan:
        terms = terms_of(rt, caller.tenant, program_id)
        opened = open_account(rt, caller.tenant, owner, program_id)
        if not manner.blocked_too:
            opened.must_be_active()
        return decided_plan(rt, caller, command, operation, terms, opened, decide, manner.comment)

    return commit(rt, command, plan, answer, lambda: recall_guarded(rt.table, caller.tenant, command))


def change_acting(
    rt: Runtime,
    caller: Caller,
    command: Command,
    operation: str,
    who: Acting,
    decide: DecideActing,
    answer: Callable[[Entry], AnswerT],
    manner: Manner = USUAL,
) -> Committed[AnswerT]:
    """What a member does: as above, on the account of the group that they are in, and `decide` is told what was opened: who
    does it for a group, and what was asked for beside. For them 1 BatchGet more; besides NotFound and refusals of
    flows/opened."""

    def plan() -> Plan:
        terms = terms_of(rt, caller.tenant, who.program_id)
        keys = (*who.beside, *manner.beside_of(terms))
        opened = open_acting(rt, caller.tenant, replace(who, beside=keys))
        if not manner.blocked_too:
            opened.must_be_active(who.param)
        also = manner.also_of(terms, opened)

        def decided(story: Story, terms: Terms, at: Instant) -> Story:
            return decide(story, terms, at, opened)

        planned = decided_plan(rt, caller, command, operation, terms, opened, decided, manner.comment)
        return replace(planned, writes=(*planned.writes, *also))

    return commit(rt, command, plan, answer, lambda: recall_guarded(rt.table, caller.tenant, command))


def _standing(account: Account) -> dict[str, Any]:
    balances = {unit: wallet.available for unit, wallet in account.wallets.items()}
    return {"balances": balances, "tier": account.tier}
