"""Groups in a shopkeeper's words."""

from __future__ import annotations

from typing import Any

from chalicelib.areas.groups import store
from chalicelib.areas.groups.model import MAX_MEMBERS, Group, GroupDefinition, GroupUpdate
from chalicelib.flows.change_group_member import change_group_member
from chalicelib.flows.create_group import create_group
from chalicelib.flows.join_group import join_group
from chalicelib.flows.leave_group import leave_group
from chalicelib.flows.opened import InGroup
from chalicelib.flows.spend_points import Spent, spend_points
from chalicelib.flows.transfer_points import Transferred, transfer_points
from chalicelib.flows.update_group import update_group
from chalicelib.kit.command import Command
from chalicelib.table.commit import Committed
from chalicelib.table.journal import Entry
from chalicelib.table.keys import owner_stream
from chalicelib.table.protocol import Put
from tests.twins import fresh
from tests.twins.bookshop import BookShop, member


def found(shop: BookShop, primary: str, command: Command | None = None, **fields: Any) -> Committed[Group]:
    definition = GroupDefinition.model_validate({"name": "The Lovelaces", "primary_member_id": primary} | fields)
    return create_group(shop.rt, shop.caller, command or fresh(), definition)


def household(shop: BookShop, primary: str, *others: str, **fields: Any) -> str:
    """The id of a new group with these members."""
    group_id = found(shop, primary, **fields).answer.group_id
    for member_id in others:
        join(shop, group_id, member_id)
    return group_id


def join(
    shop: BookShop, group_id: str, member_id: str, command: Command | None = None, *, chosen: bool = False
) -> Committed[Group]:
    return join_group(shop.rt, shop.caller, command or fresh(), group_id, member_id, chosen)


def leave(shop: BookShop, group_id: str, member_id: str, command: Command | None = None) -> Committed[Group]:
    return leave_group(shop.rt, shop.caller, command or fresh(), group_id, member_id)


def choose(
    shop: BookShop, group_id: str, member_id: str, command: Command | None = None, *, chosen: bool = True
) -> Committed[Group]:
    return change_group_member(shop.rt, shop.caller, command or fresh(), group_id, member_id, chosen)


def change(shop: BookShop, group_id: str, command: Command | None = None, **fields: Any) -> Committed[Group]:
    return update_group(shop.rt, shop.caller, command or fresh(), group_id, GroupUpdate.model_validate(fields))


def spend_for(shop: BookShop, group_id: str, by: str, amount: int, command: Command | None = None) -> Committed[Spent]:
    return spend_points(shop.rt, shop.caller, command or fresh(), InGroup(group_id, by), "points", amount)


def send_for(
    shop: BookShop, group_id: str, by: str, to: str, amount: int, command: Command | None = None
) -> Committed[Transferred]:
    sender = InGroup(group_id, by)
    return transfer_points(shop.rt, shop.caller, command or fresh(), sender, member(to), "points", amount)


def full(shop: BookShop, group_id: str) -> None:
    """As if as many had joined as may."""
    group, head = store.read(shop.rt.table, shop.caller.tenant, group_id)
    stream = owner_stream(shop.caller.tenant, group_id, 0)
    entry = Entry(stream, head.version, {}, (), None, head.hash)
    put = store.group_put(shop.caller.tenant, group.model_copy(update={"members": MAX_MEMBERS}), head, entry)
    shop.rt.table.transact([Put(put.item)], "full")
