"""Stampbook is turned back by one version: what the newer one wrote is refused in words, and everything else goes on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.runtime import Runtime
from chalicelib.table.items import pack, unpack
from chalicelib.table.memory import MemoryTable
from chalicelib.table.protocol import Key
from tests.http.native.bookshop import Shop, answer, refusal, sale_by

PLACES = {"member": "A#PROFILE", "account": "B#0001"}


def rewritten(rt: Runtime, key: Key, **attributes: Any) -> None:
    """As a newer version would have written it."""
    stored = rt.table.get(key)
    assert stored is not None
    assert isinstance(rt.table, MemoryTable)
    rt.table.batch_put([{**stored, **attributes}])


def owned(ada: str, sk: str) -> Key:
    return Key(f"ours#M#{ada}", sk)


@pytest.mark.parametrize("kind", PLACES)
def test_what_is_of_a_newer_schema_is_refused_and_not_misread(shop: Shop, ada: str, rt: Runtime, kind: str) -> None:
    answer(shop.api.post("/v1/orders", sale_by(ada)))
    before = rt.table.get(owned(ada, PLACES[kind]))
    assert before is not None
    rewritten(rt, owned(ada, PLACES[kind]), v={"N": "9"})
    writes = rt.table.meter.cost.write_units if isinstance(rt.table, MemoryTable) else 0
    for refused in (
        shop.api.get(f"/v1/members/{ada}/account"),
        shop.api.post("/v1/orders", sale_by(ada, "S2")),
        shop.api.post(f"/v1/members/{ada}/spends", {"unit": "points", "amount": 1}),
    ):
        assert refusal(refused) == (503, "newer_data", None)
        assert refused.headers["Retry-After"] == "1"
    assert isinstance(rt.table, MemoryTable)
    assert rt.table.meter.cost.write_units == writes
    bo = shop.enrol("2")
    answer(shop.api.post("/v1/orders", sale_by(bo, "S3")))
    rewritten(rt, owned(ada, PLACES[kind]), v=before["v"])
    answer(shop.api.post("/v1/orders", sale_by(ada, "S2")))


def test_an_attribute_that_is_new_is_passed_over(shop: Shop, ada: str, rt: Runtime) -> None:
    answer(shop.api.post("/v1/orders", sale_by(ada)))
    for place in (*PLACES.values(), "J#0001#00000001"):
        rewritten(rt, owned(ada, place), colour={"S": "red"}, colours={"L": [{"S": "red"}]})
    assert answer(shop.api.get(f"/v1/members/{ada}/account/proof"))["matches"] is True
    answer(shop.api.post("/v1/orders", sale_by(ada, "S2")))


def grown(rt: Runtime, sk: str, grow: Callable[[dict[str, Any]], None]) -> None:
    """The configuration item with something in it that a newer version knows, read anew."""
    stored = rt.table.get(Key("ours#CFG", sk))
    assert stored is not None
    body = unpack(stored["body"]["B"])
    grow(body)
    rewritten(rt, Key("ours#CFG", sk), body={"B": pack(body)})
    rt.config.forget("ours")


DEFINITIONS = {
    "program": ("program#0001", "/v1/programs/1", lambda body: body.update(mascot="owl")),
    "unit": ("program#0001", "/v1/programs/1", lambda body: body["units"][0].update(colour="red")),
    "policy": ("program#0001", "/v1/programs/1", lambda body: body["units"][0]["policies"][0].update(negative="dream")),
    "kind of expiry": (
        "program#0001",
        "/v1/programs/1",
        lambda body: body["units"][0]["policies"][0].update(expiry={"type": "moon"}),
    ),
    "tiers": ("tiers#0001", "/v1/programs/1/tiers", lambda body: body["tiers"][0].update(anthem="la la")),
    "tiers of before": (
        "tiers#0001",
        "/v1/programs/1/tiers",
        lambda body: body.update(earlier=[{**body, "basis": "smiles", "earlier": []}]),
    ),
    "rule": ("rule#0001#base", "/v1/programs/1/rules/base", lambda body: body["window"].update(moon="full")),
}


@pytest.mark.parametrize("what", DEFINITIONS)
def test_a_definition_that_says_more_is_refused_and_not_misread(shop: Shop, ada: str, rt: Runtime, what: str) -> None:
    sk, path, grow = DEFINITIONS[what]
    definition = answer(shop.api.get(path))
    definition = {name: value for name, value in definition.items() if name not in ("program_id", "rule_id", "so_far")}
    before = rt.table.get(Key("ours#CFG", sk))
    assert before is not None
    grown(rt, sk, grow)
    assert isinstance(rt.table, MemoryTable)
    writes = rt.table.meter.cost.write_units
    for refused in (
        shop.api.get(path),
        shop.api.put(path, definition),
        shop.api.post("/v1/orders", sale_by(ada)),
        shop.api.post(f"/v1/members/{ada}/earnings", {"unit": "points", "amount": 1}),
    ):
        assert refusal(refused) == (503, "newer_data", None)
        assert sk.partition("#")[0] in refused.json["error"]["message"]
    assert rt.table.meter.cost.write_units == writes
    rewritten(rt, Key("ours#CFG", sk), body=before["body"])
    rt.config.forget("ours")
    answer(shop.api.post("/v1/orders", sale_by(ada)))


def test_the_settings_of_a_tenant_as_well(shop: Shop, rt: Runtime) -> None:
    answer(shop.api.put("/v1/tenant", {"name": "Ours"}))
    grown(rt, "tenant#settings", lambda body: body.update(motto="More"))
    for refused in (shop.api.get("/v1/tenant"), shop.api.put("/v1/tenant", {"name": "Ours"})):
        assert refusal(refused) == (503, "newer_data", None)


@pytest.mark.parametrize(
    "fact", [{"type": "points.given_away", "v": 1, "amount": 3}, {"type": "points.earned", "v": 9, "pieces": []}]
)
def test_a_fact_that_is_new_is_not_guessed_at(shop: Shop, ada: str, rt: Runtime, fact: dict[str, Any]) -> None:
    answer(shop.api.post("/v1/orders", sale_by(ada)))
    key = owned(ada, "J#0001#00000001")
    stored = rt.table.get(key)
    assert stored is not None
    header, facts = unpack(stored["body"]["B"])
    rewritten(rt, key, body={"B": pack([header, [*facts, fact]])})
    assert refusal(shop.api.get(f"/v1/members/{ada}/statement")) == (503, "newer_data", None)
    assert answer(shop.api.get(f"/v1/members/{ada}/account"))["orders"] == 1
