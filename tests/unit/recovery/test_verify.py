"""A tenant that nobody touched is proved whole; whatever was touched behind the operations is named, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.areas.orders import store as orders
from chalicelib.table.feed import page_key
from chalicelib.table.items import pack, unpack
from chalicelib.table.protocol import Key
from tests.unit.recovery.books import MEMBERS, Books, small_books


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
    """Nothing is concluded from what it says now."""

    def generous(body: Any) -> Any:
        header, facts = body
        return [header, [fact | ({"amount": 9} if fact["type"] == "points.earned" else {}) for fact in facts]]

    books.change(books.of(2, "J#0001#00000002"), generous)
    assert books.told() == [("2", "account 1: entry 2 does not follow from the one before it")]


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


def test_an_account_that_left_the_list_of_what_is_due(books: Books) -> None:
    """No job would ever let its points expire."""
    key = books.of(1, "B#0001")
    due = books.item(key)
    said = [("1", "account 1: is not due on the day that the index has")]
    books.remove(key)
    books.table.batch_put([{name: value for name, value in due.items() if not name.startswith("gsi3")}])
    assert books.told() == said
    books.table.batch_put([{**due, "gsi3sk": {"S": f"9{due['gsi3sk']['S'][1:]}"}}])
    assert books.told() == said


def test_an_order_that_gave_what_its_entry_does_not_say(books: Books) -> None:
    key = orders.order_key("shop", books.order)
    books.change(key, lambda body: body | {"credits": []})
    assert books.told() == [("2", "order A2 has not given what its entry says")]


@pytest.mark.parametrize("due", [0, 39, 41, 100])
def test_an_order_of_which_a_return_would_ask_too_much_or_too_little(due: int) -> None:
    """Forty of its hundred and fifty points were asked back."""
    books = small_books()
    key = orders.order_key("shop", books.order)
    credit = unpack(books.item(key)["body"]["B"])["credits"][0]
    books.change(key, lambda body: body | {"credits": [[*credit[:6], due, *credit[7:]]]})
    assert [what for _, what in books.told()] == ["order A2 was not asked back what its returns say"]


def test_an_order_that_is_shown_as_another(books: Books) -> None:
    key = orders.order_key("shop", books.order)
    whole = books.item(key)
    card = unpack(whole["card"]["B"])
    for wrong in (
        {"card": {"B": pack(card | {"gross_value": 1})}},
        {"gsi1sk": {"S": f"0{whole['gsi1sk']['S'][1:-3]}"}},
    ):
        books.table.batch_put([{**whole, **wrong}])
        assert books.told() == [("2", "order A2 is not what the member's list shows")]
    books.table.batch_put([{name: value for name, value in whole.items() if name != "card"}])
    assert books.told() == [("2", "order A2 cannot be read")]


def test_an_order_and_a_return_of_another_time(books: Books) -> None:
    books.change(orders.order_key("shop", books.order), lambda body: body | {"at": body["at"] + 1})
    assert books.told() == [("2", "order A2 has another number or time than its entry says")]
