"""A book shop with a loyalty program, in a shopkeeper's words: what most tests of flows begin with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import count
from typing import Any, cast
from zlib import crc32

import pytest

from chalicelib.areas.accounts.operations import Proof
from chalicelib.areas.members.model import Enrolment, Identifier, Member
from chalicelib.areas.members.operations import find_member
from chalicelib.areas.orders.model import Line, Return, ReturnLine, Sale
from chalicelib.areas.orders.operations import find_order
from chalicelib.areas.programs.model import ProgramDefinition
from chalicelib.areas.programs.operations import create_program
from chalicelib.areas.rules.model import Rule
from chalicelib.areas.tiers.model import TierScheme
from chalicelib.errors import Refused, StampbookError
from chalicelib.flows.account_views import Standing
from chalicelib.flows.convert_points import Converted, convert_points
from chalicelib.flows.define_rule import define_rule
from chalicelib.flows.define_tiers import define_tiers
from chalicelib.flows.earn_points import Earned, earn_points
from chalicelib.flows.enrol_member import enrol_member
from chalicelib.flows.opened import InGroup
from chalicelib.flows.pin_tier import pin_tier
from chalicelib.flows.prove_account import prove_account
from chalicelib.flows.purchase import Buyer
from chalicelib.flows.read_account import AccountView, read_account
from chalicelib.flows.read_statement import StatementEntry, read_statement
from chalicelib.flows.recalculate_tier import recalculate_tier
from chalicelib.flows.record_order import RecordedOrder, record_order
from chalicelib.flows.return_order import ReturnedOrder, return_order
from chalicelib.flows.simulate_order import SimulatedOrder, simulate_order
from chalicelib.flows.spend_points import Spent, spend_points
from chalicelib.flows.tier_moves import TierMoves
from chalicelib.flows.transfer_points import Transferred, transfer_points
from chalicelib.flows.undo_transfer import UndoneTransfer, undo_transfer
from chalicelib.flows.unpin_tier import unpin_tier
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Instant
from chalicelib.kit.command import Command
from chalicelib.kit.ids import Kind, entity_id
from chalicelib.kit.periods import parse_day
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed
from chalicelib.table.protocol import Table
from tests.twins import StandingClock, at, caller_of, drawn, fresh, runtime_on

POINTS = {
    "code": "points",
    "name": "Points",
    "policies": [{"expiry": {"type": "end_of_month", "months": 12}}],
}
PROGRAM = {"name": "Books", "enrolment": "enrol", "units": [POINTS]}
TIERS = {
    "basis": "points_earned",
    "unit": "points",
    "tiers": [
        {"tier_id": "bronze", "name": "Bronze", "threshold": 0},
        {"tier_id": "silver", "name": "Silver", "threshold": 200},
        {"tier_id": "gold", "name": "Gold", "threshold": 1000},
    ],
}
TODAY = "2026-06-15"
FIRST = {"ask": "order.first", "is": True}


def per_euro(amount: int = 1, unit: str = "points", **fields: Any) -> dict[str, Any]:
    """For each whole euro, unless told otherwise."""
    return {"kind": "per_value", "unit": unit, "amount": amount, "per": "1.00", "rounding": "down"} | fields


def fixed(amount: int, unit: str = "points", **fields: Any) -> dict[str, Any]:
    return {"kind": "fixed", "unit": unit, "amount": amount} | fields


def over(value: str) -> dict[str, Any]:
    """The condition that an order comes to so much."""
    return {"ask": "order.value", "at_least": value}


def rule(rule_id: str = "base", **fields: Any) -> Rule:
    """One point per whole euro, unless told otherwise."""
    return Rule.model_validate({"rule_id": rule_id, "name": rule_id, "effects": [per_euro()]} | fields)


def keyed(key: str, fingerprint: str = "", *, dry_run: bool = False) -> Command:
    """A command with an Idempotency-Key; the fingerprint is of the key itself unless the body is another."""
    return Command(key, guarded=True, fingerprint=fingerprint or f"body of {key}", dry_run=dry_run)


def dry() -> Command:
    return replace(fresh(), dry_run=True)


def card(number: str) -> Buyer:
    return Buyer(identifier=Identifier(type="card", value=number))


def member(member_id: str) -> Buyer:
    return Buyer(member_id=member_id)


def line(line_no: int, cents: int, sku: str = "", quantity: str = "1", **fields: Any) -> Line:
    return Line(line_no=line_no, sku=sku or f"book-{line_no}", quantity=Decimal(quantity), gross_value=cents, **fields)


def sale(number: str, *lines: Line | int, on: str = TODAY, currency: str = "EUR", **fields: Any) -> Sale:
    """Lines, or just their values in cents; nothing said is one book of 100.00."""
    bought = tuple(line(no, one) if isinstance(one, int) else one for no, one in enumerate(lines or (100_00,), start=1))
    return Sale(number=number, purchased_at=at(on), currency=currency, lines=bought, **fields)


def goods_back(
    number: str, cents: int, sku: str = "book-1", quantity: str = "1", on: str = TODAY, currency: str = "EUR"
) -> Return:
    lines = (ReturnLine(sku=sku, quantity=Decimal(quantity), gross_value=cents),)
    return Return(number=number, purchased_at=at(on), currency=currency, lines=lines)


class NumberedIds:
    """Entities are numbered one after the other: a thousand may be made while the clock stands, and none meet."""

    def __init__(self, tenant: str) -> None:
        self._numbers = count(crc32(tenant.encode()))

    def entity(self, kind: Kind, at: Instant) -> str:
        return entity_id(kind, at, next(self._numbers))

    def command(self) -> str:
        return drawn.hex(12)

    def salt(self) -> str:
        return drawn.hex(16)


class Sold(RecordedOrder):
    """To a member."""

    member_id: str
    entry_id: str
    account: Standing


class Returned(ReturnedOrder):
    """By a member."""

    member_id: str
    entry_id: str
    account: Standing


class Simulated(SimulatedOrder):
    """For somebody."""

    account: Standing


@dataclass(frozen=True)
class BookShop:
    rt: Runtime
    clock: StandingClock
    caller: Caller

    def at_another_till(self, table: Table) -> BookShop:
        """The same shop seen by another process, on this table."""
        rt, clock = runtime_on(table)
        clock.at = self.clock.at
        return BookShop(replace(rt, ids=self.rt.ids), clock, self.caller)

    def quietly(self) -> BookShop:
        """The same till, which tells nobody."""
        return replace(self, caller=replace(self.caller, quiet=True))

    def enrol(self, number: str, command: Command | None = None, **fields: Any) -> Committed[Member]:
        enrolment = Enrolment(identifiers=(Identifier(type="card", value=number),), **fields)
        return enrol_member(self.rt, self.caller, command or fresh(), enrolment)

    def member(self, number: str) -> str:
        """The id of a new member with this card."""
        return self.enrol(number).answer.member_id

    def member_with(self, number: str) -> str:
        """The id of whoever has this card."""
        return find_member(self.rt, self.caller, Identifier(type="card", value=number)).member_id

    def order_id(self, number: str) -> str:
        return find_order(self.rt, self.caller, number).order_id

    def buy(self, buyer: Buyer, document: Sale, command: Command | None = None) -> Committed[Sold]:
        """To a member: whoever sells to nobody knows that there is none."""
        return cast("Committed[Sold]", record_order(self.rt, self.caller, command or fresh(), buyer, document))

    def simulate(self, buyer: Buyer, document: Sale) -> Simulated:
        return cast("Simulated", simulate_order(self.rt, self.caller, fresh(), buyer, document))

    def bring_back(
        self, order_id: str, document: Return, command: Command | None = None, buyer: Buyer | None = None
    ) -> Committed[Returned]:
        done = return_order(self.rt, self.caller, command or fresh(), order_id, document, buyer)
        return cast("Committed[Returned]", done)

    def earn(
        self, who: str | InGroup, amount: int, command: Command | None = None, unit: str = "points"
    ) -> Committed[Earned]:
        return earn_points(self.rt, self.caller, command or fresh(), who, unit, amount)

    def spend(
        self, member_id: str, amount: int, command: Command | None = None, unit: str = "points"
    ) -> Committed[Spent]:
        return spend_points(self.rt, self.caller, command or fresh(), member_id, unit, amount)

    def send(
        self, member_id: str, to: Buyer | str, amount: int, command: Command | None = None, unit: str = "points"
    ) -> Committed[Transferred]:
        receiver = member(to) if isinstance(to, str) else to
        return transfer_points(self.rt, self.caller, command or fresh(), member_id, receiver, unit, amount)

    def undo_transfer(
        self, member_id: str, transfer_id: str, command: Command | None = None
    ) -> Committed[UndoneTransfer]:
        return undo_transfer(self.rt, self.caller, command or fresh(), member_id, transfer_id)

    def convert(
        self, member_id: str, unit: str, into: str, amount: int, command: Command | None = None
    ) -> Committed[Converted]:
        return convert_points(self.rt, self.caller, command or fresh(), member_id, unit, into, amount)

    def pin(
        self, member_id: str, tier_id: str, until: str | None = None, command: Command | None = None
    ) -> Committed[TierMoves]:
        last = None if until is None else parse_day(until)
        return pin_tier(self.rt, self.caller, command or fresh(), member_id, tier_id, last)

    def unpin(self, member_id: str, command: Command | None = None) -> Committed[TierMoves]:
        return unpin_tier(self.rt, self.caller, command or fresh(), member_id)

    def recalculate(self, member_id: str, command: Command | None = None) -> Committed[TierMoves]:
        return recalculate_tier(self.rt, self.caller, command or fresh(), member_id)

    def account(self, member_id: str, as_of: str | None = None) -> AccountView:
        return read_account(self.rt, self.caller, member_id, as_of=None if as_of is None else at(as_of))

    def balance(self, member_id: str) -> int:
        return self.account(member_id).wallets[0].available

    def statement(self, member_id: str) -> list[StatementEntry]:
        """All of it, oldest first, page by page."""
        entries: list[StatementEntry] = []
        cursor = None
        while True:
            page = read_statement(self.rt, self.caller, (member_id, 1), 3, cursor)
            entries += page.items
            cursor = page.next_cursor
            if cursor is None:
                return entries[::-1]

    def proof(self, member_id: str) -> Proof:
        return prove_account(self.rt, self.caller, member_id)

    def define(self, definition: Rule, command: Command | None = None) -> Committed[Rule]:
        return define_rule(self.rt, self.caller, command or fresh(), 1, definition)


def open_shop(
    table: Table | None = None,
    *,
    now: str = TODAY,
    tenant: str = "shop",
    rules: Sequence[Rule] = (rule(),),
    tiers: dict[str, Any] | None = TIERS,
    program: dict[str, Any] | None = None,
) -> BookShop:
    """Program 1: a point per euro, kept to the end of the 12th month; bronze, silver at 200, gold at 1000 points."""
    rt, clock = runtime_on(table, now)
    rt = replace(rt, ids=NumberedIds(tenant))
    shop = BookShop(rt, clock, caller_of(tenant))
    create_program(rt, shop.caller, fresh(), ProgramDefinition.model_validate(PROGRAM | (program or {})))
    if tiers is not None:
        define_tiers(rt, shop.caller, fresh(), 1, TierScheme.model_validate(tiers))
    for definition in rules:
        shop.define(definition)
    return shop


@contextmanager
def refused(code: str, param: str | None = None, kind: type[StampbookError] = Refused) -> Iterator[None]:
    """What happens within is refused with this code, about this field, and with a sentence."""
    with pytest.raises(StampbookError) as refusal:
        yield
    assert (refusal.value.code, refusal.value.param, type(refusal.value)) == (code, param, kind)
    assert " " in refusal.value.message
