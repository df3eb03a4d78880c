"""A bookshop with a loyalty program, over HTTP: what most tests of the native API begin with.

One point per whole euro, kept to the end of the 12th month; bronze, silver from 200 points, gold from 1,000. It is
noon on 15 January 2026.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.http.client import Api, Reply
from tests.http.world import HandClock

Json = dict[str, Any]

YESTERDAY = "2026-01-14T10:00:00Z"
NOBODY = "mem_00000000000"
POINTS: Json = {
    "code": "points",
    "name": "Points",
    "policies": [{"expiry": {"type": "end_of_month", "months": 12}}],
}
CASHBACK: Json = {"code": "cashback", "name": "Cashback", "decimals": 2}
PROGRAM: Json = {"name": "Readers' Club", "enrolment": "refuse", "units": [POINTS, CASHBACK]}
TIERS: Json = {
    "basis": "points_earned",
    "unit": "points",
    "tiers": [
        {"tier_id": "bronze", "name": "Bronze", "threshold": 0},
        {"tier_id": "silver", "name": "Silver", "threshold": 200},
        {"tier_id": "gold", "name": "Gold", "threshold": 1000},
    ],
}


def per_euro(amount: object = 1, unit: str = "points", **fields: Any) -> Json:
    """For each whole euro, unless told otherwise."""
    return {"kind": "per_value", "unit": unit, "amount": amount, "per": "1.00", "rounding": "down"} | fields


def fixed(amount: int, unit: str = "points", **fields: Any) -> Json:
    return {"kind": "fixed", "unit": unit, "amount": amount} | fields


def rule(*effects: Json, **fields: Any) -> Json:
    """One point per whole euro, unless told otherwise."""
    return {"name": "A rule", "effects": list(effects or [per_euro()])} | fields


def card(value: str) -> Json:
    return {"type": "card", "value": value}


def book(cents: int, sku: str = "BOOK", quantity: int | str = 1, **fields: Any) -> Json:
    return {"sku": sku, "quantity": quantity, "gross_value": cents} | fields


def document(number: str, *lines: Json, **fields: Any) -> Json:
    """A sale or a return; nothing said is one book of 100.00, yesterday."""
    bought = list(lines) or [book(100_00)]
    return {"number": number, "purchased_at": YESTERDAY, "currency": "EUR", "lines": bought} | fields


def sale_by(member_id: str, number: str = "S1", *lines: Json, **fields: Any) -> Json:
    return document(number, *lines, member_id=member_id, **fields)


def at_till(path: str, sale: Json) -> Json:
    """The sale as the path wants it: a cart has no number."""
    return sale if "/checkouts/" not in path else {name: value for name, value in sale.items() if name != "number"}


def refusal(reply: Reply) -> tuple[int, str, str | None]:
    """Status, code and what it is about; the message must say something."""
    error = reply.json["error"]
    assert len(error["message"].split()) > 2
    return reply.status, error["code"], error["param"]


def answer(reply: Reply) -> Any:
    assert reply.status in (200, 201), reply.text
    return reply.json


@dataclass(frozen=True)
class Shop:
    api: Api
    clock: HandClock

    def enrol(self, number: str, **fields: Any) -> str:
        """The id of a new member with this card."""
        return str(answer(self.api.post("/v1/members", {"identifiers": [card(number)]} | fields))["member_id"])

    def block(self, member_id: str) -> None:
        answer(self.api.patch(f"/v1/members/{member_id}", {"status": "blocked"}))

    def buy(self, member_id: str, number: str, *lines: Json, **fields: Any) -> Json:
        sale = document(number, *lines, member_id=member_id, **fields)
        return dict(answer(self.api.post("/v1/orders", sale)))

    def bring_back(self, order_id: str, number: str, *lines: Json, **fields: Any) -> Json:
        return dict(answer(self.api.post(f"/v1/orders/{order_id}/returns", document(number, *lines, **fields))))

    def earn(self, member_id: str, amount: int, unit: str = "points") -> Json:
        body = {"unit": unit, "amount": amount}
        return dict(answer(self.api.post(f"/v1/members/{member_id}/earnings", body)))

    def spend(self, member_id: str, amount: int, unit: str = "points") -> Json:
        body = {"unit": unit, "amount": amount}
        return dict(answer(self.api.post(f"/v1/members/{member_id}/spends", body)))

    def account(self, member_id: str, query: str = "") -> Json:
        return dict(answer(self.api.get(f"/v1/members/{member_id}/account{query}")))

    def wallet(self, member_id: str, unit: str = "points") -> Json:
        return next(dict(wallet) for wallet in self.account(member_id)["wallets"] if wallet["unit"] == unit)

    def points(self, member_id: str) -> int:
        return int(self.wallet(member_id)["available"])

    def define(self, rule_id: str, *effects: Json, **fields: Any) -> None:
        answer(self.api.put(f"/v1/programs/1/rules/{rule_id}", rule(*effects, **fields)))

    def pages(self, path: str, limit: int) -> list[list[Json]]:
        """All pages of a list, walked by their cursors."""
        pages: list[list[Json]] = []
        cursor = ""
        while True:
            page = answer(self.api.get(f"{path}?limit={limit}{cursor}"))
            pages.append(page["items"])
            if page["next_cursor"] is None:
                return pages
            cursor = f"&cursor={page['next_cursor']}"


def open_shop(api: Api, clock: HandClock) -> Shop:
    shop = Shop(api, clock)
    answer(api.post("/v1/programs", PROGRAM))
    answer(api.put("/v1/programs/1/tiers", TIERS))
    shop.define("base", name="One point per euro")
    return shop
