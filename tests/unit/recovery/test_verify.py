"""A tenant that nobody touched is proved whole; whatever was touched behind the operations is named, and nothing else."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from chalicelib.areas.access.operations import issue_api_key
from chalicelib.areas.orders import store as orders
from chalicelib.flows.repair_feed import repair_feed
from chalicelib.flows.verify_tenant import VerifiedPart, verify_tenant
from chalicelib.runtime import Runtime
from chalicelib.table.feed import page_key
from chalicelib.table.items import pack, unpack
from chalicelib.table.memory import MemoryTable
from chalicelib.table.protocol import Attrs, Delete, Key
from infra.local import repair, verify
from tests.twins import at
from tests.twins.bookshop import TODAY, BookShop, card, goods_back, open_shop, sale
from tests.twins.faulty import FaultyTable

DAY_MS = 86_400_000
MEMBERS = 5


@dataclass
class Books:
    """A shop of some members, all of it relayed, two days ago; and hands that reach past every operation."""

    shop: BookShop
    table: MemoryTable
    members: list[str]
    order: str

    def item(self, key: Key) -> dict[str, Any]:
        stored = self.table.get(key)
        assert stored is not None, key
        return dict(stored)

    def of(self, member: int, sk: str) -> Key:
        return Key(f"shop#M#{self.members[member]}", sk)

    def change(self, key: Key, body: Callable[[Any], Any]) -> None:
        item = self.item(key)
        self.table.batch_put([{**item, "body": {"B": pack(body(unpack(item["body"]["B"])))}}])

    def remove(self, key: Key) -> None:
        self.table.transact([Delete(key)], self.shop.rt.ids.command())

    def verified(self) -> list[VerifiedPart]:
        return list(verify_tenant(self.shop.rt, "shop"))

    def told(self) -> list[tuple[str, str]]:
        """What differs, members by their number."""
        names = {member: str(number) for number, member in enumerate(self.members)}
        return [
            (names.get(owner, owner), what.replace(self.order, "A2"))
            for part in self.verified()
            for owner, what in part.differences
        ]


@pytest.fixture
def books() -> Books:
    table = MemoryTable()
    shop = open_shop(table)
    issue_api_key(shop.rt, shop.caller, org="org", tenant="shop", name="till", grants=shop.caller.grants)
    bought = []
    for number in range(12):
        bought.append(shop.buy(card(f"{number % MEMBERS}"), sale(f"A{number}")).answer)
        shop.clock.at += 3_600_000 // 2
    shop.bring_back(bought[-1].order_id, goods_back("R1", 40_00))
    members = [shop.buy(card(f"{number}"), sale(f"B{number}")).answer.member_id for number in range(MEMBERS)]
    for member in members:
        shop.spend(member, 10)
    list(repair_feed(shop.rt, "shop", at(TODAY), shop.clock.at + 1))
    shop.clock.at += 2 * DAY_MS
    return Books(shop, table, members, bought[2].order_id)


def test_what_nobody_touched_is_as_it_must_be(books: Books) -> None:
    parts = books.verified()
    assert books.told() == []
    assert sum(part.members for part in parts) == sum(part.accounts for part in parts) == MEMBERS
    assert sum(part.orders for part in parts) == 12 + MEMBERS
    assert sum(part.entries for part in parts) == 3 + MEMBERS + 12 + 1 + 2 * MEMBERS


def test_an_edited_balance(books: Books) -> None:
    def richer(body: Any) -> Any:
        body["w"]["points"][1][0] += 500
        return body

    books.change(books.of(1, "B#0001"), richer)
    assert books.told() == [
        ("1", "account 1: wallet points is not what the journal says"),
        ("1", "account 1: wallet points: what came in and went out is not what the lots hold"),
    ]


def test_an_edited_lot(books: Books) -> None:
    def torn(body: Any) -> Any:
        body["w"]["points"][2][0][4] = body["w"]["points"][2][0][3] + 5
        return body

    books.change(books.of(1, "B#0001"), torn)
    assert ("1", "account 1: wallet points: a lot has given out more than it had") in books.told()


def test_lots_that_stand_in_another_order_than_they_expire_in(books: Books) -> None:
    def turned(body: Any) -> Any:
        first = body["w"]["points"][2][0]
        body["w"]["points"][2].insert(0, [9, first[1] + 1, first[2], 0, 0])
        return body

    books.change(books.of(1, "B#0001"), turned)
    assert ("1", "account 1: wallet points: its lots are not in the order in which they expire") in books.told()


def test_an_edited_entry(books: Books) -> None:
    def generous(body: Any) -> Any:
        header, facts = body
        return [header, [fact | ({"amount": 9} if fact["type"] == "points.earned" else {}) for fact in facts]]

    books.change(books.of(2, "J#0001#00000002"), generous)
    told = books.told()
    assert told[:2] == [
        ("2", "account 1: entry 2 does not follow from the one before it"),
        ("2", "account 1: wallet points is not what the journal says"),
    ]
    assert told[2:] == [("feed", "2026-06-15: its counts are not what its entries add up to")]


def test_a_removed_entry(books: Books) -> None:
    books.remove(books.of(2, "J#0001#00000001"))
    told = books.told()
    assert ("2", "account 1: entry 1 is missing") in told
    assert ("2", "order A2 has no entry that records it") in told
    assert ("2", "entry 1 of program 1 is in the feed and not in the journal") in told
    assert {owner for owner, _ in told} == {"2", "feed"}


def test_the_last_entry_removed(books: Books) -> None:
    books.remove(books.of(2, "J#0001#00000004"))
    assert ("2", "account 1: entry 4 is missing") in books.told()


def test_entries_that_changed_places(books: Books) -> None:
    first, second = (books.of(3, f"J#0001#0000000{number}") for number in (1, 2))
    one, other = books.item(first), books.item(second)
    books.table.batch_put([{**one, "sk": other["sk"]}, {**other, "sk": one["sk"]}])
    told = books.told()
    assert ("3", "account 1: entry 1 does not follow from the one before it") in told
    assert {owner for owner, _ in told} == {"3"}


def test_an_entry_that_cannot_be_read(books: Books) -> None:
    key = books.of(3, "J#0001#00000002")
    books.table.batch_put([{**books.item(key), "body": {"B": b"?"}}])
    assert ("3", "account 1: entry 2 cannot be read") in books.told()


def test_an_entry_that_the_index_has_elsewhere(books: Books) -> None:
    key = books.of(3, "J#0001#00000002")
    books.table.batch_put([{**books.item(key), "gsi2pk": {"S": "shop#E#2020010100#00"}}])
    told = books.told()
    assert told == [("3", "account 1: entry 2 is not where the index of entries has its hour")]


def test_a_missing_account_and_one_that_cannot_be_read(books: Books) -> None:
    books.remove(books.of(0, "B#0001"))
    key = books.of(1, "B#0001")
    books.table.batch_put([{**books.item(key), "body": {"B": b"?"}}])
    told = books.told()
    assert ("0", "account 1: is missing, though its journal is there") in told
    assert ("1", "account 1 cannot be read") in told
    assert {owner for owner, _ in told} == {"0", "1"}


def test_an_order_that_is_gone_and_one_that_nobody_recorded(books: Books) -> None:
    key = orders.order_key("shop", books.order)
    stored = books.item(key)
    books.remove(key)
    assert books.told() == [("2", "order A2 is missing, though an entry records it")]
    books.table.batch_put([stored, {**stored, "pk": {"S": "shop#O#ord_00000000001"}}])
    assert books.told() == [("2", "order ord_00000000001 has no entry that records it")]
    body = unpack(stored["body"]["B"]) | {"sequence": 3}
    books.table.batch_put([{**stored, "body": {"B": pack(body)}}])
    books.remove(Key("shop#O#ord_00000000001", "S"))
    assert books.told() == [("2", "order A2 names another entry than the one that records it")]


def test_a_reference_missing_from_the_feed_and_one_that_is_there_twice(books: Books) -> None:
    page = page_key("shop", 1)

    def shifted(references: Any) -> Any:
        return [*references[:6], references[7], references[7], *references[8:]]

    lost, kept = unpack(books.item(page)["body"]["B"])[6:8]
    books.change(page, shifted)
    name = {f"M#{member}": str(number) for number, member in enumerate(books.members)}
    assert sorted(books.told()) == sorted(
        [
            (name[lost[0]], f"entry {lost[2]} of program {lost[1]} is not in the feed"),
            (name[kept[0]], f"entry {kept[2]} of program {kept[1]} is in the feed 2 times"),
        ]
    )


def test_a_page_missing_from_the_feed(books: Books) -> None:
    books.remove(page_key("shop", 1))
    told = books.told()
    assert told[0] == ("feed", "has 0 of 31 references (P)")
    assert len(told) == 1 + 31


def test_a_rule_changed_behind_its_journal(books: Books) -> None:
    key = Key("shop#CFG", "rule#0001#base")
    books.table.batch_put([{**books.item(key), "version": {"N": "2"}}])
    assert books.told() == [("rule 0001#base", "configuration: entry 2 is missing")]


def test_a_member_that_the_directory_does_not_list(books: Books) -> None:
    books.remove(books.of(4, "A#PROFILE"))
    told = books.told()
    assert told
    assert {owner for owner, _ in told} == {"feed"}
    assert "entries of members that the directory does not list" in told[0][1]


def test_what_happens_while_it_looks_is_no_difference(books: Books) -> None:
    """A purchase between the account's reading and its journal's, and again at the second look."""

    class Busy(FaultyTable):
        left = 2

        def query(self, query: Any) -> Any:
            page = super().query(query)
            if self.left and query.pk.endswith(books.members[0]) and query.sort is not None:
                self.left -= 1
                books.shop.buy(card("0"), sale(f"meanwhile {self.left}"))
            return page

    rt = replace(books.shop.rt, table=Busy(books.table))
    assert [part.differences for part in verify_tenant(rt, "shop") if part.differences] == []


def commanded(books: Books) -> Callable[[argparse.Namespace], Runtime]:
    return lambda _: books.shop.rt


def test_the_command_says_what_there_is_and_that_all_is_well(books: Books, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify.main(["--tenant", "shop"], commanded(books)) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("shop: 5 members, 5 accounts, 17 orders, 31 entries in ")
    assert last.endswith(": no differences.")


def test_the_command_names_what_differs_and_ends_with_one(books: Books, capsys: pytest.CaptureFixture[str]) -> None:
    books.remove(orders.order_key("shop", books.order))
    assert verify.main(["--tenant", "shop"], commanded(books)) == 1
    first, last = capsys.readouterr().out.splitlines()
    assert first == f"{books.members[2]}: order {books.order} is missing, though an entry records it"
    assert last.endswith(": 1 differences.")


def test_a_table_that_does_not_answer_leaves_it_unverified(books: Books, capsys: pytest.CaptureFixture[str]) -> None:
    rt = replace(books.shop.rt, table=FaultyTable(books.table, faults=dict.fromkeys(range(1_000), "throttled")))
    assert verify.main(["--tenant", "shop"], lambda _: rt) == 2
    assert "Not verified to the end" in capsys.readouterr().err


def test_the_repair_command_leaves_to_the_stream_what_it_may_have(
    books: Books, capsys: pytest.CaptureFixture[str]
) -> None:
    books.shop.buy(card("0"), sale("yesterday"))
    books.shop.clock.at += 25 * 3_600_000
    command = ["--tenant", "shop", "--from", TODAY]
    assert repair.main(command, commanded(books)) == 0
    assert capsys.readouterr().out == (
        "shop: 31 entries from 2026-06-15T00:00:00Z until 2026-06-17T17:00:00Z, 0 were missing and are in the feed now.\n"
        "What was recorded since 2026-06-17T17:00:00Z was not looked at: the relay may still have it before it.\n"
    )
    books.shop.clock.at += 2 * 3_600_000
    assert repair.main(command, commanded(books)) == 0
    assert "1 were missing" in capsys.readouterr().out
    assert books.told() == []


def test_a_local_cloud_that_was_killed_is_mended_at_its_start(books: Books) -> None:
    """Its stream is gone with it; so it is for every tenant that has a key, and months later too."""
    rt, stopped = books.shop.rt, books.shop.clock.at
    assert repair.repair_feeds(rt, stopped) == 0
    books.shop.buy(card("0"), sale("not relayed"))
    assert repair.repair_feeds(rt, books.shop.clock.at) == 1
    books.shop.clock.at += DAY_MS
    assert (repair.repair_feeds(rt, stopped), books.told()) == (0, [])


def test_a_local_cloud_whose_relay_never_came_to_anything(books: Books) -> None:
    for key in [Key("shop#FEED", sk) for sk in ("HEAD", "P#0000000000", "C#2026-06-15")]:
        books.remove(key)
    assert repair.repair_feeds(books.shop.rt, at(TODAY) + 7 * 3_600_000) == 31
    assert books.told() == []


def test_the_repair_command_is_told_of_a_stream_that_is_empty(books: Books, capsys: pytest.CaptureFixture[str]) -> None:
    books.shop.buy(card("0"), sale("just now"))
    books.shop.clock.at += 1
    assert repair.main(["--tenant", "shop", "--from", TODAY, "--stream-is-empty"], commanded(books)) == 0
    assert "1 were missing" in capsys.readouterr().out
    assert repair.main(["--tenant", "shop", "--from", TODAY, "--to", "2026-06-16"], commanded(books)) == 0
    assert "until 2026-06-16T00:00:00Z, 0 were missing" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("command", "arguments"),
    [(verify.main, ["--tenant", "nobody"]), (repair.main, ["--tenant", "nobody", "--from", TODAY])],
    ids=["verify", "repair"],
)
def test_a_tenant_that_is_not_there_is_not_said_to_be_well(
    command: Callable[..., int], arguments: list[str], books: Books, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(arguments, commanded(books)) == 2
    assert "There is no tenant nobody" in capsys.readouterr().err


def test_a_span_of_nothing_is_refused(books: Books, capsys: pytest.CaptureFixture[str]) -> None:
    """Yesterday's outage, asked for today, without the end that says to look closer than the stream's own hours."""
    asked = ["--tenant", "shop", "--from", "2026-06-17"]
    assert repair.main(asked, commanded(books)) == 2
    assert "Nothing lies between" in capsys.readouterr().err
    books.shop.buy(card("0"), sale("just now"))
    books.shop.clock.at += 1
    assert repair.main([*asked, "--to", "2027-01-01"], commanded(books)) == 0
    assert "1 were missing" in capsys.readouterr().out


def test_the_repair_command_names_what_it_cannot_read_and_what_broke_it_off(
    books: Books, capsys: pytest.CaptureFixture[str]
) -> None:
    books.shop.clock.at += DAY_MS
    bought = books.shop.buy(card("0"), sale("damaged")).answer
    key = Key(f"shop#M#{bought.member_id}", "J#0001#00000006")
    stored: Attrs = books.item(key)
    books.table.batch_put([{**stored, "body": {"B": b"?"}}])
    books.shop.clock.at += 2 * DAY_MS
    assert repair.main(["--tenant", "shop", "--from", TODAY], commanded(books)) == 1
    assert f"Entry 6 of program 1 of M#{bought.member_id} cannot be read" in capsys.readouterr().err
    rt = replace(books.shop.rt, table=FaultyTable(books.table, faults=dict.fromkeys(range(1_000), "throttled")))
    assert repair.main(["--tenant", "shop", "--from", TODAY], lambda _: rt) == 2
    assert "run it again" in capsys.readouterr().err
