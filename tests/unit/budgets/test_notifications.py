"""What notifications cost: exactly, and the same for each however many there are."""

from __future__ import annotations

from functools import partial
from itertools import count
from typing import Any

from chalicelib.flows.change_notice import read_notice
from chalicelib.flows.favour_places import favour_places
from chalicelib.flows.register_device import forget_device, register_device
from chalicelib.flows.start_notification import Asked, start_notification
from chalicelib.flows.tell_members import Telling, tell_members
from chalicelib.flows.tell_one import Wanted, tell_one
from chalicelib.flows.tell_wanted import Happened, tell_wanted
from chalicelib.flows.wake_notices import wake_shard
from chalicelib.kit.wording import Words
from chalicelib.table.journal import Stream
from chalicelib.table.keys import owner_pk
from chalicelib.table.meter import Cost
from tests.twins import fresh, told
from tests.unit.budgets.priced import Till, till
from tests.unit.budgets.test_coupons import a_series, issued


def asked(cost: Cost) -> tuple[int, int, int]:
    """Requests, and units written to the table and to its indexes."""
    return cost.requests, cost.write_units, cost.index_units


def telling(at: Till, channel: Any = "push", **fields: Any) -> Telling:
    words = Words(title="Hello", body="Hello {{given_name}}")
    return Telling(
        at.shop.caller.tenant,
        channel,
        "transactional",
        "opr_0",
        at.shop.clock.at,
        lambda _: words,
        {},
        notification_id="opr_0",
        **fields,
    )


def readers(at: Till, many: int) -> list[str]:
    """Each with a phone."""
    members = [at.shop.member(f"reader {number}") for number in range(many)]
    for number, member in enumerate(members):
        told.phone(at.shop, member, f"token {number}")
    return members


def test_twenty_five_members_are_two_requests_and_a_unit_each_with_one_of_the_list() -> None:
    at = till()
    members = readers(at, 25)
    cost = at.price(lambda: tell_members(at.shop.rt, telling(at), members))
    assert asked(cost) == (2, 25, 25)
    assert cost.read_units == 50
    again = at.price(lambda: tell_members(at.shop.rt, telling(at, again=True), members))
    assert asked(again) == (1, 0, 0)


def test_a_phone_that_is_dead_is_written_down_once() -> None:
    at = till()
    [member] = readers(at, 1)
    at.shop.rt.senders.dead |= at.shop.rt.senders.endpoints  # type: ignore[attr-defined]
    assert asked(at.price(lambda: tell_members(at.shop.rt, telling(at), [member]))) == (4, 3, 1)


def test_a_notification_begins_with_an_operation_and_its_parts() -> None:
    at = till()
    told.template(at.shop)
    some = Asked("marketing", "hello", members=(at.ada,))
    start = partial(start_notification, at.shop.rt, at.shop.caller, fresh())
    assert asked(at.price(lambda: start(some))) == (3, 4, 1)
    later = Asked("marketing", "hello", members=(at.ada,), at=at.shop.clock.at + told.HOUR)
    assert asked(at.price(lambda: start(later))) == (3, 4, 2)


def test_a_phone_is_registered_and_forgotten_in_two_requests() -> None:
    at = till()
    register = partial(register_device, at.shop.rt, at.shop.caller, fresh(), at.ada, "phone", "apple", "a")
    assert asked(at.price(register)) == (2, 4, 0)
    assert asked(at.price(register)) == (1, 0, 0)
    forget = partial(forget_device, at.shop.rt, at.shop.caller, fresh(), at.ada, "phone")
    assert asked(at.price(forget)) == (2, 4, 0)


def test_favourite_places_are_said_in_two_requests() -> None:
    at = till()
    say = partial(favour_places, at.shop.rt, at.shop.caller, fresh(), at.ada)
    assert asked(at.price(lambda: say(["Ulm", "Stuttgart"]))) == (2, 6, 2)
    assert asked(at.price(lambda: say(["Ulm", "Stuttgart"]))) == (1, 0, 0)
    assert asked(at.price(lambda: say(["Ulm"]))) == (2, 4, 1)


def test_what_waits_is_written_and_told() -> None:
    at = till()
    told.template(at.shop)
    told.phone(at.shop, at.ada)
    now = at.shop.clock.at
    later = Wanted(at.ada, "entry 1", now, now + told.HOUR, "hello", "transactional", {})
    assert asked(at.price(lambda: tell_one(at.shop.rt, at.shop.caller.tenant, later))) == (2, 2, 1)
    at_once = Wanted(at.ada, "entry 2", now, now, "hello", "transactional", {})
    assert asked(at.price(lambda: tell_one(at.shop.rt, at.shop.caller.tenant, at_once))) == (2, 1, 0)
    assert asked(at.price(lambda: wake_shard(at.shop.rt, 0, "req-1"))) == (1, 0, 0)


def test_an_entry_that_nobody_follows_up_costs_nothing() -> None:
    at = till()
    told.template(at.shop)
    at.shop.rt.config.load(at.shop.rt.table, at.shop.caller.tenant)
    happened = Happened(f"M#{at.ada}", 1, 1, "entry 1", at.shop.clock.at)
    tell = partial(tell_wanted, at.shop.rt, at.shop.caller.tenant, happened)
    assert asked(at.price(lambda: tell(("tier.changed",)))) == (0, 0, 0)
    assert tell(("tier.changed",)) == 0


def test_a_code_that_is_spoken_of_is_a_request_more() -> None:
    at = till()
    a_series(at, "summer")
    issued(at, "summer")
    tenant = at.shop.caller.tenant
    journal = Stream(tenant, owner_pk(tenant, at.ada), 1)
    last = next(number for number in count(1) if at.table.get(journal.key(number + 1)) is None)
    happened = Happened(f"M#{at.ada}", 1, last, "", at.shop.clock.at)
    tell = partial(tell_wanted, at.shop.rt, tenant)
    told.template(at.shop, channel="in_app", title="", body="A coupon")
    told.follow_up(at.shop, after="coupon.issued", hours=0, kind="transactional")
    at.shop.rt.config.load(at.shop.rt.table, at.shop.caller.tenant)
    first, again = (happened._replace(entry_id=name) for name in ("first", "again"))
    assert asked(at.price(lambda: tell(first, ("coupon.issued",)))) == (3, 1, 0)
    told.template(at.shop, channel="in_app", title="", body="{{code}} until {{last_day}}")
    at.shop.rt.config.load(at.shop.rt.table, at.shop.caller.tenant)
    assert asked(at.price(lambda: tell(again, ("coupon.issued",)))) == (4, 1, 0)


def test_a_notice_is_read_in_two_requests() -> None:
    at = till()
    words = telling(at, "in_app")
    [notice] = tell_members(at.shop.rt, words, [at.ada])
    read = partial(read_notice, at.shop.rt, at.shop.caller, fresh(), at.ada, notice.notice_id)
    assert asked(at.price(read)) == (2, 2, 0)
    assert asked(at.price(read)) == (1, 0, 0)
