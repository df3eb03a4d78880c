"""What `make verify` says of the feed: quiet entries in their lane, placeholders, and what may be on its way yet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from chalicelib.flows.repair_feed import repair_feed
from chalicelib.kit.periods import iso_day, local_day
from chalicelib.table import feed
from chalicelib.table.feed import read_head
from chalicelib.table.items import unpack
from chalicelib.table.memory import MemoryTable
from chalicelib.table.protocol import Key, Page, Query
from chalicelib.table.recorded import HOUR_MS
from tests.twins import at, by_hand
from tests.twins.bookshop import TODAY, BookShop, card, open_shop, sale
from tests.twins.faulty import FaultyTable
from tests.unit.recovery.books import DAY_MS, Books

MINUTE_MS = 60_000


def hush(books: Books, member: int) -> int:
    """What a member earns now, nobody is told of. The number of its entry."""
    books.shop.quietly().earn(books.members[member], 1)
    return int(books.item(books.of(member, "B#0001"))["version"]["N"])


def relayed(books: Books) -> None:
    list(repair_feed(books.shop.rt, "shop", at(TODAY), books.shop.clock.at + 1))
    books.shop.clock.at += 2 * DAY_MS


def test_quiet_entries_are_where_they_belong(books: Books) -> None:
    for member in (0, 3):
        hush(books, member)
    relayed(books)
    assert read_head(books.table, "shop").quiet == 3
    assert books.told() == []


def test_a_quiet_entry_that_has_a_number_and_a_loud_one_that_has_none(books: Books) -> None:
    sequence = hush(books, 3)
    books.shop.earn(books.members[1], 1)
    relayed(books)
    pages = [Key("shop#FEED", f"{lane}#0000000000") for lane in feed.LANES]
    loud, quiet = (unpack(books.item(one)["body"]["B"]) for one in pages)
    books.change(pages[0], lambda _: [*loud[:-1], quiet[-1]])
    books.change(pages[1], lambda _: [loud[-1]])
    assert books.told() == [
        ("1", f"entry {loud[-1][2]} of program 1 is in the feed as a quiet one and should be with a number"),
        ("3", f"entry {sequence} of program 1 is in the feed with a number and should be as a quiet one"),
    ]


def test_a_day_without_its_counts_is_told(books: Books) -> None:
    books.remove(Key("shop#FEED", "C#2026-06-15"))
    assert books.told() == [("feed", "2026-06-15: its counts are not what its entries add up to")]


def test_what_is_counted_ahead_is_what_entries_tell(books: Books) -> None:
    day = iso_day(local_day(books.shop.clock.at, "UTC"))
    by_hand.promised(books.shop, books.members[0], 30, available_after_days=10)
    relayed(books)
    assert books.told() == []
    counts = Key("shop#FEED", f"C#{day}")
    [coming] = [name for name in unpack(books.item(counts)["body"]["B"]) if name.startswith("coming/")]
    books.change(counts, lambda body: body | {coming: 29})
    assert books.told() == [("feed", f"{day}: its counts are not what its entries add up to")]


def test_what_was_recorded_in_the_last_minutes_may_be_on_its_way(books: Books) -> None:
    """An hour that has just ended is not compared: its last entries may be in the relay's hands."""
    books.shop.clock.at = (books.shop.clock.at // HOUR_MS + 1) * HOUR_MS - 1
    books.shop.earn(books.members[0], 1)
    books.shop.clock.at += 10 * MINUTE_MS
    assert books.told() == []
    books.shop.clock.at += 1
    assert [what for _, what in books.told()] == ["entry 6 of program 1 is not in the feed"]


def test_what_the_relay_took_with_a_clock_behind_is_found_again() -> None:
    """Whose clock recorded an entry was ahead of whose opened the pages, by most of an hour: it is not added twice."""
    shop = open_shop(MemoryTable())
    ada = shop.member("1")
    for number in range(230):
        shop.earn(ada, number + 1)
    since = shop.clock.at
    shop.clock.at -= HOUR_MS - 1
    assert repaired(shop, since) == 234
    assert (shop.clock.at, read_head(shop.rt.table, "shop").next) == (since - HOUR_MS + 1, 235)
    shop.clock.at = since + 1
    assert repaired(shop, since) == 0


def repaired(shop: BookShop, since: int) -> int:
    return sum(part.repaired for part in repair_feed(shop.rt, "shop", since, since + 1))


class Growing(FaultyTable):
    """The relay adds what it has got just when the pages are asked for, and the head has been read."""

    relay: Callable[[], object] | None = None

    def query(self, query: Query) -> Page:
        if query.pk == "shop#FEED" and self.relay:
            relay, self.relay = self.relay, None
            relay()
        return super().query(query)


def test_a_feed_that_grows_while_it_is_read_has_nothing_too_much(books: Books) -> None:
    books.shop.earn(books.members[0], 1)
    now = books.shop.clock.at
    added: list[int] = []
    table = Growing(table=books.table)
    table.relay = lambda: added.append(repaired(books.shop, now))
    assert books.told(replace(books.shop.rt, table=table)) == []
    assert added == [1]


def newer(books: Books, key: Key) -> dict[str, Any]:
    """A newer version wrote it, and is not at work just now; what it was."""
    item = books.item(key)
    books.table.batch_put([{**item, "v": {"N": "2"}, "body": {"B": b"something else"}}])
    return item


def test_an_entry_of_a_newer_schema_is_named_once_and_spoils_nothing_else(books: Books) -> None:
    key = books.of(3, "J#0001#00000001")
    newer(books, key)
    assert books.told() == [("3", "account 1: entry 1 cannot be read: it is of schema 2")]


def test_a_placeholder_is_named_until_it_is_repaired(books: Books) -> None:
    books.shop.buy(card("3"), sale("newer"))
    version = int(books.item(books.of(3, "B#0001"))["version"]["N"])
    key = books.of(3, f"J#0001#{version:08}")
    true = newer(books, key)
    relayed(books)
    held = ("3", f"entry {version} of program 1 is in the feed as one that could not be read: repair it")
    assert books.told() == [("3", f"account 1: entry {version} cannot be read: it is of schema 2"), held]
    books.table.batch_put([true])
    assert held in books.told()
    relayed(books)
    assert books.told() == []


def test_an_order_that_only_a_newer_entry_records_is_no_orphan(books: Books) -> None:
    newer(books, books.of(2, "J#0001#00000001"))
    assert [what for _, what in books.told() if "order" in what] == []
