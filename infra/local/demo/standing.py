"""How all members of a tenant stand at a moment: read from the directory and from their accounts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from chalicelib.areas.accounts import store as accounts
from chalicelib.areas.accounts.model import Account, Story
from chalicelib.areas.members.operations import list_members
from chalicelib.areas.tiers.operations import get_tiers
from chalicelib.flows.terms import Terms, settle_tier, terms_of
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Instant, passed_by
from chalicelib.kit.paging import MAX_PAGE
from chalicelib.runtime import Runtime
from infra.local.demo.tally import FiguresDisagreeError


@dataclass(frozen=True, slots=True)
class Points:
    earned: int = 0
    cancelled: int = 0
    expired: int = 0
    available: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """`tiers` has every tier of the ladder, in its order."""

    members: int
    points: Points
    tiers: Mapping[str, int]


def standing_of(rt: Runtime, caller: Caller, program_id: int, unit: str, at: Instant | None) -> Standing:
    """Of every member, `at` a moment for which the due job has run; a moment in the future is what its accounts come to.

    One without an account, or without a tier in it, stands on the first step of the ladder.
    """
    terms = terms_of(rt, caller.tenant, program_id)
    ladder = [tier.tier_id for tier in get_tiers(rt, caller, program_id).tiers]
    sums: Counter[str] = Counter()
    tiers: Counter[str] = Counter()
    members = 0
    for stored in _accounts(rt, caller, program_id):
        account = stored if at is None else _standing_at(stored, terms, at, rt.clock.now())
        members += 1
        tiers[account.tier or ladder[0]] += 1
        _add(sums, account, unit)
    points = Points(sums["earned"], sums["cancelled"], sums["expired"], sums["available"])
    if points.earned != points.cancelled + points.expired + points.available:
        raise FiguresDisagreeError(f"earned is not cancelled + expired + available: {points}")
    return Standing(members, points, {tier: tiers[tier] for tier in ladder})


def _standing_at(stored: Account, terms: Terms, at: Instant, now: Instant) -> Account:
    due = stored.next_due_at
    if due is not None and due <= min(at, passed_by(now)):
        raise FiguresDisagreeError(f"the due job has left something undone on the account of {stored.owner}")
    return settle_tier(terms.advance(Story(stored), at), terms).account


def _add(sums: Counter[str], account: Account, unit: str) -> None:
    """`available` is what lies in the lots, so that the sum at the end is a proof and no tautology."""
    wallet = account.wallet(unit)
    if not wallet.balanced():
        raise FiguresDisagreeError(f"the lots of {account.owner} do not sum to its balance of {wallet.available}")
    sums["earned"] += wallet.earned
    sums["cancelled"] += wallet.cancelled
    sums["expired"] += wallet.expired
    sums["available"] += sum(lot.left for lot in wallet.lots)


def _accounts(rt: Runtime, caller: Caller, program_id: int) -> Iterator[Account]:
    """An account for every member, empty where none is stored: 1 page of the directory and 1 BatchGet per 100."""
    cursor = None
    while True:
        page = list_members(rt, caller, MAX_PAGE, cursor)
        keys = {card.member_id: accounts.account_key(caller.tenant, card.member_id, program_id) for card in page.items}
        found = rt.table.batch_get(list(keys.values()))
        for member_id, key in keys.items():
            yield accounts.account_from(found.get(key), member_id, program_id)[0]
        cursor = page.next_cursor
        if cursor is None:
            return
