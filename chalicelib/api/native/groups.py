"""Groups: created, changed, joined and left; what was bought for them; and what somebody in one earns, spends, holds and sends
for it."""

from __future__ import annotations

from chalicelib.api.calls import Answered, Call
from chalicelib.api.native.holds import HoldBody, lapse_of
from chalicelib.api.native.members import EarningBody, waits_of
from chalicelib.api.native.naming import answered, owner_of, proving
from chalicelib.api.native.transfers import TransferBody, receiver_of
from chalicelib.areas.groups import operations as groups
from chalicelib.areas.groups.model import Group, GroupDefinition, GroupUpdate
from chalicelib.areas.orders.model.order import GroupOrder
from chalicelib.flows.change_group_member import change_group_member
from chalicelib.flows.create_group import create_group
from chalicelib.flows.earn_points import Earned, earn_points
from chalicelib.flows.hold_points import Held, hold_points
from chalicelib.flows.join_group import join_group
from chalicelib.flows.leave_group import leave_group
from chalicelib.flows.list_group_orders import list_group_orders
from chalicelib.flows.opened import InGroup
from chalicelib.flows.spend_points import Spent, spend_points
from chalicelib.flows.transfer_points import Transferred, transfer_points
from chalicelib.flows.update_group import update_group
from chalicelib.kit.base import Wire
from chalicelib.kit.proofs import ProofText
from chalicelib.kit.wire import PositiveAmount, Time


class JoiningBody(Wire):
    """`chosen`: may spend, where the group's spenders are chosen."""

    chosen: bool = False


class ChosenBody(Wire):
    """May spend or may not, where the group's spenders are chosen."""

    chosen: bool


class GroupEarningBody(EarningBody):
    """`by` is the member who did something for it, in the group; without one it is you who give. `amount` in the smallest part
    of the unit. It can be used at once or as the unit's policy says; or, where one of these is named, after so many local
    days, from a local day on, when an event comes that you activate by its key, or when you activate an order that was
    bought for the group or a line of it. A key stays for ever: it should name no person."""

    by: str | None = None


class GroupHoldBody(HoldBody):
    """`by` is the member who holds, in the group and allowed to spend. `amount` in the smallest part of the unit. It lapses at
    an instant or after so many seconds; where neither is named, it stands until it is captured or released. `proof`: their
    PIN or one-time code, where the program asks for one of points."""

    by: str


class GroupSpendBody(Wire):
    """`by` is the member who spends, in the group. `amount` in the smallest part of the unit. `below_zero`: more than is
    there, as far as the unit's policy lets it. `proof`: their PIN or one-time code, where the program asks for one."""

    by: str
    unit: str
    amount: PositiveAmount
    below_zero: bool = False
    proof: ProofText | None = None


class GroupTransferBody(TransferBody):
    """`by` is the member who sends, in the group and allowed to spend; without one it is you who do. `to` is the receiver:
    the id of a member or a group, or a member's identifier as an object of type and value."""

    by: str | None = None


class GroupMember(Wire):
    """`may_spend` as the group is now; `chosen` as it would be where spenders are chosen."""

    member_id: str
    primary: bool
    chosen: bool
    may_spend: bool
    joined_at: Time


class GroupMembers(Wire):
    items: tuple[GroupMember, ...]
    next_cursor: str | None


class Groups(Wire):
    items: tuple[Group, ...]
    next_cursor: str | None


class GroupOrders(Wire):
    items: tuple[GroupOrder, ...]
    next_cursor: str | None


def create(call: Call, body: GroupDefinition) -> Answered[Group]:
    return answered(create_group(call.rt, call.caller, call.command, body))


def list_groups(call: Call) -> Groups:
    page = groups.list_groups(call.rt, call.caller, call.query["limit"], call.query["cursor"])
    return Groups(items=page.items, next_cursor=page.next_cursor)


def get_group(call: Call) -> Group:
    return groups.get_group(call.rt, call.caller, call.path["group_id"])


def update(call: Call, body: GroupUpdate) -> Answered[Group]:
    return answered(update_group(call.rt, call.caller, call.command, call.path["group_id"], body))


def list_members(call: Call) -> GroupMembers:
    page = groups.list_memberships(call.rt, call.caller, owner_of(call), call.query["limit"], call.query["cursor"])
    items = tuple(
        GroupMember(
            member_id=one.member_id,
            primary=one.member_id == page.group.primary_member_id,
            chosen=one.chosen,
            may_spend=page.group.may_spend(one),
            joined_at=one.joined_at,
        )
        for one in page.items
    )
    return GroupMembers(items=items, next_cursor=page.next_cursor)


def list_orders(call: Call) -> GroupOrders:
    page = list_group_orders(call.rt, call.caller, owner_of(call), call.query["limit"], call.query["cursor"])
    return GroupOrders(items=page.items, next_cursor=page.next_cursor)


def join(call: Call, body: JoiningBody) -> Answered[Group]:
    group_id, member_id = call.path["group_id"], call.path["member_id"]
    return answered(join_group(call.rt, call.caller, call.command, group_id, member_id, body.chosen))


def change_member(call: Call, body: ChosenBody) -> Answered[Group]:
    group_id, member_id = call.path["group_id"], call.path["member_id"]
    return answered(change_group_member(call.rt, call.caller, call.command, group_id, member_id, body.chosen))


def leave(call: Call) -> Answered[Group]:
    group_id, member_id = call.path["group_id"], call.path["member_id"]
    return answered(leave_group(call.rt, call.caller, call.command, group_id, member_id))


def earn(call: Call, body: GroupEarningBody) -> Answered[Earned]:
    group_id, program_id = owner_of(call), call.query["program_id"]
    who = group_id if body.by is None else InGroup(group_id, body.by)
    unit, amount, waits = body.unit, body.amount, waits_of(body)
    return answered(earn_points(call.rt, call.caller, call.command, who, unit, amount, program_id, waits))


def hold(call: Call, body: GroupHoldBody) -> Answered[Held]:
    who, program_id = InGroup(owner_of(call), body.by), call.query["program_id"]
    unit, amount, lapse = body.unit, body.amount, lapse_of(body)
    command = proving(call, body.proof)
    return answered(hold_points(call.rt, call.caller, command, who, unit, amount, program_id, lapse))


def spend(call: Call, body: GroupSpendBody) -> Answered[Spent]:
    who, program_id = InGroup(owner_of(call), body.by), call.query["program_id"]
    unit, amount, below = body.unit, body.amount, body.below_zero
    command = proving(call, body.proof)
    return answered(spend_points(call.rt, call.caller, command, who, unit, amount, program_id, below))


def transfer(call: Call, body: GroupTransferBody) -> Answered[Transferred]:
    group_id, program_id = owner_of(call), call.query["program_id"]
    sender, receiver = group_id if body.by is None else InGroup(group_id, body.by), receiver_of(body)
    unit, amount = body.unit, body.amount
    return answered(transfer_points(call.rt, call.caller, call.command, sender, receiver, unit, amount, program_id))
