"""Members, and what they hold: account, statement, earnings, spends."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from chalicelib.api.calls import Answered, Call
from chalicelib.api.native.naming import DeviceId, EventKey, LineNo, ReferralCode, answered, owner_of, proving
from chalicelib.areas.accounts.operations import Proof
from chalicelib.areas.members import operations as members
from chalicelib.areas.members.model import Enrolment, Identifier, Member, MemberCard, MemberUpdate
from chalicelib.flows.earn_points import LONGEST_WAIT_DAYS, Earned, Waits, earn_points
from chalicelib.flows.enrol_member import enrol_member
from chalicelib.flows.prove_account import prove_account as prove
from chalicelib.flows.read_account import AccountView
from chalicelib.flows.read_account import read_account as account_of
from chalicelib.flows.read_statement import Statement, Wanted
from chalicelib.flows.read_statement import read_statement as statement_of
from chalicelib.flows.referring import Came
from chalicelib.flows.spend_points import Spent, spend_points
from chalicelib.flows.update_member import update_member as change_member
from chalicelib.kit.base import Wire
from chalicelib.kit.proofs import ProofText
from chalicelib.kit.wire import CalendarDay, PositiveAmount


class Members(Wire):
    items: tuple[MemberCard, ...]
    next_cursor: str | None


class EarningBody(Wire):
    """`amount` in the smallest part of the unit. It can be used at once or as the unit's policy says; or, where one of
    these is named, after so many local days, from a local day on, when an event comes that you activate by its key, or
    when you activate an order of the member or a line of it. A key stays for ever: it should name no person."""

    unit: str
    amount: PositiveAmount
    available_after_days: Annotated[int, Field(ge=0, le=LONGEST_WAIT_DAYS)] | None = None
    available_on: CalendarDay | None = None
    event: EventKey | None = None
    order_id: str | None = None
    line_no: LineNo | None = None


class SpendBody(Wire):
    """`amount` in the smallest part of the unit. `below_zero`: more than is there, as far as the unit's policy lets it. `proof`:
    the member's PIN or one-time code, where the program asks for one."""

    unit: str
    amount: PositiveAmount
    below_zero: bool = False
    proof: ProofText | None = None


class EnrolmentBody(Enrolment):
    """`referral_code`: by which they come, a member's own or that of an invitation. `device_id`: on which they are enrolled, as
    whoever sends it knows it; it is known again, and kept nowhere."""

    referral_code: ReferralCode | None = None
    device_id: DeviceId | None = None


def enrol(call: Call, body: EnrolmentBody) -> Answered[Member]:
    enrolment = Enrolment(**{name: value for name, value in body if name in Enrolment.model_fields})
    came = Came(body.referral_code or "", body.device_id or "")
    return answered(enrol_member(call.rt, call.caller, call.command, enrolment, came))


def update_member(call: Call, body: MemberUpdate) -> Answered[Member]:
    return answered(change_member(call.rt, call.caller, call.command, call.path["member_id"], body))


def get_member(call: Call) -> Member:
    return members.get_member(call.rt, call.caller, call.path["member_id"])


def find_member(call: Call, body: Identifier) -> Member:
    return members.find_member(call.rt, call.caller, body)


def list_members(call: Call) -> Members:
    page = members.list_members(call.rt, call.caller, call.query["limit"], call.query["cursor"])
    return Members(items=page.items, next_cursor=page.next_cursor)


def read_account(call: Call) -> AccountView:
    member_id, program_id = owner_of(call), call.query["program_id"]
    return account_of(call.rt, call.caller, member_id, program_id, call.query["as_of"])


def prove_account(call: Call) -> Proof:
    return prove(call.rt, call.caller, owner_of(call), call.query["program_id"])


def read_statement(call: Call) -> Statement:
    query = call.query
    of = owner_of(call), query["program_id"]
    wanted = Wanted(query["type"], query["unit"], query["from"], query["until"], query["state"])
    return statement_of(call.rt, call.caller, of, query["limit"], query["cursor"], wanted)


def earn(call: Call, body: EarningBody) -> Answered[Earned]:
    member_id, program_id = owner_of(call), call.query["program_id"]
    unit, amount = body.unit, body.amount
    waits = waits_of(body)
    return answered(earn_points(call.rt, call.caller, call.command, member_id, unit, amount, program_id, waits))


def waits_of(body: EarningBody) -> Waits:
    return Waits(body.available_after_days, body.available_on, body.event, body.order_id, body.line_no)


def spend(call: Call, body: SpendBody) -> Answered[Spent]:
    member_id, program_id = owner_of(call), call.query["program_id"]
    unit, amount, below = body.unit, body.amount, body.below_zero
    command = proving(call, body.proof)
    return answered(spend_points(call.rt, call.caller, command, member_id, unit, amount, program_id, below))
