"""What happens in a shop reaches its servers: once it was recorded, until it was taken, and no longer."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from chalicelib.aws.memory_outside import Sent
from chalicelib.aws.outside import Reply
from chalicelib.errors import NotFound, Refused
from chalicelib.flows.define_webhook import delete_webhook, rotate_webhook_secret
from chalicelib.flows.read_feed import read_feed
from chalicelib.flows.redeliver_webhook import redeliver_failed, redeliver_webhook, send_test
from tests.twins import fresh
from tests.twins.bookshop import keyed, member, sale
from tests.twins.hooked import DAY, HOST, HOUR, MINUTE, SECOND, HookedShop, Server, define, hooked, verified
from tests.twins.killing import Killed, KillingTable, Kills


@pytest.fixture
def at() -> HookedShop:
    return hooked()


def sold(at: HookedShop, number: str = "A-1") -> None:
    """To Ada, and told to everybody."""
    ada = at.shop.member(f"ada-{number}")
    at.shop.buy(member(ada), sale(number))
    at.relay()


def test_an_order_is_told_signed_and_logged(at: HookedShop) -> None:
    secret = define(at.shop, types=["order.recorded"]).answer.secret
    sold(at)
    at.work()
    (call,) = at.server.calls
    assert secret is not None
    assert verified(secret, call)
    told = json.loads(call.body)
    assert told["type"] == "order.recorded"
    assert [fact["type"] for fact in told["data"]["facts"]] == ["order.recorded"]
    assert (call.target.host, call.target.path, call.headers["Content-Type"]) == (HOST, "/in", "application/json")
    (kept,) = at.log()
    assert (kept.delivery_id, kept.state, kept.attempts) == (call.headers["webhook-id"], "succeeded", 1)
    assert kept.last is not None
    assert (kept.last.status, kept.last.answer, kept.last.request) == (200, "thanks", call.body.decode()[:1024])


def test_its_facts_are_those_of_the_feed(at: HookedShop) -> None:
    define(at.shop)
    sold(at)
    at.work()
    feed = {event.entry_id: event.facts for event in read_feed(at.rt, at.shop.caller, 100, None).items}
    for call in at.server.calls:
        data = json.loads(call.body)["data"]
        assert data["facts"] == json.loads(json.dumps(feed[data["entry_id"]]))
    assert len(at.server.calls) == 3  # the webhook's own definition, a member, an order


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        (["member.*"], ["member.enrolled"]),
        (["points.earned", "member.blocked"], ["points.earned"]),
        (["coupon.*", "tier.pinned"], []),
        (["*"], ["member.enrolled", "order.recorded", "points.earned", "tier.changed"]),
    ],
)
def test_each_is_told_what_it_wants(at: HookedShop, wanted: list[str], told: list[str]) -> None:
    define(at.shop, types=wanted)
    sold(at)
    at.work()
    assert [one for one in at.server.types if one not in ("config.changed", "account.advanced")] == told


def test_who_wants_nothing_of_it_costs_nothing(at: HookedShop) -> None:
    define(at.shop, types=["tier.pinned"])
    sold(at)
    at.work()
    assert at.server.calls == []
    assert at.log() == ()
    assert all("do" not in body for body in at.queues.bodies("webhooks"))


def test_what_is_quiet_reaches_nobody(at: HookedShop) -> None:
    define(at.shop, types=["order.*"])
    ada = at.shop.member("ada")
    at.shop.quietly().buy(member(ada), sale("A-1"))
    at.relay()
    at.work()
    assert at.server.calls == []


def test_one_server_keeps_no_other_waiting(at: HookedShop) -> None:
    slow, quick = Server(status=None), Server()
    at.outside.servers |= {"slow.example.com": slow, "quick.example.com": quick}
    define(at.shop, "slow", url="https://slow.example.com/", types=["order.*"])
    define(at.shop, "quick", url="https://quick.example.com/", types=["order.*"])
    sold(at)
    at.work()
    assert (len(slow.calls), len(quick.calls)) == (1, 1)
    assert slow.ids != quick.ids


def test_delivered_twice_is_called_once(at: HookedShop) -> None:
    define(at.shop, types=["order.*"])
    sold(at)
    waiting = list(at.queues.waiting["webhooks"])
    at.work()
    at.queues.waiting["webhooks"] += waiting
    at.work()
    assert len(at.server.calls) == 1


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_between_call_and_acknowledgement(at: HookedShop, when: Any) -> None:
    """The call is repeated, under the same id, unless its record came through."""
    define(at.shop, types=["order.*"])
    sold(at)
    for one in at.queues.waiting["webhooks"]:
        assert one.message.body["tenant"] == "shop"
    at_work = replace(at.rt, table=KillingTable(at.rt.table, Kills(0, when)))
    with pytest.raises(Killed):
        at.work(at_work)
    lost = [message for message in at.queues.sent["webhooks"] if message.body.get("do") == "deliver"]
    at.queues.send("webhooks", lost)  # its time in the queue was over
    at.work()
    assert len(set(at.server.ids)) == 1
    assert len(at.server.calls) == (2 if when == "before" else 1)
    assert [one.state for one in at.log()] == ["succeeded"]


def test_a_server_that_is_down_for_a_day_gets_everything(at: HookedShop) -> None:
    define(at.shop, types=["order.*"])
    at.server.status = 503
    for number in range(5):
        sold(at, f"A-{number}")
        at.work()
        at.pass_(HOUR)
    at.pass_(19 * HOUR)
    down = list(at.server.ids)
    assert {one.state for one in at.log()} == {"waiting"}
    assert at.webhook().state == "active"
    at.server.calls.clear()
    at.server.status = 200
    at.pass_(DAY + 3 * HOUR)
    assert sorted(at.server.ids) == sorted(set(down))
    assert {one.state for one in at.log()} == {"succeeded"}
    assert all(len([one for one in down if one == known]) in (6, 7) for known in set(down))


def test_pauses_grow(at: HookedShop) -> None:
    define(at.shop, types=["order.*"])
    at.server.status = None
    sold(at)
    began = at.shop.clock.at
    times: list[int] = []
    answer = at.server

    def noting(call: Sent) -> Reply:
        times.append(at.shop.clock.at - began)
        return answer(call)

    at.outside.servers[HOST] = noting
    at.work()
    at.pass_(6 * DAY)
    pauses = [later - earlier for earlier, later in pairwise(times)]
    expected = [5 * SECOND, MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 8 * HOUR, *[24 * HOUR] * 5]
    assert len(pauses) == len(expected)
    for pause, least in zip(pauses, expected, strict=True):
        assert least <= pause <= least * 1.1 + 5 * MINUTE  # and until the schedule comes by


def test_one_that_fails_for_five_days_is_disabled_and_that_is_a_fact(at: HookedShop) -> None:
    watcher = Server()
    at.outside.servers["watch.example.com"] = watcher
    define(at.shop, types=["order.*"])
    define(at.shop, "watch", url="https://watch.example.com/", types=["webhook.disabled"])
    at.server.status = 500
    sold(at)
    at.work()
    at.pass_(6 * DAY)
    assert (at.webhook().state, at.webhook().disabled_by) == ("disabled", "failing")
    at.relay()
    at.work()
    assert watcher.types == ["webhook.disabled"]
    told = json.loads(watcher.calls[0].body)["data"]["facts"][0]
    assert (told["webhook"], told["by"], told["v"]) == ("till", "failing", 1)
    assert [one.state for one in at.log()] == ["failed"]
    sold(at, "A-2")
    at.work()
    assert len(at.log()) == 1


def test_one_that_fails_now_and_then_is_not(at: HookedShop) -> None:
    define(at.shop, types=["order.*"])
    for number in range(8):
        at.server.status = 500 if number % 2 else 200
        sold(at, f"A-{number}")
        at.work()
        at.server.status = 200
        at.pass_(DAY)
    assert at.webhook().state == "active"


def test_one_that_is_gone_is_disabled_at_once(at: HookedShop) -> None:
    define(at.shop, types=["order.*"])
    at.server.status = 410
    sold(at)
    at.work()
    assert (at.webhook().state, at.webhook().disabled_by) == ("disabled", "gone")
    assert [one.state for one in at.log()] == ["failed"]


def test_a_redirection_is_no_success(at: HookedShop) -> None:
    define(at.shop, types=["order.*"])
    at.server.status = 302
    sold(at)
    at.work()
    (kept,) = at.log()
    assert (kept.state, kept.last and kept.last.status) == ("waiting", 302)


def test_what_waits_for_a_webhook_that_is_disabled_has_failed(at: HookedShop) -> None:
    define(at.shop, types=["order.*"])
    at.server.status = 500
    sold(at)
    at.work()
    define(at.shop, types=["order.*"], state="disabled")
    at.pass_(HOUR)
    (kept,) = at.log()
    assert (kept.state, kept.attempts) == ("failed", 1)


def test_a_secret_that_was_rotated_is_good_for_a_day(at: HookedShop) -> None:
    old = define(at.shop, types=["order.*"]).answer.secret
    new = rotate_webhook_secret(at.rt, at.shop.caller, fresh(), "till").answer.secret
    assert old
    assert new
    sold(at)
    at.work()
    at.pass_(DAY)
    sold(at, "A-2")
    at.work()
    first, second = at.server.calls
    assert (verified(old, first), verified(new, first)) == (True, True)
    assert (verified(old, second), verified(new, second)) == (False, True)


def test_a_secret_is_told_to_who_made_it_and_in_no_entry(at: HookedShop) -> None:
    first = define(at.shop, command=keyed("k"))
    again = define(at.shop, command=keyed("k"))
    other = define(at.shop, command=keyed("other"))
    assert first.answer.secret is not None
    assert first.answer.secret.startswith("whsec_")
    assert (again.replayed, again.answer) == (True, first.answer)
    assert other.answer.secret is None
    bare = first.answer.secret.removeprefix("whsec_")
    assert bare not in json.dumps(
        [dict(event) for event in read_feed(at.rt, at.shop.caller, 100, None).items], default=str
    )


def test_one_that_failed_is_delivered_again_when_asked_for(at: HookedShop) -> None:
    define(at.shop, types=["order.*"])
    at.server.status = 410
    sold(at)
    at.work()
    (failed,) = at.log()
    with pytest.raises(Refused, match="webhook_disabled"):
        redeliver_webhook(at.rt, at.shop.caller, fresh(), "till", failed.delivery_id)
    define(at.shop, types=["order.*"])
    at.server.status = 200
    first = redeliver_webhook(at.rt, at.shop.caller, keyed("k"), "till", failed.delivery_id)
    assert (first.answer.state, first.replayed) == ("waiting", False)
    at.pass_(5 * SECOND)
    assert redeliver_webhook(at.rt, at.shop.caller, keyed("k"), "till", failed.delivery_id).replayed
    at.pass_(5 * SECOND)
    (kept,) = at.log()
    assert (kept.state, kept.attempts, len(set(at.server.ids)), len(at.server.ids)) == ("succeeded", 2, 1, 2)


def test_all_that_failed_since_a_time_is_delivered_again(at: HookedShop) -> None:
    define(at.shop, types=["order.*"])
    sold(at, "good")
    at.work()
    at.server.status = 410
    for number in range(3):
        at.shop.clock.at += DAY
        sold(at, f"A-{number}")
        at.work()
        define(at.shop, types=["order.*"])
    at.server.status = 200
    at.server.calls.clear()
    since = at.shop.clock.at - DAY - HOUR
    assert redeliver_failed(at.rt, at.shop.caller, fresh(), "till", since).answer == at.shop.clock.at
    at.work()
    assert len(at.server.calls) == 2
    assert sorted(one.state for one in at.log()) == ["failed", "succeeded", "succeeded", "succeeded"]


def test_a_test_is_about_nothing(at: HookedShop) -> None:
    secret = define(at.shop, types=["order.*"]).answer.secret
    asked = send_test(at.rt, at.shop.caller, keyed("k"), "till").answer
    at.pass_(5 * SECOND)
    assert send_test(at.rt, at.shop.caller, keyed("k"), "till").answer.delivery_id == asked.delivery_id
    at.pass_(5 * SECOND)
    (call,) = at.server.calls
    assert secret
    assert verified(secret, call)
    assert at.server.types == ["webhook.test"]
    (kept,) = at.log()
    assert (kept.delivery_id, kept.state) == (asked.delivery_id, "succeeded")


def test_a_message_that_is_lost_is_found_in_the_list_of_what_is_due(at: HookedShop) -> None:
    define(at.shop, types=["order.*"])
    at.server.status = 500
    sold(at)
    at.work()
    at.later.clear()
    at.server.status = 200
    at.pass_(10 * MINUTE)
    assert [one.state for one in at.log()] == ["waiting"]
    at.pass_(10 * MINUTE)
    assert [one.state for one in at.log()] == ["succeeded"]


def test_a_deleted_one_is_nobody_and_its_name_can_be_used_again(at: HookedShop) -> None:
    first = define(at.shop, types=["order.*"]).answer.secret
    delete_webhook(at.rt, at.shop.caller, fresh(), "till")
    sold(at)
    at.work()
    assert at.server.calls == []
    for gone in (delete_webhook, rotate_webhook_secret):
        with pytest.raises(NotFound, match="webhook_not_found"):
            gone(at.rt, at.shop.caller, fresh(), "till")
    second = define(at.shop, types=["order.*"]).answer.secret
    assert second not in (None, first)


def test_there_are_at_most_twenty(at: HookedShop) -> None:
    for number in range(20):
        define(at.shop, f"w{number}")
    with pytest.raises(Refused, match="too_many_webhooks"):
        define(at.shop, "one-more")
    define(at.shop, "w3", types=["order.*"])
    delete_webhook(at.rt, at.shop.caller, fresh(), "w4")
    define(at.shop, "one-more")
