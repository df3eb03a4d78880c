"""The account as it stands, and `apply`: the only thing that changes it. Total, and reading nothing but the fact."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from chalicelib.areas.accounts.model import facts as f
from chalicelib.areas.accounts.model import standing as s
from chalicelib.areas.accounts.model import wallet as w
from chalicelib.areas.accounts.model.apart import Hold, Pending, decided, with_promise, without_held, without_promised
from chalicelib.areas.accounts.model.counters import Counters, counted, uncounted
from chalicelib.areas.accounts.model.facts.metrics import reached_name
from chalicelib.areas.accounts.model.months import Month, Months, first_of, later_of, with_month
from chalicelib.areas.accounts.model.past import Past, with_counts
from chalicelib.areas.accounts.model.standing import Standing
from chalicelib.areas.accounts.model.wallet import Wallet
from chalicelib.kit.clock import Instant
from chalicelib.kit.facts import Fact
from chalicelib.kit.periods import Day

FORETOLD = 2
Change = Callable[["Account", Any], "Account"]


@dataclass(frozen=True, slots=True)
class Account:
    """`orders` counts sales not returned in full; `spend` sums what was bought less what came back, by currency, and
    `counted` what of it counts towards a tier. `months` has the same for each of the last 25 months. `counters`: uses of rules that
    are counted; `past`: what else is, because somebody asks for it, by day; `reached`: thresholds of metrics, since when. `ordered_on`: the latest day of purchase, also of what came back since, and
    `first_ordered_on`: the earliest day of purchase since orders count, forgotten with the last order that does; an account that an older
    release kept does not say them. `foretold`: its entries have told what time alone will do to what is promised or held, all of it (`FORETOLD`) or as an older release
    did (1); of the stored account, and no part of its state."""

    owner: str
    program: int
    advanced_to: Instant = 0
    wallets: Mapping[str, Wallet] = field(default_factory=dict)
    holds: tuple[Hold, ...] = ()
    next_hold: int = 1
    pendings: tuple[Pending, ...] = ()
    orders: int = 0
    spend: Mapping[str, int] = field(default_factory=dict)
    counted: Mapping[str, int] = field(default_factory=dict)
    months: Months = field(default_factory=dict)
    counters: Counters = field(default_factory=dict)
    past: Past = field(default_factory=dict)
    reached: Mapping[str, Day] = field(default_factory=dict)
    ordered_on: Day | None = None
    first_ordered_on: Day | None = None
    tier: str = ""
    standing: Standing = field(default_factory=Standing)
    foretold: int = field(default=0, compare=False)

    def wallet(self, unit: str) -> Wallet:
        return self.wallets.get(unit) or Wallet(unit)

    def hold(self, number: int) -> Hold | None:
        return next((hold for hold in self.holds if hold.number == number), None)

    @property
    def waits_for_time(self) -> bool:
        """Whether anything promised or held waits for an instant."""
        return any(one.releases_at is not None for one in self.pendings) or any(
            one.lapses_at is not None for one in self.holds
        )

    @property
    def next_due_at(self) -> Instant | None:
        """The next instant at which time alone changes something."""
        due = [at for wallet in self.wallets.values() if (at := wallet.next_due_at) is not None]
        due += [pending.releases_at for pending in self.pendings if pending.releases_at is not None]
        due += [hold.lapses_at for hold in self.holds if hold.lapses_at is not None]
        due += [] if self.standing.review_at is None else [self.standing.review_at]
        return min(due, default=None)


def apply(account: Account, fact: Fact) -> Account:
    change = _CHANGES.get(type(fact))
    if change is None:
        raise TypeError(f"{type(fact).__name__} is not a fact of an account")
    return change(account, fact)


def fold(account: Account, facts: Iterable[Fact]) -> Account:
    for fact in facts:
        account = apply(account, fact)
    return account


def _with(account: Account, wallet: Wallet) -> Account:
    return replace(account, wallets={**account.wallets, wallet.unit: wallet})


def _advanced(account: Account, fact: f.AccountAdvanced) -> Account:
    wallets = {unit: w.without_passed(wallet, fact.to) for unit, wallet in account.wallets.items()}
    return replace(account, advanced_to=max(account.advanced_to, fact.to), wallets=wallets)


def _ordered(account: Account, fact: f.OrderRecorded) -> Account:
    counted = fact.value if fact.counted is None else fact.counted
    bought = _purchased(account, fact.counts_on, 1, fact.currency, fact.value, counted)
    first = first_of(account.orders, account.first_ordered_on, fact.counts_on)
    return replace(bought, ordered_on=later_of(account.ordered_on, fact.counts_on), first_ordered_on=first)


def _returned(account: Account, fact: f.OrderReturned) -> Account:
    counted = fact.value if fact.counted is None else fact.counted
    left = _purchased(account, fact.counts_on, -1 if fact.full else 0, fact.currency, -fact.value, -counted)
    return left if left.orders > 0 else replace(left, first_ordered_on=None)


def _purchased(account: Account, day: Day | None, orders: int, currency: str, value: int, counted: int) -> Account:
    month = Month(orders, {currency: counted})
    return replace(
        account,
        orders=account.orders + orders,
        spend=_plus(account.spend, currency, value),
        counted=_plus(account.counted, currency, counted),
        months=with_month(account.months, day, month),
    )


def _plus(sums: Mapping[str, int], name: str, amount: int) -> Mapping[str, int]:
    return {**sums, name: sums.get(name, 0) + amount}


def _tiered(account: Account, fact: f.TierChanged) -> Account:
    return replace(account, tier=fact.tier, standing=s.changed(account.standing, fact))


def _reviewed(account: Account, fact: f.TierReviewed) -> Account:
    return replace(account, standing=s.reviewed(account.standing, fact))


def _pinned(account: Account, fact: f.TierPinned) -> Account:
    return replace(account, standing=s.pinned(account.standing, fact))


def _pin_returned(account: Account, fact: f.TierPinReturned) -> Account:
    return replace(account, standing=s.pin_returned(account.standing, fact))


def _unpinned(account: Account, _: f.TierUnpinned) -> Account:
    return replace(account, standing=s.unpinned(account.standing))


def _earned(account: Account, fact: f.PointsEarned) -> Account:
    months = with_month(account.months, fact.counts_on, Month(earned={fact.unit: fact.amount}))
    return _with(replace(account, months=months), w.earned(account.wallet(fact.unit), fact))


def _cancelled(account: Account, fact: f.PointsCancelled) -> Account:
    months = with_month(account.months, fact.counts_on, Month(earned={fact.unit: -fact.amount}))
    return _with(replace(account, months=months), w.cancelled(account.wallet(fact.unit), fact))


def _promised(account: Account, fact: f.PointsPromised) -> Account:
    lot, start, end = fact.piece
    promise = Pending(
        unit=fact.unit,
        lot=lot,
        spans=((start, end),),
        releases_at=fact.releases_at,
        event=fact.event,
        expires_on=fact.expires_on,
        open=fact.open,
        day=fact.counts_on,
        period="" if fact.alone else fact.period,
    )
    changed = replace(account, pendings=with_promise(account.pendings, promise))
    return _with(changed, w.promised(account.wallet(fact.unit), fact))


def _activated(account: Account, fact: f.PointsActivated) -> Account:
    rest = without_promised(account.pendings, fact.unit, fact.pieces)
    changed = replace(
        account,
        pendings=rest if fact.expires_on is None else decided(rest, fact.unit, fact.pieces, fact.expires_on),
        months=with_month(account.months, fact.counts_on, Month(earned={fact.unit: fact.amount})),
    )
    return _with(changed, w.activated(account.wallet(fact.unit), fact))


def _promise_cancelled(account: Account, fact: f.PromiseCancelled) -> Account:
    changed = replace(account, pendings=without_promised(account.pendings, fact.unit, fact.pieces))
    return _with(changed, w.promise_cancelled(account.wallet(fact.unit), fact))


def _held(account: Account, fact: f.PointsHeld) -> Account:
    hold = Hold(fact.hold, fact.unit, fact.pieces, fact.lapses_at, fact.by)
    changed = replace(account, holds=(*account.holds, hold), next_hold=max(account.next_hold, fact.hold + 1))
    return _with(changed, w.held(account.wallet(fact.unit), fact))


def _captured(account: Account, fact: f.PointsCaptured) -> Account:
    changed = replace(account, holds=without_held(account.holds, fact.hold, fact.pieces))
    return _with(changed, w.captured(account.wallet(fact.unit), fact))


def _released(account: Account, fact: f.PointsReleased) -> Account:
    changed = replace(account, holds=without_held(account.holds, fact.hold, fact.pieces))
    return _with(changed, w.released(account.wallet(fact.unit), fact))


def _converted(account: Account, fact: f.PointsConverted) -> Account:
    left = _with(account, w.converted(account.wallet(fact.unit), fact))
    return _with(left, w.gained(left.wallet(fact.into), fact))


def _spent(account: Account, fact: f.PointsSpent) -> Account:
    return _with(account, w.went(account.wallet(fact.unit), "spent", fact))


def _deducted(account: Account, fact: f.PointsDeducted) -> Account:
    return _with(account, w.went(account.wallet(fact.unit), "deducted", fact))


def _counted(account: Account, fact: f.RuleCounted) -> Account:
    return replace(account, counters=counted(account.counters, fact.rule, fact.counts_on, fact.periods, fact.amounts))


def _uncounted(account: Account, fact: f.RuleUncounted) -> Account:
    left = uncounted(account.counters, fact.rule, fact.periods, fact.times, fact.amounts)
    return replace(account, counters=left)


def _past(account: Account, fact: f.PastCounted) -> Account:
    past = with_counts(account.past, fact.counts_on, fact.currency, fact.counts, fact.forgets)
    return replace(account, past=past)


def _reached(account: Account, fact: f.MetricReached) -> Account:
    kept = {name: day for name, day in account.reached.items() if name not in fact.forgets}
    return replace(account, reached={**kept, reached_name(fact.metric, fact.threshold): fact.reached_on})


def _fell(account: Account, fact: f.MetricFell) -> Account:
    fallen = reached_name(fact.metric, fact.threshold)
    return replace(account, reached={name: day for name, day in account.reached.items() if name != fallen})


def _unchanged(account: Account, _: Fact) -> Account:
    """What is told beside: of events, awards, redemptions, coupons, checkouts, referrals and webhooks, and of what a cap cut off."""
    return account


def _in_wallet(change: Callable[[Wallet, Any], Wallet]) -> Change:
    """For a fact that changes one wallet and nothing else."""
    return lambda account, fact: _with(account, change(account.wallet(fact.unit), fact))


_CHANGES: Mapping[type[Fact], Change] = {
    f.AccountAdvanced: _advanced,
    f.OrderRecorded: _ordered,
    f.OrderReturned: _returned,
    f.EventRecorded: _unchanged,
    f.TierChanged: _tiered,
    f.TierReviewed: _reviewed,
    f.TierPinned: _pinned,
    f.TierPinReturned: _pin_returned,
    f.TierUnpinned: _unpinned,
    f.PointsEarned: _earned,
    f.PointsCapped: _unchanged,
    f.PointsGranted: _in_wallet(w.granted),
    f.PointsDeducted: _deducted,
    f.PointsSpent: _spent,
    f.PointsRefunded: _in_wallet(w.refunded),
    f.PointsCancelled: _cancelled,
    f.PointsExpired: _in_wallet(w.expired),
    f.PointsExtended: _in_wallet(w.extended),
    f.DebtSettled: _in_wallet(w.settled),
    f.PointsPromised: _promised,
    f.PointsActivated: _activated,
    f.PromiseCancelled: _promise_cancelled,
    f.PointsHeld: _held,
    f.PointsCaptured: _captured,
    f.PointsReleased: _released,
    f.PointsSent: _in_wallet(w.sent),
    f.PointsReceived: _in_wallet(w.received),
    f.PointsConverted: _converted,
    f.RuleCounted: _counted,
    f.RuleUncounted: _uncounted,
    f.RuleTold: _unchanged,
    f.PastCounted: _past,
    f.MetricReached: _reached,
    f.MetricFell: _fell,
    f.PerkGranted: _unchanged,
    f.PerkRedeemed: _unchanged,
    f.PerkRefunded: _unchanged,
    f.PerkRevoked: _unchanged,
    f.PerkExpired: _unchanged,
    f.RewardRedeemed: _unchanged,
    f.RewardDeliveryChanged: _unchanged,
    f.RewardRefunded: _unchanged,
    f.NotificationWanted: _unchanged,
    **dict.fromkeys((*f.ON_COUPONS, *f.ON_CHECKOUTS, *f.ON_SEGMENTS, *f.ON_REFERRALS), _unchanged),
}
