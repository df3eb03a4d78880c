"""What flows on one coupon share: a deed and the entry of the member's account that tells it, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import NamedTuple

from chalicelib.areas.accounts.model import Story
from chalicelib.areas.coupons import model as m
from chalicelib.areas.coupons.store import owned
from chalicelib.areas.coupons.store import series as all_series
from chalicelib.areas.members import store as members
from chalicelib.errors import NotFound
from chalicelib.flows.account_commit import account_entry, account_plan, header_for
from chalicelib.flows.coupon_deeds import Deed, Desk, deed_writes, keys_of
from chalicelib.flows.lost_account import unless_lost
from chalicelib.flows.opened import Opened, open_account
from chalicelib.flows.take_quotas import Taking
from chalicelib.flows.terms import Terms, settle_tier, terms_of
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Instant
from chalicelib.kit.command import Command
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed, Plan, commit
from chalicelib.table.guards import recall_guarded
from chalicelib.table.journal import Entry
from chalicelib.table.protocol import Attrs, Key


class Doing(NamedTuple):
    """Who asks for what, and what they take of what is limited for all. `at` where it is not the clock's time."""

    caller: Caller
    command: Command
    operation: str
    taking: Taking
    at: Instant | None = None


def doing_for(
    rt: Runtime, caller: Caller, command: Command, operation: str, member_id: str, at: Instant | None = None
) -> Doing:
    return Doing(caller, command, operation, Taking(rt, caller.tenant, member_id), at)


class Found(NamedTuple):
    """A coupon as it is kept, where, and of which series."""

    coupon: m.Coupon
    place: tuple[Key, int]
    series: m.CouponSeries


def coupon_plan(
    rt: Runtime,
    doing: Doing,
    series: m.CouponSeries,
    member_id: str,
    beside: tuple[Key, ...],
    decide: Callable[[Desk], Deed],
) -> Plan:
    """1 BatchGet of profile, account, counts and what is beside. NotFound: member. Refuses `member_blocked`."""
    tenant, terms = doing.caller.tenant, terms_of(rt, doing.caller.tenant, series.program_id)
    keys = (*keys_of(tenant, series, member_id), *beside)
    opened = open_account(rt, tenant, member_id, series.program_id, beside=keys)
    if doing.at is None:
        opened.must_be_active()
    return _plan(rt, doing, terms, opened, decide)


def _plan(rt: Runtime, doing: Doing, terms: Terms, opened: Opened, decide: Callable[[Desk], Deed]) -> Plan:
    caller, command, taking = doing.caller, doing.command, doing.taking
    header = header_for(rt, caller, command, doing.operation, terms, doing.at)
    at = header.effective_at
    desk = Desk(caller.tenant, opened.account.owner, at, terms.program.zone, opened.beside, taking, command.dry_run)

    def decided() -> tuple[Deed, Story]:
        taking.begin()
        deed = decide(desk)
        return deed, terms.advance(Story(opened.account), at).then(*deed.facts)

    deed, story = unless_lost(rt, caller.tenant, (opened,), decided, dry_run=command.dry_run)
    story = settle_tier(story, terms)
    told = {"coupon": m.shown(deed.coupon, deed.series, at).model_dump(mode="json")}
    entry = account_entry(caller.tenant, story, opened.head, header, told=told)
    plan = account_plan(caller, command, story, opened.head, entry, deed_writes(desk, deed))
    return replace(plan, limited=taking)


def commit_coupon(rt: Runtime, doing: Doing, plan: Callable[[], Plan]) -> Committed[m.Shown]:
    """Every operation on a coupon answers the coupon as it left it."""
    tenant, command = doing.caller.tenant, doing.command
    done = commit(rt, command, plan, shown_by, lambda: recall_guarded(rt.table, tenant, command))
    if not command.dry_run:
        doing.taking.after()
    return done


def shown_by(entry: Entry) -> m.Shown:
    return m.Shown.model_validate(entry.header["after"]["coupon"])


def find_coupon(rt: Runtime, tenant: str, member_id: str, coupon_id: str) -> Found:
    """1 BatchGet; 1 more before it says that there is none: a BatchGet is no snapshot, and a coupon that becomes past in the
    middle of it is in neither place; and 1 Get to say whether there is the member. NotFound `member_not_found`,
    `coupon_not_found`."""
    keys = owned.coupon_keys(tenant, member_id, coupon_id)
    for _ in range(2):
        found = coupon_in(rt, tenant, rt.table.batch_get(keys), keys)
        if found is not None:
            return found
    members.read(rt.table, tenant, member_id)
    raise NotFound("coupon_not_found", f"This member has no coupon {coupon_id[:64]}.", param="coupon_id")


def coupon_in(rt: Runtime, tenant: str, found: Mapping[Key, Attrs], keys: tuple[Key, Key]) -> Found | None:
    for key in keys:
        if key in found:
            coupon, version = owned.coupon_from(found[key])
            config = rt.config.load(rt.table, tenant)
            series = all_series.series(config, coupon.program_id, coupon.series_id)
            return Found(coupon, (key, version), series)
    return None
