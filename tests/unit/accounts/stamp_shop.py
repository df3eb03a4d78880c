"""A book shop with points that pass and stamps that stay."""

from __future__ import annotations

from tests.twins.bookshop import BookShop, fixed, open_shop, rule

PROGRAM = {
    "zone": "America/Sao_Paulo",
    "units": [
        {"code": "points", "name": "Points", "policies": [{"expiry": {"type": "days", "days": 40}}]},
        {"code": "stamps", "name": "Stamps"},
    ],
}
STAMP = rule("stamp", effects=[fixed(1, "stamps", stage="bonus")])


def shop_with(number: int) -> tuple[BookShop, list[str]]:
    """Points for 40 days and a stamp an order for ever, for members with the cards 0, 1, 2 …"""
    shop = open_shop(rules=(rule(), STAMP), program=PROGRAM, now="2026-01-01")
    return shop, [shop.member(str(card_number)) for card_number in range(number)]
