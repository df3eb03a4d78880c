"""Read an account: how it stands now, would stand at a later moment if nothing else happened, or stood at an earlier one.

reads    1 BatchGet of profile and account (+ what flows/past_account reads for the past); a copy is advanced in memory,
         nothing is written
"""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import ConfigDict

from chalicelib.areas.accounts.model import Account, Story, Wallet, advance
from chalicelib.areas.accounts.model.wallet import TOTALS
from chalicelib.areas.tiers.model import next_tier
from chalicelib.flows.account_commit import open_account
from chalicelib.flows.past_account import past_account
from chalicelib.flows.terms import Terms, progress, terms_of
from chalicelib.kit.base import Frozen
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Instant
from chalicelib.kit.periods import Day
from chalicelib.kit.wire import CalendarDay, Time
from chalicelib.runtime import Runtime


@dataclass(frozen=True, slots=True)  # no model: an answer has hundreds, of what is stored, and a model would check each
class Expiring:
    """What is left that has this day as its last usable one; without a day it never expires."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    expires_on: CalendarDay | None
    amount: int


class WalletView(Frozen):
    """One unit; amounts in its smallest part: `decimals` says how many of its digits stand behind the point."""

    unit: str
    decimals: int
    available: int
    held: int
    pending: int
    owed: int
    earned: int
    granted: int
    received: int
    refunded: int
    gained: int
    spent: int
    deducted: int
    sent: int
    converted: int
    cancelled: int
    expired: int
    expiring: tuple[Expiring, ...]


class NextTierView(Frozen):
    tier: str
    missing: int | str


class Spend(Frozen):
    currency: str
    amount: int


class AccountView(Frozen):
    member_id: str
    program_id: int
    version: int
    as_of: Time
    wallets: tuple[WalletView, ...]
    tier: str | None
    next_tier: NextTierView | None
    orders: int
    spend: tuple[Spend, ...]


def read_account(
    rt: Runtime, caller: Caller, member_id: str, program_id: int = 1, as_of: Instant | None = None
) -> AccountView:
    """At a moment of the past what was known then. NotFound: member, program."""
    now = rt.clock.now()
    terms = terms_of(rt, caller.tenant, program_id)
    opened = open_account(rt, caller.tenant, member_id, program_id)
    stored, head = opened.account, opened.head
    if as_of is not None and as_of < now:
        stored, head = past_account(rt, caller.tenant, member_id, program_id, as_of)
    account = advance(Story(stored), now if as_of is None else as_of).account
    tier = terms.tier(account)
    return AccountView(
        member_id=member_id,
        program_id=program_id,
        version=head.version,
        as_of=account.advanced_to,
        wallets=tuple(_wallet(account.wallet(unit.code), unit.decimals) for unit in terms.program.units),
        tier=None if tier is None else tier.tier_id,
        next_tier=_next(terms, account),
        orders=account.orders,
        spend=tuple(Spend(currency=code, amount=amount) for code, amount in sorted(account.spend.items())),
    )


def _wallet(wallet: Wallet, decimals: int) -> WalletView:
    left: dict[Day | None, int] = {}
    for lot in wallet.lots:
        left[lot.expires_on] = left.get(lot.expires_on, 0) + lot.left
    return WalletView(
        unit=wallet.unit,
        decimals=decimals,
        available=wallet.available,
        **{total: getattr(wallet, total) for total in TOTALS},
        expiring=tuple(Expiring(day, amount) for day, amount in left.items() if amount),
    )


def _next(terms: Terms, account: Account) -> NextTierView | None:
    above = None if terms.scheme is None else next_tier(terms.scheme, progress(account, terms.scheme))
    return None if above is None else NextTierView(tier=above.tier.tier_id, missing=above.missing)
