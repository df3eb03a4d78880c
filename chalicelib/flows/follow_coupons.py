"""Coupons that rules give a member, in the transaction of what set them off; and those that are used in it, at a checkout.

A coupon is given as of what brought it about, however late that comes in: its days count from then, and where it would be over
by now nobody gets it. Coupons are the member's own, also where an order is their group's: then an entry of their own account
tells of them, beside the group's. What somebody else in the same transaction gives them (rules of another program, when a
member is enrolled) goes first: how many they have is one item.

reads    nothing: what is counted of a member comes with the snapshot; of a pool 1 Query for a code, or as flows/pool_codes says
writes   of each coupon itself, its code, what is counted of the member in the series, and a slice of what may be issued: 8 units,
         of a pool 12; of all together how many the member has: 2 units; in a group account and entry of their own: 4 units
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from chalicelib.areas.accounts.model import Account
from chalicelib.areas.coupons import model as m
from chalicelib.areas.coupons.model.deeds import Issue
from chalicelib.areas.coupons.store import owned
from chalicelib.areas.coupons.store import series as all_series
from chalicelib.errors import Refused
from chalicelib.flows.account_commit import own_entry
from chalicelib.flows.coupon_deeds import Deed, Desk, Reason, coupon_writes, give, must_have_few
from chalicelib.flows.opened import Opened
from chalicelib.flows.take_quotas import Taking
from chalicelib.flows.terms import Terms
from chalicelib.kit.clock import Instant
from chalicelib.kit.facts import Fact
from chalicelib.table.journal import Head, Header
from chalicelib.table.protocol import Attrs, Key, Write

MOST_WRITES = 60  # for all that follows in one transaction
OF_A_COUPON = 5  # itself, its code there and in its pool, what the member has had of the series
OF_ALL_COUPONS = 3  # how many the member has, and in a group account and entry of their own


@dataclass(frozen=True, slots=True)
class Giving:
    """How whatever follows gets what is limited for all. `trial`: nothing will be written. `taken`: keys of what is written
    beside it; `room` for how many writes there is with it, as far as they are of no limit for all. `unnamed`: no fact says by which rule. `used` becomes of coupons in the same transaction before, as they were `found`."""

    taking: Taking
    trial: bool = False
    taken: Collection[Key] = ()
    unnamed: bool = False
    used: tuple[Deed, ...] = ()
    room: int = MOST_WRITES
    found: Mapping[Key, Attrs] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CouponTurn:
    """What becomes of a member's coupons, so far. `own` is their own account, where the story is their group's; `taken`: keys
    that are written beside this."""

    terms: Terms
    desk: Desk
    now: Instant
    own: tuple[Account, Head] | None
    taken: Collection[Key] = ()
    unnamed: bool = False
    deeds: tuple[Deed, ...] = ()

    def with_one(self, series_id: str, rule_id: str) -> CouponTurn:
        """Refuses `code_is_shared`, `series_not_active`, `coupon_over`, `limit_per_member`, `series_used_up`, `no_codes_left`,
        `too_many_coupons`, `changed_beside`; NotFound: series. Nothing is taken of what is refused."""
        desk, taking = self.desk, self.desk.taking
        series = all_series.series(self.terms.config, self.terms.program.program_id, series_id)
        series.must_be_handed_out()
        if owned.live_key(desk.tenant, desk.member_id) in self.taken:
            raise Refused("changed_beside", "Something else gives them a coupon at the same time.")
        coming = m.issued(series, Issue("", desk.member_id, "", desk.at, desk.zone))
        if coming.expires_at is not None and coming.expires_at <= self.now:
            raise Refused("coupon_over", f"A coupon of {series.name} for this would be over by now.")
        must_have_few(desk, *self.deeds, besides=1)
        deed = give(taking.rt, desk, series, why=Reason("" if self.unnamed else rule_id), before=self.deeds)
        return replace(self, deeds=(*self.deeds, deed))

    @property
    def last(self) -> m.Coupon:
        return self.deeds[-1].coupon

    def told_since(self, before: CouponTurn | None = None) -> tuple[Fact, ...]:
        """The facts for the entry of the account that all of it is about."""
        since = 0 if before is None else len(before.deeds)
        return () if self.own is not None else _facts(self.deeds[since:])

    def written(self, header: Header) -> tuple[Write, ...]:
        """But for what is counted of all, which its Taking has."""
        if not self.deeds:
            return ()
        told = () if self.own is None else own_entry(self.desk.tenant, self.terms, header, self.own, _facts(self.deeds))
        return (*coupon_writes(self.desk, *self.deeds), *told)


def coupon_turn(giving: Giving, terms: Terms, opened: Opened, header: Header, now: Instant) -> CouponTurn:
    assert opened.member is not None  # noqa: S101 - nobody else has coupons
    found = {**opened.beside, **giving.found}
    desk = Desk(
        *(header.caller.tenant, opened.member.member_id, header.effective_at, terms.program.zone, found),
        giving.taking,
        giving.trial,
    )
    return CouponTurn(terms, desk, now, opened.own, giving.taken, giving.unnamed, giving.used)


def _facts(deeds: Sequence[Deed]) -> tuple[Fact, ...]:
    return tuple(fact for deed in deeds for fact in deed.facts)
