"""Members who bring others in, in a shopkeeper's words, on a BookShop."""

from __future__ import annotations

from typing import Any

from chalicelib.areas.members.model import Enrolment, Identifier, Member
from chalicelib.areas.programs.model import TenantSettings
from chalicelib.areas.programs.operations import put_tenant
from chalicelib.areas.rules.model import Rule
from chalicelib.flows.claim_referral import ClaimedReferral, claim_referral
from chalicelib.flows.enrol_member import enrol_member
from chalicelib.flows.invite_friend import InvitedFriend, invite_friend
from chalicelib.flows.read_referral import ReferralOfMember, check_referral, read_referral
from chalicelib.flows.referring import Came
from chalicelib.flows.share_code import SharedCode, share_code
from chalicelib.kit.command import Command
from chalicelib.table.commit import Committed
from tests.twins import fresh
from tests.twins.bookshop import BookShop, fixed, rule


def on(stage: str, who: str, *effects: Any, **fields: Any) -> Rule:
    """Ten points, unless told otherwise."""
    trigger = {"on": "referral", "stage": stage, "who": who}
    return rule(f"{stage}-{who}", trigger=trigger, effects=list(effects or [fixed(10)]), **fields)


def share(shop: BookShop, member_id: str, code: str = "", command: Command | None = None) -> Committed[SharedCode]:
    return share_code(shop.rt, shop.caller, command or fresh(), member_id, code)


def code_of(shop: BookShop, member_id: str) -> str:
    return share(shop, member_id).answer.referral_code


def bring(shop: BookShop, number: str, came: Came | str, command: Command | None = None) -> Committed[Member]:
    """Somebody with this card is enrolled, by a code."""
    enrolment = Enrolment(identifiers=(Identifier(type="card", value=number),))
    by = Came(came) if isinstance(came, str) else came
    return enrol_member(shop.rt, shop.caller, command or fresh(), enrolment, by)


def brought(shop: BookShop, number: str, code: str) -> str:
    """Their id."""
    return bring(shop, number, code).answer.member_id


def claim(shop: BookShop, member_id: str, code: str, command: Command | None = None) -> Committed[ClaimedReferral]:
    return claim_referral(shop.rt, shop.caller, command or fresh(), member_id, Came(code))


def invite(shop: BookShop, member_id: str, email: str = "", command: Command | None = None) -> Committed[InvitedFriend]:
    asked = Identifier(type="email", value=email) if email else None
    return invite_friend(shop.rt, shop.caller, command or fresh(), member_id, asked)


def with_words(shop: BookShop, **settings: Any) -> None:
    """Invitations are sent by mail and text."""
    words = {
        "email": {"title": "{{given_name|A friend}} invites you", "body": "Come by {{link}}"},
        "sms": {"body": "Come with {{code}}"},
    }
    referrals = {"invitation_link": "https://shop.example.com/{{code}}", "invitation_words": words}
    body = {"name": "The Bookshop", "referrals": referrals} | settings
    put_tenant(shop.rt, shop.caller, fresh(), TenantSettings.model_validate(body))


def sending(shop: BookShop, code: str) -> tuple[str, str | None]:
    """What became of sending an invitation, and why."""
    told = check_referral(shop.rt, shop.caller, code).sending
    return told.state, told.reason


def of(shop: BookShop, member_id: str) -> ReferralOfMember:
    return read_referral(shop.rt, shop.caller, member_id)


def counts(shop: BookShop, member_id: str) -> tuple[int, int, int, int]:
    """How many were invited, came, bought, and let their invitation pass."""
    told = of(shop, member_id)
    return told.invited, told.registered, told.purchased, told.expired
