"""Which earnings paid a spend, and where an earning went: to the last point, page by page."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.api.route import CURSOR
from chalicelib.areas.members.model import MemberUpdate
from chalicelib.errors import InvalidInput, NotFound
from chalicelib.flows.expire_earning import expire_earning
from chalicelib.flows.refund_spend import refund_spend
from chalicelib.flows.trace_earning import LOTS, EarningTrace, Movement, trace_earning
from chalicelib.flows.trace_pieces import SPAN
from chalicelib.flows.trace_spend import Source, trace_spend
from chalicelib.flows.undo_entry import undo_entry
from chalicelib.flows.update_member import update_member
from chalicelib.kit.ids import MAX_SEQUENCE
from chalicelib.kit.paging import encode_cursor
from tests.twins import by_hand, fresh
from tests.twins.bookshop import POINTS, BookShop, card, goods_back, open_shop, refused, sale
from tests.unit.flows import by_hand as done

DAY_MS = 86_400_000
KEPT = {"expiry": {"type": "end_of_month", "months": 12}}
NEGATIVE = {"policies": [{**KEPT, "negative": "limit", "negative_limit": 100}]}


@pytest.fixture
def shop() -> BookShop:
    units = [{**POINTS, **NEGATIVE}, {"code": "stamps", "name": "Stamps"}]
    return open_shop(program={"units": units, "rates": [{"unit": "points", "into": "stamps", "take": 4, "give": 1}]})


@pytest.fixture
def ada(shop: BookShop) -> str:
    return shop.member("1")


def earned(shop: BookShop, member_id: str, amount: int) -> str:
    earning = shop.earn(member_id, amount).answer.earning
    assert earning is not None
    assert earning.earning_id is not None
    return earning.earning_id


def sources(shop: BookShop, member_id: str, spend_id: str) -> list[Source]:
    found: list[Source] = []
    cursor = None
    while True:
        page = trace_spend(shop.rt, shop.caller, member_id, spend_id, cursor)
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            return found


def paid_by(shop: BookShop, member_id: str, spend_id: str) -> list[tuple[str, int]]:
    return [(one.source_id, one.amount) for one in sources(shop, member_id, spend_id)]


def trace(shop: BookShop, member_id: str, earning_id: str) -> tuple[EarningTrace, list[tuple[str, int]]]:
    """The last page, and the movements of all."""
    moved: list[Movement] = []
    cursor = None
    while True:
        page = trace_earning(shop.rt, shop.caller, member_id, earning_id, cursor)
        moved += page.items
        cursor = page.next_cursor
        if cursor is None:
            return page, [(one.type, one.amount) for one in moved]


def test_a_spend_names_the_earnings_that_paid_it(shop: BookShop, ada: str) -> None:
    first = earned(shop, ada, 30)
    order = shop.buy(card("1"), sale("A1")).answer
    granted = done.granted(shop, ada, 40)
    spend_id = shop.spend(ada, 150).answer.spend_id
    found = sources(shop, ada, spend_id)
    assert [(one.source_id, one.type, one.amount) for one in found] == [
        (granted, "points.granted", 20),
        (order.earned[0].earning_id, "points.earned", 100),
        (first, "points.earned", 30),
    ]
    assert [(one.order_id, one.rule_id) for one in found] == [(None, None), (order.order_id, "base"), (None, None)]
    refund_spend(shop.rt, shop.caller, fresh(), ada, spend_id, 25)
    told = trace_spend(shop.rt, shop.caller, ada, spend_id)
    assert (told.amount, told.owed, told.refunded) == (150, 0, 25)
    again = shop.spend(ada, 45).answer.spend_id
    assert paid_by(shop, ada, again) == [(granted, 40), (order.earned[0].earning_id, 5)]


def test_what_came_fresh_or_by_conversion_is_named_as_that(shop: BookShop, ada: str) -> None:
    earned(shop, ada, 30)
    spend_id = shop.spend(ada, 30).answer.spend_id
    shop.clock.move_to("2027-08-01")
    refund_id = refund_spend(shop.rt, shop.caller, fresh(), ada, spend_id).answer.refund_id
    converted = done.converted(shop, ada, 20)
    stamps = shop.spend(ada, 5, unit="stamps").answer.spend_id
    assert paid_by(shop, ada, stamps) == [(converted, 5)]
    assert paid_by(shop, ada, shop.spend(ada, 10).answer.spend_id) == [(refund_id, 10)]
    assert trace(shop, ada, refund_id)[1] == [("points.converted", 20), ("points.spent", 10)]


def test_what_was_taken_below_zero_was_paid_by_nothing(shop: BookShop, ada: str) -> None:
    earning_id = earned(shop, ada, 30)
    spend_id = done.spent_below_zero(shop, ada, 50)
    assert paid_by(shop, ada, spend_id) == [(earning_id, 30)]
    assert trace_spend(shop.rt, shop.caller, ada, spend_id).owed == 20
    later = earned(shop, ada, 25)
    assert trace(shop, ada, later)[1] == [("debt.settled", 20)]


def test_a_captured_hold_is_traced_like_a_spend(shop: BookShop, ada: str) -> None:
    earning_id = earned(shop, ada, 30)
    held = done.held(shop, ada, 20)
    now, moved = trace(shop, ada, earning_id)
    assert (now.left, now.held, moved) == (10, 20, [("points.held", 20)])
    assert paid_by(shop, ada, done.captured(shop, ada, 15)) == [(earning_id, 15)]
    now, moved = trace(shop, ada, earning_id)
    assert (now.left, now.held) == (15, 0)
    assert moved == [("points.held", 20), ("points.captured", 15), ("points.released", 5)]
    with refused("not_a_spend", "spend_id"):
        trace_spend(shop.rt, shop.caller, ada, held)


def test_an_earning_tells_of_all_that_became_of_it(shop: BookShop, ada: str) -> None:
    earned(shop, ada, 10)
    earning_id = earned(shop, ada, 50)
    spend_id = shop.spend(ada, 20).answer.spend_id
    refund_spend(shop.rt, shop.caller, fresh(), ada, spend_id, 4)
    done.held(shop, ada, 10)
    now, moved = trace(shop, ada, earning_id)
    assert (now.type, now.unit, now.amount) == ("points.earned", "points", 50)
    assert (now.left, now.held, now.pending) == (34, 10, 0)
    assert moved == [("points.spent", 10), ("points.refunded", 4), ("points.held", 10)]
    shop.clock.move_to("2027-08-01")
    now, moved = trace(shop, ada, earning_id)
    assert (now.left, moved[3:]) == (0, [("points.expired", 34)])
    shop.earn(ada, 1)
    assert trace(shop, ada, earning_id)[1][3:] == [("points.expired", 34)]
    undo_entry(shop.rt, shop.caller, fresh(), ada, hold_id(shop, ada))
    assert trace(shop, ada, earning_id)[1][4:] == [("points.released", 10), ("points.expired", 10)]


def hold_id(shop: BookShop, ada: str) -> str:
    [held] = [
        entry.entry_id for entry in shop.statement(ada) if any(line.type == "points.held" for line in entry.lines)
    ]
    return held


def test_an_earning_of_an_order_tells_of_its_return(shop: BookShop, ada: str) -> None:
    order = shop.buy(card("1"), sale("A1")).answer
    shop.bring_back(order.order_id, goods_back("R1", 40_00))
    earning_id = order.earned[0].earning_id
    assert earning_id is not None
    assert trace(shop, ada, earning_id)[1] == [("points.cancelled", 40)]
    expire_earning(shop.rt, shop.caller, fresh(), ada, earning_id)
    assert trace(shop, ada, earning_id)[1] == [("points.cancelled", 40), ("points.expired", 60)]


def test_a_pending_earning_tells_when_it_came(shop: BookShop, ada: str) -> None:
    pending = done.promised(shop, ada, 50, days=10)
    assert trace(shop, ada, pending)[0].pending == 50
    shop.clock.move_to("2026-07-01")
    now, moved = trace(shop, ada, pending)
    assert (now.left, now.pending, moved) == (50, 0, [("points.activated", 50)])
    shop.spend(ada, 20)
    now, moved = trace(shop, ada, pending)
    assert (now.left, moved) == (30, [("points.activated", 50), ("points.spent", 20)])


@pytest.mark.parametrize("by", ["event", "order", "line", "earning"])
def test_a_promise_that_is_called_off_says_so_however_that_was_said_and_is_undone_no_more(
    shop: BookShop, ada: str, by: str
) -> None:
    """By its event, its order or a line of it no entry is marked: then it is the positions that say what is left."""
    order_id = shop.buy(card("1"), sale("A1")).answer.order_id
    waits = {"event": "e"} if by in ("event", "earning") else {"order_id": order_id, "line_no": 1}
    of, other = (by_hand.promised(shop, ada, amount, **waits) for amount in (50, 20))
    by_hand.activate(shop, ada, earning_id=of, amount=15)
    choices: dict[str, list[dict[str, Any]]] = {
        "event": [{"event": "e"}],
        "order": [{"order_id": order_id}],
        "line": [{"order_id": order_id, "line_no": 1}],
        "earning": [{"earning_id": of}, {"earning_id": other}],
    }
    for choice in choices[by]:
        by_hand.cancel(shop, ada, **choice)
    now, moved = trace(shop, ada, of)
    assert (now.left, now.pending, moved) == (15, 0, [("points.activated", 15), ("promise.cancelled", 35)])
    assert trace(shop, ada, other)[1] == [("promise.cancelled", 20)]
    done_with = "already_undone" if by == "earning" else "nothing_left"
    with refused(done_with, "entry_id"):
        undo_entry(shop.rt, shop.caller, fresh(), ada, other)
    assert undo_entry(shop.rt, shop.caller, fresh(), ada, of).answer.changes[0].amount == 15
    with refused("already_undone", "entry_id"):
        undo_entry(shop.rt, shop.caller, fresh(), ada, of)
    assert trace(shop, ada, of)[1][-1] == ("points.cancelled", 15)
    shop.clock.move_to("2027-08-01")
    with refused(done_with, "entry_id"):
        undo_entry(shop.rt, shop.caller, fresh(), ada, other)
    assert shop.proof(ada).matches


def test_pages_go_on_where_the_last_one_ended(shop: BookShop, ada: str) -> None:
    """More entries than a page looks through lie between the earning and the spend."""
    earning_id = earned(shop, ada, 30)
    for _ in range(SPAN + 3):
        shop.earn(ada, 1, unit="stamps")
    spend_id = shop.spend(ada, 20).answer.spend_id
    first = trace_spend(shop.rt, shop.caller, ada, spend_id)
    assert (first.items, first.next_cursor is None) == ((), False)
    assert paid_by(shop, ada, spend_id) == [(earning_id, 20)]
    early = trace_earning(shop.rt, shop.caller, ada, earning_id)
    assert (early.items, early.left, early.next_cursor is None) == ((), 10, False)
    assert trace(shop, ada, earning_id)[1] == [("points.spent", 20)]
    with refused("invalid_cursor", "cursor", InvalidInput):
        trace_earning(shop.rt, shop.caller, ada, earning_id, first.next_cursor)
    with refused("invalid_cursor", "cursor", InvalidInput):
        trace_spend(shop.rt, shop.caller, ada, spend_id, "nonsense")


def test_a_source_where_two_pages_meet_is_told_once(shop: BookShop, ada: str) -> None:
    first, second = earned(shop, ada, 5), earned(shop, ada, 5)
    for _ in range(SPAN - 2):
        shop.earn(ada, 1, unit="stamps")
    spend_id = shop.spend(ada, 8).answer.spend_id
    [page] = trace_spend(shop.rt, shop.caller, ada, spend_id).items
    assert page.source_id == second
    assert paid_by(shop, ada, spend_id) == [(second, 3), (first, 5)]


def test_what_is_not_the_members_own_is_not_traced(shop: BookShop, ada: str) -> None:
    bob = shop.member("2")
    earning_id, spend_id = earned(shop, bob, 5), shop.spend(bob, 1).answer.spend_id
    with refused("entry_not_found", "earning_id", NotFound):
        trace_earning(shop.rt, shop.caller, ada, earning_id)
    with refused("entry_not_found", "spend_id", NotFound):
        trace_spend(shop.rt, shop.caller, ada, spend_id)
    with refused("not_an_earning", "earning_id"):
        trace_earning(shop.rt, shop.caller, bob, spend_id)
    with refused("not_a_spend", "spend_id"):
        trace_spend(shop.rt, shop.caller, bob, earning_id)
    update_member(shop.rt, shop.caller, fresh(), bob, MemberUpdate(status="blocked"))
    assert paid_by(shop, bob, spend_id) == [(earning_id, 1)]


# --- what is no earning, and what is no spend --------------------------------------------------------------------------


def test_what_was_received_is_traced_and_leads_to_whoever_gave_it(shop: BookShop, ada: str) -> None:
    earning_id, bob = earned(shop, ada, 100), shop.member("2")
    sent = shop.send(ada, bob, 30).answer.transfer_id
    spend_id = shop.spend(bob, 10).answer.spend_id
    [source] = sources(shop, bob, spend_id)
    assert (source.type, source.amount, source.peer_id, source.transfer_id) == ("points.received", 10, ada, sent)
    paid = trace_spend(shop.rt, shop.caller, ada, sent)
    assert (paid.type, paid.amount, paid.peer_id, paid.transfer_id) == ("points.sent", 30, bob, sent)
    assert [(one.source_id, one.amount) for one in paid.items] == [(earning_id, 30)]
    now, moved = trace(shop, bob, source.source_id)
    assert (now.type, now.amount, now.left, now.peer_id, now.transfer_id) == ("points.received", 30, 20, ada, sent)
    assert moved == [("points.spent", 10)]
    [went] = trace_earning(shop.rt, shop.caller, ada, earning_id).items
    assert (went.id, went.peer_id, went.received_id) == (sent, bob, source.source_id)
    shop.undo_transfer(ada, sent)
    assert trace(shop, bob, source.source_id)[1] == [("points.spent", 10), ("points.deducted", 20)]
    told = trace_spend(shop.rt, shop.caller, ada, sent)
    assert (told.refunded, [one.amount for one in told.items]) == (20, [30])


def received_in_lots(shop: BookShop, ada: str, bob: str, lots: int) -> tuple[str, str]:
    """What Ada earned on so many days, sent in one go: its id at Bob's, and at hers."""
    for _ in range(lots):
        earned(shop, ada, 2)
        shop.clock.at += DAY_MS
    sent = shop.send(ada, bob, 2 * lots).answer.transfer_id
    return last_of(shop, bob, "points.received"), sent


def last_of(shop: BookShop, owner: str, kind: str) -> str:
    """The id of the newest line of this type."""
    ids = [line.id for entry in shop.statement(owner) for line in entry.lines if line.type == kind]
    assert ids[-1] is not None
    return ids[-1]


def test_what_was_received_in_many_lots_is_followed_lot_by_lot_as_they_pass() -> None:
    """More than a cursor has room for, and more entries than a page looks through: none is told twice, none is left out."""
    unit = {**POINTS, "policies": [{"expiry": {"type": "days", "days": 100}}]}
    shop = open_shop(program={"units": [unit, {"code": "stamps", "name": "Stamps"}]})
    ada, bob, lots = shop.member("1"), shop.member("2"), LOTS * 2 + 3
    received, _ = received_in_lots(shop, ada, bob, lots)
    shop.spend(bob, 5)
    for _ in range(SPAN):
        shop.earn(bob, 1, unit="stamps")
    shop.clock.at += 20 * DAY_MS
    shop.earn(bob, 1)
    passed = [line.amount for line in shop.statement(bob)[-1].lines if line.type == "points.expired"]
    now, moved = trace(shop, bob, received)
    kinds = {kind: sum(amount for one, amount in moved if one == kind) for kind, _ in moved}
    assert kinds == {"points.spent": 5, "points.expired": -sum(amount or 0 for amount in passed)}
    assert 0 < len(passed) < lots
    assert now.left == 2 * lots - sum(kinds.values())
    shop.clock.at += 200 * DAY_MS
    for _ in range(2):  # nobody has written down that it passed; somebody has
        now, moved = trace(shop, bob, received)
        assert (now.left, sum(amount for _, amount in moved)) == (0, 2 * lots)
        shop.earn(bob, 1)


def test_a_page_of_many_lots_is_one_request_and_its_cursor_a_short_one() -> None:
    shop = open_shop(program={"units": [{**POINTS, "policies": [{"expiry": {"type": "days", "days": 1_000}}]}]})
    ada, bob = shop.member("1"), shop.member("2")
    received, _ = received_in_lots(shop, ada, bob, LOTS + 1)
    first = trace_earning(shop.rt, shop.caller, bob, received)
    assert first.next_cursor is not None
    assert trace_earning(shop.rt, shop.caller, bob, received, first.next_cursor).next_cursor is None
    place = [MAX_SEQUENCE, 9, [10**12] * LOTS]
    assert len(encode_cursor(f"shop/earning/{received}", place)) <= CURSOR.maximum  # type: ignore[operator]
    for wrong in ([1, 0, [1]], [1, 7, []], [0, 0, [2] * LOTS], [1, 0, [-1] * LOTS], [1, 0], "x"):
        with refused("invalid_cursor", "cursor", InvalidInput):
            cursor = encode_cursor(f"shop/earning/{received}", wrong)
            trace_earning(shop.rt, shop.caller, bob, received, cursor)


def test_what_came_back_is_traced_on_from_then(shop: BookShop, ada: str) -> None:
    """Into the lot that it had been taken from; what was done to it before is of the earning, not of this."""
    earning_id = earned(shop, ada, 30)
    spend_id = shop.spend(ada, 20).answer.spend_id
    refund_id = refund_spend(shop.rt, shop.caller, fresh(), ada, spend_id, 8).answer.refund_id
    again = shop.spend(ada, 5).answer.spend_id
    now, moved = trace(shop, ada, refund_id)
    assert (now.type, now.amount, now.undoes_id) == ("points.refunded", 8, spend_id)
    assert (moved, now.left) == ([("points.spent", 5)], 3)
    assert paid_by(shop, ada, again) == [(earning_id, 5)]


def test_whatever_took_points_names_what_paid_for_it(shop: BookShop, ada: str) -> None:
    order = shop.buy(card("1"), sale("A1")).answer.order_id
    granted = done.granted(shop, ada, 200)
    shop.bring_back(order, goods_back("R1", 40_00))
    cancelled = last_of(shop, ada, "points.cancelled")
    earning_id = last_of(shop, ada, "points.earned")
    assert paid_by(shop, ada, cancelled) == [(earning_id, 40)]
    deducted = by_hand.deduct(shop, ada, 50).answer.deduction_id
    converted = done.converted(shop, ada, 20)
    for taken, amount in ((deducted, 50), (converted, 20)):
        assert sum(paid for _, paid in paid_by(shop, ada, taken)) == amount
    assert {one for taken in (deducted, converted) for one, _ in paid_by(shop, ada, taken)} <= {granted, earning_id}
    assert trace_spend(shop.rt, shop.caller, ada, converted).type == "points.converted"
    undo_entry(shop.rt, shop.caller, fresh(), ada, granted)
    told = trace_spend(shop.rt, shop.caller, ada, last_of(shop, ada, "points.deducted"))
    assert (told.undoes_id, {one.source_id for one in told.items}) == (granted, {granted})


@pytest.mark.parametrize(("used", "back"), [(0, 20), (1, 16), (4, 4)])
def test_of_a_conversion_that_is_undone_as_much_has_come_back_as_was_given_back(
    shop: BookShop, ada: str, used: int, back: int
) -> None:
    """Twenty points became five stamps. However many of these were used, the conversion is undone once."""
    earned(shop, ada, 30)
    converted = done.converted(shop, ada, 20)
    assert trace_spend(shop.rt, shop.caller, ada, converted).refunded == 0
    if used:
        shop.spend(ada, used, unit="stamps")
    undo_entry(shop.rt, shop.caller, fresh(), ada, converted)
    told = trace_spend(shop.rt, shop.caller, ada, converted)
    assert (told.amount, told.refunded, shop.balance(ada)) == (20, back, 10 + back)
    with refused("already_undone", "entry_id"):
        undo_entry(shop.rt, shop.caller, fresh(), ada, converted)
    assert shop.proof(ada).matches


deeds = st.lists(
    st.tuples(st.sampled_from(["earn", "spend", "refund", "wait"]), st.integers(1, 90)), min_size=3, max_size=20
)


@settings(max_examples=40)
@given(deeds)
def test_every_point_spent_was_earned_and_every_point_earned_is_somewhere(done: list[tuple[str, int]]) -> None:
    shop = open_shop()
    ada = shop.member("1")
    earnings: dict[str, int] = {}
    spends: dict[str, int] = {}
    for what, amount in done:
        if what == "earn":
            earnings[earned(shop, ada, amount)] = amount
        elif what == "wait":
            shop.clock.at += amount * DAY_MS
        elif what == "spend" and (most := min(amount, shop.balance(ada))):
            spends[shop.spend(ada, most).answer.spend_id] = most
        elif what == "refund" and spends:
            spend_id = sorted(spends)[amount % len(spends)]
            spends.pop(spend_id)
            refund_spend(shop.rt, shop.caller, fresh(), ada, spend_id)
    assert {one: sum(paid for _, paid in paid_by(shop, ada, one)) for one in spends} == spends
    before = {earning_id: trace(shop, ada, earning_id)[1] for earning_id in earnings}
    shop.earn(ada, 1)
    for earning_id, amount in earnings.items():
        now, moved = trace(shop, ada, earning_id)
        assert moved == before[earning_id]
        back = sum(part for kind, part in moved if kind == "points.refunded")
        assert now.left == amount + back - sum(part for kind, part in moved if kind != "points.refunded")
