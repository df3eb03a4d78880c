"""Points that move, in a shop where everything else falls due at the same time: what each operation then records."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chalicelib.areas.tiers.model import TierScheme
from chalicelib.flows.define_tiers import define_tiers
from tests.twins import at, by_hand, fresh, metered
from tests.twins.bookshop import POINTS, TIERS, BookShop, card, goods_back, member, open_shop, sale
from tests.twins.streamed import StreamedTable

OPERATIONS = ("convert_points", "transfer_points", "undo_transfer")
STRICT = {"negative": "returns", "return_policy": "negative", "cancel_used": "whole"}
SLIDING = {"expiry": {"type": "sliding", "days": 60, "activities": ["transfer", "spend"]}}
PROGRAM: dict[str, Any] = {
    "units": [
        {**POINTS, "policies": [{"expiry": {"type": "end_of_month", "months": 1}} | STRICT]},
        {"code": "slow", "name": "Slow ones", "policies": [{"available_after": 5}]},
        {"code": "sliding", "name": "Sliding ones", "policies": [SLIDING | STRICT]},
        {"code": "stamps", "name": "Stamps"},
    ],
    "rates": [
        {"unit": "points", "into": "stamps", "take": 1, "give": 1},
        {"unit": "stamps", "into": "points", "take": 1, "give": 1},
    ],
}
LADDER: tuple[dict[str, Any], ...] = tuple(
    {"tier_id": name, "name": name, "threshold": threshold} for name, threshold in (("bronze", 0), ("gold", 50))
)
EASIER = TIERS | {"downgrade": {"type": "after_days", "days": 365}, "tiers": LADDER}
JULY, AUGUST = "2026-07-20", "2026-08-10"

Move = Callable[[BookShop, str, str, dict[str, str]], object]


def owing(shop: BookShop, member_id: str, order: str) -> None:
    """What was bought comes back, and all that it earned is spent."""
    shop.spend(member_id, shop.balance(member_id))
    shop.bring_back(shop.order_id(order), goods_back(f"R-{order}", 100_00, on=AUGUST))


def pay_in_stamps(shop: BookShop, ada: str, bob: str, sent: dict[str, str]) -> None:
    owing(shop, ada, "A-2")
    shop.convert(ada, "stamps", "points", 5)


def send_to_a_debtor(shop: BookShop, ada: str, bob: str, sent: dict[str, str]) -> None:
    owing(shop, bob, "B-2")
    shop.send(ada, bob, 5)


def give_back_to_a_debtor(shop: BookShop, ada: str, bob: str, sent: dict[str, str]) -> None:
    owing(shop, ada, "A-2")
    shop.undo_transfer(ada, sent["points"])


MOVES: tuple[Move, ...] = (
    lambda shop, ada, bob, sent: shop.convert(ada, "points", "stamps", 5),
    lambda shop, ada, bob, sent: shop.send(ada, bob, 5),
    lambda shop, ada, bob, sent: shop.undo_transfer(ada, sent["points"]),
    pay_in_stamps,
    send_to_a_debtor,
    give_back_to_a_debtor,
)


def moved(move: Move) -> StreamedTable:
    """Ada comes back in August: June's points have passed, her slow ones have come, a hold and a pin are over, and gold is easy to reach."""
    table = StreamedTable()
    shop = open_shop(table, program=PROGRAM)
    metered.metric(shop, "came", {"measure": "sum", "of": "points_earned:slow", "days": 90}, thresholds=[])
    ada = shop.buy(card("ada"), sale("A-1")).answer.member_id
    bob = shop.buy(card("bob"), sale("B-1")).answer.member_id
    shop.clock.move_to(JULY)
    for member_id, order in ((ada, "A-2"), (bob, "B-2")):
        shop.buy(member(member_id), sale(order, on=JULY))
    for unit, amount in (("slow", 5), ("sliding", 5), ("stamps", 10)):
        shop.earn(ada, amount, unit=unit)
    by_hand.hold(shop, ada, 5, at=at("2026-08-05"))
    shop.pin(ada, "silver", "2026-07-31")
    all_of_june_and_some_of_july = {"points": 103, "sliding": 3}
    sent = {
        unit: shop.send(ada, bob, amount, unit=unit).answer.transfer_id
        for unit, amount in all_of_june_and_some_of_july.items()
    }
    shop.clock.move_to(AUGUST)
    define_tiers(shop.rt, shop.caller, fresh(), 1, TierScheme.model_validate(EASIER))
    move(shop, ada, bob, sent)
    return table
