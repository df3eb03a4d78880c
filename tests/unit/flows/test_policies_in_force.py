"""What may be rewritten of a program: whatever nobody has used yet; of a unit in use, what begins tomorrow or later."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from chalicelib.areas.members.store import DIRECTORY_SHARDS
from chalicelib.areas.programs.model import ProgramDefinition
from chalicelib.areas.programs.operations import get_program
from chalicelib.errors import Refused
from chalicelib.flows.replace_program import replace_program
from chalicelib.flows.used_units import used_units
from chalicelib.kit.clock import FUTURE_TOLERANCE_MS
from chalicelib.table.memory import MemoryTable
from tests.twins import fresh
from tests.twins.bookshop import PROGRAM, BookShop, dry, member, open_shop, refused, sale
from tests.twins.by_hand import activate, grant, promise
from tests.twins.grouped import household
from tests.twins.streamed import StreamedTable
from tests.unit.relay.relayed import on_plain_table, opened, run

Json = dict[str, Any]
MONTH: Json = {"expiry": {"type": "days", "days": 30}}
WEEK: Json = {"expiry": {"type": "days", "days": 7}}
STAMPS: Json = {"code": "stamps", "name": "Stamps"}
TODAY, TOMORROW = "2026-06-15", "2026-06-16"


def points(*policies: Json) -> Json:
    return {"code": "points", "name": "Points", "policies": list(policies)}


def told(shop: BookShop, *policies: Json, command: Callable[[], Any] = fresh, **fields: Any) -> None:
    definition = PROGRAM | {"units": [points(*policies), STAMPS]} | fields
    replace_program(shop.rt, shop.caller, command(), 1, ProgramDefinition.model_validate(definition))
    shop.clock.elapsed += 60.0


@pytest.fixture
def shop() -> BookShop:
    return open_shop(program={"units": [points(MONTH), STAMPS]})


@pytest.fixture
def ada(shop: BookShop) -> str:
    return shop.member("1")


@pytest.mark.parametrize(
    ("policies", "place"),
    [
        ((WEEK,), 0),
        ((MONTH | {"negative": "returns"},), 0),
        ((MONTH | {"return_basis": "order_value"}, WEEK | {"effective_from": TOMORROW}), 0),
        ((MONTH, WEEK | {"effective_from": TODAY}), 1),
        ((MONTH, WEEK | {"effective_from": "2026-01-01"}), 1),
        ((MONTH, WEEK | {"effective_from": "2026-01-01"}, MONTH | {"effective_from": TOMORROW}), 1),
    ],
)
def test_what_was_given_goes_on_by_the_policy_it_was_given_by(
    shop: BookShop, ada: str, policies: tuple[Json, ...], place: int
) -> None:
    shop.earn(ada, 5)
    before = get_program(shop.rt, shop.caller, 1)
    for command in (fresh, dry):
        with refused("policy_in_force", f"units.0.policies.{place}"):
            told(shop, *policies, command=command)
    assert get_program(shop.rt, shop.caller, 1) == before


@pytest.mark.parametrize(
    ("policies", "sentence"),
    [
        ((WEEK,), "its policy in force from the beginning can be neither changed nor left out"),
        ((WEEK,), "Leave it as it is, and add one with effective_from 2026-06-16 or later"),
        (
            (MONTH, WEEK | {"effective_from": TODAY}),
            "a new policy begins with effective_from 2026-06-16 or later, for what is given until today goes by the one in force",
        ),
    ],
)
def test_whoever_is_refused_is_told_what_to_do_instead(
    shop: BookShop, ada: str, policies: tuple[Json, ...], sentence: str
) -> None:
    shop.earn(ada, 5)
    with pytest.raises(Refused, match=f"Unit points is in use: .*{sentence}"):
        told(shop, *policies)


def test_a_policy_that_has_begun_is_kept_as_the_first_one_is(shop: BookShop, ada: str) -> None:
    told(shop, MONTH, WEEK | {"effective_from": TOMORROW})
    shop.earn(ada, 5)
    shop.clock.move_to("2026-06-20")
    for policies in ((MONTH,), (MONTH, WEEK | {"effective_from": "2026-06-17"})):
        with pytest.raises(Refused, match="in force since 2026-06-16 can be neither changed nor left out"):
            told(shop, *policies)
    told(shop, MONTH, WEEK | {"effective_from": TOMORROW}, MONTH | {"effective_from": "2026-06-21"})


def test_what_begins_later_may_be_changed_and_left_out(shop: BookShop, ada: str) -> None:
    shop.earn(ada, 5)
    told(shop, MONTH, WEEK | {"effective_from": TOMORROW})
    told(shop, MONTH, WEEK | {"effective_from": TOMORROW, "available_after": 3})
    told(shop, MONTH)
    assert len(get_program(shop.rt, shop.caller, 1).unit("points").policies) == 1


def test_what_nobody_has_used_is_corrected_at_will(shop: BookShop, ada: str) -> None:
    shop.earn(ada, 5, unit="stamps")
    told(shop, WEEK)
    told(shop, MONTH, WEEK | {"effective_from": "2026-01-01"})
    told(shop, WEEK)
    assert [one.expiry.type for one in get_program(shop.rt, shop.caller, 1).unit("points").policies] == ["days"]
    with refused("policy_in_force", "units.1.policies.0"):
        told(shop, WEEK, units=[points(WEEK), STAMPS | {"policies": [WEEK]}])


def test_the_same_again_and_whatever_gives_nothing_is_replaced_as_ever(shop: BookShop, ada: str) -> None:
    shop.earn(ada, 5)
    rate = {"unit": "points", "into": "stamps", "take": 10, "give": 1}
    names: Json = {"name": "Other", "enrolment": "enrol"}
    others: tuple[Json, ...] = ({}, {"rates": [rate]}, {"rates": []}, {"zone": "Asia/Tokyo"}, names)
    for fields in others:
        told(shop, MONTH, **fields)


def test_only_who_changes_what_has_begun_asks_who_used_it(shop: BookShop, ada: str) -> None:
    """The configuration's Query, and the transaction; else the counts, the directories, and the accounts at once."""
    shop.earn(ada, 5, unit="stamps")
    assert requests(shop, lambda: told(shop, MONTH, WEEK | {"effective_from": TOMORROW})) == (1, 0, 1)
    assert requests(shop, lambda: told(shop, WEEK)) == (1 + 1 + 2 * DIRECTORY_SHARDS, 1, 1)


def requests(shop: BookShop, act: Callable[[], None]) -> tuple[int, int, int]:
    assert isinstance(shop.rt.table, MemoryTable)
    before = shop.rt.table.meter.cost
    act()
    cost = shop.rt.table.meter.cost - before
    return cost.query, cost.batch_get, cost.transact


def test_a_zone_that_is_a_day_ahead_says_from_when_on(shop: BookShop, ada: str) -> None:
    """It is the 16th on Kiritimati."""
    shop.clock.move_to("2026-06-15T12:00:00Z")
    shop.earn(ada, 5)
    with pytest.raises(Refused, match="effective_from 2026-06-17 or later"):
        told(shop, MONTH, WEEK | {"effective_from": TOMORROW}, zone="Pacific/Kiritimati")
    told(shop, MONTH, WEEK | {"effective_from": "2026-06-17"}, zone="Pacific/Kiritimati")


@pytest.mark.parametrize(("moment", "first"), [("23:54:59", TOMORROW), ("23:55:00", "2026-06-17")])
def test_a_till_that_runs_fast_gives_by_the_policy_of_tomorrow(
    shop: BookShop, ada: str, moment: str, first: str
) -> None:
    """Five minutes before midnight a purchase may be of tomorrow already; what it earned goes by what was in force."""
    shop.clock.move_to(f"{TODAY}T{moment}Z")
    soon = shop.clock.now() + FUTURE_TOLERANCE_MS
    shop.buy(member(ada), sale("A1").model_copy(update={"purchased_at": soon}))
    for day in (TODAY, TOMORROW):
        if day < first:
            with pytest.raises(Refused, match=f"effective_from {first} or later"):
                told(shop, MONTH, WEEK | {"effective_from": day})
    told(shop, MONTH, WEEK | {"effective_from": first})


ZONES = {"ahead": "Pacific/Kiritimati", "behind": "Pacific/Pago_Pago"}  # fourteen hours before UTC, eleven after it


@pytest.mark.parametrize("now", ["ahead", "behind"])
def test_the_zone_stays_while_a_policy_has_begun_in_one_and_not_in_the_other(now: str) -> None:
    """On Kiritimati the 16th begins 25 hours before it does on Samoa. Who could turn the day back could then change a policy
    by which something was given; who could turn it forth would have today's go by tomorrow's."""
    zone, other = ZONES[now], ZONES["behind" if now == "ahead" else "ahead"]
    shop = open_shop(program={"zone": zone, "units": [points(MONTH), STAMPS]})
    policies = (MONTH, WEEK | {"effective_from": TOMORROW})
    told(shop, *policies, zone=zone)
    shop.clock.move_to("2026-06-15T09:54:00Z")
    shop.earn(shop.member("1"), 5)
    told(shop, *policies, zone=other)
    told(shop, *policies, zone=zone)
    for moment in ("2026-06-15T09:55:00Z", "2026-06-15T10:00:00Z", "2026-06-16T10:54:59Z"):
        shop.clock.move_to(moment)
        with refused("policy_in_force", "zone"):
            told(shop, *policies, zone=other)
        told(shop, *policies, zone=zone)
    shop.clock.move_to("2026-06-16T10:55:00Z")
    told(shop, *policies, zone=other)
    with refused("policy_in_force", "units.0.policies.1"):
        told(shop, MONTH, zone=other)


def test_who_may_not_change_the_zone_yet_is_told_when(shop: BookShop, ada: str) -> None:
    told(shop, MONTH, WEEK | {"effective_from": TOMORROW})
    shop.clock.move_to("2026-06-15T12:00:00Z")
    told(shop, MONTH, WEEK | {"effective_from": TOMORROW}, zone="Pacific/Kiritimati")
    shop.earn(ada, 5)
    sentence = (
        "Unit points is in use: its policy from 2026-06-16 has begun in Pacific/Kiritimati and not yet in UTC. Change the zone "
        "once it has begun in both."
    )
    with pytest.raises(Refused, match=sentence):
        told(shop, MONTH, WEEK | {"effective_from": TOMORROW})
    shop.clock.move_to("2026-06-16T00:00:00Z")
    told(shop, MONTH, WEEK | {"effective_from": TOMORROW})


def gift(shop: BookShop, ada: str) -> None:
    grant(shop, ada, 5)


def wish(shop: BookShop, ada: str) -> None:
    promise(shop, ada, 5, event="moved-in")


def gone(shop: BookShop, ada: str) -> None:
    shop.earn(ada, 5)
    shop.spend(ada, 5)


def for_the_group(shop: BookShop, ada: str) -> None:
    household(shop, ada)
    shop.earn(ada, 5)


@pytest.mark.parametrize("use", [gift, wish, gone, for_the_group])
def test_it_is_in_use_whatever_was_first(shop: BookShop, ada: str, use: Callable[[BookShop, str], None]) -> None:
    use(shop, ada)
    with refused("policy_in_force", "units.0.policies.0"):
        told(shop, WEEK)


def test_where_there_are_too_many_to_ask_the_counts_know() -> None:
    shop, table = opened()
    ada = shop.member("1")
    shop.earn(ada, 5)
    wanted = frozenset({"points", "stamps"})
    assert used(shop, table, wanted, most=0) == set()
    assert used(shop, table, wanted) == {"points"}
    run(on_plain_table(shop, table), table.entries())
    assert used(shop, table, wanted, most=0) == {"points"}
    assert used_units(shop.rt.table, shop.caller.tenant, 2, wanted) == set()


def used(shop: BookShop, table: StreamedTable, wanted: frozenset[str], **most: int) -> frozenset[str]:
    return used_units(on_plain_table(shop, table).table, shop.caller.tenant, 1, wanted, **most)


def test_what_slides_goes_on_sliding_under_a_policy_that_lets_nothing_slide(shop: BookShop, ada: str) -> None:
    """Thirty days from the last spend, as it was earned; what is earned later lasts its year."""
    sliding: Mapping[str, Any] = {"expiry": {"type": "sliding", "days": 30, "activities": ["spend"]}}
    year = {"expiry": {"type": "days", "days": 365}, "effective_from": TOMORROW}
    told(shop, dict(sliding))
    shop.earn(ada, 10)
    told(shop, dict(sliding), year)
    shop.clock.move_to("2026-07-10")
    shop.earn(ada, 7)
    shop.spend(ada, 1)
    shop.clock.move_to("2026-08-09")
    assert shop.balance(ada) == 16
    shop.clock.move_to("2026-08-10")
    assert shop.balance(ada) == 7


def test_a_promise_lasts_as_was_said_when_it_was_made(shop: BookShop, ada: str) -> None:
    counted = {"expiry_counts": "available"}
    told(shop, MONTH | counted)
    promise(shop, ada, 5, event="moved-in")
    with refused("policy_in_force", "units.0.policies.0"):
        told(shop, WEEK | counted)
    told(shop, MONTH | counted, WEEK | counted | {"effective_from": TOMORROW})
    shop.clock.move_to("2026-07-01")
    activate(shop, ada, event="moved-in")
    shop.clock.move_to("2026-07-31")
    assert shop.balance(ada) == 5
    shop.clock.move_to("2026-08-01")
    assert shop.balance(ada) == 0
