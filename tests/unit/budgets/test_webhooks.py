"""What webhooks cost: exactly, and the same however many there are and whatever waits."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from chalicelib.areas.webhooks.model import Happening
from chalicelib.aws.memory_outside import MemoryOutside
from chalicelib.flows.deliver_webhook import deliver_first
from chalicelib.flows.redeliver_webhook import redeliver_failed, send_test
from chalicelib.flows.tell_webhooks import tell_webhooks
from chalicelib.flows.wake_webhooks import wake_shard
from chalicelib.table.meter import Cost
from tests.twins import fresh
from tests.twins.bookshop import keyed
from tests.twins.hooked import HOST, Server, define
from tests.unit.budgets.priced import Till, till


def asked(cost: Cost) -> tuple[int, int, int]:
    """Requests, and units written to the table and to its indexes."""
    return cost.requests, cost.write_units, cost.index_units


def with_server(status: int = 200) -> tuple[Till, Server]:
    at, server = till(), Server(status)
    assert isinstance(at.shop.rt.outside, MemoryOutside)
    at.shop.rt.outside.servers[HOST] = server
    define(at.shop, types=["order.*"])
    return at, server


def about(at: Till, number: int = 1) -> Happening:
    return Happening(f"M#{at.ada}", 1, 1, f"entry {number}", at.shop.clock.at)


def delivering(at: Till, number: int = 1) -> Callable[[], object]:
    return partial(deliver_first, at.shop.rt, at.shop.caller.tenant, "till", about(at, number), "req-1")


def test_a_delivery_is_two_requests_and_one_item() -> None:
    at, server = with_server()
    assert asked(at.price(delivering(at))) == (2, 2, 0)
    assert asked(at.price(delivering(at))) == (1, 0, 0)
    assert len(server.calls) == 1


def test_the_first_failure_and_the_first_success_after_it_write_one_item_more() -> None:
    at, server = with_server(500)
    assert asked(at.price(delivering(at))) == (2, 4, 1)
    assert asked(at.price(delivering(at, 2))) == (2, 2, 1)
    server.status = 200
    assert asked(at.price(delivering(at, 3))) == (2, 4, 0)
    assert asked(at.price(delivering(at, 4))) == (2, 2, 0)


def test_who_wants_it_is_known_without_asking_however_many_there_are() -> None:
    at, _ = with_server()
    for number in range(15):
        define(at.shop, f"other-{number}", types=["order.*"])
    tell = partial(tell_webhooks, at.shop.rt, at.shop.caller.tenant, about(at), ["order.recorded"], "req-1")
    assert asked(at.price(tell)) == (0, 0, 0)
    assert tell() == 16


def test_what_is_due_is_one_query_a_shard_however_much_waits() -> None:
    at, _ = with_server(500)
    look = partial(wake_shard, at.shop.rt, 0, "req-1")
    assert asked(at.price(look)) == (1, 0, 0)
    for number in range(40):
        delivering(at, number)()
    at.shop.clock.at += 3_600_000
    assert asked(at.price(look)) == (1, 0, 0)
    assert look() > 0


def test_defining_testing_and_asking_again() -> None:
    at, _ = with_server()
    shop = at.shop
    assert asked(at.price(partial(define, shop, types=["order.*"]))) == (4, 8, 1)
    assert asked(at.price(partial(define, shop, command=keyed("k"), types=["order.*"]))) == (4, 10, 1)
    assert asked(at.price(partial(send_test, shop.rt, shop.caller, fresh(), "till"))) == (3, 2, 1)
    assert asked(at.price(partial(redeliver_failed, shop.rt, shop.caller, fresh(), "till", 0))) == (1, 0, 0)
