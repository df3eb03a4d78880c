"""Random lives in a shop of two programs: members, a household, and whatever may happen to points of either."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from chalicelib.areas.programs.model import ProgramDefinition
from chalicelib.areas.programs.operations import create_program, get_program
from chalicelib.errors import StampbookError
from chalicelib.flows.activate_pending import activate_pending
from chalicelib.flows.capture_hold import capture_hold
from chalicelib.flows.convert_points import convert_points
from chalicelib.flows.define_rule import define_rule
from chalicelib.flows.earn_points import Waits, earn_points
from chalicelib.flows.grant_points import Gift, grant_points
from chalicelib.flows.hold_points import Lapse, hold_points
from chalicelib.flows.pending_choice import Choice
from chalicelib.flows.record_order import record_order
from chalicelib.flows.replace_program import replace_program
from chalicelib.flows.settle_due import settle_due
from chalicelib.flows.spend_points import spend_points
from chalicelib.flows.transfer_points import transfer_points
from chalicelib.flows.undo_entry import undo_entry
from chalicelib.kit.ids import EntryRef, entry_id
from chalicelib.kit.periods import iso_day, local_day
from tests.simulation.policies import UNITS, ZONES, definition
from tests.twins import fresh
from tests.twins.bookshop import BookShop, goods_back, member, open_shop, per_euro, rule, sale
from tests.twins.grouped import found, join, leave
from tests.twins.streamed import StreamedTable

DAY_MS = 86_400_000
PROGRAMS = (1, 2)


@dataclass
class Life:
    """Whatever is refused is refused: there is more where it came from."""

    shop: BookShop
    table: StreamedTable
    dice: Random
    members: tuple[str, ...]
    groups: list[str] = field(default_factory=list)
    sold: list[str] = field(default_factory=list)
    numbers: int = 0

    @property
    def owners(self) -> tuple[str, ...]:
        return (*self.members, *self.groups)

    def live(self, moves: int) -> None:
        for _ in range(moves):
            act = self.dice.choice(MOVES)
            try:
                act(self, self.dice.choice(self.members), self.dice.choice(PROGRAMS), self.dice.choice(UNITS))
            except StampbookError:
                continue

    def number(self) -> str:
        self.numbers += 1
        return f"N{self.numbers}"

    def day(self, ago: int) -> str:
        return iso_day(local_day(self.shop.clock.at, "UTC") - ago)


def begun(seed: int) -> Life:
    dice = Random(f"{seed}/lives")
    table = StreamedTable()
    shop = open_shop(table, now="2026-01-10", program=definition(dice, dice.choice(ZONES)), tiers=None)
    other = ProgramDefinition.model_validate({"name": "Coffee"} | definition(dice, dice.choice(ZONES)))
    create_program(shop.rt, shop.caller, fresh(), other)
    define_rule(shop.rt, shop.caller, fresh(), 2, rule("cup", effects=[per_euro(unit="stamps")]))
    return Life(shop, table, dice, tuple(shop.member(str(number)) for number in range(3)))


def days_pass(life: Life, *_: object) -> None:
    life.shop.clock.at += int(life.dice.choice((0.1, 1, 3, 20, 60)) * DAY_MS)


def job(life: Life, *_: object) -> None:
    settle_due(life.shop.rt, life.shop.caller, local_day(life.shop.clock.at, "UTC"))


def go_together(life: Life, ada: str, *_: object) -> None:
    if len(life.groups) < 2:
        life.groups.append(found(life.shop, ada).answer.group_id)
    elif life.dice.random() < 0.5:
        join(life.shop, life.dice.choice(life.groups), ada)
    else:
        leave(life.shop, life.dice.choice(life.groups), ada)


def buy(life: Life, ada: str, program: int, _: str) -> None:
    """Today, or some days ago."""
    document = sale(life.number(), life.dice.randrange(1, 200_00), on=life.day(life.dice.choice((1, 2, 15, 40))))
    done = record_order(life.shop.rt, life.shop.caller, fresh(), member(ada), document, program)
    life.sold.append(done.answer.order_id)


def bring_back(life: Life, *_: object) -> None:
    back = goods_back(life.number(), life.dice.randrange(1, 100_00), on=life.day(life.dice.choice((0, 5))))
    life.shop.bring_back(life.dice.choice(life.sold or ["none"]), back)


def earn(life: Life, ada: str, program: int, unit: str) -> None:
    waits = life.dice.choice((Waits(), Waits(), Waits(available_after_days=9), Waits(event="survey")))
    amount = life.dice.randrange(1, 300)
    earn_points(life.shop.rt, life.shop.caller, fresh(), ada, unit, amount, program, waits)


def activate(life: Life, ada: str, program: int, _: str) -> None:
    activate_pending(life.shop.rt, life.shop.caller, fresh(), ada, Choice(event="survey"), program)


def spend(life: Life, ada: str, program: int, unit: str) -> None:
    amount, below = life.dice.randrange(1, 150), life.dice.random() < 0.4
    spend_points(life.shop.rt, life.shop.caller, fresh(), ada, unit, amount, program, below_zero=below)


def hold(life: Life, ada: str, program: int, unit: str) -> None:
    lapse = Lapse(at=life.dice.choice((None, life.shop.clock.at + life.dice.randrange(1, 90) * DAY_MS)))
    hold_points(life.shop.rt, life.shop.caller, fresh(), ada, unit, life.dice.randrange(1, 80), program, lapse)


def capture(life: Life, ada: str, program: int, _: str) -> None:
    rt, caller = life.shop.rt, life.shop.caller
    capture_hold(rt, caller, fresh(), ada, life.dice.randrange(1, 4), life.dice.choice((None, 5)), program)


def send(life: Life, ada: str, program: int, unit: str) -> None:
    """To another member, or to the group that they are in."""
    receiver = member(life.dice.choice(life.owners))
    rt, caller = life.shop.rt, life.shop.caller
    transfer_points(rt, caller, fresh(), ada, receiver, unit, life.dice.randrange(1, 60), program)


def grant(life: Life, ada: str, program: int, unit: str) -> None:
    """To a member or a group. Undoing it takes it back."""
    gift = Gift(unit, life.dice.randrange(1, 50), reason="goodwill")
    grant_points(life.shop.rt, life.shop.caller, fresh(), life.dice.choice((ada, *life.owners)), gift, program)


def convert(life: Life, ada: str, program: int, _: str) -> None:
    unit, into = life.dice.choice((("points", "cash"), ("cash", "points")))
    amount = 10 * life.dice.randrange(1, 10)
    convert_points(life.shop.rt, life.shop.caller, fresh(), ada, unit, into, amount, program)


def undo(life: Life, _: str, program: int, __: str) -> None:
    owner = life.dice.choice(life.owners)
    entry = entry_id(EntryRef(owner, program, life.dice.randrange(1, 12)))
    undo_entry(life.shop.rt, life.shop.caller, fresh(), owner, entry)


def move_house(life: Life, _: str, program: int, __: str) -> None:
    """The program is in another zone from now on; days of before stay as they were."""
    if life.dice.random() < 0.7:
        return
    known = get_program(life.shop.rt, life.shop.caller, program).model_dump(mode="json", exclude={"program_id"})
    moved = ProgramDefinition.model_validate(known | {"zone": life.dice.choice(ZONES)})
    replace_program(life.shop.rt, life.shop.caller, fresh(), program, moved)
    life.shop.clock.elapsed += 60.0


Move = Callable[[Life, str, int, str], None]
MOVES: tuple[Move, ...] = (
    *(days_pass, days_pass, job, go_together, buy, buy, buy, bring_back, earn, earn, earn, activate),
    *(spend, spend, hold, capture, send, send, grant, convert, undo, undo, undo, move_house),
)
