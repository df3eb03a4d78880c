"""Issue a code for an award, which a till scans or types: it is good for some minutes and for one redemption.

reads    1 Query of the member's snapshot, of a member in a group 1 BatchGet more; with an Idempotency-Key 1–2 Gets
writes   the code: 2 units, + 2 with an Idempotency-Key. No entry: nothing is decided until it is redeemed
repeats  the same key is the same code, until it is used or too old
"""

from __future__ import annotations

from chalicelib.areas.accounts.model import Story
from chalicelib.areas.perks import store as perks
from chalicelib.areas.perks.model import Perk
from chalicelib.areas.perks.model.award import named_award
from chalicelib.errors import Refused
from chalicelib.flows.award_decisions import must_be_on_tier
from chalicelib.flows.award_turn import OfMember, open_awards
from chalicelib.flows.redeem_award import award_named
from chalicelib.flows.terms import terms_of
from chalicelib.kit.base import Frozen
from chalicelib.kit.caller import Caller
from chalicelib.kit.command import Command
from chalicelib.kit.ids import code_digits
from chalicelib.kit.wire import Time
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed, settle
from chalicelib.table.guards import place_puts, recall_place
from chalicelib.table.protocol import Write

LASTS_MS = 10 * 60 * 1000


class IssuedCode(Frozen):
    """`method` says how it is to be shown: `qr`, `pdf417` or as a `code` to be typed."""

    code: str
    member_id: str
    award_id: str
    method: str
    expires_at: Time


def issue_code(
    rt: Runtime, caller: Caller, command: Command, member_id: str, award_id: str, program_id: int = 1
) -> Committed[IssuedCode]:
    """Refuses `not_redeemable`, `perk_not_active`, `perk_without_code`, `award_used_up`, `award_expired`, `award_revoked`, `not_on_tier`,
    `member_blocked`, `group_blocked`; NotFound: member, program, award."""
    now = rt.clock.now()
    fresh = perks.RedemptionCode(code_digits(rt.ids.salt()), member_id, program_id, award_id, now + LASTS_MS)

    def decide() -> tuple[Committed[IssuedCode], tuple[Write, ...]]:
        known = _known(rt, caller, command, fresh.code)
        if known is not None:
            perk = perks.perk(rt.config.load(rt.table, caller.tenant), known.program_id, named_award(known.award)[0])
            return Committed(_shown(known, perk), replayed=known.code != fresh.code), ()
        perk = _must_be_redeemable(rt, caller, member_id, award_id, program_id)
        place = perks.code_key(caller.tenant, fresh.code).pk
        guards = place_puts(caller.tenant, command, place, now)
        writes = (perks.code_put(caller.tenant, fresh), *guards)
        return Committed(_shown(fresh, perk)), () if command.dry_run else writes

    return settle(rt, decide)


def _known(rt: Runtime, caller: Caller, command: Command, own: str) -> perks.RedemptionCode | None:
    """What this very call has written, whose answer was lost, or an earlier one with its key. Refuses `redemption_code_expired`."""
    place = recall_place(rt.table, caller.tenant, command)
    stored = rt.table.get(perks.code_key(caller.tenant, own if place is None else perks.code_of(place)))
    if stored is None and place is not None:
        raise Refused(
            "redemption_code_expired",
            "The code of this Idempotency-Key has been used, or is too old.",
            param="award_id",
        )
    return None if stored is None else perks.code_from(stored)


def _must_be_redeemable(rt: Runtime, caller: Caller, member_id: str, award_id: str, program_id: int) -> Perk:
    """As far as nobody knows yet when, where and with what it will be redeemed: then it is judged anew."""
    terms, config = terms_of(rt, caller.tenant, program_id), rt.config.load(rt.table, caller.tenant)
    opened, awards = open_awards(rt, caller.tenant, OfMember(member_id, program_id))
    opened.must_be_active()
    award = award_named(awards, config, program_id, award_id)
    perk = perks.perk(config, program_id, named_award(award_id)[0])
    now = rt.clock.now()
    perk.must_be_redeemable()
    if perk.method == "auto":
        raise Refused("perk_without_code", f"{perk.name} is redeemed by itself: nothing is shown.", param="award_id")
    perk.must_be_on(terms.day(now))
    must_be_on_tier(terms.advance(Story(opened.account), now), terms, perk)
    if award is not None:
        award.at(now).must_be_usable()
    return perk


def _shown(code: perks.RedemptionCode, perk: Perk) -> IssuedCode:
    return IssuedCode(
        code=code.code,
        member_id=code.member_id,
        award_id=code.award,
        method=perk.method,
        expires_at=code.expires_at,
    )
