"""Perks of a program, and the awards that members have of them."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from chalicelib.api.bodies import as_refusal
from chalicelib.api.calls import Answered, Call
from chalicelib.api.native.naming import answered, owner_of, program_number, proving
from chalicelib.areas.perks import operations as perks
from chalicelib.areas.perks.model import Basket, BasketLine, Perk, PerkDefinition, Till
from chalicelib.areas.programs import operations as programs
from chalicelib.flows import issue_code as codes
from chalicelib.flows.define_perk import define_perk
from chalicelib.flows.give_stamps import Stamped, give_stamps
from chalicelib.flows.grant_perk import GrantedPerk, grant_perk
from chalicelib.flows.list_awards import AwardView
from chalicelib.flows.list_awards import get_award as award_of
from chalicelib.flows.list_awards import list_awards as awards_of
from chalicelib.flows.redeem_award import Asked, RedeemedAward, redeem_award, redeem_code
from chalicelib.flows.refund_award import RefundedAward, refund_award
from chalicelib.flows.revoke_award import RevokedAward, revoke_award
from chalicelib.kit.base import Wire
from chalicelib.kit.proofs import ProofText
from chalicelib.kit.stamps import Stamps
from chalicelib.kit.texts import PLAIN_KEY
from chalicelib.kit.wire import AmountOrZero, PositiveAmount

Name = Annotated[str, Field(min_length=1, max_length=500), PLAIN_KEY]


def _as_typed(value: object) -> object:
    """Codes are shown in small letters, in two halves, and typed as people like."""
    return value.strip().lower().replace("-", "").replace(" ", "") if isinstance(value, str) else value


Typed = Annotated[str, BeforeValidator(_as_typed), Field(pattern=r"^[0-9a-z]{1,32}$")]


class BasketLineBody(Wire):
    sku: Name
    category: Annotated[tuple[Name, ...], Field(max_length=10)] = ()


class BasketAtTill(Wire):
    """`value` in the smallest part of its currency: what the customer would pay. `currency`: where a refusal is to say how much
    it is about."""

    value: AmountOrZero
    lines: Annotated[tuple[BasketLineBody, ...], Field(max_length=500)] = ()
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = None


class PerkGrantBody(Wire):
    """`points` that come with it, else as many as the perk says."""

    perk_id: Name
    points: AmountOrZero | None = None


class TillBody(Wire):
    """Where, and what is bought: a perk may ask for either."""

    place: Name | None = None
    basket: BasketAtTill | None = None

    @property
    def till(self) -> Till:
        basket = self.basket
        lines = () if basket is None else tuple(BasketLine(line.sku, line.category) for line in basket.lines)
        return Till(self.place or "", None if basket is None else Basket(basket.value, lines, basket.currency or ""))


class StampBody(TillBody):
    """`amount`: how many stamps at a time, as a rule may give."""

    amount: Stamps = 1


class RedeemBody(TillBody):
    """`amount` is how many points, of those that are worth money. `proof`: the member's PIN or one-time code, where the program
    asks for one."""

    amount: PositiveAmount | None = None
    proof: ProofText | None = None


class CodeBody(RedeemBody):
    """`code` as it was scanned, or typed."""

    code: Typed


class RedemptionRefundBody(Wire):
    """All that is left of it, or `amount` of its points."""

    redemption_id: str
    amount: PositiveAmount | None = None


class Perks(Wire):
    items: tuple[Perk, ...]


class Awards(Wire):
    items: tuple[AwardView, ...]


class ShownCode(codes.IssuedCode):
    """`svg` is the code as a picture, where it is to be scanned."""

    svg: str | None


def list_perks(call: Call) -> Perks:
    return Perks(items=perks.list_perks(call.rt, call.caller, _existing_program(call)))


def get_perk(call: Call) -> Perk:
    return perks.get_perk(call.rt, call.caller, _existing_program(call), call.path["perk_id"])


def put_perk(call: Call, body: PerkDefinition) -> Answered[Perk]:
    with as_refusal():
        perk = body.named(call.path["perk_id"])
    program_id = program_number(call.path["program_id"])
    return answered(define_perk(call.rt, call.caller, call.command, program_id, perk))


def list_awards(call: Call) -> Awards:
    return Awards(items=awards_of(call.rt, call.caller, owner_of(call), call.query["program_id"]))


def get_award(call: Call) -> AwardView:
    return award_of(call.rt, call.caller, owner_of(call), call.path["award_id"], call.query["program_id"])


def grant(call: Call, body: PerkGrantBody) -> Answered[GrantedPerk]:
    member_id, program_id = owner_of(call), call.query["program_id"]
    return answered(grant_perk(call.rt, call.caller, call.command, member_id, body.perk_id, body.points, program_id))


def stamp(call: Call, body: StampBody) -> Answered[Stamped]:
    member_id, perk_id, program_id = owner_of(call), call.path["perk_id"], call.query["program_id"]
    done = give_stamps(call.rt, call.caller, call.command, member_id, perk_id, body.amount, body.till, program_id)
    return answered(done)


def redeem(call: Call, body: RedeemBody) -> Answered[RedeemedAward]:
    asked = Asked(owner_of(call), call.path["award_id"], call.query["program_id"], body.amount, body.till)
    return answered(redeem_award(call.rt, call.caller, proving(call, body.proof), asked))


def redeem_by_code(call: Call, body: CodeBody) -> Answered[RedeemedAward]:
    command = proving(call, body.proof)
    return answered(redeem_code(call.rt, call.caller, command, body.code, body.amount, body.till))


def refund(call: Call, body: RedemptionRefundBody) -> Answered[RefundedAward]:
    member_id, award_id, of = owner_of(call), call.path["award_id"], body.redemption_id
    return answered(refund_award(call.rt, call.caller, call.command, member_id, award_id, of, body.amount))


def revoke(call: Call) -> Answered[RevokedAward]:
    member_id, award_id, program_id = owner_of(call), call.path["award_id"], call.query["program_id"]
    return answered(revoke_award(call.rt, call.caller, call.command, member_id, award_id, program_id))


def issue_code(call: Call) -> Answered[ShownCode]:
    member_id, award_id, program_id = owner_of(call), call.path["award_id"], call.query["program_id"]
    done = codes.issue_code(call.rt, call.caller, call.command, member_id, award_id, program_id)
    svg = _drawn(done.answer) if call.query["format"] == "svg" else None
    return Answered(ShownCode(**dict(done.answer), svg=svg), done.replayed)


def _drawn(code: codes.IssuedCode) -> str | None:
    if code.method == "code":
        return None
    from chalicelib.api.native import barcodes  # noqa: PLC0415 - Pillow takes longer to import than all else here

    return barcodes.qr(code.code) if code.method == "qr" else barcodes.pdf417(code.code)


def _existing_program(call: Call) -> int:
    return programs.get_program(call.rt, call.caller, program_number(call.path["program_id"])).program_id
