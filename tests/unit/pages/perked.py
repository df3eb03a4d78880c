"""Awards in a shop where everything else falls due at the same time: what each operation then records."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chalicelib.areas.members.model import MemberUpdate
from chalicelib.areas.tiers.model import TierScheme
from chalicelib.flows.define_tiers import define_tiers
from chalicelib.flows.settle_awards import settle_awards
from chalicelib.flows.settle_occasions import settle_occasions
from chalicelib.flows.spend_points import spend_points
from chalicelib.flows.update_member import update_member
from chalicelib.kit.periods import local_day
from tests.twins import at, by_hand, coupons, fresh, happenings, metered, perked, referred, scheduled, tills
from tests.twins.bookshop import POINTS, TIERS, BookShop, card, fixed, goods_back, member, open_shop, rule, sale
from tests.twins.streamed import StreamedTable
from tests.unit.pages.moves import EASIER

JULY, AUGUST = "2026-07-20", "2026-08-10"
IN_AUGUST = {"ask": "time.month", "is": 8}
UNITS: list[dict[str, Any]] = [
    {**POINTS, "policies": [{"expiry": {"type": "end_of_month", "months": 1}}]},
    {"code": "later", "name": "Later", "policies": [{"available_after": 40}]},
    {"code": "few", "name": "Few", "policies": [{"caps": {"per_transaction": 3}}]},
    {"code": "owing", "name": "Owing", "policies": [{"negative": "limit", "negative_limit": 100}]},
    {"code": "sliding", "name": "Sliding", "policies": [{"expiry": {"type": "sliding", "days": 90}}]},
]

Perked = Callable[[BookShop, str, dict[str, str]], object]


def settled(shop: BookShop, ada: str, made: dict[str, str]) -> bool:
    return settle_awards(shop.rt, shop.caller, local_day(shop.clock.now(), "UTC"), ada, 1)


def celebrated(shop: BookShop, ada: str, today: str) -> bool:
    """She says that it is her birthday; the job of that night believes it."""
    born = MemberUpdate.model_validate({"birth_date": f"1990{today[4:]}"})
    update_member(shop.rt, shop.caller, fresh(), ada, born)
    return settle_occasions(shop.rt, shop.caller, local_day(shop.clock.now(), "UTC"), ada)


def on_schedule(shop: BookShop, today: str, *effects: list[dict[str, Any]]) -> None:
    """Rules that run this very night, those of points as often as they may."""
    for number, some in enumerate(effects):
        limits = {"per_member": [{"per": "day", "times": 1}]} if some[0]["kind"] == "fixed" else {}
        tonight = {"on": "schedule", "at": "23:00", "day": today}
        shop.define(rule(f"tonight-{number}", trigger=tonight, effects=some, limits=limits))
    scheduled.ran(shop, f"{today}T23:10:00Z")


def pinned_twice(shop: BookShop, ada: str) -> None:
    """Two orders pin her to the same tier, and the older one comes back."""
    for number in ("A-3", "A-4"):
        shop.buy(member(ada), sale(number, on=AUGUST))
    shop.bring_back(shop.order_id("A-3"), goods_back("R-3", 100_00, on=AUGUST))


def reaching(shop: BookShop, ada: str, *effects: dict[str, Any], **fields: Any) -> None:
    """She has bought often enough."""
    metered.metric(shop, what=metered.EVER, at_least="0")
    metered.on_reaching(shop, *effects, **fields)
    metered.settle(shop, ada)


PERKED: tuple[Perked, ...] = (
    *(
        lambda shop, ada, made, unit=unit: perked.give(shop, ada, unit, points=None if unit == "treat" else 5)
        for unit in ("few", "later", "sliding", "treat", "owing")
    ),
    *(
        lambda shop, ada, made, unit=unit: perked.stamp(shop, ada, unit, 5)
        for unit in ("few", "later", "sliding", "points", "owing")
    ),
    *(lambda shop, ada, made, unit=unit: perked.redeem(shop, ada, f"{unit}.1") for unit in ("sliding", "points")),
    *(
        lambda shop, ada, made, unit=unit: perked.redeem_by_code(shop, perked.code(shop, ada, f"{unit}.1"))
        for unit in ("sliding", "shown")
    ),
    lambda shop, ada, made: perked.refund(shop, ada, "points.1", made["redemption"]),
    lambda shop, ada, made: perked.revoke(shop, ada, "points.1"),
    settled,
    lambda shop, ada, made: happenings.record(shop, ada, happenings.check_in(on=AUGUST)),
    lambda shop, ada, made: shop.buy(member(ada), sale("A-3", on=AUGUST)),
    lambda shop, ada, made: pinned_twice(shop, ada),
    lambda shop, ada, made: tills.paid(shop, tills.begun(shop, ada), "C-1"),
    lambda shop, ada, made: update_member(shop.rt, shop.caller, fresh(), ada, MemberUpdate(newsletter=True)),
    lambda shop, ada, made: celebrated(shop, ada, AUGUST),
    lambda shop, ada, made: reaching(shop, ada, *GIVES, limits={"in_all": 40}),
    lambda shop, ada, made: shop.enrol("cleo"),
    lambda shop, ada, made: referred.brought(shop, "cleo", referred.code_of(shop, ada)),
    lambda shop, ada, made: referred.claim(shop, shop.member("cleo"), referred.code_of(shop, ada)),
    lambda shop, ada, made: tills.begun_by(shop, "eve"),
    lambda shop, ada, made: tills.updated(shop, tills.begun(shop, None), buyer=card("fay")),
    lambda shop, ada, made: on_schedule(
        shop, AUGUST, GIVES, [fixed(5, unit) for unit in ("few", "later", "sliding", "owing")]
    ),
)
ON = ("check_in", "order", "newsletter", "enrolled", "birthday")
GIVES: list[dict[str, Any]] = [
    {"kind": "issue_coupon", "series": "given"},
    {"kind": "grant_perk", "perk": "treat"},
    {"kind": "stamps", "perk": "points", "amount": 10},
    {"kind": "set_tier", "tier": "bronze"},
]


def awarded(act: Perked) -> StreamedTable:
    """Ada comes back in August: June's points have passed, what was promised has come and paid what she owed, a hold, a pin and a
    membership are over, and gold is easy to reach. She has cards, and has redeemed one."""
    table = StreamedTable()
    shop = open_shop(table, program={"units": UNITS})
    metered.metric(shop, "came", {"measure": "sum", "of": "points_earned:owing", "days": 90}, thresholds=[])
    _offer(shop)
    ada = shop.buy(card("ada"), sale("A-1")).answer.member_id
    shop.clock.move_to(JULY)
    shop.buy(member(ada), sale("A-2", on=JULY))
    shop.pin(ada, "silver", "2026-07-31")
    shop.earn(ada, 20, unit="sliding")
    spend_points(shop.rt, shop.caller, fresh(), ada, "owing", 5, below_zero=True)
    by_hand.promise(shop, ada, 3, unit="owing", available_on=by_hand.day("2026-08-05"))
    by_hand.hold(shop, ada, 5, at=at("2026-08-05"))
    for perk_id in ("treat", "club", "points", "shown", "sliding"):
        perked.give(shop, ada, perk_id)
    made = {"redemption": perked.redeem(shop, ada, "points.1").answer.redemption_id}
    shop.clock.move_to(AUGUST)
    define_tiers(shop.rt, shop.caller, fresh(), 1, TierScheme.model_validate(TIERS | EASIER))
    act(shop, ada, made)
    return table


def _offer(shop: BookShop) -> None:
    coupons.series(shop, "given")
    perked.offer(shop, "treat", perked.TREAT, again="replace")
    perked.offer(shop, "club", perked.CLUB, valid_days=10)
    for unit in ("few", "later", "sliding", "owing"):
        perked.offer(shop, unit, {"kind": "stamp_card", "unit": unit, "stamps": 10})
    gives = {"kind": "stamp_card", "unit": "points", "stamps": 10, "gives": "treat"}
    perked.offer(shop, "points", gives, method="auto")
    perked.offer(shop, "shown", gives)
    for on in ON:
        shop.define(rule(on, trigger={"on": on}, when=IN_AUGUST, effects=GIVES, limits={"in_all": 40}))
    shop.define(referred.on("registered", "both", *GIVES, when=IN_AUGUST))
