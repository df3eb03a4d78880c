"""A member at the desk, with what they ask for there: for themselves, or for the group that they are in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from chalicelib.kit.ids import entry_id, entry_ref
from tests.http.native.bookshop import Json, Shop, answer, book, card, document

Asked = tuple[str, Json | None]
GIFT: Json = {"unit": "points", "amount": 40, "reason": "goodwill"}
OF_GROUPS = ("transfers", "conversions", "refunds", "undo", "holds/", "pending/", "tier/")


@dataclass(frozen=True)
class Desk:
    """A member acts, for themselves or for their group; what there is a path of the group for is sent to that."""

    shop: Shop
    member_id: str
    owner: str

    def ask(self, what: str, body: Json | None = None) -> Any:
        return answer(self.shop.api.post(self.at(what), body))

    def at(self, what: str) -> str:
        if what.startswith("/"):
            return what
        by_group = self.owner.startswith("/v1/groups") and what.startswith(OF_GROUPS)
        return f"{self.owner}/{what}" if by_group else f"/v1/members/{self.member_id}/{what}"

    def earned(self, amount: int = 100, **waits: Any) -> str:
        return str(self.ask("earnings", some(amount) | waits)["earning"]["earning_id"])

    def promised(self) -> str:
        return self.earned(event="e")

    def granted(self) -> str:
        """Grants and deductions are of members: of a group's points there are none, so it earns and spends instead."""
        if self.owner.startswith("/v1/groups"):
            return self.earned(40)
        return str(self.ask("grants", GIFT)["grant_id"])

    def deducted(self) -> str:
        if self.owner.startswith("/v1/groups"):
            return self.spent()
        return str(self.ask("deductions", GIFT)["deduction_id"])

    def spent(self, amount: int = 40) -> str:
        return str(self.ask("spends", some(amount))["spend_id"])

    def held(self, amount: int = 40, **lapse: Any) -> str:
        """The id of the whole entry, for the answer names nothing else of it."""
        return str(self.ask("holds", some(amount) | lapse)["entry_id"])

    def captured(self) -> str:
        self.held()
        return str(self.ask("holds/1/capture", {})["capture_id"])

    def converted(self) -> str:
        return str(self.ask("conversions", some(40, into="cashback"))["conversion_id"])

    def sent(self) -> str:
        return str(self.ask("transfers", some(40, to=card("bob")))["transfer_id"])

    def fact_of(self, entry: str) -> str:
        """The first thing that an entry did."""
        return entry_id(entry_ref(entry)._replace(fact=1))

    def undone(self, of: str) -> str:
        return str(self.ask("undo", {"entry_id": of})["entry_id"])

    def refunded(self, spend_id: str, **part: int) -> str:
        return str(self.ask("refunds", {"spend_id": spend_id} | part)["refund_id"])


def activate(of: str, **part: int) -> Asked:
    return "pending/activate", {"earning_id": of} | part


def call_off(of: str, **part: int) -> Asked:
    return "pending/cancel", {"earning_id": of} | part


def undo(of: str) -> Asked:
    return "undo", {"entry_id": of}


def refund(of: str, **part: int) -> Asked:
    return "refunds", {"spend_id": of} | part


def cancel(of: str) -> Asked:
    return f"earnings/{of}/cancel", None


def expire(of: str) -> Asked:
    return f"earnings/{of}/expire", None


def send_back(of: str) -> Asked:
    return f"transfers/{of}/undo", None


def after(asked: Asked, *steps: object) -> Asked:
    """The steps have been taken by now: they are only told."""
    return asked


def twice(desk: Desk, asked: Asked) -> Asked:
    desk.ask(*asked)
    return asked


def some(amount: int = 10, unit: str = "points", **more: Any) -> Json:
    return {"unit": unit, "amount": amount} | more


def returned(desk: Desk, cents: int, *, again: bool = False) -> Asked:
    """Of a sale of one book, of which all has come back already where it comes again."""
    order_id = desk.shop.buy(desk.member_id, "S1")["order_id"]
    if again:
        desk.shop.bring_back(order_id, "R1")
    return f"/v1/orders/{order_id}/returns", document("R2", book(cents))
