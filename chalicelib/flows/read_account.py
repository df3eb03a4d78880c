"""Read an account: how it stands now, would stand at a later moment if nothing else happened, or stood at an earlier one.

reads    1 BatchGet of profile and account (+ what flows/past_account reads for the past); a copy is advanced in memory,
         nothing is written
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from pydantic import ConfigDict

from chalicelib.areas.accounts.model import Account
from chalicelib.areas.accounts.model.wallet import TOTALS
from chalicelib.areas.tiers.model import Attribute
from chalicelib.flows.account_views import Hold
from chalicelib.flows.list_holds import holds_of
from chalicelib.flows.lost_account import open_to_read
from chalicelib.flows.past_account import past_account
from chalicelib.flows.terms import Terms, brought_to, terms_of
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
    coming: tuple[Coming, ...]


@dataclass(frozen=True, slots=True)
class Coming:
    """What is pending and can be used from this instant on; without one, it waits for its event."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    available_at: Time | None
    amount: int


class NextTierView(Frozen):
    tier: str
    missing: int | str


class KeepView(Frozen):
    """What is missing to keep the tier, in the form of its threshold, and the last day before it is judged; without a day
    nothing takes it away but what is spent, brought back or taken back. What is known now to come or to pass by then is
    reckoned with. `missing` is empty where nothing that comes by then counts: counting begins anew on the day after."""

    missing: int | str | None
    until: CalendarDay | None


class PinView(Frozen):
    """The last day of a pin; none for good."""

    until: CalendarDay | None


class TierView(Frozen):
    """The tier that is held, since when and why. `keep` is empty on the first tier and under a pin; `grace`: the member
    would have fallen, and falls after the last day of `keep` unless what is missing comes."""

    tier: str
    name: str
    since: Time | None
    reason: str | None
    attributes: dict[str, Attribute]
    keep: KeepView | None
    grace: bool
    pinned: PinView | None


class Spend(Frozen):
    currency: str
    amount: int


class AccountView(Frozen):
    """A member's, who earns and spends for `group_id` if they are in a group: this is then what they have besides. Of a
    moment of the past it is null: which group they were in is not kept. Or that of a group itself, of which there is no
    `member_id`."""

    member_id: str | None
    group_id: str | None
    program_id: int
    version: int
    as_of: Time
    wallets: tuple[WalletView, ...]
    holds: tuple[Hold, ...]
    tier: str | None
    next_tier: NextTierView | None
    standing: TierView | None
    orders: int
    spend: tuple[Spend, ...]


def read_account(
    rt: Runtime, caller: Caller, owner: str, program_id: int = 1, as_of: Instant | None = None
) -> AccountView:
    """Of a member or a group. At a moment of the past what was known then, by the tiers of then: nobody stands on one before
    they were a member. NotFound: owner, program."""
    now = rt.clock.now()
    terms = terms_of(rt, caller.tenant, program_id)
    opened = open_to_read(rt, caller.tenant, owner, program_id)
    stored, head = opened.account, opened.head
    past = as_of is not None and as_of < now
    if as_of is not None and past:
        stored, head = past_account(rt, caller.tenant, owner, program_id, as_of)
        terms = terms.with_tiers_of(as_of) if opened.since <= as_of else replace(terms, ladder=None)
    account = brought_to(stored, terms, now if as_of is None else as_of)
    return AccountView(
        member_id=None if opened.member is None else owner,
        group_id=owner if opened.member is None else None if past else opened.member.group_id,
        program_id=program_id,
        version=head.version,
        as_of=account.advanced_to,
        wallets=tuple(_wallet(account, unit.code, unit.decimals) for unit in terms.program.units),
        holds=holds_of(account),
        tier=account.tier or None,
        next_tier=_next(terms, account),
        standing=_standing(terms, account, begun=head.version > 0),
        orders=account.orders,
        spend=tuple(Spend(currency=code, amount=amount) for code, amount in sorted(account.spend.items())),
    )


def _wallet(account: Account, unit: str, decimals: int) -> WalletView:
    wallet = account.wallet(unit)
    left: dict[Day | None, int] = {}
    for lot in wallet.lots:
        left[lot.expires_on] = left.get(lot.expires_on, 0) + lot.left
    return WalletView(
        unit=wallet.unit,
        decimals=decimals,
        available=wallet.available,
        **{total: getattr(wallet, total) for total in TOTALS},
        expiring=tuple(Expiring(day, amount) for day, amount in left.items() if amount),
        coming=_coming(account, unit),
    )


def _coming(account: Account, unit: str) -> tuple[Coming, ...]:
    """The earliest first, and last what no clock knows."""
    amounts: dict[Instant | None, int] = {}
    for promise in account.pendings:
        if promise.unit == unit:
            amounts[promise.releases_at] = amounts.get(promise.releases_at, 0) + promise.amount
    return tuple(Coming(at, amounts[at]) for at in sorted(amounts, key=lambda at: (at is None, at or 0)))


def _next(terms: Terms, account: Account) -> NextTierView | None:
    above = None if terms.ladder is None else terms.ladder.next_tier(account)
    return None if above is None else NextTierView(tier=above.tier.tier_id, missing=above.missing)


def _standing(terms: Terms, account: Account, *, begun: bool) -> TierView | None:
    """A member to whom nothing has happened yet stands on the first tier, and nothing says since when."""
    if terms.ladder is None:
        return None
    scheme, standing, keep = terms.ladder.scheme, account.standing, terms.ladder.keep(account)
    tier = next((tier for tier in scheme.tiers if tier.tier_id == account.tier), None)
    if tier is None:
        return None
    return TierView(
        tier=tier.tier_id,
        name=tier.name,
        since=standing.since if begun else None,
        reason=(standing.reason or None) if begun else None,
        attributes=tier.attributes,
        keep=None if keep is None else KeepView(missing=keep.missing, until=keep.until),
        grace=standing.grace_from is not None,
        pinned=PinView(until=standing.pinned_until) if standing.pinned else None,
    )
