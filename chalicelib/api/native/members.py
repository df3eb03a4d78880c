"""Members, and what they hold: account, statement, earnings, spends."""

from __future__ import annotations

from chalicelib.api.calls import Answered, Call
from chalicelib.api.native.naming import answered
from chalicelib.areas.accounts.operations import Proof
from chalicelib.areas.members import operations as members
from chalicelib.areas.members.model import Enrolment, Identifier, Member, MemberCard, MemberUpdate
from chalicelib.flows.earn_points import Earned, earn_points
from chalicelib.flows.enrol_member import enrol_member
from chalicelib.flows.prove_account import prove_account as prove
from chalicelib.flows.read_account import AccountView
from chalicelib.flows.read_account import read_account as account_of
from chalicelib.flows.read_statement import Statement, Wanted
from chalicelib.flows.read_statement import read_statement as statement_of
from chalicelib.flows.spend_points import Spent, spend_points
from chalicelib.flows.update_member import update_member as change_member
from chalicelib.kit.base import Wire
from chalicelib.kit.wire import PositiveAmount


class Members(Wire):
    items: tuple[MemberCard, ...]
    next_cursor: str | None


class PointsBody(Wire):
    """`amount` in the smallest part of the unit."""

    unit: str
    amount: PositiveAmount


def enrol(call: Call, body: Enrolment) -> Answered[Member]:
    return answered(enrol_member(call.rt, call.caller, call.command, body))


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
    member_id, program_id = call.path["member_id"], call.query["program_id"]
    return account_of(call.rt, call.caller, member_id, program_id, call.query["as_of"])


def prove_account(call: Call) -> Proof:
    return prove(call.rt, call.caller, call.path["member_id"], call.query["program_id"])


def read_statement(call: Call) -> Statement:
    query = call.query
    of = call.path["member_id"], query["program_id"]
    wanted = Wanted(query["type"], query["unit"], query["from"], query["until"])
    return statement_of(call.rt, call.caller, of, query["limit"], query["cursor"], wanted)


def earn(call: Call, body: PointsBody) -> Answered[Earned]:
    member_id, program_id = call.path["member_id"], call.query["program_id"]
    return answered(earn_points(call.rt, call.caller, call.command, member_id, body.unit, body.amount, program_id))


def spend(call: Call, body: PointsBody) -> Answered[Spent]:
    member_id, program_id = call.path["member_id"], call.query["program_id"]
    return answered(spend_points(call.rt, call.caller, call.command, member_id, body.unit, body.amount, program_id))
