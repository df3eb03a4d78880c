"""Days counted anew: what an older release counted less of, or somebody damaged, and never what is still being counted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import get_args

import pytest

from chalicelib.areas.feeds.operations import daily_counts
from chalicelib.areas.feeds.store import CountsPlace, counts_from, counts_key, counts_put
from chalicelib.areas.programs.model import ProgramDefinition
from chalicelib.areas.programs.operations import create_program
from chalicelib.errors import NewerDataError
from chalicelib.flows.earn_points import earn_points
from chalicelib.flows.read_analytics import OrderAnalytics, analyse_orders
from chalicelib.flows.read_program_histogram import ProgramHistogram, read_program_histogram
from chalicelib.flows.recount_days import RecountedDay, recount_days
from chalicelib.flows.repair_feed import repair_feed
from chalicelib.kit.periods import Day, local_day, parse_day
from chalicelib.table.protocol import Key
from infra.local import repair
from tests.twins import at, fresh
from tests.twins.bookshop import PROGRAM, TODAY, BookShop, card, sale
from tests.twins.faulty import FaultyTable
from tests.twins.killing import Killed, KillingTable, Kills, When
from tests.unit.recovery.books import DAY_MS, Books, opened_books

COUNTS, COUNTS_LATER = Key("shop#FEED", f"C#{TODAY}"), Key("shop#FEED", "C#2026-06-17")
ENDED = "2026-06-18"


def today() -> Day:
    day = parse_day(TODAY)
    assert day is not None
    return day


def recounted(books: Books, days: int = 40) -> list[RecountedDay]:
    return list(recount_days(books.shop.rt, "shop", today() - days, today() + days))


def histogram(books: Books) -> ProgramHistogram:
    return read_program_histogram(books.shop.rt, books.shop.caller, 1, None, (None, None))


def as_an_older_release_counted(counts: dict[str, int]) -> dict[str, int]:
    by_day = ("day/", "expiring/", "coming/", "passing/", "entries_by_day")  # of one release, and of a later one:
    new = (*by_day, "enrolled/", "orders/", "stood/", "referrals/", "entries_analysed")
    return {name: amount for name, amount in counts.items() if not name.startswith(new)}


def test_what_an_older_release_counted_is_counted_whole(books: Books) -> None:
    before, stored = histogram(books), books.item(COUNTS)
    books.change(COUNTS, as_an_older_release_counted)
    without = histogram(books)
    assert (without.uncounted_entries, sum(bar.earned for bar in without.items)) == (31, 0)
    assert books.told() == [("feed", f"{TODAY}: its counts are not what its entries add up to")]
    assert recounted(books) == [RecountedDay(today(), 31, changed=True)]
    assert (histogram(books), before.uncounted_entries) == (before, 0)
    assert counts_from(books.item(COUNTS)) == counts_from(stored)
    assert books.told() == []


def test_analytics_say_what_an_older_release_did_not_count(books: Books) -> None:
    def orders() -> OrderAnalytics:
        return analyse_orders(books.shop.rt, books.shop.caller, 1, (None, None))

    before = orders()
    books.change(COUNTS, as_an_older_release_counted)
    assert (orders().uncounted_entries, orders().currencies) == (31, ())
    recounted(books)
    assert (orders(), before.uncounted_entries) == (before, 0)


def test_what_is_right_stays_as_it_is(books: Books) -> None:
    stored = dict(books.table._items)
    assert recounted(books) == [RecountedDay(today(), 31)]
    assert books.table._items == stored


def test_counts_that_nobody_can_read_are_made_anew(books: Books) -> None:
    stored = counts_from(books.item(COUNTS))
    books.table.batch_put([{**books.item(COUNTS), "body": {"B": b"?"}}])
    assert recounted(books) == [RecountedDay(today(), 31, changed=True)]
    assert counts_from(books.item(COUNTS)) == stored


def test_counts_of_a_newer_version_are_left_alone(books: Books) -> None:
    books.table.batch_put([{**books.item(COUNTS), "v": {"N": "2"}}])
    with pytest.raises(NewerDataError):
        recounted(books)


def test_a_day_with_an_entry_that_cannot_be_read_stays_as_it_was(books: Books) -> None:
    books.change(COUNTS, as_an_older_release_counted)
    stored = books.item(COUNTS)
    key = books.of(2, "J#0001#00000001")
    books.table.batch_put([{**books.item(key), "body": {"B": b"?"}}])
    [day] = recounted(books)
    assert (day.changed, [place.sequence for place in day.unreadable]) == (False, [1])
    assert books.item(COUNTS) == stored


def test_a_placeholder_counts_as_one_until_it_is_mended(books: Books) -> None:
    """What the feed has of an entry is what was counted of it, though it could be read by now."""
    bought = books.shop.buy(card("3"), sale("newer")).answer
    day = local_day(books.shop.clock.at, "UTC")
    books.shop.clock.at += 1
    key = Key(f"shop#M#{bought.member_id}", "J#0001#00000005")
    true = books.item(key)
    books.table.batch_put([{**true, "v": {"N": "2"}, "body": {"B": b"something else"}}])
    list(repair_feed(books.shop.rt, "shop", at(TODAY), books.shop.clock.at))
    books.table.batch_put([true])
    counts = counts_key("shop", day)
    stored = books.item(counts)
    assert counts_from(stored)["entries_unreadable"] == 1
    assert RecountedDay(day, 1) in recounted(books)
    assert books.item(counts) == stored
    assert histogram(books).uncounted_entries == 1
    list(repair_feed(books.shop.rt, "shop", at(TODAY), books.shop.clock.at))
    assert histogram(books).uncounted_entries == 0
    assert RecountedDay(day, 1) in recounted(books)


def test_a_day_that_is_added_to_meanwhile_stays_as_it_was(books: Books) -> None:
    """A repair comes between what was read and what is written."""
    books.change(COUNTS, as_an_older_release_counted)
    again = dict(counts_from(books.item(COUNTS)))
    put = counts_put("shop", CountsPlace(today()), again | {"entries": again["entries"] + 1})
    meanwhile(books, lambda: books.table.batch_put([put.item]))
    assert recounted(books, 0) == [RecountedDay(today(), 31, moved=True)]
    assert counts_from(books.item(COUNTS))["entries"] == 32


def test_somebody_who_recounts_it_meanwhile_is_no_trouble(books: Books) -> None:
    books.change(COUNTS, as_an_older_release_counted)
    rt = replace(books.shop.rt, table=books.table)
    meanwhile(books, lambda: list(recount_days(rt, "shop", today(), today())))
    assert recounted(books, 0) == [RecountedDay(today(), 31, changed=True)]
    assert books.told() == []


@pytest.mark.parametrize("when", get_args(When))
def test_killed_anywhere_and_begun_again_every_day_has_its_counts(when: When) -> None:
    """Two days of which an older release counted less: head and counts of a day change together, or not at all."""
    expected, kills = two_days_counted_less(), Kills()
    for number in range(3):
        books = two_days_counted_less()
        rt, kills = books.shop.rt, Kills(number, when)
        try:
            list(recount_days(replace(rt, table=KillingTable(books.table, kills)), "shop", today(), today() + 2))
        except Killed:
            done = number + (when == "after")
            assert [day.changed for day in recounted(books)] == [False] * done + [True] * (2 - done)
        assert counts_of_days(books) == counts_of_days(expected, recount=True)
        assert books.told() == []
    assert kills.writes == 2  # the third kill met nobody


def two_days_counted_less() -> Books:
    books = opened_books()
    books.shop.earn(books.members[0], 5)
    relayed(books.shop)
    for day in (COUNTS, COUNTS_LATER):
        books.change(day, as_an_older_release_counted)
    books.shop.clock.at += 2 * DAY_MS
    return books


def counts_of_days(books: Books, *, recount: bool = False) -> list[dict[str, int]]:
    if recount:
        recounted(books)
    return [dict(counts_from(books.item(day))) for day in (COUNTS, COUNTS_LATER)]


@pytest.mark.parametrize("call", range(7))
def test_whatever_comes_into_the_feed_meanwhile_is_counted(books: Books, call: int) -> None:
    """Entries of that day that were never relayed, a page of them: the repair that finds them comes before each call in
    turn. A day is right then, or is said to have been added to."""
    shop, now = books.shop, books.shop.clock.at
    shop.clock.at = at(TODAY) + DAY_MS // 3
    for _ in range(100):
        shop.earn(books.members[0], 5)
    shop.clock.at = now
    books.change(COUNTS, as_an_older_release_counted)
    rt = replace(shop.rt, table=books.table)
    meanwhile(books, lambda: list(repair_feed(rt, "shop", at(TODAY), now)), call)
    [day] = recounted(books, 0)
    assert day.changed or day.moved
    if day.moved:
        assert recounted(books, 0) == [RecountedDay(today(), 131, changed=True)]
    list(repair_feed(rt, "shop", at(TODAY), now))
    assert books.told() == []
    assert histogram(books).uncounted_entries == 0


def meanwhile(books: Books, act: Callable[[], object], before: int = 4) -> None:
    """Before a call: unless told otherwise that which reads the head for the second time, when a day is about to be
    written. Calls are: counts, head, pages, entries, head, counts, and the transaction."""

    def between(call: int) -> None:
        if call == before:
            table.interrupt = None
            act()

    table = FaultyTable(books.table, interrupt=between)
    books.shop = replace(books.shop, rt=replace(books.shop.rt, table=table))


def test_programs_are_counted_in_items_of_four(books: Books) -> None:
    """The day's first item has the first three; the counts of all of them are one day's."""
    shop = books.shop
    for _ in range(4):
        create_program(shop.rt, shop.caller, fresh(), ProgramDefinition.model_validate(PROGRAM))
    for program in (3, 4, 5):
        earn_points(shop.rt, shop.caller, fresh(), books.members[0], "points", 10 + program, program)
    relayed(shop)
    day = "C#2026-06-17"
    kept = {sk: counts_from(books.item(Key("shop#FEED", sk))) for sk in (day, f"{day}#001")}
    assert [counts["points_earned/points"] for counts in kept.values()] == [13, 14 + 15]
    [whole] = daily_counts(shop.rt, shop.caller, today() + 2, today() + 2)
    assert whole.counts["points_earned/points"] == 13 + 14 + 15
    for program in (3, 4, 5):
        told = read_program_histogram(shop.rt, shop.caller, program, None, (None, None))
        assert sum(bar.earned for bar in told.items) == 10 + program
    shop.clock.at += 2 * DAY_MS
    assert books.told() == []
    books.remove(Key("shop#FEED", f"{day}#001"))
    assert books.told() == [("feed", "2026-06-17: its counts are not what its entries add up to")]
    assert [one.changed for one in recounted(books)] == [False, False, True]
    assert books.told() == []


def relayed(shop: BookShop) -> None:
    shop.clock.at += 1
    list(repair_feed(shop.rt, "shop", at(TODAY), shop.clock.at))


# --- the command -----------------------------------------------------------------------------------------------------


def test_the_repair_command_counts_the_days_of_its_span_anew(books: Books, capsys: pytest.CaptureFixture[str]) -> None:
    books.change(COUNTS, as_an_older_release_counted)
    books.shop.clock.at += 2 * DAY_MS
    asked = ["--tenant", "shop", "--from", TODAY, "--recount"]
    assert repair.main(asked, lambda _: books.shop.rt) == 0
    assert "shop: 1 days counted anew, 1 of them had other counts.\n" in capsys.readouterr().out
    assert books.told() == []
    half = ["--tenant", "shop", "--from", f"{TODAY}T01:00:00Z", "--to", ENDED, "--recount"]
    assert repair.main(half, lambda _: books.shop.rt) == 0
    assert "shop: 0 days counted anew" in capsys.readouterr().out


def test_the_repair_command_names_the_day_that_it_leaves(books: Books, capsys: pytest.CaptureFixture[str]) -> None:
    books.change(COUNTS, as_an_older_release_counted)
    books.shop.clock.at += 2 * DAY_MS
    key = books.of(2, "J#0001#00000001")
    books.table.batch_put([{**books.item(key), "body": {"B": b"?"}}])
    assert repair.main(["--tenant", "shop", "--from", TODAY, "--recount"], lambda _: books.shop.rt) == 1
    told = f"{TODAY} stays as it was: entry 1 of program 1 of M#{books.members[2]} cannot be read."
    assert told in capsys.readouterr().err
