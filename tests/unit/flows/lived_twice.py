"""The same life in two shops: in one the daily job runs every night and whenever it is sent again, in the other never.

Whatever is done is drawn anew from the same dice in both, and names what was done before by its place among all of it:
entries of the job have numbers, too, so ids differ.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from chalicelib.areas.accounts import store as accounts
from chalicelib.areas.accounts.model import Account
from chalicelib.areas.feeds.model import counted
from chalicelib.areas.programs.model import ProgramDefinition
from chalicelib.areas.programs.operations import get_program
from chalicelib.areas.rules.model import Rule
from chalicelib.areas.tiers.model import TierScheme
from chalicelib.errors import Refused, StampbookError
from chalicelib.flows.cancel_earning import cancel_earning
from chalicelib.flows.define_tiers import define_tiers
from chalicelib.flows.expire_earning import expire_earning
from chalicelib.flows.feed_commit import told_of
from chalicelib.flows.refund_spend import refund_spend
from chalicelib.flows.replace_program import replace_program
from chalicelib.flows.settle_due import settle_due
from chalicelib.flows.spend_points import spend_points
from chalicelib.flows.terms import Terms, brought_to, terms_of
from chalicelib.flows.undo_entry import undo_entry
from chalicelib.kit.ids import MAX_SEQUENCE
from chalicelib.kit.periods import day_of, day_starts, iso_day, local_day
from chalicelib.table.journal import entries_query, entry_from
from chalicelib.table.pages import every_item
from tests.simulation.policies import UNITS, ZONES, definition, ladder, policy
from tests.twins import by_hand, fresh
from tests.twins.bookshop import BookShop, fixed, goods_back, line, member, open_shop, rule, sale
from tests.twins.grouped import found, join, leave

DAY_MS, HOUR_MS, MINUTE_MS = 86_400_000, 3_600_000, 60_000
LAGS = (0, 1_000, 4 * MINUTE_MS, 3 * HOUR_MS, DAY_MS, 5 * DAY_MS, 16 * DAY_MS, 45 * DAY_MS)
RUNS_AT = 10 * MINUTE_MS  # past midnight
OF_THE_ENTRY = ("version", "expired", "activated", "moves")
RULES: tuple[Rule, ...] = (
    rule(),
    rule("gold", audience={"tiers": ["gold"]}, effects=[fixed(7, stage="bonus")]),
    rule("stamp", effects=[fixed(5, "stamps")]),
    rule("cash", effects=[fixed(150, "cash")]),
)


@dataclass
class Side:
    """One of the shops, and what was done in it so far."""

    shop: BookShop
    members: tuple[str, ...]
    nightly: bool
    groups: list[str] = field(default_factory=list)
    orders: list[tuple[str, int]] = field(default_factory=list)
    earnings: list[tuple[str, str]] = field(default_factory=list)
    spends: list[tuple[str, str]] = field(default_factory=list)
    number: int = 0

    @property
    def owners(self) -> tuple[str, ...]:
        return (*self.members, *self.groups)

    def do(self, move: Move, dice: Random) -> Any:
        """What it answered, as far as both shops may know it; a refusal by its code."""
        self.number += 1
        again = dice.random() < 0.3
        if self.nightly and again:
            self.settle()
        try:
            return _told(move(self, dice))
        except StampbookError as refusal:
            return refusal.code

    def settle(self) -> None:
        settle_due(self.shop.rt, self.shop.caller, local_day(self.shop.clock.at, "UTC"))

    def pass_time(self, duration: int) -> None:
        clock, then = self.shop.clock, self.shop.clock.at + duration
        clock.elapsed += 60.0
        for day in range(local_day(clock.at, "UTC") + 1, local_day(then, "UTC") + 1):
            clock.at = max(clock.at, day_starts(day, "UTC") + RUNS_AT)
            if self.nightly and clock.at <= then:
                self.settle()
        clock.at = then

    def shown(self) -> dict[str, Any]:
        """Of each owner the account as it can be read now."""
        views = {owner: self.shop.account(owner) for owner in self.owners}
        return {owner: _told(view) for owner, view in views.items()}

    def stands(self) -> dict[str, Account]:
        """As they are stored, brought to now."""
        return {owner: brought_to(account, self.terms, self.shop.clock.at) for owner, account in self.kept().items()}

    def foresees(self, dice: Random) -> None:
        """What will be read later is what follows from what is read now."""
        now, terms = self.shop.clock.at, self.terms
        later = now + dice.randrange(60 * DAY_MS)
        for owner, account in self.kept().items():
            if account.advanced_to:
                in_two, straight = (brought_to(one, terms, later) for one in (brought_to(account, terms, now), account))
                assert in_two == straight, owner

    def kept(self) -> dict[str, Account]:
        rt, tenant = self.shop.rt, self.shop.caller.tenant
        return {owner: accounts.read(rt.table, tenant, owner, 1)[0] for owner in self.owners}

    @property
    def terms(self) -> Terms:
        return terms_of(self.shop.rt, self.shop.caller.tenant, 1)

    def stated(self) -> Counter[tuple[Any, ...]]:
        """What statements come to once all that is due is written: by owner, unit, kind, day and last day."""
        self.pass_time(HOUR_MS)
        self.settle()
        sums: Counter[tuple[Any, ...]] = Counter()
        for owner in self.owners:
            for entry in self.shop.statement(owner):
                for told in entry.lines:
                    of = owner, told.unit, told.type, told.value_day, told.expires_on
                    sums[of] += (told.amount or 0) or (told.unmoved or 0)
        return sums

    def counted(self) -> Counter[tuple[str, str]]:
        """What the relay counts of all entries, by owner: breakage and liability by the month of the last day among it. How
        many entries there are is no matter, nor who stands on which tier: whom another ladder moves is written, and counted, when
        something else happens to them, and the job is one such thing."""
        rt, tenant = self.shop.rt, self.shop.caller.tenant
        sums: Counter[tuple[str, str]] = Counter()
        for owner in self.owners:
            stream = accounts.stream(tenant, owner, 1)
            entries = [entry_from(stream, one) for one in every_item(rt.table, entries_query(stream, 1, MAX_SEQUENCE))]
            found = counted(told_of(entry) for entry in entries)
            sums.update({(owner, name): amount for name, amount in found.items() if _follows(name)})
        return sums


def _follows(name: str) -> bool:
    return "/" in name and not name.startswith("stood/")


Move = Callable[[Side, Random], Any]


def both(seed: int) -> tuple[Side, Side]:
    return _opened(seed, nightly=True), _opened(seed, nightly=False)


def _opened(seed: int, *, nightly: bool) -> Side:
    dice = Random(f"{seed}/shop")
    shop = open_shop(now="2026-01-10", rules=RULES, program=definition(dice, dice.choice(ZONES)), tiers=ladder(dice))
    return Side(shop, tuple(shop.member(str(number)) for number in range(3)), nightly)


def _told(answer: Any) -> Any:
    """Without what names entries, and without what an entry wrote down of what had passed: the job's may have done so."""
    if isinstance(answer, str | None):
        return answer
    return _without_entries(answer.model_dump(mode="json"))


def _without_entries(told: Any) -> Any:
    if isinstance(told, dict):
        kept = {name: value for name, value in told.items() if name not in OF_THE_ENTRY}
        return {name: _without_entries(value) for name, value in kept.items() if not _names_an_entry(value)}
    return [_without_entries(one) for one in told] if isinstance(told, list) else told


def _names_an_entry(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("ent_")


def one_of(dice: Random, some: list[Any]) -> Any:
    if not some:
        raise Refused("nothing_there", "Nothing of the kind was done yet.")
    return dice.choice(some)


# --- what is done ---------------------------------------------------------------------------------------------------------


def buy(side: Side, dice: Random) -> Any:
    """Now or late; and what was simulated is what is recorded."""
    buyer, cents = dice.choice(side.members), dice.choice((3_00, 40_00, 90_00))
    document = sale(f"S{side.number}", line(1, cents, "pen", "2"))
    document = document.model_copy(update={"purchased_at": side.shop.clock.at - dice.choice(LAGS)})
    simulated = side.shop.simulate(member(buyer), document)
    done = side.shop.buy(member(buyer), document).answer
    for name in ("earned", "capped", "expired", "account"):
        assert _without_ids(getattr(simulated, name)) == _without_ids(getattr(done, name)), name
    side.orders.append((done.order_id, cents))
    side.earnings += [(done.group_id or buyer, str(one.earning_id)) for one in done.earned]
    return done


def _without_ids(told: Any) -> Any:
    some = told if isinstance(told, tuple) else (told,)
    return [one.model_dump(exclude={"earning_id"}) for one in some]


def bring_back(side: Side, dice: Random) -> Any:
    order_id, cents = one_of(dice, side.orders)
    part = dice.choice((1, 2))
    document = goods_back(f"R{side.number}", cents // part, "pen", "1" if part == 2 else "2")
    document = document.model_copy(update={"purchased_at": side.shop.clock.at - dice.choice(LAGS)})
    return side.shop.bring_back(order_id, document).answer


def earn(side: Side, dice: Random) -> Any:
    ada, unit, amount = dice.choice(side.members), dice.choice(UNITS), dice.randrange(1, 90)
    waits = dice.choice(({}, {}, {"available_after_days": dice.choice((1, 9))}, {"event": "survey"}))
    done = by_hand.promise(side.shop, ada, amount, unit=unit, **waits).answer
    if done.earning is not None:
        side.earnings.append((done.group_id or ada, str(done.earning.earning_id)))
    return done


def activate(side: Side, dice: Random) -> Any:
    return by_hand.activate(side.shop, dice.choice(side.members), event="survey").answer


def spend(side: Side, dice: Random) -> Any:
    ada, unit, amount = dice.choice(side.members), dice.choice(UNITS), dice.randrange(1, 60)
    below = dice.random() < 0.5
    done = spend_points(side.shop.rt, side.shop.caller, fresh(), ada, unit, amount, below_zero=below).answer
    side.spends.append((done.group_id or ada, done.spend_id))
    return done


def grant(side: Side, dice: Random) -> Any:
    unit, amount = dice.choice(UNITS), dice.randrange(1, 50)
    return by_hand.grant(side.shop, dice.choice(side.owners), amount, unit=unit).answer


def deduct(side: Side, dice: Random) -> Any:
    unit, amount = dice.choice(UNITS), dice.randrange(1, 30)
    return by_hand.deduct(side.shop, dice.choice(side.owners), amount, unit=unit).answer


def hold(side: Side, dice: Random) -> Any:
    lapse = dice.choice((None, side.shop.clock.at + dice.randrange(1, 30 * 24) * HOUR_MS))
    ada, unit, amount = dice.choice(side.members), dice.choice(UNITS), dice.randrange(1, 40)
    all_there_is = sum(one.available for one in side.shop.account(ada).wallets if one.unit == unit)
    wanted = dice.choice((amount, max(1, all_there_is)))
    return by_hand.hold(side.shop, ada, wanted, unit=unit, at=lapse).answer


def capture(side: Side, dice: Random) -> Any:
    return by_hand.capture(side.shop, dice.choice(side.members), dice.randrange(1, 5), dice.choice((None, 3))).answer


def release(side: Side, dice: Random) -> Any:
    return by_hand.release(side.shop, dice.choice(side.members), dice.randrange(1, 5)).answer


def send(side: Side, dice: Random) -> Any:
    ada, to = dice.choice(side.members), dice.choice(side.owners)
    return side.shop.send(ada, to, dice.randrange(1, 40), unit=dice.choice(UNITS)).answer


def convert(side: Side, dice: Random) -> Any:
    unit, into = dice.choice((("points", "cash"), ("cash", "points")))
    return side.shop.convert(dice.choice(side.members), unit, into, 10 * dice.randrange(1, 6)).answer


def refund(side: Side, dice: Random) -> Any:
    owner, spend_id = one_of(dice, side.spends)
    return refund_spend(side.shop.rt, side.shop.caller, fresh(), owner, spend_id, dice.choice((None, 1, 5))).answer


def take_back(side: Side, dice: Random) -> Any:
    """An earning: undone, cancelled, or let go."""
    owner, earning_id = one_of(dice, side.earnings)
    act = dice.choice((undo_entry, cancel_earning, expire_earning))
    return act(side.shop.rt, side.shop.caller, fresh(), owner, earning_id).answer


def pin(side: Side, dice: Random) -> Any:
    ada = dice.choice(side.members)
    if dice.random() < 0.5:
        return side.shop.unpin(ada).answer
    until = local_day(side.shop.clock.at, "UTC") + dice.randrange(40)
    return side.shop.pin(ada, dice.choice(("bronze", "gold")), iso_day(until)).answer


def recalculate(side: Side, dice: Random) -> Any:
    return side.shop.recalculate(dice.choice(side.members)).answer


def go_together(side: Side, dice: Random) -> Any:
    ada = dice.choice(side.members)
    if len(side.groups) < 2:
        side.groups.append(found(side.shop, ada).answer.group_id)
    elif dice.random() < 0.5:
        join(side.shop, dice.choice(side.groups), ada)
    else:
        leave(side.shop, dice.choice(side.groups), ada)


def other_policies(side: Side, dice: Random) -> Any:
    """From today on."""
    if dice.random() < 0.7:
        return
    told = get_program(side.shop.rt, side.shop.caller, 1)
    today = local_day(side.shop.clock.at, told.zone)
    units = []
    for unit in told.units:
        last = unit.policies[-1].effective_from
        more = [policy(dice, today)] if last is None or day_of(last) < today else []
        kept = [one.model_dump(mode="json") for one in unit.policies]
        units.append(unit.model_dump(mode="json") | {"policies": [*kept, *more]})
    program = told.model_dump(mode="json", exclude={"program_id"}) | {"units": units}
    replace_program(side.shop.rt, side.shop.caller, fresh(), 1, ProgramDefinition.model_validate(program))


def other_tiers(side: Side, dice: Random) -> Any:
    if dice.random() < 0.7:
        return
    define_tiers(side.shop.rt, side.shop.caller, fresh(), 1, TierScheme.model_validate(ladder(dice)))


def sell_past_other_tiers(side: Side, dice: Random) -> Any:
    """By a till that runs fast, or one that holds the tiers of before while others begin: the account is past their start
    already. What is read of it then is where it stands, whoever looks later, and when."""
    buyer, cents, scheme = dice.choice(side.members), dice.choice((3_00, 90_00)), ladder(dice)
    shop, lag, ahead = side.shop, dice.choice((0, 2_000)), dice.choice((0, 4 * MINUTE_MS))
    till = shop.at_another_till(shop.rt.table)
    till.account(buyer)
    if lag:
        shop.clock.at += 1_000
        define_tiers(shop.rt, shop.caller, fresh(), 1, TierScheme.model_validate(scheme))
        shop.clock.at += lag
    till.clock.at = shop.clock.at
    document = sale(f"S{side.number}", line(1, cents, "pen", "2"))
    done = till.buy(member(buyer), document.model_copy(update={"purchased_at": till.clock.at + ahead})).answer
    if not lag:
        shop.clock.at += MINUTE_MS
        define_tiers(shop.rt, shop.caller, fresh(), 1, TierScheme.model_validate(scheme))
    side.orders.append((done.order_id, cents))
    return done


def time_passes(side: Side, dice: Random) -> Any:
    side.pass_time(int(dice.choice((0.01, 0.3, 1, 2, 7, 30)) * DAY_MS))


MOVES: tuple[Move, ...] = (
    *(buy,) * 8,
    *(bring_back,) * 5,
    *(time_passes,) * 6,
    *(earn, earn, activate, spend, spend, spend, grant, deduct, hold, hold, capture, release, send, send, convert),
    *(
        refund,
        refund,
        take_back,
        take_back,
        pin,
        recalculate,
        go_together,
        other_policies,
        other_tiers,
        sell_past_other_tiers,
    ),
)
