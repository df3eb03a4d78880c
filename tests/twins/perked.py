"""Perks in a shopkeeper's words, on a BookShop."""

from __future__ import annotations

from typing import Any

from chalicelib.areas.perks.model import Perk, PerkDefinition, Till
from chalicelib.flows.define_perk import define_perk
from chalicelib.flows.give_stamps import Stamped, give_stamps
from chalicelib.flows.grant_perk import GrantedPerk, grant_perk
from chalicelib.flows.issue_code import issue_code
from chalicelib.flows.redeem_award import Asked, RedeemedAward, redeem_award, redeem_code
from chalicelib.flows.refund_award import RefundedAward, refund_award
from chalicelib.flows.revoke_award import RevokedAward, revoke_award
from chalicelib.kit.command import Command
from chalicelib.table.commit import Committed
from tests.twins import fresh
from tests.twins.bookshop import BookShop

CARD: dict[str, Any] = {"kind": "stamp_card", "unit": "points", "stamps": 2}
TREAT: dict[str, Any] = {"kind": "ad_hoc"}
CLUB: dict[str, Any] = {"kind": "club"}
BADGE: dict[str, Any] = {"kind": "badge"}


def offer(
    shop: BookShop, perk_id: str, what: dict[str, Any], command: Command | None = None, **fields: Any
) -> Committed[Perk]:
    perk = PerkDefinition.model_validate({"name": perk_id, "what": what} | fields).named(perk_id)
    return define_perk(shop.rt, shop.caller, command or fresh(), 1, perk)


def give(
    shop: BookShop, member_id: str, perk_id: str, command: Command | None = None, points: int | None = None
) -> Committed[GrantedPerk]:
    return grant_perk(shop.rt, shop.caller, command or fresh(), member_id, perk_id, points)


def stamp(
    shop: BookShop, member_id: str, perk_id: str, amount: int = 1, command: Command | None = None
) -> Committed[Stamped]:
    return give_stamps(shop.rt, shop.caller, command or fresh(), member_id, perk_id, amount)


def redeem(
    shop: BookShop, member_id: str, award_id: str, command: Command | None = None, amount: int | None = None
) -> Committed[RedeemedAward]:
    asked = Asked(member_id, award_id, amount=amount, till=Till("Berlin Mitte"))
    return redeem_award(shop.rt, shop.caller, command or fresh(), asked)


def code(shop: BookShop, member_id: str, award_id: str, command: Command | None = None) -> str:
    return issue_code(shop.rt, shop.caller, command or fresh(), member_id, award_id).answer.code


def redeem_by_code(shop: BookShop, shown: str, command: Command | None = None) -> Committed[RedeemedAward]:
    return redeem_code(shop.rt, shop.caller, command or fresh(), shown)


def refund(
    shop: BookShop, member_id: str, award_id: str, redemption_id: str, command: Command | None = None
) -> Committed[RefundedAward]:
    return refund_award(shop.rt, shop.caller, command or fresh(), member_id, award_id, redemption_id)


def revoke(shop: BookShop, member_id: str, award_id: str, command: Command | None = None) -> Committed[RevokedAward]:
    return revoke_award(shop.rt, shop.caller, command or fresh(), member_id, award_id)


def stamps(shop: BookShop, owner: str) -> int:
    """How many they have, in a shop with a unit of that name."""
    return next((one.available for one in shop.account(owner).wallets if one.unit == "stamps"), 0)
