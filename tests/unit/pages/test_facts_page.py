"""docs/facts.md says of every fact who records it, and Open Loyalty's and Pepper's names on it are theirs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from chalicelib.areas.members.model import MemberUpdate
from chalicelib.areas.programs.model import ProgramDefinition, TenantSettings
from chalicelib.areas.programs.operations import put_tenant
from chalicelib.areas.tiers.model import TierScheme
from chalicelib.areas.webhooks.model import WebhookDisabled
from chalicelib.flows.cancel_earning import cancel_earning
from chalicelib.flows.define_tiers import define_tiers
from chalicelib.flows.define_webhook import delete_webhook, disable_webhook, rotate_webhook_secret
from chalicelib.flows.expire_earning import expire_earning
from chalicelib.flows.refund_spend import refund_spend
from chalicelib.flows.replace_program import replace_program
from chalicelib.flows.settle_account import settle_account
from chalicelib.flows.settle_due import settle_due
from chalicelib.flows.spend_points import spend_points
from chalicelib.flows.undo_entry import undo_entry
from chalicelib.flows.update_member import update_member
from chalicelib.kit.clock import Instant
from chalicelib.kit.facts import Fact
from chalicelib.kit.ids import EntryRef, entry_id
from chalicelib.kit.periods import Day, local_day
from chalicelib.table.feed import entry_of_image
from infra.local.pages.cells import MalformedError
from infra.local.pages.fact_relations import RELATIONS
from infra.local.pages.facts import STREAMS, counts_of, facts_page, filters, summary, taken_by, told_fields
from infra.local.table_template import whole_template
from tests.twins import at, by_hand, coupons, fresh, kept, metered, rewarded, tills
from tests.twins.bookshop import (
    POINTS,
    PROGRAM,
    TIERS,
    BookShop,
    card,
    fixed,
    goods_back,
    member,
    open_shop,
    per_euro,
    rule,
    sale,
)
from tests.twins.grouped import change, choose, household, join, leave
from tests.twins.happenings import check_in
from tests.twins.happenings import record as tell
from tests.twins.hooked import define, hooked
from tests.twins.referred import brought, claim, code_of, invite, on
from tests.twins.streamed import StreamedTable, image_of
from tests.twins.told import follow_up, template
from tests.unit.flows import by_hand as done
from tests.unit.pages.moves import MOVES, moved
from tests.unit.pages.perked import PERKED, awarded, celebrated
from tests.unit.pages.segmented import SEGMENTED, in_segments

ROOT = Path(__file__).resolve().parents[3]
FACTS = [cls for stream in STREAMS for cls in stream.facts.classes.values()]
SHORT_LIVED = {
    "units": [
        {**POINTS, "policies": [{"expiry": {"type": "end_of_month", "months": 1}}]},
        {"code": "later", "name": "Later", "policies": [{"available_after": 40}]},
        {"code": "few", "name": "Few", "policies": [{"caps": {"per_transaction": 3}}]},
        {"code": "owing", "name": "Owing", "policies": [{"negative": "limit", "negative_limit": 100}]},
        {"code": "sliding", "name": "Sliding", "policies": [{"expiry": {"type": "sliding", "days": 90}}]},
    ]
}
GIVEN = ("points", "later", "few", "sliding")
COUNTED = ("orders", "check_in", "redemptions", "points_earned:points", "points_spent:points", "points_earned:later")
IN_AUGUST = {"ask": "time.month", "is": 8}
A_MONTH = {"per_member": [{"per": "month", "amount": 1_000, "unit": "points"}]}
RULES = (
    rule(limits=A_MONTH),
    tills.PENNIES,
    rule(
        "asks",
        effects=[fixed(1)],
        when={"any": [{"times": what, "days": 90, "at_least": 1_000_000} for what in COUNTED]},
    ),
    *(rule(unit, effects=[per_euro(unit=unit, stage="bonus")]) for unit in ("later", "few")),
    *(
        rule(on, trigger={"on": on}, when=IN_AUGUST, effects=[fixed(5, unit) for unit in GIVEN])
        for on in ("check_in", "newsletter", "enrolled", "birthday")
    ),
    on("registered", "both", *(fixed(5, unit) for unit in GIVEN), when=IN_AUGUST, limits=A_MONTH),
)
THRESHOLDS = {"bronze": 0, "silver": 20, "gold": 50}
EASIER = {
    **TIERS,
    "downgrade": {"type": "after_days", "days": 365},
    "tiers": [{"tier_id": name, "name": name, "threshold": threshold} for name, threshold in THRESHOLDS.items()],
}
AUGUST = "2026-08-10"
BAG = 12  # the entry in which Ada took one


def settled(shop: BookShop, ada: str) -> bool:
    """By the job of the next night."""
    shop.clock.move_to("2026-08-11")
    return settle_account(shop.rt, shop.caller, local_day(shop.clock.now(), "UTC"), ada, 1)


def assigned(shop: BookShop, ada: str) -> object:
    """What nobody was known to have bought, and brought back in part, was hers."""
    order_id = kept.kept(kept.keeping(shop), sale("K-1", on=AUGUST))
    shop.bring_back(order_id, goods_back("R-2", 10_00, on=AUGUST))
    return kept.assign(shop, order_id, ada)


def giving(shop: BookShop) -> None:
    """A coupon, to whoever buys something."""
    shop.define(rule("gives", effects=[{"kind": "issue_coupon", "series": "good"}]))


def paid_by_coupon(shop: BookShop, ada: str) -> str:
    """One is used, and another given."""
    giving(shop)
    checkout_id = tills.begun(shop, ada, coupons=(coupons.named(shop, ada, "good").code,))
    tills.paid(shop, checkout_id, "C-2")
    return checkout_id


def all_brought_back(shop: BookShop, ada: str) -> object:
    paid_by_coupon(shop, ada)
    return shop.bring_back(shop.order_id("C-2"), goods_back("R-C", 100_00, on=AUGUST))


def assigned_for_a_coupon(shop: BookShop, ada: str) -> object:
    giving(shop)
    return assigned(shop, ada)


def reaching(shop: BookShop, ada: str) -> None:
    """She has bought often enough, and then not."""
    metered.metric(shop, what=metered.EVER)
    metered.on_reaching(shop, *(fixed(5, unit) for unit in GIVEN), limits=A_MONTH)
    metered.settle(shop, ada)
    metered.metric(shop, what=metered.EVER, at_least="10")
    metered.settle(shop, ada)


Visit = Callable[[BookShop, str], object]
VISITS: dict[str, Visit] = {
    "earn": lambda shop, ada: shop.earn(ada, 5),
    "spend": lambda shop, ada: shop.spend(ada, 5),
    "buy": lambda shop, ada: shop.buy(member(ada), sale("A-3", on=AUGUST)),
    "check in": lambda shop, ada: tell(shop, ada, check_in(on=AUGUST)),
    "take the newsletter": lambda shop, ada: update_member(
        shop.rt, shop.caller, fresh(), ada, MemberUpdate(newsletter=True)
    ),
    "have a birthday": lambda shop, ada: celebrated(shop, ada, AUGUST),
    "reach a threshold": reaching,
    "enrol": lambda shop, _: shop.enrol("cleo"),
    "bring somebody in": lambda shop, ada: brought(shop, "cleo", code_of(shop, ada)),
    "be named by who came": lambda shop, ada: claim(shop, shop.member("cleo"), code_of(shop, ada)),
    "be enrolled by an order": lambda shop, _: shop.buy(card("dora"), sale("D-1", on=AUGUST)),
    "bring back": lambda shop, _: shop.bring_back(shop.order_id("A-2"), goods_back("R-1", 10_00, on=AUGUST)),
    "refund": lambda shop, ada: refund_spend(shop.rt, shop.caller, fresh(), ada, entry_id(EntryRef(ada, 1, 4, 1))),
    "undo a spend": lambda shop, ada: undo_entry(shop.rt, shop.caller, fresh(), ada, entry_id(EntryRef(ada, 1, 4, 1))),
    "undo an earning": lambda shop, ada: undo_entry(
        shop.rt, shop.caller, fresh(), ada, entry_id(EntryRef(ada, 1, 3, 1))
    ),
    "cancel": lambda shop, ada: cancel_earning(shop.rt, shop.caller, fresh(), ada, entry_id(EntryRef(ada, 1, 3, 1))),
    "expire": lambda shop, ada: expire_earning(shop.rt, shop.caller, fresh(), ada, entry_id(EntryRef(ada, 1, 3, 1))),
    "earn what is capped": lambda shop, ada: shop.earn(ada, 5, unit="few"),
    "earn what comes later": lambda shop, ada: shop.earn(ada, 5, unit="later"),
    "grant": lambda shop, ada: by_hand.grant(shop, ada, 5),
    "grant what slides": lambda shop, ada: by_hand.grant(shop, shop.member_with("bob"), 5, unit="sliding"),
    "deduct": lambda shop, ada: by_hand.deduct(shop, ada, 5),
    "hold": lambda shop, ada: by_hand.hold(shop, ada, 5),
    "capture": lambda shop, ada: by_hand.capture(shop, ada, 2),
    "release": lambda shop, ada: by_hand.release(shop, ada, 2),
    "activate": lambda shop, ada: by_hand.activate(shop, ada, event="survey"),
    "cancel pending": lambda shop, ada: by_hand.cancel(shop, ada, event="survey"),
    "redeem": rewarded.redeem,
    "refund a redemption": lambda shop, ada: rewarded.refund(shop, ada, entry_id(EntryRef(ada, 1, BAG))),
    "refund a code": lambda shop, ada: rewarded.refund(shop, ada, rewarded.redeemed(shop, ada)),
    "give back a shared code": lambda shop, ada: coupons.unuse(shop, coupons.claim(shop, ada, "HELLO")),
    "deliver": lambda shop, ada: rewarded.deliver(shop, ada, entry_id(EntryRef(ada, 1, BAG))),
    "assign": assigned,
    "assign, for a coupon": assigned_for_a_coupon,
    "settle": settled,
    "pay by a coupon and cancel": lambda shop, ada: tills.called_off(shop, paid_by_coupon(shop, ada)),
    "pay by a coupon and bring back": all_brought_back,
    "pin": lambda shop, ada: shop.pin(ada, "bronze"),
    "unpin": lambda shop, ada: shop.unpin(ada),
    "recalculate": lambda shop, ada: shop.recalculate(ada),
    **coupons.VISITS,
    **tills.VISITS,
}


def after(visit: Visit) -> StreamedTable:
    """Ada comes back in August: June's points have passed, July's are there (bought, given and spent), what June promised has
    come, a hold has lapsed, what she owed is paid, and gold has become easy to reach. A pin is over, unless it is to be
    undone. Bob has nothing yet."""
    table = StreamedTable()
    shop = open_shop(table, program=SHORT_LIVED, rules=RULES)
    shop.member("bob")
    ada = shop.buy(card("ada"), sale("A-1")).answer.member_id
    shop.clock.move_to("2026-07-20")
    shop.buy(member(ada), sale("A-2", on="2026-07-20"))
    shop.earn(ada, 7)
    shop.spend(ada, 3)
    shop.pin(ada, "silver", "2026-12-31" if visit is VISITS["unpin"] else "2026-07-31")
    shop.earn(ada, 5, unit="sliding")
    spend_points(shop.rt, shop.caller, fresh(), ada, "owing", 5, below_zero=True)
    by_hand.promise(shop, ada, 3, unit="owing", available_on=by_hand.day("2026-08-05"))
    by_hand.promise(shop, ada, 3, event="survey")
    by_hand.hold(shop, ada, 5, at=at("2026-08-05"))
    by_hand.hold(shop, ada, 5)
    rewarded.series(shop)
    rewarded.define(shop)
    rewarded.define(shop, "bag", **rewarded.BAG)
    assert rewarded.redeemed(shop, ada, "bag") == entry_id(EntryRef(ada, 1, BAG))
    coupons.several(shop, ada)
    coupons.series(shop, "hello", codes={"kind": "shared", "code": "HELLO"})
    tills.paid(shop, tills.begun(shop, ada, points=5), "C-1")
    shop.clock.move_to(AUGUST)
    define_tiers(shop.rt, shop.caller, fresh(), 1, TierScheme.model_validate(EASIER))
    visit(shop, ada)
    return table


def at_the_desk() -> StreamedTable:
    """What is done without a purchase: settings, a program, a member who moves, misbehaves and is forgiven."""
    table = StreamedTable()
    shop = open_shop(table)
    put_tenant(shop.rt, shop.caller, fresh(), TenantSettings(name="Books"))
    replace_program(shop.rt, shop.caller, fresh(), 1, ProgramDefinition.model_validate(PROGRAM | {"name": "More"}))
    bob = shop.member("bob")
    for update in ({"given_name": "Bob"}, {"status": "blocked"}, {"status": "active"}):
        update_member(shop.rt, shop.caller, fresh(), bob, MemberUpdate.model_validate(update))
    return table


def grouped() -> StreamedTable:
    """A group comes to be, others join, one is chosen, another becomes its primary member, it is blocked for a while, and
    all of them leave."""
    table = StreamedTable()
    shop = open_shop(table)
    ada, bob = shop.member("ada"), shop.member("bob")
    group_id = household(shop, ada, bob)
    choose(shop, group_id, bob)
    change(shop, group_id, name="The Byrons", primary_member_id=bob)
    for status in ("blocked", "active"):
        change(shop, group_id, status=status)
    for member_id in (ada, bob):
        leave(shop, group_id, member_id)
    join(shop, group_id, ada)
    return table


def referred() -> StreamedTable:
    """Ada brings in others, who buy something, are given what they bought before, or do not come."""
    table = StreamedTable()
    shop = open_shop(table)
    ada = shop.member("ada")
    invite(shop, ada, "bea@example.com")
    code = code_of(shop, ada)
    brought(shop, "cleo", code)
    shop.buy(card("cleo"), sale("C-1"))
    shop.buy(replace(card("dora"), code=code), sale("D-1"))
    tills.paid(shop, tills.begun(shop, brought(shop, "emil", code)), "E-1")
    order_id = kept.kept(kept.keeping(shop), sale("K-1"))
    kept.assign(shop, order_id, brought(shop, "finn", code))
    shop.clock.move_to(AUGUST)
    settle_due(shop.rt, shop.caller, local_day(shop.clock.now(), "UTC"))
    return table


def undone() -> StreamedTable:
    """What came of undoing what is pending, held and granted."""
    table = StreamedTable()
    shop = open_shop(table)
    ada = shop.buy(card("ada"), sale("A-1")).answer.member_id
    for of in (done.promised(shop, ada, 5, days=3), done.held(shop, ada, 5), done.granted(shop, ada, 5)):
        undo_entry(shop.rt, shop.caller, fresh(), ada, of)
    cancel_earning(shop.rt, shop.caller, fresh(), ada, done.promised(shop, ada, 5, days=3))
    return table


def perked() -> Iterator[StreamedTable]:
    """What is done with perks and awards."""
    return map(awarded, PERKED)


def segmented() -> Iterator[StreamedTable]:
    """What is done with segments."""
    return map(in_segments, SEGMENTED)


def told() -> StreamedTable:
    """A webhook gets another secret, is gone, and is deleted."""
    at = hooked()
    define(at.shop)
    rotate_webhook_secret(at.rt, at.shop.caller, fresh(), "till")
    disable_webhook(at.rt, at.shop.caller, fresh(), "till", WebhookDisabled("till", "gone", at.shop.clock.at))
    delete_webhook(at.rt, at.shop.caller, fresh(), "till")
    return at.table


def words() -> StreamedTable:
    """What a shop tells its members is defined."""
    table = StreamedTable()
    shop = open_shop(table)
    template(shop)
    follow_up(shop)
    return table


def recorded_by(table: StreamedTable) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for record in table.entries():
        entry = entry_of_image(image_of(record))
        for fact in entry.facts:
            found[fact["type"]].add(entry.header["operation"])
    return found


def test_every_fact_is_recorded_by_the_operations_on_the_page_and_by_no_other() -> None:
    found: dict[str, set[str]] = defaultdict(set)
    for table in (
        at_the_desk(),
        undone(),
        grouped(),
        referred(),
        told(),
        words(),
        *map(after, VISITS.values()),
        *map(moved, MOVES),
        *perked(),
        *segmented(),
    ):
        for fact, operations in recorded_by(table).items():
            found[fact] |= operations
    said = {cls.type: set(relations.operations) for cls, relations in RELATIONS.items() if relations.operations}
    assert dict(found) == said


def test_every_fact_that_was_ever_written_is_on_the_page() -> None:
    golden = {path.stem.rpartition(".v")[0] for path in (ROOT / "tests/golden/facts").glob("*.json")}
    page = (ROOT / "docs/facts.md").read_text("utf-8")
    assert golden == {cls.type for cls in FACTS} == {cls.type for cls in RELATIONS}
    assert [name for name in golden if f"\n### {name}\n" not in page] == []


@pytest.mark.parametrize("cls", FACTS, ids=lambda cls: cls.type)
def test_a_fact_and_each_of_its_fields_is_told(cls: type[Fact]) -> None:
    assert len(summary(cls)) > len("Points.")
    assert all(meaning and unit for _, _, meaning, unit in told_fields(cls))


# --- names of other products -----------------------------------------------------------------------------------------


def names_in(file: str) -> list[str]:
    return (ROOT / "tests/data" / file).read_text("utf-8").split()


def test_open_loyaltys_events_and_peppers_actions_are_known() -> None:
    events, actions = names_in("open-loyalty-events.txt"), names_in("pepper-actions.txt")
    assert (len(set(events)), len(set(actions))) == (42, 38)
    assert {name for one in RELATIONS.values() for name in one.open_loyalty} - set(events) == set()
    assert {name for one in RELATIONS.values() for name in one.pepper} - set(actions) == set()


# --- who follows -----------------------------------------------------------------------------------------------------


def test_queues_are_those_whose_filter_takes_the_fact() -> None:
    queues = filters(whole_template())
    assert set(queues) == {"automations", "notify", "webhooks", "metrics"}
    assert taken_by("points.expired", queues) == ["automations", "notify", "webhooks", "metrics"]
    assert taken_by("points.spent", queues) == ["automations", "webhooks", "metrics"]
    assert taken_by("config.changed", queues) == ["automations", "webhooks"]


def test_a_filter_that_cannot_be_judged_is_refused() -> None:
    with pytest.raises(MalformedError, match="suffix"):
        taken_by("points.spent", {"new": [{"suffix": ".spent"}]})


def test_counts_are_what_one_fact_moves() -> None:
    by_type = {cls.type: counts_of(cls) for cls in FACTS}
    assert by_type["order.recorded"] == [
        "order_value/{currency}",
        "orders/{program}/{currency}/{day}/orders",
        "orders/{program}/{currency}/{day}/value",
        "orders_recorded",
    ]
    assert by_type["points.spent"] == [
        "day/{program}/{unit}/{day}/spent",
        "expiring/{program}/{unit}/{day}",
        "liability/{program}/{unit}/{month}",
        "owed/{program}/{unit}",
        "points_spent/{unit}",
    ]
    assert by_type["account.advanced"] == []


# --- what is refused -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Untold(Fact):
    """Bread was baked.

    field | meaning  | unit
    grams | how much | gram
    """

    type = "bread.untold"

    grams: int
    baker: str


@dataclass(frozen=True, slots=True)
class Unitless(Fact):
    """Bread was baked.

    field | meaning  | unit
    grams | how much | –
    """

    type = "bread.unitless"

    grams: int


@dataclass(frozen=True, slots=True)
class Timed(Fact):
    """Bread was baked.

    field | meaning         | unit
    day   | the baker's day | –
    at    | when it was out | –
    """

    type = "bread.timed"

    day: Day
    at: Instant | None = None


@pytest.mark.parametrize(("cls", "told"), [(Untold, "its docstring tells of"), (Unitless, "a number without a unit")])
def test_a_field_without_meaning_and_a_number_without_unit_are_refused(cls: type[Fact], told: str) -> None:
    with pytest.raises(MalformedError, match=told):
        told_fields(cls)


def test_days_and_instants_have_their_units() -> None:
    day, at = told_fields(Timed)
    assert (day[1], at[1]) == ("day", "instant, may be missing")
    assert day[3].startswith("days since 1970-01-01")
    assert at[3].startswith("milliseconds since 1970 UTC")


def test_who_records_a_fact_is_said_once() -> None:
    assert [cls.type for cls, one in RELATIONS.items() if len(set(one.operations)) < len(one.operations)] == []


def test_a_fact_must_say_who_records_it() -> None:
    few: dict[type[Fact], Any] = dict(list(RELATIONS.items())[1:])
    with pytest.raises(MalformedError, match=r"account\.advanced"):
        facts_page(whole_template(), few)
