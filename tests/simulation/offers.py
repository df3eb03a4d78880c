"""What a shop offers beside points, where it does: rules of carts and coupons. And what became of it, as the shop was told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chalicelib.areas.accounts.model import facts as f
from chalicelib.areas.orders.model import Sale
from chalicelib.flows.checkout_views import ShownCheckout
from chalicelib.kit.facts import Fact
from tests.twins import coupons, metered, perked, referred, rewarded, segmented
from tests.twins.bookshop import BookShop, fixed, over, rule
from tests.twins.judged import when
from tests.twins.limited import a, euros
from tests.twins.tills import PENNIES

HUNDREDTH = rule(
    "hundredth",
    trigger={"on": "cart"},
    effects=[{"kind": "percent_off", "percent": "1"}],
    limits={"in_all": 5, "per_member": [a("month", 2)]},
)
EURO = rule(
    "euro",
    trigger={"on": "cart"},
    effects=[{"kind": "amount_off", "amount": "1.00"}],
    limits={"budget": euros(7)},
)
VOUCHER = rule("voucher", when=over("40.00"), effects=[{"kind": "issue_coupon", "series": "five"}])
STAMPED = rule("stamped", effects=[{"kind": "stamps", "perk": "card", "amount": 1}])
TREATED = rule("treated", when=over("40.00"), effects=[{"kind": "grant_perk", "perk": "treat"}])
STARRED = rule(
    "starred",
    trigger={"on": "check_in"},
    effects=[{"kind": "badge", "perk": "star"}, {"kind": "grant_perk", "perk": "club"}],
    limits={"in_all": 3},
)
LATELY = rule("lately", effects=[{"kind": "join_segment", "segment": "recent"}])
MOVES_ON = rule(
    "moves-on",
    trigger={"on": "check_in"},
    effects=[{"kind": "leave_segment", "segment": "vip"}, {"kind": "join_segment", "segment": "short"}],
)
VISITED = rule(
    "visited", trigger=metered.crossed("visits"), effects=[fixed(2), {"kind": "grant_perk", "perk": "treat"}]
)
MISSED = rule("missed", trigger=metered.crossed("often", "fell"), effects=[fixed(1, "stamps")])
CAME = referred.on("registered", "both", fixed(3))
BOUGHT = referred.on("first_purchase", "both", fixed(4), limits={"in_all": 3})
OF_CARTS_AND_ORDERS = (PENNIES, HUNDREDTH, EURO, VOUCHER, STAMPED, TREATED, LATELY)
OF_OFFERS = (*OF_CARTS_AND_ORDERS, STARRED, MOVES_ON, VISITED, MISSED, CAME, BOUGHT)
METRICS: dict[str, dict[str, Any]] = {
    "visits": {"what": metered.EVER, "at_least": "2"},
    "often": {"what": {"measure": "times", "of": "orders", "days": 12}, "judged": "daily"},
    "here": {"what": {"measure": "times", "of": "check_in", "days": 5}},
}
LOYAL = 2  # so many orders
SEGMENTS: dict[str, dict[str, Any]] = {
    "vip": {"on_join": ["club"], "on_leave": ["club"]},
    "short": {"type": "scheduled", "horizon_days": 5},
    "recent": {"type": "rolling", "horizon_days": 10},
    "loyal": {"on_join": ["star"], **when({"ask": "account.orders", "at_least": LOYAL})},
    "away": when({"ask": "account.days_since_last_order", "at_least": 10}),
    "buys": {"type": "rolling", "horizon_days": 6, **when({"ask": "account.orders", "at_least": 1})},
}
BY_HAND = ("vip", "vip", "short", "recent", "loyal")
LIMITED = {HUNDREDTH.rule_id, EURO.rule_id}  # discounts of which all together have only so much
POOL = tuple(f"P-{number:02}" for number in range(8))
SHARED_CODE = "HI-YOU"


def _off(amount: int, *, stackable: bool = False) -> dict[str, Any]:
    return {"kind": "amount", "amount": amount, "currency": "EUR", "stackable": stackable}


SERIES: dict[str, dict[str, Any]] = {
    "five": {
        "worth": _off(5_00, stackable=True),
        "limits": {"issued": 9, "used": 7, "issued_per_member": 4, "used_per_member": 3},
        "valid_days": 20,
        "reactivable": True,
    },
    "tenth": {
        "worth": {"kind": "percent", "percent": 10, "stackable": True},
        "limits": {"uses_per_code": 2, "used": 6},
        "needs_activation": True,
    },
    "hi": {
        "worth": _off(1_00),
        "codes": {"kind": "shared", "code": SHARED_CODE},
        "limits": {"used": 4, "used_per_member": 2},
    },
    "pool": {"worth": _off(2_00), "codes": {"kind": "pool"}, "claimable": True, "limits": {"issued": 6}},
}
PERKS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "treat": (perked.TREAT, {"valid_days": 9}),
    "card": ({"kind": "stamp_card", "unit": "stamps", "stamps": 4, "gives": "treat"}, {}),
    "own": ({"kind": "stamp_card", "unit": "stamps", "stamps": 3}, {"method": "auto"}),
    "coins": ({"kind": "pseudo_currency", "unit": "cash", "value": 1}, {"points": 7}),
    "club": (perked.CLUB, {"valid_days": 12, "uses": 2, "again": "replace"}),
    "home": ({"kind": "level", "tier": "silver"}, {}),
    "star": (perked.BADGE, {"again": "ignore"}),
}
GIVEN = ("treat", "treat", "card", "own", "coins", "club", "star")
REWARDS: dict[str, dict[str, Any]] = {
    "mug": {"type": "gift", "stock": 4, "member_limits": ({"every": "month", "times": 2},)},
    "bag": {"type": "physical", "limits": ({"every": "month", "times": 4},)},
    "prize": {"type": "value_code", "worth": {"amount": 2_00, "currency": "EUR"}, "coupon_series": "pool", "stock": 3},
    "back": {
        "type": "cashback",
        "costs": (),
        "cashback": {"unit": "points", "points": 2, "value": 1, "currency": "EUR", "maximum_percent": "50"},
    },
}
OFTEN_EACH = 2  # mugs a month
OFTEN_ALL = 4  # bags a month
GIVEN_BY_HAND = ("five", "tenth", "pool")


@dataclass
class Session:
    """A checkout, as the shop was told of it last. `order` is what came of it, by its id."""

    cart: Sale
    who: str | None
    shown: ShownCheckout
    order: str = ""
    over: bool = False


@dataclass
class Apart:
    """Holds of one account: those that checkouts `made`, and those that somebody has released or captured `by_hand`."""

    made: set[int] = field(default_factory=set)
    by_hand: set[int] = field(default_factory=set)

    def count(self, fact: Fact, *, of_checkout: bool) -> None:
        if of_checkout and isinstance(fact, f.PointsHeld):
            self.made.add(fact.hold)
        if not of_checkout and isinstance(fact, f.PointsReleased | f.PointsCaptured):
            self.by_hand.add(fact.hold)


@dataclass
class Redemption:
    """A reward that was taken, as it was told of, and what became of it."""

    fact: f.RewardRedeemed
    delivery: str
    refunded: bool = False


@dataclass
class Award:
    """How often it may be used, by what was granted (None: at will), and how often it was; how often it was granted."""

    most: int | None
    used: int = 0
    granted: int = 0


@dataclass
class Offers:
    """`totals` are what all together may have of something, by its quota, and `most` what they ever might; `per_member` what each may, by series and by what of
    it, and of a rule in a month. `redemptions` are by owner and entry, `awards` by member, perk and number; `redeemed` are
    members, awards and redemptions of them; `codes` bring others in. `untold` are entries that nobody has followed yet, of those `seen`; `reached` are
    thresholds by account. `read` is how far each account's journal was followed, and `had` what each has had."""

    sessions: dict[str, Session] = field(default_factory=dict)
    totals: dict[str, int] = field(default_factory=dict)
    per_member: Mapping[tuple[str, str], int] = field(default_factory=dict)
    per_month: Mapping[str, int] = field(default_factory=dict)
    most: dict[str, int] = field(default_factory=dict)
    redemptions: dict[tuple[str, int], Redemption] = field(default_factory=dict)
    awards: dict[tuple[str, str, int], Award] = field(default_factory=dict)
    redeemed: list[tuple[str, str, str]] = field(default_factory=list)
    seen: dict[tuple[str, int], int] = field(default_factory=dict)
    codes: list[str] = field(default_factory=list)
    untold: list[tuple[str, int, int]] = field(default_factory=list)
    reached: dict[str, set[str]] = field(default_factory=dict)
    read: dict[str, int] = field(default_factory=dict)
    had: dict[tuple[str, ...], int] = field(default_factory=dict)
    apart: dict[str, Apart] = field(default_factory=dict)


def open_offers(shop: BookShop) -> Offers:
    for series_id, fields in SERIES.items():
        coupons.series(shop, series_id, **fields)
    coupons.upload(shop, "pool", *POOL)
    for perk_id, (what, fields) in PERKS.items():
        perked.offer(shop, perk_id, what, **fields)
    for segment_id, fields in SEGMENTS.items():
        segmented.define(shop, segment_id, **fields)
    for metric_id, fields in METRICS.items():
        metered.metric(shop, metric_id, **fields)
    for one in OF_OFFERS:
        shop.define(one)
    for reward_id in REWARDS:
        define_reward(shop, reward_id)
    limits = {series_id: fields.get("limits", {}) for series_id, fields in SERIES.items()}
    totals = {
        f"coupons_{what}#0001#{series_id}": limit[what]
        for series_id, limit in limits.items()
        for what in ("issued", "used")
        if what in limit
    }
    totals |= {"rule_limit#0001#shared": 12, "budget#0001#shared#stamps": 19}
    totals |= {"rule_limit#0001#starred": 3, f"rule_limit#0001#{BOUGHT.rule_id}": 3}
    totals |= {"rule_limit#0001#hundredth": 5, "budget#0001#euro#EUR": 7_00}
    totals |= {f"reward#0001#{reward_id}": one["stock"] for reward_id, one in REWARDS.items() if "stock" in one}
    per_member = {
        (series_id, what): limit[f"{what}_per_member"]
        for series_id, limit in limits.items()
        for what in ("issued", "used")
        if f"{what}_per_member" in limit
    }
    return Offers(totals=totals, per_member=per_member, per_month={"hundredth": 2, "month": 2}, most=dict(totals))


def define_reward(shop: BookShop, reward_id: str, **other: Any) -> None:
    """Each costs a few points."""
    fields = {"worth": None, "coupon_series": None} | REWARDS[reward_id] | other
    rewarded.define(shop, reward_id, **fields)
