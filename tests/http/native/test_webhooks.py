"""Webhooks over HTTP: defined, tried out, looked after; and that what they are sent can be verified as the guide says."""

from __future__ import annotations

import json
import re
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from chalicelib.areas.webhooks.store import MAX_WEBHOOKS
from chalicelib.aws.memory_outside import MemoryOutside
from chalicelib.aws.memory_queues import MemoryQueues
from chalicelib.events.webhooks import webhooks
from chalicelib.flows.verify_tenant import verify_tenant
from chalicelib.runtime import Runtime
from infra.local.pages.facts import STREAMS
from tests.http.native.bookshop import Json, Shop, answer, document, fixed, refusal, rule
from tests.twins.hooked import HOST, Server

GUIDE = Path(__file__).parents[3] / "docs" / "guides" / "webhooks.md"
HOOK: Json = {"url": f"https://{HOST}/in", "types": ["order.recorded", "member.*"]}
MINUTE, DAY = 60_000, 24 * 3_600_000


@pytest.fixture
def server(rt: Runtime) -> Server:
    assert isinstance(rt.outside, MemoryOutside)
    return rt.outside.servers.setdefault(HOST, Server())  # type: ignore[return-value]


def define(shop: Shop, webhook_id: str = "warehouse", **fields: object) -> Json:
    return dict(answer(shop.api.put(f"/v1/webhooks/{webhook_id}", HOOK | fields)))


def post(shop: Shop, path: str, body: Json | None = None, **how: Any) -> Json:
    reply = shop.api.call("POST", f"/v1/webhooks/warehouse/{path}", body, **how)
    assert reply.status == (200 if path == "secrets" else 202), reply.text
    return dict(reply.json)


def log(shop: Shop) -> list[Json]:
    return list(answer(shop.api.get("/v1/webhooks/warehouse/deliveries"))["items"])


def work(rt: Runtime, shop: Shop) -> None:
    """A little later the queue is worked off."""
    shop.clock.at += MINUTE
    assert isinstance(rt.queues, MemoryQueues)
    rt.queues.deliver("webhooks", partial(webhooks, rt))


def test_a_webhook_is_defined_read_listed_changed_and_deleted(shop: Shop) -> None:
    made = define(shop, description="To the warehouse.")
    assert made["secret"].startswith("whsec_")
    shown = {name: value for name, value in made.items() if name != "secret"}
    assert shown["state"] == "active"
    assert answer(shop.api.get("/v1/webhooks/warehouse")) == shown | {"failing_since": None, "old_secret_until": None}
    assert answer(shop.api.get("/v1/webhooks"))["items"] == [shown]
    changed = define(shop, state="disabled")
    assert (changed["secret"], changed["disabled_by"], changed["description"]) == (None, "by_hand", "")
    gone = answer(shop.api.call("DELETE", "/v1/webhooks/warehouse"))
    assert (gone["state"], gone["url"]) == ("deleted", "")
    assert answer(shop.api.get("/v1/webhooks"))["items"] == []
    assert refusal(shop.api.get("/v1/webhooks/warehouse")) == (404, "webhook_not_found", "webhook_id")


@pytest.mark.parametrize(
    ("fields", "refused"),
    [
        ({"url": "https://169.254.169.254/"}, (422, "forbidden_target", "url")),
        ({"url": "http://example.com/"}, (422, "forbidden_target", "url")),
        ({"url": "https://me:secret@example.com/"}, (400, "invalid_url", "url")),
        ({"url": "example.com"}, (400, "invalid_url", "url")),
        ({"types": []}, (400, "too_few_items", "types")),
        ({"types": ["order"]}, (400, "wrong_format", "types.0")),
        ({"types": ["*.recorded"]}, (400, "wrong_format", "types.0")),
        ({"types": ["*", "order.recoreded"]}, (400, "unknown_fact_type", "types.1")),
        ({"types": ["members.*"]}, (400, "unknown_fact_type", "types.0")),
        ({"types": ["access.refused"]}, (400, "unknown_fact_type", "types.0")),
        ({"secret": "mine"}, (400, "unknown_field", "secret")),
    ],
)
def test_one_that_cannot_be_meant_is_refused(shop: Shop, fields: Json, refused: tuple[int, str, str]) -> None:
    reply = refusal(shop.api.put("/v1/webhooks/warehouse", HOOK | fields))
    assert (reply[0], reply[2]) == (refused[0], refused[2])
    assert reply[1] == refused[1] or refused[1] == "too_few_items"
    assert answer(shop.api.get("/v1/webhooks"))["items"] == []


def test_a_type_that_no_fact_is_of_is_refused_with_the_nearest_there_is(shop: Shop) -> None:
    for wrong, nearest in (
        ("order.recoreded", "order.recorded"),
        ("members.*", "member.*"),
        ("webhook.tset", "webhook.test"),
    ):
        reply = shop.api.put("/v1/webhooks/warehouse", HOOK | {"types": [wrong]})
        assert f"Did you mean {nearest}?" in reply.json["error"]["message"]


def test_whatever_a_webhook_is_told_may_be_wanted_by_its_type_or_its_kind(shop: Shop) -> None:
    types = sorted({fact for stream in STREAMS for fact in stream.facts.classes} | {"webhook.test", "entry.unreadable"})
    for first in range(0, len(types), 50):
        assert define(shop, types=types[first : first + 50])["state"] == "active"
    kinds = sorted({f"{one.partition('.')[0]}.*" for one in types})
    assert define(shop, types=[*kinds, "*"])["types"] == [*kinds, "*"]


def test_a_name_in_the_path_is_of_few_characters(shop: Shop) -> None:
    assert refusal(shop.api.put("/v1/webhooks/ware.house", HOOK))[:2] == (400, "wrong_format")


def test_there_are_at_most_twenty(shop: Shop) -> None:
    for number in range(MAX_WEBHOOKS):
        define(shop, f"w{number}")
    assert refusal(shop.api.put("/v1/webhooks/more", HOOK))[:2] == (422, "too_many_webhooks")


def test_a_test_is_sent_signed_and_logged_and_verified_as_the_guide_says(
    rt: Runtime, shop: Shop, server: Server
) -> None:
    secret = define(shop)["secret"]
    asked = post(shop, "test")
    assert (asked["state"], asked["attempts"], asked["next_at"] is None) == ("waiting", 0, False)
    work(rt, shop)
    (call,) = server.calls
    (kept,) = log(shop)
    assert (kept["delivery_id"], kept["state"], kept["status"]) == (asked["delivery_id"], "succeeded", 200)
    assert (kept["answer"], kept["request"]) == ("thanks", call.body.decode())
    is_ours = the_guides_own()
    headers, now = {name.lower(): value for name, value in call.headers.items()}, lambda: shop.clock.at / 1000
    assert is_ours(secret, headers, call.body, now)
    assert not is_ours(secret, headers, call.body + b" ", now)
    assert not is_ours("whsec_" + "A" * 43 + "=", headers, call.body, now)
    assert not is_ours(secret, headers, call.body, lambda: shop.clock.at / 1000 + 301)


def the_guides_own() -> Any:
    (code,) = re.findall(r"```python\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    names: dict[str, Any] = {}
    exec(compile(code, GUIDE.name, "exec"), names)  # noqa: S102
    return names["is_ours"]


def test_what_the_guide_puts_can_be_put(shop: Shop) -> None:
    body, told = re.findall(r"```json\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    assert answer(shop.api.put("/v1/webhooks/warehouse", json.loads(body)))["types"] == ["order.recorded", "member.*"]
    assert set(json.loads(told)) == {"type", "timestamp", "data"}


def test_another_secret_is_told_to_whoever_asked_for_it(shop: Shop) -> None:
    first = define(shop)["secret"]
    key = {"Idempotency-Key": "rotate"}
    second = post(shop, "secrets", headers=key)["secret"]
    assert second not in (None, first)
    assert post(shop, "secrets", headers=key)["secret"] == second
    assert define(shop)["secret"] is None
    until = answer(shop.api.get("/v1/webhooks/warehouse"))["old_secret_until"]
    assert until is not None
    shop.clock.at += DAY
    assert answer(shop.api.get("/v1/webhooks/warehouse"))["old_secret_until"] is None


def test_what_failed_is_asked_for_again(rt: Runtime, shop: Shop, server: Server) -> None:
    define(shop)
    server.status = 410
    delivery_id = post(shop, "test")["delivery_id"]
    work(rt, shop)
    assert answer(shop.api.get("/v1/webhooks/warehouse"))["disabled_by"] == "gone"
    for path, body in (
        ("test", None),
        (f"deliveries/{delivery_id}/redeliver", None),
        ("redeliver", {"since": "2026-01-01T00:00:00Z"}),
    ):
        reply = shop.api.call("POST", f"/v1/webhooks/warehouse/{path}", body)
        assert refusal(reply) == (422, "webhook_disabled", "webhook_id")
    define(shop)
    server.status = 503
    post(shop, f"deliveries/{delivery_id}/redeliver")
    work(rt, shop)
    assert answer(shop.api.get("/v1/webhooks/warehouse"))["failing_since"] is not None
    assert [(one["state"], one["status"]) for one in log(shop)] == [("waiting", 503)]
    server.status = 410
    shop.clock.at += DAY
    post(shop, f"deliveries/{delivery_id}/redeliver")
    work(rt, shop)
    define(shop)
    server.status = 204
    until = post(shop, "redeliver", {"since": "2026-01-01T00:00:00Z"})["until"]
    assert until > "2026-01-16"
    work(rt, shop)
    assert [(one["state"], one["status"], one["attempts"]) for one in log(shop)] == [("succeeded", 204, 4)]
    nothing = shop.api.call("POST", f"/v1/webhooks/warehouse/deliveries/msg_{'0' * 25}/redeliver", None)
    assert refusal(nothing) == (404, "delivery_not_found", "delivery_id")


def test_deliveries_are_listed_by_page_newest_first(rt: Runtime, shop: Shop, server: Server) -> None:
    define(shop)
    ids = []
    for _ in range(5):
        shop.clock.at += MINUTE
        ids.append(post(shop, "test")["delivery_id"])
    found, query = [], "?limit=2"
    while query:
        page = answer(shop.api.get(f"/v1/webhooks/warehouse/deliveries{query}"))
        found += [one["delivery_id"] for one in page["items"]]
        query = "" if page["next_cursor"] is None else f"?limit=2&cursor={page['next_cursor']}"
    assert found == ids[::-1]
    wrong = shop.api.get("/v1/webhooks/warehouse/deliveries?cursor=e30")
    assert refusal(wrong) == (400, "invalid_cursor", "cursor")
    assert server.calls == []
    assert rt.outside.local is False


def test_another_tenant_finds_nothing_of_it(shop: Shop, other: Shop) -> None:
    define(shop)
    delivery_id = post(shop, "test")["delivery_id"]
    assert refusal(other.api.get("/v1/webhooks/warehouse"))[:2] == (404, "webhook_not_found")
    define(other)
    again = other.api.call("POST", f"/v1/webhooks/warehouse/deliveries/{delivery_id}/redeliver", None)
    assert refusal(again)[:2] == (404, "delivery_not_found")
    assert log(other) == []


def test_what_is_kept_of_it_follows_from_its_journal(rt: Runtime, shop: Shop, server: Server) -> None:
    define(shop)
    server.status = 410
    post(shop, "test")
    work(rt, shop)
    define(shop)
    post(shop, "secrets")
    answer(shop.api.call("DELETE", "/v1/webhooks/warehouse"))
    told = [one.what for part in verify_tenant(rt, "ours", threads=1) for one in part.differences]
    assert [one for one in told if "in the feed" not in one and "add up to" not in one] == []


def test_a_rule_tells_a_webhook_and_says_so_before(rt: Runtime, shop: Shop) -> None:
    define(shop)
    tells = {"kind": "webhook", "webhook_id": "warehouse"}
    put = answer(shop.api.put("/v1/programs/1/rules/lucky", rule(fixed(5), tells)))
    assert put["effects"][1] == tells
    ada = shop.enrol("1")
    cart = {key: value for key, value in document("-", member_id=ada).items() if key != "number"}
    shown = answer(shop.api.post("/v1/checkouts/evaluate", cart))["effects"]
    assert shown == [{"rule_id": "lucky", "kind": "webhook", "what": "warehouse"}]
    [told] = shop.buy(ada, "S1")["effects"]
    assert (told["kind"], told["what"], told["given"]) == ("webhook", "warehouse", True)
    work(rt, shop)


def test_a_rule_tells_only_webhooks_that_there_are_and_each_once(shop: Shop) -> None:
    define(shop)
    tells = {"kind": "webhook", "webhook_id": "warehouse"}

    def put(*effects: Json) -> tuple[int, str, str | None]:
        return refusal(shop.api.put("/v1/programs/1/rules/wrong", rule(*effects)))

    assert put({"kind": "webhook", "webhook_id": "none"}) == (422, "unknown_webhook", "effects.0.webhook_id")
    assert put(tells, tells)[0] == 400
    assert put({"kind": "webhook"})[0] == 400
    answer(shop.api.call("DELETE", "/v1/webhooks/warehouse"))
    assert put(tells) == (422, "unknown_webhook", "effects.0.webhook_id")
