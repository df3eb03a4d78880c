"""The laws find what they are there for: of each a table that breaks it and no other, which they must name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from hashlib import sha256
from typing import Any

import pytest

from chalicelib.areas.accounts import store as accounts
from chalicelib.areas.accounts.model import VOCABULARY, Account, fold
from chalicelib.flows.cancel_earning import cancel_earning
from chalicelib.flows.start_proof import start_proof
from chalicelib.table.items import compact_json, pack, unpack
from chalicelib.table.journal import HASH_DIGITS, Head, Stream, entry_from, entry_put
from chalicelib.table.protocol import Key
from tests.faults.built import moving
from tests.faults.laws import judge
from tests.twins import fresh
from tests.twins.bookshop import keyed
from tests.twins.grouped import household

Item = dict[str, Any]
Fact = dict[str, Any]


class Broken:
    """The items of a shop in which everything has happened, and hands that reach past every operation."""

    def __init__(self) -> None:
        stored, names = whole()
        self.names: Mapping[str, str] = names
        self.items: dict[Key, Item] = {key: dict(item) for key, item in stored.items()}

    def of(self, name: str, sk: str) -> Key:
        return Key(f"shop#M#{self.names[name]}", sk)

    def entry(self, name: str, sequence: int) -> Key:
        return self.of(name, f"J#0001#{sequence:08}")

    def order(self, number: str) -> Key:
        [found] = [
            key
            for key, item in self.items.items()
            if item["kind"]["S"] == "order" and unpack(item["body"]["B"])["sale"]["number"] == number
        ]
        return found

    def undone(self) -> Key:
        """The entry of which something was undone."""
        [found] = [key for key, item in self.items.items() if "undone" in item]
        return found

    def one(self, kind: str) -> Key:
        [found] = [key for key, item in self.items.items() if item["kind"]["S"] == kind]
        return found

    def remove(self, key: Key) -> None:
        del self.items[key]

    def put(self, key: Key, **attributes: Any) -> None:
        self.items[key] = {**self.items.get(key, {}), "pk": {"S": key.pk}, "sk": {"S": key.sk}, **attributes}

    def body(self, key: Key, change: Callable[[Any], Any], part: str = "body") -> None:
        self.put(key, **{part: {"B": pack(change(unpack(self.items[key][part]["B"])))}})

    def retell(self, name: str, sequence: int, change: Callable[[Fact], Fact]) -> None:
        """One entry of an account says something else, and hashes and account follow: it might have happened so."""
        stream = Stream("shop", f"shop#M#{self.names[name]}", 1)
        account, head = Account(self.names[name], 1), Head()
        while (key := stream.key(head.version + 1)) in self.items:
            entry = entry_from(stream, self.items[key])
            facts = entry.facts if entry.sequence != sequence else tuple(change(dict(fact)) for fact in entry.facts)
            header = {**entry.header, "previous": head.hash}
            digest = sha256(compact_json([header, facts])).hexdigest()[:HASH_DIGITS]
            told = replace(entry, header=header, facts=facts, hash=digest)
            account = fold(account, [VOCABULARY.decode(fact) for fact in facts])
            put = accounts.account_put("shop", account, head, told)
            self.items |= {told.key: dict(entry_put(told).item), put.key: dict(put.item)}
            head = told.head


@cache
def whole() -> tuple[Mapping[Key, Any], Mapping[str, str]]:
    """The shop of `moving`; Carol has a group, an earning of Ada's is cancelled, and Dora has but 10 points of Ada's."""
    world = moving()
    shop, names = world.calm, world.names
    group = household(shop, names["carol"])
    earning = shop.earn(names["ada"], 5, keyed("a key")).answer.earning
    assert earning is not None
    assert earning.earning_id is not None
    cancel_earning(shop.rt, shop.caller, fresh(), names["ada"], earning.earning_id)
    start_proof(shop.rt, shop.caller, keyed("another"), 1, 2)
    dora = shop.member("0007")
    shop.send(names["ada"], dora, 10)
    return {key: one.item for key, one in world.memory._items.items()}, {**names, "dora": dora, "group": group}


def test_a_shop_in_which_nothing_is_broken_breaks_no_law() -> None:
    judge(Broken().items.values())


def test_what_might_have_happened_breaks_no_law() -> None:
    broken = Broken()
    broken.retell("ada", 4, lambda fact: {**fact, "reason": "birthday"})
    judge(broken.items.values())


def doubled(broken: Broken) -> None:
    """Dora says that she has Ada's card."""
    adas = unpack(broken.items[broken.of("ada", "A#PROFILE")]["private"]["B"])["identifiers"]
    broken.body(broken.of("dora", "A#PROFILE"), lambda told: {**told, "identifiers": adas}, "private")


def elsewhere(fact: Fact) -> Fact:
    return {**fact, "period": "2026-05"} if fact["type"] == "points.cancelled" else fact


def of_bob(broken: Broken) -> Callable[[Fact], Fact]:
    return lambda fact: {**fact, "sender": broken.names["bob"]} if fact["type"] == "points.received" else fact


def group_key(broken: Broken, sk: str) -> Key:
    return Key(f"shop#G#{broken.names['group']}", sk)


def guard(broken: Broken, *, of_operation: bool) -> Key:
    [found] = [
        key
        for key, item in broken.items.items()
        if item["kind"]["S"] == "guard" and (item["sequence"]["N"] == "0") == of_operation
    ]
    return found


def without_its_operation(broken: Broken) -> None:
    named = broken.items[guard(broken, of_operation=True)]["entry_pk"]["S"]
    broken.remove(Key(named, "A"))


ONE_MORE = "does not keep what it gave"
NO_PLACE = "does not stand in the index on its due day"
MARKS = "what is marked as undone is not what was undone"
BROKEN: dict[str, tuple[Callable[[Broken], object], str]] = {
    "an entry is gone": (lambda b: b.remove(b.entry("ada", 2)), "a gap in"),
    "an entry was edited": (
        lambda b: b.body(b.entry("ada", 4), lambda told: [told[0], [{**told[1][0], "reason": "friendship"}]]),
        "does not follow",
    ),
    "an account is gone": (lambda b: b.remove(b.of("dora", "B#0001")), "an account without a journal"),
    "an account of nobody": (
        lambda b: b.put(b.of("dora", "B#0002"), **{**b.items[b.of("dora", "B#0001")], "sk": {"S": "B#0002"}}),
        "an account without a journal",
    ),
    "an account is another": (
        lambda b: b.put(b.of("dora", "B#0001"), body=b.items[b.of("carol", "B#0001")]["body"]),
        "is not what its journal says",
    ),
    "in no index": (lambda b: [b.items[b.of("ada", "B#0001")].pop(name) for name in ("gsi3pk", "gsi3sk")], NO_PLACE),
    "on another day": (
        lambda b: b.put(b.of("ada", "B#0001"), gsi3sk={"S": f"2027-07-02#account#{b.names['ada']}#0001"}),
        NO_PLACE,
    ),
    "in a shard that nobody asks": (lambda b: b.put(b.of("ada", "B#0001"), gsi3pk={"S": "shop#DUE#16"}), NO_PLACE),
    "due and nothing is": (
        lambda b: b.put(
            b.of("carol", "B#0001"),
            gsi3pk={"S": "shop#DUE#00"},
            gsi3sk={"S": f"2027-07-01#account#{b.names['carol']}#0001"},
        ),
        NO_PLACE,
    ),
    "undone beyond itself": (lambda b: b.put(b.entry("ada", 2), undone={"S": "1:21"}), "is undone beyond itself"),
    "marked for nothing": (lambda b: b.put(b.entry("ada", 2), undone={"S": "1:20"}), MARKS),
    "undone and not marked": (lambda b: b.items[b.undone()].pop("undone"), MARKS),
    "a profile of before": (
        lambda b: b.put(b.of("carol", "A#PROFILE"), version={"N": "1"}),
        "does not stand where its journal ends",
    ),
    "a rule that is gone": (lambda b: b.remove(Key("shop#CFG", "rule#0001#books")), "does not stand where its journal"),
    "a card of nobody": (
        lambda b: b.put(Key("shop#ID#card#-#9", "-"), kind={"S": "identifier"}, owner={"S": b.names["ada"]}),
        "identifiers are not those that members have",
    ),
    "a card that is gone": (
        lambda b: b.remove(Key("shop#ID#card#-#0007", "-")),
        "identifiers are not those that members have",
    ),
    "a card of two": (doubled, "two members have"),
    "an order is gone": (lambda b: b.remove(b.order("A1")), "documents are not those that entries tell of"),
    "a return is gone": (lambda b: b.remove(b.one("return")), "has not as many returns as it counts"),
    "an order of another entry": (
        lambda b: b.body(b.order("B2"), lambda told: {**told, "sequence": 1}),
        "two documents say that one entry recorded them",
    ),
    "a return of no order": (
        lambda b: b.put(Key("shop#O#none", "R#RB1"), **{**b.items[b.one("return")], "pk": {"S": "shop#O#none"}}),
        "there are not as many returns as were told",
    ),
    "an order that gave more": (
        lambda b: b.body(b.order("B2"), lambda told: {**told, "credits": [["base", "points", 11, *told["credits"][0][3:]]]}),
        ONE_MORE,
    ),
    "an order of another month": (
        lambda b: b.body(b.order("A1"), lambda told: {**told, "credits": [[*one[:7], "2026-05"] for one in told["credits"]]}),
        ONE_MORE,
    ),
    "an order that counts for nothing": (
        lambda b: b.body(b.order("A1"), lambda told: {**told, "past": []}),
        "its past is another than its orders count for",
    ),
    "room made elsewhere": (lambda b: b.retell("bob", 3, elsewhere), "a return makes room elsewhere"),
    "received of somebody else": (lambda b: b.retell("dora", 1, of_bob(b)), "a transfer has one side only"),
    "a place in a group is gone": (lambda b: b.remove(b.one("group_member")), "a group and its members do not agree"),
    "in a group that does not say so": (
        lambda b: b.put(
            group_key(b, f"H#{b.names['ada']}"),
            **{**b.items[b.one("group_member")], "sk": {"S": f"H#{b.names['ada']}"}},
        ),
        "a group and its members do not agree",
    ),
    "a group counts two": (
        lambda b: b.body(group_key(b, "A#PROFILE"), lambda told: {**told, "members": 2}, "private"),
        "a group does not count its members",
    ),
    "a group of another's": (
        lambda b: b.body(group_key(b, "A#PROFILE"), lambda told: {**told, "primary_member_id": b.names["ada"]}, "private"),
        "the primary member of a group is not in it",
    ),
    "a key of no entry": (
        lambda b: b.put(guard(b, of_operation=False), sequence={"N": "99"}),
        "a guard names an entry that is not there",
    ),
    "a key of no operation": (without_its_operation, "a guard names an operation that is not there"),
}  # fmt: skip


@pytest.mark.parametrize("broken", BROKEN)
def test_a_table_that_breaks_a_law_is_named(broken: str) -> None:
    table = Broken()
    breaks, named = BROKEN[broken]
    breaks(table)
    with pytest.raises(AssertionError, match=named):
        judge(table.items.values())
