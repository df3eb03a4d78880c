"""What an operation costs: requests and units on the twin's own meter, the configuration already in memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from chalicelib.areas.accounts.store import account_key
from chalicelib.areas.rewards.model import Wish
from chalicelib.flows.available_rewards import available_rewards, validate_redemptions
from chalicelib.flows.cancel_earning import cancel_earning
from chalicelib.flows.evaluate_cart import CartQuestion, evaluate_cart
from chalicelib.flows.expire_earning import expire_earning
from chalicelib.flows.list_awards import list_awards
from chalicelib.flows.list_expiries import list_expiries
from chalicelib.flows.list_redemptions import list_redemptions
from chalicelib.flows.purchase import Buyer
from chalicelib.flows.read_statement import Wanted, read_statement
from chalicelib.flows.refold_account import refold_account, refolded_account
from chalicelib.flows.refund_spend import refund_spend
from chalicelib.flows.settle_account import settle_account
from chalicelib.flows.trace_earning import trace_earning
from chalicelib.flows.trace_spend import trace_spend
from chalicelib.flows.undo_entry import undo_entry
from chalicelib.kit.command import Command
from chalicelib.kit.periods import iso_day, local_day
from chalicelib.table.memory import MemoryTable
from chalicelib.table.meter import Cost
from tests.twins import by_hand, fresh, grouped, happenings, kept, perked, proving, rewarded
from tests.twins.bookshop import POINTS, BookShop, card, goods_back, keyed, member, open_shop, rule, sale


@dataclass(frozen=True)
class Till:
    """A shop with Ada, who has bought before; her card is `ada`."""

    shop: BookShop
    table: MemoryTable
    ada: str
    order_id: str
    made: dict[str, str] = field(default_factory=dict)

    def id_of(self, what: str) -> str:
        return self.made[what]

    def make(self, what: str) -> None:
        """An earning by hand, or a spend, for operations that are about one."""
        if what == "spend":
            self.made[what] = self.shop.spend(self.ada, 2).answer.spend_id
        else:
            earning = self.shop.earn(self.ada, 2).answer.earning
            assert earning is not None
            assert earning.earning_id is not None
            self.made[what] = earning.earning_id

    def price(self, act: Callable[[], object]) -> Cost:
        self.shop.rt.config.load(self.table, self.shop.caller.tenant)
        before = self.table.meter.cost
        act()
        return self.table.meter.cost - before


def till(months: int = 12) -> Till:
    """Points last for so many months."""
    table = MemoryTable()
    unit = {**POINTS, "policies": [{"expiry": {"type": "end_of_month", "months": months}}]}
    shop = open_shop(table, program=with_stamps(unit))
    order = shop.buy(card("ada"), sale("first")).answer
    shop.define(rule("here", **happenings.ON_CHECK_IN))
    return Till(shop, table, order.member_id, order.order_id)


def with_stamps(points: Mapping[str, Any]) -> dict[str, Any]:
    """A program in which points may be turned into stamps."""
    rates = [{"unit": "points", "into": "stamps", "take": 1, "give": 1}]
    return {"units": [points, {"code": "stamps", "name": "Stamps"}], "rates": rates}


def cart(at: Till, buyer: Buyer | None) -> object:
    return evaluate_cart(at.shop.rt, at.shop.caller, fresh(), CartQuestion(sale("A0"), buyer, {"points": 1}))


def settle(at: Till) -> None:
    assert settle_today(at)


def settle_today(at: Till) -> bool:
    return settle_account(at.shop.rt, at.shop.caller, local_day(at.shop.clock.now(), "UTC"), at.ada, 1)


OPERATIONS: dict[str, Callable[[Till], object]] = {
    "evaluate by id": lambda at: at.shop.simulate(member(at.ada), sale("A0")),
    "evaluate by identifier": lambda at: at.shop.simulate(card("ada"), sale("A0")),
    "evaluate a cart by id": lambda at: cart(at, member(at.ada)),
    "evaluate a cart by identifier": lambda at: cart(at, card("ada")),
    "evaluate a cart of nobody known": lambda at: cart(at, None),
    "record an order by id": lambda at: at.shop.buy(member(at.ada), sale("A1")),
    "record an order by identifier": lambda at: at.shop.buy(card("ada"), sale("A2")),
    "record a first order, enrolling": lambda at: at.shop.buy(card("new"), sale("A3")),
    "record an event": lambda at: happenings.record(at.shop, at.ada, happenings.check_in()),
    "record an event with a key": lambda at: happenings.record(
        at.shop, at.ada, replace(happenings.check_in(), own_id="visit-1")
    ),
    "return": lambda at: at.shop.bring_back(at.order_id, goods_back("R1", 10_00)),
    "earn": lambda at: at.shop.earn(at.ada, 1),
    "earn with a key": lambda at: at.shop.earn(at.ada, 1, keyed("k1")),
    "spend": lambda at: at.shop.spend(at.ada, 1),
    "spend with a key": lambda at: at.shop.spend(at.ada, 1, keyed("k2")),
    "refund": lambda at: refund_spend(at.shop.rt, at.shop.caller, fresh(), at.ada, at.id_of("spend"), 1),
    "refund with a key": lambda at: refund_spend(at.shop.rt, at.shop.caller, keyed("k5"), at.ada, at.id_of("spend"), 1),
    "undo a spend": lambda at: undo_entry(at.shop.rt, at.shop.caller, fresh(), at.ada, at.id_of("spend")),
    "undo an earning": lambda at: undo_entry(at.shop.rt, at.shop.caller, fresh(), at.ada, at.id_of("earning")),
    "cancel an earning": lambda at: cancel_earning(at.shop.rt, at.shop.caller, fresh(), at.ada, at.id_of("earning")),
    "expire an earning": lambda at: expire_earning(at.shop.rt, at.shop.caller, fresh(), at.ada, at.id_of("earning")),
    "trace of a spend": lambda at: trace_spend(at.shop.rt, at.shop.caller, at.ada, at.id_of("spend")),
    "trace of an earning": lambda at: trace_earning(at.shop.rt, at.shop.caller, at.ada, at.id_of("earning")),
    "pin a tier for good": lambda at: at.shop.pin(at.ada, "gold"),
    "pin a tier until a day": lambda at: at.shop.pin(at.ada, "gold", "2026-12-31"),
    "recalculate a tier": lambda at: at.shop.recalculate(at.ada),
    "unpin a tier": lambda at: at.shop.unpin(at.ada),
    "earn, pending": lambda at: by_hand.promise(at.shop, at.ada, 1, event="later"),
    "earn, waiting for an order": lambda at: by_hand.promise(at.shop, at.ada, 1, order_id=at.order_id),
    "grant": lambda at: by_hand.grant(at.shop, at.ada, 1),
    "grant with a key": lambda at: by_hand.grant(at.shop, at.ada, 1, keyed("k3")),
    "deduct": lambda at: by_hand.deduct(at.shop, at.ada, 1),
    "hold": lambda at: by_hand.hold(at.shop, at.ada, 1),
    "hold with a key": lambda at: by_hand.hold(at.shop, at.ada, 1, keyed("k4")),
    "holds": lambda at: by_hand.holds(at.shop, at.ada),
    "pending": lambda at: by_hand.pending(at.shop, at.ada),
    "expiries": lambda at: list_expiries(at.shop.rt, at.shop.caller, (at.ada, 1)),
    "balance": lambda at: at.shop.account(at.ada),
    "statement page": lambda at: read_statement(at.shop.rt, at.shop.caller, (at.ada, 1), 25, None),
    "statement page by state": lambda at: read_statement(
        at.shop.rt, at.shop.caller, (at.ada, 1), 25, None, Wanted(state="available")
    ),
    "enrol": lambda at: at.shop.enrol("newer"),
    "config change": lambda at: at.shop.define(rule("base", name="renamed")),
    "one due account": settle,
}
"""They may be priced one after the other in one shop: the last moves the clock."""


OF_WHAT_IS_APART: dict[str, Callable[[Till], Callable[[], object]]] = {
    "evaluate, without an account": lambda at: partial(at.shop.simulate, member(at.shop.member("newest")), sale("A0")),
    "capture": lambda at: partial(by_hand.capture, at.shop, at.ada, held(at)),
    "capture a part": lambda at: partial(by_hand.capture, at.shop, at.ada, held(at), 1, keep_rest=True),
    "release": lambda at: partial(by_hand.release, at.shop, at.ada, held(at)),
    "activate by event": lambda at: partial(by_hand.activate, at.shop, at.ada, event=soon(at)),
    "activate an earning": lambda at: partial(by_hand.activate, at.shop, at.ada, earning_id=due_soon(at)),
    "cancel by event": lambda at: partial(by_hand.cancel, at.shop, at.ada, event=soon(at)),
    "cancel a promise": lambda at: partial(by_hand.cancel, at.shop, at.ada, earning_id=due_soon(at)),
    "cancel an earning of an order": lambda at: partial(
        cancel_earning, at.shop.rt, at.shop.caller, fresh(), at.ada, bought(at)
    ),
    "record an order of nobody": lambda at: partial(kept.keeping(at.shop).buy, kept.STRANGER, sale("K0")),
    "assign an order": lambda at: partial(kept.assign, at.shop, kept.kept(kept.keeping(at.shop), sale("K1")), at.ada),
    "transfer": lambda at: partial(at.shop.send, at.ada, friend(at), 1),
    "transfer with a key": lambda at: partial(at.shop.send, at.ada, friend(at), 1, keyed("k6")),
    "undo a transfer": lambda at: partial(at.shop.undo_transfer, at.ada, sent(at, friend(at))),
    "convert": lambda at: partial(at.shop.convert, at.ada, "points", "stamps", 1),
    "grant a perk": lambda at: partial(perked.give, at.shop, offered_perk(at, "card"), "card"),
    "grant a perk that ends": lambda at: partial(perked.give, at.shop, offered_perk(at, "club"), "club"),
    "stamp a card": lambda at: partial(perked.stamp, at.shop, given(at, "card"), "card"),
    "stamp a card that gives": lambda at: partial(perked.stamp, at.shop, given(at, "giving"), "giving", 2),
    "redeem an award": lambda at: partial(perked.redeem, at.shop, given(at, "card"), "card.1"),
    "redeem an award with a key": lambda at: partial(perked.redeem, at.shop, given(at, "card"), "card.1", keyed("k7")),
    "redeem by a code": lambda at: partial(perked.redeem_by_code, at.shop, shown(at)),
    "refund an award": lambda at: partial(perked.refund, at.shop, at.ada, "card.1", redeemed(at)),
    "revoke an award": lambda at: partial(perked.revoke, at.shop, at.ada, revocable(at)),
    "issue a code": lambda at: partial(perked.code, at.shop, given(at, "card"), "card.1"),
    "set a PIN": lambda at: partial(proving.pin, at.shop, at.ada),
    "set a PIN with a key": lambda at: partial(proving.pin, at.shop, at.ada, proving.PIN, keyed("k11")),
    "issue a code to prove by": lambda at: partial(proving.code, at.shop, at.ada),
    "awards": lambda at: partial(list_awards, at.shop.rt, at.shop.caller, given(at, "card")),
    "redeem a reward with code and stock": lambda at: partial(rewarded.redeem, at.shop, at.ada, offered(at)),
    "redeem a reward, limited for a member": lambda at: partial(
        rewarded.redeem, at.shop, at.ada, offered(at, member_limits=rewarded.EVER)
    ),
    "redeem a reward with a key": lambda at: partial(rewarded.redeem, at.shop, at.ada, offered(at), keyed("k8")),
    "refund a redemption": lambda at: partial(
        rewarded.refund, at.shop, at.ada, rewarded.redeemed(at.shop, at.ada, offered(at))
    ),
    "change a delivery": lambda at: partial(
        rewarded.deliver,
        at.shop,
        at.ada,
        rewarded.redeemed(at.shop, at.ada, offered(at, **rewarded.BAG), rewarded.HOME),
    ),
    "rewards of a member": lambda at: partial(
        available_rewards, at.shop.rt, at.shop.caller, at.ada, 1, 0, offered(at) and (), 25, None
    ),
    "basket of rewards": lambda at: partial(
        validate_redemptions, at.shop.rt, at.shop.caller, at.ada, 1, [(offered(at), Wish())] * 20
    ),
    "redemptions of a member": lambda at: partial(list_redemptions, at.shop.rt, at.shop.caller, taker(at), 1, 25, None),
    "refold an account": lambda at: partial(refold, at, damaged(at)),
}
"""What each is about is there before it is priced."""

IN_A_GROUP: dict[str, Callable[[Till], Callable[[], object]]] = {
    "evaluate, in a group": lambda at: partial(at.shop.simulate, member(resident(at)), sale("G0")),
    "evaluate a cart, in a group": lambda at: partial(cart, at, member(resident(at))),
    "record an order, in a group": lambda at: partial(at.shop.buy, member(resident(at)), sale("G1", 10_00)),
    "earn, in a group": lambda at: partial(at.shop.earn, resident(at), 1),
    "spend, in a group": lambda at: partial(at.shop.spend, resident(at), 1),
}
"""By a member whose group has as many lots as Ada."""

_LAST = "one due account"  # moves the clock
# What the program asks for from then on, so they come after all others.
BY_PROOF: dict[str, Callable[[Till], Callable[[], object]]] = {
    "spend by a PIN": lambda at: partial(spend_by, at, shown_for(at, points="pin")),
    "spend by a code": lambda at: partial(spend_by, at, shown_for(at, points="code")),
    "redeem an award by a PIN": lambda at: partial(
        perked.redeem, at.shop, given(at, "card"), "card.1", shown_for(at, awards="pin")
    ),
    "redeem a reward by a PIN": lambda at: partial(
        rewarded.redeem, at.shop, at.ada, offered(at), shown_for(at, rewards="pin")
    ),
}
# Groups first: behind them perks are offered whose cards points fill, which a purchase of theirs would redeem.
PRICED = (*(name for name in (*IN_A_GROUP, *OPERATIONS, *OF_WHAT_IS_APART) if name != _LAST), *BY_PROOF, _LAST)


PERKS: dict[str, dict[str, Any]] = {
    "treat": {"what": perked.TREAT},
    "card": {"what": perked.CARD},
    "giving": {"what": perked.CARD | {"gives": "treat"}, "method": "auto"},
    "club": {"what": perked.CLUB, "valid_days": 30, "again": "replace"},
    "spare": {"what": perked.CLUB, "again": "replace"},
}


def offered_perk(at: Till, perk_id: str) -> str:
    """To Ada."""
    for offer in ("treat", perk_id):
        perked.offer(at.shop, offer, **PERKS[offer])
    return at.ada


def given(at: Till, perk_id: str) -> str:
    """To Ada, who has one of it."""
    if perk_id not in at.made:
        at.made[perk_id] = perked.give(at.shop, offered_perk(at, perk_id), perk_id).answer.award.award_id
    return at.ada


def shown(at: Till) -> str:
    return perked.code(at.shop, given(at, "card"), "card.1")


def shown_for(at: Till, **asked: str) -> Command:
    """What the program asks for, and Ada shows."""
    proving.ask(at.shop, **asked)
    proving.pin(at.shop, at.ada)
    proof = proving.PIN if "pin" in asked.values() else proving.code(at.shop, at.ada).answer.code
    return replace(fresh(), proof=proof)


def spend_by(at: Till, shown: Command) -> object:
    return proving.spend(at.shop, at.ada, shown.proof, shown)


def redeemed(at: Till) -> str:
    return perked.redeem(at.shop, given(at, "card"), "card.1").answer.redemption_id


def revocable(at: Till) -> str:
    return perked.give(at.shop, offered_perk(at, "spare"), "spare").answer.award.award_id


def offered(at: Till, **fields: Any) -> str:
    """A reward with codes and a stock, of which one has been taken before."""
    buyer = taker(at)
    rewarded.define(at.shop, "offered", **{"stock": 100} | fields)
    for who in (buyer, at.ada):
        rewarded.redeem(at.shop, who, "offered", address=rewarded.HOME if fields.get("type") == "physical" else None)
    return "offered"


def taker(at: Till) -> str:
    if "taker" not in at.made:
        at.made["taker"] = at.shop.member("taker")
        at.shop.earn(at.made["taker"], 1_000)
        rewarded.series(at.shop)
        rewarded.define(at.shop, "offered")
        rewarded.redeem(at.shop, at.made["taker"], "offered")
    return at.made["taker"]


def held(at: Till) -> int:
    return by_hand.hold(at.shop, at.ada, 2).answer.hold_id


def soon(at: Till) -> str:
    by_hand.promised(at.shop, at.ada, 2, event="soon")
    return "soon"


def due_soon(at: Till) -> str:
    return by_hand.promised(at.shop, at.ada, 2, available_after_days=3)


def bought(at: Till) -> str:
    """The id of what a purchase has earned her just now."""
    earning_id = at.shop.buy(member(at.ada), sale("to cancel")).answer.earned[0].earning_id
    assert earning_id is not None
    return earning_id


def friend(at: Till) -> str:
    """Who has had points from Ada before."""
    if "friend" not in at.made:
        at.made["friend"] = at.shop.member("friend")
        sent(at, at.made["friend"])
    return at.made["friend"]


def damaged(at: Till) -> str:
    """Whose account nobody can read, until it is made anew from its journal."""
    item = at.table.get(account_key(at.shop.caller.tenant, at.ada, 1))
    assert item is not None
    at.table.batch_put([{**item, "body": {"B": b"?"}}])
    return at.ada


def refold(at: Till, owner: str) -> None:
    rt, tenant = at.shop.rt, at.shop.caller.tenant
    refold_account(rt, tenant, refolded_account(rt, tenant, owner, 1))


def resident(at: Till) -> str:
    if "resident" not in at.made:
        at.made["resident"] = at.shop.member("resident")
        group = grouped.household(at.shop, at.made["resident"])
        for lot in at.shop.account(at.ada).wallets[0].expiring:
            by_hand.grant(at.shop, group, 10, expires_on=lot.expires_on)
    return at.made["resident"]


def sent(at: Till, to: str) -> str:
    return at.shop.send(at.ada, to, 1).answer.transfer_id


def prepared(name: str, at: Till) -> Callable[[], object]:
    """The operation, ready to be priced: points are due only when the account to settle is."""
    apart = OF_WHAT_IS_APART | IN_A_GROUP | BY_PROOF
    if name in apart:
        return apart[name](at)
    if name == "one due account":
        [wallet, *_] = at.shop.account(at.ada).wallets
        first = wallet.expiring[0].expires_on
        assert first is not None
        at.shop.clock.move_to(f"{iso_day(first + 1)}T00:10:00Z")
    for what in ("spend", "earning"):
        if what in name and name not in ("spend", "spend with a key"):
            at.make(what)
    if name.startswith("refund"):
        at.make("spend")
    if name == "unpin a tier":
        at.shop.pin(at.ada, "gold")
    return lambda: OPERATIONS[name](at)
