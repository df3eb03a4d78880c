"""Orders of whoever is no member, in a shopkeeper's words: kept, and given to who made them."""

from __future__ import annotations

from chalicelib.areas.orders.model import Sale
from chalicelib.areas.programs.model import ProgramDefinition
from chalicelib.areas.programs.operations import get_program
from chalicelib.flows.assign_order import AssignedOrder, assign_order
from chalicelib.flows.purchase import Buyer
from chalicelib.flows.replace_program import replace_program
from chalicelib.kit.command import Command
from chalicelib.table.commit import Committed
from tests.twins import fresh
from tests.twins.bookshop import BookShop, member

STRANGER = Buyer()


def keeping(shop: BookShop) -> BookShop:
    """From now on orders of strangers are kept."""
    known = get_program(shop.rt, shop.caller, 1).model_dump(mode="json", exclude={"program_id"})
    keep = ProgramDefinition.model_validate(known | {"enrolment": "keep"})
    replace_program(shop.rt, shop.caller, fresh(), 1, keep)
    return shop


def kept(shop: BookShop, document: Sale) -> str:
    return shop.buy(STRANGER, document).answer.order_id


def assign(shop: BookShop, order_id: str, member_id: str, command: Command | None = None) -> Committed[AssignedOrder]:
    return assign_order(shop.rt, shop.caller, command or fresh(), order_id, member(member_id))
