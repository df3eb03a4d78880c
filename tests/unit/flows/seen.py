"""Everything a shop can see of its members, with the names that chance gave left out: for comparing two courses."""

from __future__ import annotations

import re
from typing import Any

from pydantic import BaseModel

from chalicelib.areas.coupons.operations import list_coupons
from chalicelib.areas.groups.operations import list_memberships
from chalicelib.areas.members.operations import get_member, list_members
from chalicelib.areas.orders.operations import list_orders, list_returns
from chalicelib.flows.list_redemptions import list_redemptions
from chalicelib.flows.read_statement import read_statement
from chalicelib.table.config import read_config
from tests.twins.bookshop import BookShop

CHANCE = re.compile(r"\b(mem|grp|ent|opr|cpn|chk|ref)_[0-9a-z]+")

CODE = re.compile(r'(?<=")[0-9A-HJKMNP-Z]{10}(?=")')  # of a coupon, or an invitation


def nameless(value: Any) -> str:
    """An answer as JSON, without the ids and codes that are drawn, not given."""
    return CODE.sub("", CHANCE.sub(r"\1_", value.model_dump_json() if isinstance(value, BaseModel) else str(value)))


def members_of(shop: BookShop) -> list[str]:
    page = list_members(shop.rt, shop.caller, 100, None)
    assert page.next_cursor is None
    return [card.member_id for card in page.items]


def everything(shop: BookShop) -> dict[str, Any]:
    """Configuration, members, accounts, journals, orders and returns. Every account must be what its journal says."""
    members = sorted((one_member(shop, member_id) for member_id in members_of(shop)), key=str)
    return configuration(shop) | {"members": members}


def configuration(shop: BookShop) -> dict[str, Any]:
    config = read_config(shop.rt.table, shop.caller.tenant)
    return {
        "revision": config.revision,
        "config": {name: (known.head.version, known.body) for name, known in config.aggregates.items()},
    }


def one_group(shop: BookShop, group_id: str) -> dict[str, Any]:
    """What it is, who is in it, and what it has."""
    page = list_memberships(shop.rt, shop.caller, group_id, 100, None)
    who = sorted(nameless(get_member(shop.rt, shop.caller, one.member_id).identifiers) for one in page.items)
    return one_member(shop, group_id) | {"group": nameless(page.group), "members": who}


def one_member(shop: BookShop, member_id: str) -> dict[str, Any]:
    """Or a group's account. Which code a coupon has, chance says as well."""
    account = shop.account(member_id)
    if account.version:
        proof = shop.proof(member_id)
        assert proof.matches, proof
        assert proof.entries == proof.version == account.version
    orders = list_orders(shop.rt, shop.caller, member_id, 100, None).items
    returns = [one for order in orders for one in list_returns(shop.rt, shop.caller, order.order_id)]
    statement = read_statement(shop.rt, shop.caller, (member_id, 1), 100, None).items
    redemptions = list_redemptions(shop.rt, shop.caller, member_id, 1, 100, None).items
    coupons = list_coupons(shop.rt, shop.caller, member_id, 100, None).items
    return {
        "account": nameless(account),
        "redemptions": [nameless(one.model_copy(update={"codes": ("",) * len(one.codes)})) for one in redemptions],
        "statement": [nameless(entry) for entry in statement],
        "orders": [nameless(order) for order in orders],
        "returns": [nameless(document) for document in returns],
        "coupons": sorted(nameless(one.model_copy(update={"code": ""})) for one in coupons),
    }
