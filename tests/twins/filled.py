"""Accounts that are as full as they may be, on a BookShop: told in one entry, not by hundreds of operations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from chalicelib.areas.accounts import store as accounts
from chalicelib.areas.accounts.model import PLAIN, Credit, Story, earn
from chalicelib.areas.accounts.model import facts as f
from chalicelib.areas.accounts.model import grant as give
from chalicelib.areas.programs.model import ending_with
from chalicelib.flows.account_commit import account_entry, account_plan, header_for
from chalicelib.flows.terms import Terms, Wait, terms_of
from tests.twins import fresh
from tests.twins.bookshop import BookShop
from tests.twins.by_hand import day

FIRST = day("2027-01-01")


def told(shop: BookShop, member_id: str, tell: Callable[[Story, Terms], Story]) -> None:
    """What would take hundreds of operations, in one entry of the account."""
    account, head = accounts.read(shop.rt.table, shop.caller.tenant, member_id, 1)
    terms, command = terms_of(shop.rt, shop.caller.tenant, 1), fresh()
    header = header_for(shop.rt, shop.caller, command, "earn_points", terms)
    story = tell(Story(account), terms)
    plan = account_plan(shop.caller, command, story, head, account_entry(shop.caller.tenant, story, head, header))
    shop.rt.table.transact(plan.writes, command.id)


def fill(shop: BookShop, member_id: str, lots: int, unit: str = "points", much: int = 1) -> None:
    """A point for each of so many last days, or any number up to `much`."""
    dice = Random(unit)

    def tell(story: Story, terms: Terms) -> Story:
        for number in range(lots):
            lasts = ending_with(terms.program, FIRST + number)
            amount = dice.randint(1, much)
            story = give(story, Credit(unit, amount, lasts.expires_on, lasts.expires_at), PLAIN, "goodwill")
        return story

    told(shop, member_id, tell)


def promise_each(shop: BookShop, member_id: str, events: Sequence[str]) -> None:
    """A point that waits for each of the events."""

    def tell(story: Story, terms: Terms) -> Story:
        for event in events:
            story = earn(story, terms.credit("points", 1, shop.clock.now(), Wait(event=event)))
        return story

    told(shop, member_id, tell)


def take_every_other(shop: BookShop, member_id: str, pieces: int) -> None:
    """So many points are left of twice as many, each a piece of its own."""
    gone = tuple((1, place, place + 1, None) for place in range(0, 2 * pieces, 2))
    given = f.PointsGranted("points", 2 * pieces, (1, 0, 2 * pieces), 2 * pieces)
    told(shop, member_id, lambda story, _: story.then(given, f.PointsDeducted("points", pieces, gone, pieces)))


def scatter(shop: BookShop, member_id: str, pieces: int, unit: str = "points") -> int:
    """So many pieces of any length are gone from a lot of their own, and as many are left: how many points that is."""
    dice, gone, end = Random(pieces), [], 0
    number = accounts.read(shop.rt.table, shop.caller.tenant, member_id, 1)[0].wallet(unit).next_lot
    for _ in range(pieces):
        start = end + dice.randint(1, 99)
        end = start + dice.randint(1, 99)
        gone.append((number, start, end, None))
    taken = sum(piece[2] - piece[1] for piece in gone)
    given = f.PointsGranted(unit, end, (number, 0, end), end)
    told(shop, member_id, lambda story, _: story.then(given, f.PointsDeducted(unit, taken, tuple(gone), end - taken)))
    return end - taken
