"""Who was refused is in the audit log: a wrong secret, a grant that a key has not, a wrong PIN; counted, and for so many days."""

from __future__ import annotations

from chalicelib.api.rim import AUDITED
from chalicelib.areas.audit.refusals import TYPES
from chalicelib.kit.caller import Grant
from chalicelib.runtime import Runtime
from tests.http.native.bookshop import Json, Shop, answer
from tests.http.native.test_audit import HOUR, operations, walked
from tests.http.world import key_for, stored

DAY = 24 * HOUR


def refused(shop: Shop, kind: str = "access") -> list[Json]:
    return walked(shop, type=f"{kind}.refused")


def items(rt: Runtime) -> list[Json]:
    return [dict(item) for key, item in stored(rt).items() if key.pk.endswith("#AUD")]


def test_a_wrong_secret_of_a_key_of_ours_is_noted(rt: Runtime, shop: Shop, other: Shop) -> None:
    key_id = str(shop.api.key).partition(".")[0]
    assert shop.api.get("/v1/tenant", key=f"{key_id}.guessed-secret").status == 401
    [told] = refused(shop)
    assert told["actor"] == {"kind": "api_key", "id": key_id, "name": "ours till"}
    assert told["facts"] == [{"type": "access.refused", "v": 1, "code": "invalid_credential", "times": 1}]
    assert (told["operation"], told["entity"], told["quiet"]) == ("get_tenant", "", True)
    assert refused(other) == []
    assert "guessed-secret" not in str(items(rt))


def test_a_key_of_nobody_s_writes_nothing(rt: Runtime, shop: Shop) -> None:
    for key in ("key_unknown.secret", None):
        assert shop.api.get("/v1/tenant", key=key).status == 401
    assert items(rt) == []


def test_a_grant_that_a_key_has_not_is_noted(rt: Runtime, shop: Shop) -> None:
    viewer = key_for(rt, "ours", Grant("members", "view"))
    assert shop.api.post("/v1/members", {}, key=viewer).status == 403
    [told] = refused(shop)
    assert (told["facts"][0]["code"], told["operation"]) == ("missing_grant", "enrol_member")
    assert walked(shop, type="access.refused", actor=viewer.partition(".")[0]) == [told]
    assert walked(shop, type="access.refused", actor="key_other") == []


def test_a_wrong_pin_is_noted_without_the_pin_or_the_member(rt: Runtime, shop: Shop, ada: str) -> None:
    shop.earn(ada, 50)
    answer(shop.api.put(f"/v1/members/{ada}/pin", {"pin": "2718"}))
    program = answer(shop.api.get("/v1/programs/1"))
    answer(
        shop.api.put(
            "/v1/programs/1", {n: v for n, v in program.items() if n != "program_id"} | {"proofs": {"points": "pin"}}
        )
    )
    spend = {"unit": "points", "amount": 10, "proof": "2719"}
    assert shop.api.post(f"/v1/members/{ada}/spends", spend).code == "wrong_proof"
    [told] = refused(shop, "proof")
    assert (told["facts"][0]["code"], told["operation"]) == ("wrong_proof", "spend_points")
    assert not any(text in str(items(rt)) for text in ("2719", "2718", ada))


def test_a_flood_is_counted_and_not_written_down_one_by_one(rt: Runtime, shop: Shop) -> None:
    key_id = str(shop.api.key).partition(".")[0]
    writes = rt.table.meter.cost.transact  # type: ignore[attr-defined]
    for _ in range(120):
        shop.api.get("/v1/tenant", key=f"{key_id}.guessed")
    assert rt.table.meter.cost.transact - writes == 3  # type: ignore[attr-defined]
    [told] = refused(shop)
    assert told["facts"][0]["times"] == 100
    shop.clock.pass_by(60)
    shop.api.get("/v1/tenant", key=f"{key_id}.guessed")
    assert [one["facts"][0]["times"] for one in refused(shop)] == [1, 100]


def test_they_stand_among_the_entries_by_their_minute(rt: Runtime, shop: Shop, ada: str) -> None:
    viewer = key_for(rt, "ours", Grant("members", "view"))
    shop.clock.pass_by(90)
    shop.api.post("/v1/members", {}, key=viewer)
    shop.clock.pass_by(90)
    shop.earn(ada, 5)
    for limit in (1, 2, 50):
        assert operations(walked(shop, limit=limit))[:3] == ["earn_points", "enrol_member", "enrol_member"]
    assert walked(shop)[1]["facts"][0]["type"] == "access.refused"
    assert [one["operation"] for one in walked(shop, type="points.earned")] == ["earn_points"]
    shop.clock.pass_by(30 * DAY)
    assert "access.refused" in [type_ for one in walked(shop) for type_ in one["types"]]


def test_they_are_kept_for_as_long_as_the_tenant_says(rt: Runtime, shop: Shop) -> None:
    viewer = key_for(rt, "ours", Grant("members", "view"))
    shop.api.post("/v1/members", {}, key=viewer)
    [item] = items(rt)
    minute = shop.clock.now() // 60_000 * 60
    assert int(item["ttl"]["N"]) == minute + 90 * DAY
    answer(shop.api.put("/v1/tenant", {"name": "Bookshop", "refusals_kept_days": 7}))
    shop.clock.pass_by(60)
    shop.api.post("/v1/members", {}, key=viewer)
    assert min(int(one["ttl"]["N"]) for one in items(rt)) == minute + 60 + 7 * DAY


def test_what_is_noted_is_what_the_log_has_a_type_for() -> None:
    assert TYPES.keys() == AUDITED
