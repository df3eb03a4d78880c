"""What happens once in years: numbers that clash with others, answers whose member was erased. The items are made by hand."""

from __future__ import annotations

from chalicelib.areas.orders.store import MAX_PROBES, id_for, order_key
from chalicelib.runtime import Runtime
from chalicelib.table.keys import owner_stream
from tests.http.client import Api
from tests.http.native.bookshop import Shop, answer, card, document, refusal, sale_by

KEY = {"Idempotency-Key": "once"}
OTHER_KEY = {"Idempotency-Key": "other"}


def occupied(rt: Runtime, number: str, like: str) -> None:
    """Wherever an order of this number could be kept, another one stands."""
    for probe in range(MAX_PROBES):
        place = order_key("ours", id_for("ours", number, probe))
        other = rt.table.get(order_key("ours", like)) or {}
        rt.table.batch_put([{**other, "pk": {"S": place.pk}, "sk": {"S": place.sk}}])


def erased(rt: Runtime, member_id: str) -> None:
    """As erasure leaves the journal of a profile: entries without their private part."""
    stream = owner_stream("ours", member_id, 0)
    for sequence in (1, 2, 3):
        entry = rt.table.get(stream.key(sequence))
        if entry:
            rt.table.batch_put([{name: value for name, value in entry.items() if name != "private"}])


def test_a_number_without_any_place_left_is_refused(shop: Shop, rt: Runtime, ada: str) -> None:
    like = shop.buy(ada, "S1")["order_id"]
    occupied(rt, "S2", like)
    unusable = (422, "order_number_unusable", "number")
    assert refusal(shop.api.post("/v1/orders", sale_by(ada, "S2"))) == unusable
    assert refusal(shop.api.get("/v1/orders?number=S2")) == unusable
    assert shop.api.post("/v1/orders/simulate", document("S2", member_id=ada)).status == 200
    assert shop.points(ada) == 100


def test_an_enrolment_cannot_be_told_again_when_the_member_is_erased(api: Api, rt: Runtime) -> None:
    body = {"identifiers": [card("1")]}
    member = answer(api.post("/v1/members", body, headers=KEY))
    erased(rt, member["member_id"])
    assert refusal(api.post("/v1/members", body, headers=KEY)) == (404, "member_erased", None)


def test_a_change_cannot_be_told_again_when_the_member_is_erased(shop: Shop, rt: Runtime, ada: str) -> None:
    path, body = f"/v1/members/{ada}", {"given_name": "Augusta"}
    assert shop.api.patch(path, body, headers=KEY).status == 200
    erased(rt, ada)
    again = shop.api.patch(path, body, headers=KEY)
    assert refusal(again) == (404, "member_erased", None)
    assert "Augusta" not in again.text
    shared = f"/v1/members/{ada}/referral-code"
    assert shop.api.put(shared, {}, headers=OTHER_KEY).status == 200
    erased(rt, ada)
    assert refusal(shop.api.put(shared, {}, headers=OTHER_KEY)) == (404, "member_erased", None)
