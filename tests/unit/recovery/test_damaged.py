"""`make verify` and `make repair` on what they are there to find: a line for it, and on they go."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from chalicelib.areas.access.operations import issue_api_key
from chalicelib.flows.repair_feed import repair_feed
from chalicelib.table.protocol import Attrs, Key, Query, key_of
from infra.local import repair, verify
from tests.twins import at
from tests.twins.bookshop import TODAY, card, open_shop, sale
from tests.unit.recovery.books import DAY_MS, Books, one_table

DAMAGED: dict[str, Attrs] = {"damaged": {"body": {"B": b"?"}}, "newer": {"v": {"N": "9"}}}
CANNOT = {"damaged": "cannot be read", "newer": "cannot be read: a newer version wrote it, deploy that one"}
TOLD = {
    Key("shop#CFG", "program#0001"): "program 0001: configuration {cannot}",
    Key("shop#CFG", "tiers#0001"): "tiers 0001: configuration {cannot}",
    Key("shop#CFG", "rule#0001#base"): "rule 0001#base: configuration {cannot}",
    Key("shop#FEED", "HEAD"): "feed: its head {cannot}",
    Key("shop#FEED", "P#0000000000"): "feed: page 0 {cannot}",
    Key("shop#FEED", "C#2026-06-15"): "feed: 2026-06-15: its counts {cannot}",
}
OF_THE_FEED = [Key("shop#FEED", "HEAD"), Key("shop#FEED", "P#0000000000")]


@pytest.fixture
def both(books: Books) -> Books:
    """With a second tenant, whose name sorts behind."""
    other = open_shop(books.table, tenant="zoo")
    issue_api_key(other.rt, other.caller, org="org", tenant="zoo", name="till", grants=other.caller.grants)
    other.buy(card("1"), sale("A1"))
    list(repair_feed(other.rt, "zoo", at(TODAY), at(TODAY) + DAY_MS))
    return books


def spoil(books: Books, key: Key, **damaged: Mapping[str, Any]) -> Attrs:
    item = books.item(key)
    books.table.batch_put([{**item, **damaged}])
    return item


@pytest.mark.parametrize("how", DAMAGED)
@pytest.mark.parametrize("key", TOLD, ids=lambda key: key.sk)
def test_what_verify_cannot_read_is_a_line_and_everything_else_is_verified(
    key: Key, how: str, both: Books, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spoil(both, key, **DAMAGED[how])
    assert verify.main(["--tenant", "all"], lambda _: both.shop.rt, tmp_path, one_table) == 1
    told, shop, zoo = capsys.readouterr().out.splitlines()
    assert told == TOLD[key].format(cannot=CANNOT[how])
    assert shop.endswith(": 1 differences.")
    assert (zoo.split(":")[0], zoo.endswith(": no differences.")) == ("zoo", True)


def test_a_revision_of_the_configuration_that_cannot_be_read_is_a_line(books: Books) -> None:
    spoil(books, Key("shop#CFG", "!REVISION"), revision={"S": "many"})
    assert books.told() == [("configuration", "its revision cannot be read")]


def test_what_else_is_wrong_is_told_beside_what_cannot_be_read(books: Books) -> None:
    """The journal of a part, the entries of other pages, the other days."""
    spoil(books, Key("shop#CFG", "tiers#0001"), body={"B": b"?"})
    books.remove(Key("shop#CFG#tiers#0001", "J#0000#00000001"))
    spoil(books, Key("shop#FEED", "HEAD"), body={"B": b"?"})
    books.change(Key("shop#FEED", "P#0000000000"), lambda page: [*page, page[0]])
    assert books.told() == [
        ("tiers 0001", "configuration cannot be read"),
        ("configuration", "its revision is 3 after 2 changes"),
        ("feed", "its head cannot be read"),
        ("CFG#program#0001", "entry 1 of program 0 is in the feed 2 times"),
        ("CFG#tiers#0001", "entry 1 of program 0 is in the feed and not in the journal"),
        ("feed", "2026-06-15: its counts are not what its entries add up to"),
    ]


def test_an_entry_without_its_place_in_the_index_is_a_line(books: Books) -> None:
    key = books.of(1, "J#0001#00000002")
    item = books.item(key)
    books.remove(key)
    books.table.batch_put([{name: value for name, value in item.items() if name != "gsi2pk"}])
    assert ("1", "account 1: entry 2 is not where the index of entries has its hour") in books.told()


@pytest.mark.parametrize("how", DAMAGED)
@pytest.mark.parametrize("key", OF_THE_FEED, ids=lambda key: key.sk)
def test_a_feed_that_repair_cannot_read_is_named_and_the_next_tenant_is_repaired(
    key: Key, how: str, both: Books, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["--tenant", "all", "--from", TODAY]
    whole = spoil(both, key, **DAMAGED[how])
    assert repair.main(asked, lambda _: both.shop.rt) == 2
    said = capsys.readouterr()
    assert said.out.startswith("zoo: ")
    named, advice = [line for line in said.err.splitlines() if not line.startswith("2026")]
    if how == "newer":
        assert "newer_data" in named
        assert advice == "Deploy the version that wrote it: this one cannot do it, however often it is run."
    else:
        assert named.startswith(f"shop: shop#FEED {key.sk} cannot be read")
        assert advice == "Put back the item as it was (docs/guides/recovery.md), then run it again."
    both.table.batch_put([whole])
    assert repair.main(asked, lambda _: both.shop.rt) == 0


def test_what_only_a_newer_version_can_list_is_not_asked_for_again(
    books: Books, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spoil(books, Key("TENANTS", "shop"), v={"N": "9"})
    assert verify.main(["--tenant", "shop"], lambda _: books.shop.rt, tmp_path, one_table) == 2
    said = capsys.readouterr().err
    assert ("Deploy the version that wrote it" in said, "run it again" in said) == (True, False)


@pytest.mark.parametrize("sk", ["HEAD", "P#0000000000", "C#2026-06-15"])
def test_a_feed_put_back_as_it_was_some_time_before_is_repaired_to_what_it_is(sk: str, books: Books) -> None:
    """As the guide has it: the whole of the feed comes from one moment, and a repair adds what came since."""
    restored = books.table.query(Query("shop#FEED")).items
    moment = books.shop.clock.at
    for number in range(120):  # a page more
        books.shop.earn(books.members[0], number + 1)
    list(repair_feed(books.shop.rt, "shop", moment, moment + 1))
    books.shop.clock.at += 2 * DAY_MS
    spoil(books, Key("shop#FEED", sk), body={"B": b"?"})
    for attrs in books.table.query(Query("shop#FEED")).items:
        books.remove(key_of(attrs))
    books.table.batch_put(restored)
    assert repair.main(["--tenant", "shop", "--from", "2026-06-17"], lambda _: books.shop.rt) == 0
    assert books.told() == []
