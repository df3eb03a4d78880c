"""Redeem an award: one of its uses, a full card, or points that are worth money.

reads and writes    as flows/award_turn says; by a code 1 Get more, and the code is deleted in the same transaction
races    whoever is second finds the award used: account and award have moved on, and it is decided again
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from chalicelib.areas.accounts.model.facts import PerkRedeemed
from chalicelib.areas.perks import store as perks
from chalicelib.areas.perks.model import Award, Till
from chalicelib.areas.perks.model.award import named_award, no_award
from chalicelib.errors import NotFound, Refused
from chalicelib.flows.account_views import Expired, Standing, expiries_of, facts_of, id_of, standing_of
from chalicelib.flows.award_decisions import redeemed
from chalicelib.flows.award_turn import (
    AwardState,
    Desk,
    OfMember,
    Turn,
    award_of,
    awards_plan,
    told_of,
)
from chalicelib.flows.proving import Proof, counting_wrong_tries
from chalicelib.flows.terms import terms_of
from chalicelib.kit.base import Frozen
from chalicelib.kit.caller import Caller
from chalicelib.kit.command import Command
from chalicelib.kit.ids import number_of
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed, Plan, commit
from chalicelib.table.config import Config
from chalicelib.table.guards import recall_guarded
from chalicelib.table.journal import Entry
from chalicelib.table.protocol import Write

ANY_TILL = Till()


class RedeemedAward(Frozen):
    """`value` is what it is worth at the till, in the smallest part of the basket's currency, where it is worth money;
    `till_code` what the till knows the discount by; `gave` the award that a full card gave."""

    redemption_id: str
    member_id: str
    award: AwardState
    unit: str | None
    points: int
    value: int
    gave: str | None
    till_code: str | None
    expired: tuple[Expired, ...]
    account: Standing


@dataclass(frozen=True, slots=True)
class Asked:
    """`award_id` is the award's name; `amount` how many points, of a pseudo currency."""

    member_id: str
    award_id: str
    program_id: int = 1
    amount: int | None = None
    till: Till = ANY_TILL


def redeem_award(rt: Runtime, caller: Caller, command: Command, asked: Asked) -> Committed[RedeemedAward]:
    """Refuses `not_redeemable`, `perk_not_active`, `award_used_up`, `award_expired`, `award_revoked`, `not_on_tier`, `not_at_this_time`,
    `not_at_this_place`, `basket_too_small`, `basket_without_goods`, `card_not_full`, `prize_held`, `held_by_tier`, `worth_nothing`, `over_maximum_value`, `more_than_basket`,
    `insufficient_balance`, `too_many_pieces`, `too_many_awards`, `member_blocked`, `group_blocked`, `may_not_spend`,
    and what flows/proving does; InvalidInput `amount_needed`, `amount_not_taken`; NotFound: member, program, award."""

    def plan() -> Plan:
        return _plan(rt, caller, command, "redeem_award", asked)

    return _carried_out(rt, caller, command, plan)


def redeem_code(
    rt: Runtime,
    caller: Caller,
    command: Command,
    code: str,
    amount: int | None = None,
    till: Till = ANY_TILL,
) -> Committed[RedeemedAward]:
    """What a till scans or types. Refuses `redemption_code_expired` and what redeeming the award refuses; NotFound: `code_not_found`, also once
    it has been used."""

    def plan() -> Plan:
        stored = rt.table.get(perks.code_key(caller.tenant, code))
        if stored is None:
            text = f"There is no code {code[:32]} that could be redeemed: it was used, or mistyped."
            raise NotFound("code_not_found", text, param="code")
        known = perks.code_from(stored)
        if known.expires_at <= rt.clock.now():
            raise Refused(
                "redemption_code_expired", "This code is too old: have the member show a fresh one.", param="code"
            )
        asked = Asked(known.member_id, known.award, known.program_id, amount, till)
        return _plan(rt, caller, command, "redeem_code", asked, (perks.code_delete(caller.tenant, code),))

    return _carried_out(rt, caller, command, plan)


def _carried_out(rt: Runtime, caller: Caller, command: Command, plan: Callable[[], Plan]) -> Committed[RedeemedAward]:
    return counting_wrong_tries(
        rt,
        caller.tenant,
        lambda: commit(rt, command, plan, _answer, lambda: recall_guarded(rt.table, caller.tenant, command)),
    )


def award_named(awards: Mapping[str, Award], config: Config, program_id: int, award_id: str) -> Award | None:
    """None for what everybody has and this member has not used yet. NotFound for no award of theirs."""
    known = awards.get(award_id)
    if known is not None:
        return known
    perk_id, number = named_award(award_id)
    if number == 1 and perks.has_perk(config, program_id, perk_id):
        taken = any(one.perk == perk_id for one in awards.values())
        if perks.perk(config, program_id, perk_id).is_implied and not taken:
            return None
    raise no_award(award_id)


def _plan(
    rt: Runtime, caller: Caller, command: Command, operation: str, asked: Asked, also: tuple[Write, ...] = ()
) -> Plan:
    perk_id, _ = named_award(asked.award_id)
    config = rt.config.load(rt.table, caller.tenant)
    spends = perks.has_perk(config, asked.program_id, perk_id) and bool(
        perks.perk(config, asked.program_id, perk_id).counted_in
    )
    of = OfMember(asked.member_id, asked.program_id, spends=spends, place=asked.till.place)

    def decide(turn: Turn, desk: Desk) -> Turn:
        award = award_named(turn.awards, desk.config, asked.program_id, asked.award_id)
        return redeemed(turn, desk, desk.perk(perk_id), award, asked.till, asked.amount)

    return awards_plan(
        rt, caller, command, operation, of, decide, (*also, *_proven(rt, caller.tenant, command, asked, also))
    )


def _proven(rt: Runtime, tenant: str, command: Command, asked: Asked, code: tuple[Write, ...]) -> tuple[Write, ...]:
    """1 Get where the program asks for a proof. The code that an award is redeemed by is a one-time code of its member."""
    number_of("member", asked.member_id)
    proof = Proof("awards", terms_of(rt, tenant, asked.program_id), tenant, asked.member_id)
    if code and proof.asked == "code":
        return ()
    found = {key: secrets for key in proof.beside if (secrets := rt.table.get(key)) is not None}
    return proof.judged(command, found, rt.clock.now())


def _answer(entry: Entry) -> RedeemedAward:
    [used] = facts_of(entry, PerkRedeemed)
    return RedeemedAward(
        redemption_id=id_of(entry),
        member_id=used.member,
        award=award_of(entry),
        unit=used.unit or None,
        points=used.points,
        value=used.value,
        gave=used.gave or None,
        till_code=told_of(entry).get("till"),
        expired=expiries_of(entry),
        account=standing_of(entry),
    )
