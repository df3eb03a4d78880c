"""Quotas: what is limited for all is had to the last, by whoever comes, and never more of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from chalicelib.areas.quotas.model import Move, Quota, Taken, differences
from chalicelib.areas.quotas.store import draws, slice_key
from chalicelib.errors import Busy
from chalicelib.table.config import FRESH_SECONDS, ConfigCache, read_config
from chalicelib.table.config_notes import NOTED_MS, note_left
from chalicelib.table.memory import MemoryTable
from chalicelib.table.protocol import Page, Query
from tests.twins import StandingClock, caller_of, runtime_on
from tests.twins.bookshop import dry, keyed, refused
from tests.twins.faulty import FaultyTable, Mishap
from tests.twins.rationed import Rationed, taken


@pytest.fixture
def table() -> MemoryTable:
    return MemoryTable()


@pytest.fixture
def shop(table: MemoryTable) -> Rationed:
    return shop_on(table)


def shop_on(table: MemoryTable | FaultyTable) -> Rationed:
    return Rationed(runtime_on(table)[0], caller_of())


def another_till(shop: Rationed) -> Rationed:
    """With a configuration of its own in memory."""
    return replace(shop, rt=replace(shop.rt, config=ConfigCache(shop.rt.clock)))


def wait(shop: Rationed, seconds: float) -> None:
    clock = shop.rt.clock
    assert isinstance(clock, StandingClock)
    clock.sleep(seconds)
    clock.at += int(seconds * 1000)


def at_another_slice(quota: Quota, who: str) -> str:
    return next(f"m{n}" for n in range(1000) if quota.slice_of(f"m{n}") != quota.slice_of(who))


# --- how a total is cut -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("total", "slices"), [(0, 1), (1, 1), (63, 1), (64, 2), (511, 15), (512, 16), (10**9, 16)])
def test_a_total_is_cut_by_its_size_and_the_shares_are_all_of_it(total: int, slices: int) -> None:
    quota = Quota("stock", "0001#lamps", total)
    assert quota.slices == slices
    shares = [quota.share(at) for at in range(16)]
    assert sum(shares) == total
    assert shares[slices:] == [0] * (16 - slices)
    assert max(shares[:slices]) - min(shares[:slices]) <= 1


def test_a_member_is_always_at_the_same_slice_and_members_are_at_all_of_them() -> None:
    quota = Quota("stock", "0001#lamps", 1_000)
    places = [quota.slice_of(f"mem_{n}") for n in range(2_000)]
    assert places == [quota.slice_of(f"mem_{n}") for n in range(2_000)]
    assert all(80 <= places.count(at) <= 180 for at in range(16))


def test_a_quota_of_a_period_is_another_one() -> None:
    assert Quota("stock", "a", 5).name == "stock#a"
    assert Quota("stock", "a", 5, "2026-06").name == "stock#a#2026-06"


# --- taking -------------------------------------------------------------------------------------------------------------


def test_the_last_is_had_and_then_there_is_none(shop: Rationed) -> None:
    shop.limit(2)
    shop.take("ada", 1)
    shop.take("bob", 1)
    with refused("stock_gone"):
        shop.take("eve", 1)
    assert (shop.stand().left, shop.stand().taken, shop.told("eve")) == (0, 2, 0)


def test_all_of_it_can_be_had_by_one_member_from_whatever_slice(shop: Rationed) -> None:
    shop.limit(1_000)
    assert shop.take("ada", 1_000).answer.kept[0][2] == 1_000
    assert shop.stand().left == 0
    with refused("stock_gone"):
        shop.take(at_another_slice(shop.quota(), "ada"), 1)


def test_it_is_all_or_nothing_unless_a_part_will_do(shop: Rationed) -> None:
    shop.limit(700)
    shop.take("ada", 697)
    with refused("stock_gone"):
        shop.take("bob", 5)
    assert shop.told("bob") == 0
    assert taken(shop.take("bob", 5, part=True)).amount == 3
    assert shop.stand().left == 0


def test_who_comes_to_an_empty_slice_leaves_something_for_the_next(shop: Rationed, table: MemoryTable) -> None:
    shop.limit(1_000)
    quota = shop.quota()
    shop.take("ada", quota.share(quota.slice_of("ada")))
    shop.take("ada", 1)
    before = table.meter.cost
    shop.take("ada", 1)
    assert (table.meter.cost - before).transact == 1


def test_a_command_that_comes_again_takes_nothing_more(shop: Rationed) -> None:
    shop.limit(10)
    once, again = (shop.take("ada", 3, command=keyed("k")) for _ in range(2))
    assert (once.answer, again.replayed) == (again.answer, True)
    assert shop.stand().left == 7


def test_a_trial_says_what_would_come_of_it_and_writes_nothing(shop: Rationed, table: MemoryTable) -> None:
    shop.limit(700)
    shop.take("ada", 690)
    before = dict(table._items)
    assert taken(shop.take("bob", 10, command=dry())).amount == 10
    with refused("stock_gone"):
        shop.take("bob", 11, command=dry())
    assert table._items == before


# --- giving back --------------------------------------------------------------------------------------------------------


def test_what_is_given_back_can_be_had_again_in_parts_too(shop: Rationed) -> None:
    shop.limit(1_000)
    all_of_it = taken(shop.take("ada", 1_000))
    shop.give_back("ada", all_of_it.part(400))
    shop.give_back("ada", all_of_it.part(600))
    assert (shop.stand().left, shop.stand().taken) == (1_000, 0)
    shop.take("bob", 1_000)


def test_never_more_is_given_back_than_was_taken(shop: Rationed) -> None:
    shop.limit(10)
    shop.take("ada", 3)
    with refused("busy", kind=Busy):
        shop.give_back("ada", Taken(shop.quota().name, 0, 4))
    assert shop.stand().left == 7


# --- another total ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("before", [0, 5, 63, 100, 700, 5_000])
@pytest.mark.parametrize("after", [0, 5, 63, 100, 700, 5_000])
@pytest.mark.parametrize("used", [0, 3, 90, 600])
def test_after_a_change_there_is_just_so_much_more_or_less(shop: Rationed, before: int, after: int, used: int) -> None:
    shop.limit(before)
    had = taken(shop.take("ada", min(used, before))) if min(used, before) else None
    shop.limit(after)
    used = had.amount if had else 0
    assert differences(shop.quota(), shop.stand()) == ()
    assert max(0, shop.stand().left) == max(0, after - used)
    if after > used:
        shop.take("bob", after - used)
    with refused("stock_gone"):
        shop.take("bob", 1)
    if had:
        shop.give_back("ada", had)
        free = after - shop.told("bob")
        if free:
            shop.take("eve", free)
    with refused("stock_gone"):
        shop.take("eve", 1)
    assert shop.told("bob") + shop.told("eve") == after
    assert differences(shop.quota(), shop.stand()) == ()


def test_a_till_that_does_not_know_the_new_total_yet_takes_no_more_than_there_is(shop: Rationed) -> None:
    shop.limit(700)
    shop.take("ada", 10)
    late = another_till(shop)
    assert late.quota().total == 700
    shop.limit(100)
    assert late.quota().total == 700
    late.take("bob", 90)
    with refused("stock_gone"):
        late.take("bob", 1)
    assert shop.stand().left == 0


def test_what_is_given_back_while_more_is_taken_than_there_is_is_not_had_again(shop: Rationed) -> None:
    shop.limit(700)
    had = taken(shop.take("ada", 600))
    shop.limit(500)
    shop.give_back("ada", had.part(90))
    assert shop.stand().left == -10
    for who in ("ada", "bob"):
        with refused("stock_gone"):
            shop.take(who, 1)
    shop.give_back("ada", had.part(30))
    wait(shop, FRESH_SECONDS)
    shop.take("bob", 20)
    assert (shop.stand().left, shop.stand().closed) == (0, False)


def test_a_limit_that_goes_and_comes_again_knows_what_was_taken(shop: Rationed) -> None:
    """As a rule without its limit does, to which nobody has drawn meanwhile."""
    shop.limit(700)
    shop.take("ada", 300)
    shop.limit(0)
    shop.limit(700)
    assert shop.stand().left == 400


# --- what is noted ------------------------------------------------------------------------------------------------------


def test_what_is_used_up_is_known_to_others_within_five_seconds_and_asked_no_more(
    shop: Rationed, table: MemoryTable
) -> None:
    shop.limit(700)
    shop.take("ada", 700)
    other = another_till(shop)
    assert other.quota().total == 700
    with refused("stock_gone"):
        shop.take("bob", 1)
    wait(shop, FRESH_SECONDS)
    before = table.meter.cost
    for till in (shop, other):
        with refused("stock_gone"):
            till.take("eve", 1)
    cost = table.meter.cost - before
    assert (cost.transact, cost.get, cost.query) == (0, 2, 2)  # each its revision, and the journal of the taker


def test_what_is_noted_speaks_of_so_much_and_less_is_still_had(shop: Rationed) -> None:
    shop.limit(700)
    shop.take("ada", 690)
    with refused("stock_gone"):
        shop.take("bob", 11)
    shop.take("bob", 4)
    with refused("stock_gone"):
        shop.take("eve", 7)
    shop.take("eve", 6)


def test_who_gives_back_takes_the_note_away(shop: Rationed) -> None:
    shop.limit(700)
    had = taken(shop.take("ada", 700))
    with refused("stock_gone"):
        shop.take("bob", 1)
    shop.give_back("ada", had.part(1))
    shop.take("bob", 1)


def test_a_note_that_nobody_takes_away_is_not_believed_for_long(shop: Rationed, table: MemoryTable) -> None:
    """A till that has not heard of it gives back."""
    shop.limit(700)
    had = taken(shop.take("ada", 700))
    other = another_till(shop)
    assert other.quota().total == 700
    with refused("stock_gone"):
        shop.take("bob", 1)
    other.give_back("ada", had.part(1))
    with refused("stock_gone"):
        shop.take("bob", 1)
    wait(shop, NOTED_MS / 1000)
    shop.take("bob", 1)


def test_a_change_of_the_configuration_forgets_what_was_noted(shop: Rationed) -> None:
    shop.limit(700)
    shop.take("ada", 700)
    with refused("stock_gone"):
        shop.take("bob", 1)
    shop.limit(701)
    shop.take("bob", 1)


def test_notes_do_not_grow_without_end(shop: Rationed, table: MemoryTable) -> None:
    shop.limit(1)
    for number in range(80):
        wait(shop, 0.01)
        note_left(shop.rt, shop.tenant, f"stock#{number:040}", 0)
    notes = read_config(table, "shop").notes
    assert set(notes) == {f"stock#{number:040}" for number in range(16, 80)}


# --- what is read while it moves ----------------------------------------------------------------------------------------


class TornTable(MemoryTable):
    """A Query of a quota sees its first slices as they were and the others as they are after `meanwhile`, once."""

    def __init__(self) -> None:
        super().__init__()
        self.meanwhile: Callable[[], object] | None = None

    def query(self, query: Query) -> Page:
        before = super().query(query)
        if self.meanwhile is None or "#Q#" not in query.pk:
            return before
        meanwhile, self.meanwhile = self.meanwhile, None
        meanwhile()
        return Page((*before.items[:8], *super().query(query).items[8:]), None)


def test_what_moves_from_slice_to_slice_while_it_is_read_is_not_taken_for_gone() -> None:
    """The last one moves from a slice that is read later to one that has been read; the total is read as too little."""
    table = TornTable()
    shop = shop_on(table)
    shop.limit(700)
    quota = shop.quota()
    late = next(f"m{n}" for n in range(1000) if quota.slice_of(f"m{n}") > 8)
    early = next(f"m{n}" for n in range(1000) if quota.slice_of(f"m{n}") < 8)
    shop.take(early, 699)
    [last] = [one.number for one in shop.stand().slices.values() if one.left]
    to_the_end = draws("shop", quota, quota.name, [Move(last, -1), Move(15, 1)])
    if last != 15:
        table.transact(to_the_end, "to the end")
    back = draws("shop", quota, quota.name, [Move(15, -1), Move(0, 1)])
    table.meanwhile = lambda: table.transact(back, "and back")
    assert taken(shop.take(late, 1)).amount == 1
    assert shop.stand().left == 0


# --- answers that are lost ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["lost_before", "lost_after", "conflict", "throttled"])
@pytest.mark.parametrize("call", range(8))
def test_whatever_happens_to_a_call_the_last_units_are_taken_once(table: MemoryTable, fault: Mishap, call: int) -> None:
    calm = shop_on(table)
    calm.limit(700)
    calm.take(at_another_slice(calm.quota(), "ada"), 650)
    faulty = FaultyTable(table=table)
    troubled = shop_on(faulty)
    troubled.quota()
    faulty.start({call: fault})
    assert taken(troubled.take("ada", 50)).amount == 50
    assert (calm.told("ada"), calm.stand().left) == (50, 0)
    assert differences(calm.quota(), calm.stand()) == ()


def test_slices_are_where_the_page_says(shop: Rationed, table: MemoryTable) -> None:
    shop.limit(700)
    shop.take("ada", 1)
    assert table.get(slice_key("shop", "stock#0001#lamps", shop.quota().slice_of("ada")))
