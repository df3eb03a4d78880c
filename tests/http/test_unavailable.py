"""When the table throttles or an answer is lost: who only looks is told to come back, who writes is tried again first."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.api.route import Route
from chalicelib.api.routes import ROUTES
from chalicelib.areas.access.cache import FRESH_SECONDS
from tests.http.client import Api, Reply
from tests.http.full_shop import full_shop
from tests.http.registry import request_of
from tests.twins.faulty import FaultyTable, Mishap
from tests.twins.faulty_cloud import FaultyQueues

READS = [route for route in ROUTES if not route.writes and route.access != "open"]
WRITES = [route for route in ROUTES if route.writes]
EVERY_CALL = range(1_000)

each_mishap = pytest.mark.parametrize("mishap", ["throttled", "lost_before"])


class Till:
    """A client of a table that fails when told to."""

    def __init__(self) -> None:
        shop = full_shop(FaultyTable)
        assert isinstance(shop.api.rt.table, FaultyTable)
        self.clock, self.memory, self.table = shop.clock, shop.memory, shop.api.rt.table
        self.api, self.names = shop.api, shop.names

    def call(self, route: Route) -> Reply:
        path, body = request_of(route, self.names)
        self.table.start(self.table.faults)
        return self.api.call(route.method, path, body)

    def forget(self) -> None:
        """So much time passes that neither the key nor the configuration is known any more."""
        self.clock.pass_by(FRESH_SECONDS + 1)


@pytest.fixture
def till() -> Till:
    return Till()


def assert_unavailable(reply: Reply) -> None:
    error = reply.json["error"]
    assert (reply.status, error["type"], error["code"], error["param"]) == (503, "unavailable", "unavailable", None)
    assert list(error) == ["type", "code", "message", "param", "request_id"]
    assert (reply.headers["Retry-After"], reply.headers["Content-Type"]) == ("1", "application/json")
    assert error["request_id"] == reply.headers["X-Request-Id"]


@each_mishap
@pytest.mark.parametrize("route", READS, ids=lambda route: route.operation)
def test_a_read_that_fails_at_any_call_is_worth_another_try(till: Till, route: Route, mishap: Mishap) -> None:
    till.forget()
    assert till.call(route).status == 200
    calls = till.table.calls
    assert calls >= 2  # the key and something of its tenant
    for number in range(calls):
        till.forget()
        till.table.faults = {number: mishap}
        assert_unavailable(till.call(route))
        till.table.faults = {}
    assert till.call(route).status == 200


@each_mishap
@pytest.mark.parametrize("route", WRITES, ids=lambda route: route.operation)
def test_a_write_is_busy_when_nothing_helps(till: Till, route: Route, mishap: Mishap) -> None:
    till.forget()
    till.table.faults = dict.fromkeys(EVERY_CALL, mishap)
    assert_unavailable(till.call(route))  # not even the key could be looked up
    till.table.faults = dict.fromkeys(EVERY_CALL[1:], mishap)
    before = till.memory.meter.cost.write_units
    reply = till.call(route)
    assert (reply.status, reply.code, reply.headers["Retry-After"]) == (409, "busy", "1")
    assert till.memory.meter.cost.write_units == before
    till.table.faults = {}
    assert till.call(route).status == route.status


def test_open_routes_know_nothing_of_it(till: Till) -> None:
    till.table.faults = dict.fromkeys(EVERY_CALL, "throttled")
    assert till.api.get("/health", key=None).json == {"status": "ok"}


def test_a_queue_that_takes_no_messages_is_worth_another_try(till: Till) -> None:
    """What was begun with a key goes on when it is asked for again; without one nobody asks, and it has failed."""
    queues = FaultyQueues(till.api.rt.queues, till.table)
    api = Api(replace(till.api.rt, queues=queues), till.api.key)
    for headers, states in (({}, ["running", "failed"]), ({"Idempotency-Key": "k"}, ["running"])):
        till.clock.pass_by(1)
        before = len(api.get("/v1/operations").json["items"])
        till.table.start()
        assert api.post("/v1/proofs?dry_run=true", headers=headers).status == 200
        sending = till.table.calls + 1  # behind the transaction
        till.table.start({sending: "lost_before"})
        assert_unavailable(api.post("/v1/proofs", headers=headers))
        till.table.start()
        assert api.post("/v1/proofs", headers=headers).status == 201
        items = api.get("/v1/operations").json["items"]
        assert sorted(item["state"] for item in items[: len(items) - before]) == sorted(states)
