"""Every attribute of every kind of item that verify looks at, and every leaf of what it holds, damaged in several ways: verify,
repair and proof never die of it, and verify tells at least one difference."""

from __future__ import annotations

import copy
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import pytest

from chalicelib.areas.members import store as members
from chalicelib.errors import NewerDataError
from chalicelib.flows.repair_feed import repair_feed
from chalicelib.flows.verify_tenant import verify_tenant
from chalicelib.table.damaged import DamagedItemError
from chalicelib.table.items import pack, unpack
from chalicelib.table.protocol import Attrs, Key, Query, key_of
from chalicelib.table.recorded import HOUR_MS
from infra.local.pages.access_patterns import stores
from infra.local.pages.table import classes_by_kind, item_classes
from tests.twins import at
from tests.twins.bookshop import TODAY
from tests.unit.recovery.books import Books, grouped_books, small_books

WRONG: tuple[Any, ...] = ("abc", None, -1, [], {}, ["x"], 10**20, 1.5)
ATTRIBUTES: tuple[Any, ...] = ({"S": "x"}, {"S": ""}, {"N": "7"}, {"N": "1.5"}, {"B": b"?"}, {"NULL": True})
OF_A_LINE = ("quantity", "name", "category", "brand", "labels", "delivery", "excluded_from_tiers")
NOTHING_TO_COMPARE_WITH = {  # docs/guides/recovery.md, "What it does not look for"
    "account": ("v = {'N': '7'}",),  # as where a threshold was reached: it only keeps older releases from reading it
    "entry": ("private (gone|= None)",),  # erased
    "feed": ("version", "repaired_to"),
    "feed_page": ("opened_at", "body [0-9]+ 3", "body [0-9]+ 4 = [0-9]+$"),
    # What rules looked at and what is there to be read: no fact repeats it. How a shop's clock stood: an entry has the time itself.
    "order": (
        *(f"body sale {one}" for one in ("payments", "labels", "utc_offset")),
        *(f"body sale lines 0 {one}" for one in OF_A_LINE),
        "body sale lines 1 (quantity|sku)",  # nothing of it came back
        "v = {'N': '7'}",  # as that of an order whose rules gave perks as well: it only keeps older releases from reading it
    ),
    "return": ("body document utc_offset", "body own = True"),
}
UNPROVEN = ("private", "gsi2", "quiet")  # what the account does not follow from: `make verify` looks at it
KINDS: Mapping[str, tuple[Callable[[], Books], ...]] = {
    "account": (small_books,),
    "counts": (small_books,),
    "entry": (small_books,),
    "feed": (small_books,),
    "feed_page": (small_books,),
    "group": (grouped_books,),
    "group_member": (grouped_books,),
    "identifier": (small_books,),
    "member": (small_books, grouped_books),
    "order": (small_books, grouped_books),
    "perk": (small_books,),
    "program": (small_books,),
    "return": (small_books,),
    "revision": (small_books,),
    "rule": (small_books,),
    "tenant": (grouped_books,),
    "tiers": (small_books,),
}
NOT_LOOKED_AT = {  # docs/guides/recovery.md, "What it does not look for"
    *(
        "api_key",
        *("archived_day", "audit_files"),
        "award",
        "beat",
        "checkout",
        "feed_consumer",
        "feed_files",
        *("asked", "invitation", "seen", "shared_code"),
        "guard",
        "mark",
        "member_checkout",
        "metric",
        "note",
        "operation",
        "part",
        "proof_secrets",
        "quota_held",
        "quota_slice",
        "redemption_code",
        "refusal",
        "segment",
    ),
    "registered_tenant",
    *("redemption", "reward", "order_paid", "reward_uses"),
    *("code", "coupon_series", "free_code", "live_coupons", "member_counts", "upload"),
    *("webhook", "webhook_delivery", "webhook_state"),
    *("device_token", "devices", "favourite", "favourites", "notice", "notification_due", "invitation_due"),
    *("notification_follow_up", "notification_template"),
}
COMPARED_ELSEWHERE = {  # tests/unit/recovery/test_verify_coupons.py, tests/http/native/test_segments.py, tests/unit/flows
    *("coupon", "membership", "segment_watch", "segment_rest"),
    *("friends", "referral", "rule_plan"),
}


class Damage(NamedTuple):
    what: str
    item: Attrs


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    if isinstance(value, dict | list):
        for name, one in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(one, (*path, name))


def likeness(body: Any, path: tuple[Any, ...]) -> tuple[Any, ...]:
    """Facts are like each other by their type, wherever they stand; all else by its place."""
    alike: list[Any] = []
    for step in path:
        body = body[step]
        alike.append(body["type"] if isinstance(step, int) and isinstance(body, dict) and "type" in body else step)
    return tuple(alike)


def near_to(value: Any) -> Any:
    """Something else of the same kind, as a hand might write it."""
    match value:
        case bool():
            return not value
        case int():
            return value + 1
        case str() if value.isdecimal():
            return str(int(value) + 1)
        case [_, *rest]:
            return rest
        case _:
            return "abc"


def at_path(value: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        value = value[step]
    return value


def put(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    whole = copy.deepcopy(value)
    inner = whole
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = new
    return whole


def damages(item: Attrs, seen: Counter[Any]) -> Iterator[Damage]:
    """Each leaf that no item of the kind had before gets a wrong value, not always the same, and one that is nearly right; so
    does each attribute, and the first of its name all of them. The key of an index is text that is not empty: DynamoDB takes no other."""
    for name, value in item.items():
        if name in ("pk", "sk"):
            continue
        yield Damage(f"{name} gone", {other: kept for other, kept in item.items() if other != name})
        seen[name] += 1
        for wrong in ATTRIBUTES if seen[name] == 1 else (ATTRIBUTES[seen[name] % len(ATTRIBUTES)],):
            if wrong != value and not (name.startswith("gsi") and wrong != {"S": "x"}):
                yield Damage(f"{name} = {wrong}", {**item, name: wrong})
        whole = unpack(value["B"]) if "B" in value else None
        for path in () if whole is None else leaves(whole):
            like = (name, *likeness(whole, path))
            seen[like] += 1
            other = WRONG[len(seen) % len(WRONG)] if path else None
            for new in (other, near_to(at_path(whole, path))) if seen[like] == 1 else ():
                body = put(whole, path, new)
                if body != whole:
                    where = " ".join(map(str, (name, *path)))
                    yield Damage(f"{where} = {new!r}", {**item, name: {"B": pack(body)}})


def every_damage(books: Books, kind: str) -> Iterator[Damage]:
    """With the table as it then is."""
    seen: Counter[Any] = Counter()
    whole = dict(books.table._items)
    for stored in whole.values():
        if stored.item["kind"]["S"] == kind and "shop" in stored.item["pk"]["S"]:
            for damage in damages(stored.item, seen):
                books.table.batch_put([damage.item])
                yield damage
                books.table.batch_put([stored.item])
    assert dict(books.table._items) == whole
    assert seen


def told(books: Books) -> list[str]:
    return [one.what for part in verify_tenant(books.shop.rt, "shop", threads=1) for one in part.differences]


def test_every_kind_of_item_is_damaged_here_or_said_not_to_be_looked_at() -> None:
    assert {*KINDS, *NOT_LOOKED_AT, *COMPARED_ELSEWHERE} == classes_by_kind(stores(), item_classes()).keys()
    assert NOT_LOOKED_AT.isdisjoint(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_verify_tells_it_and_goes_on(kind: str) -> None:
    excused = NOTHING_TO_COMPARE_WITH.get(kind, ())
    found: dict[str, list[str]] = {}
    for books in (opened() for opened in KINDS[kind]):
        for damage in every_damage(books, kind):
            found[damage.what] = min(found.get(damage.what, ["-"]), told(books), key=len)
    assert len(found) > 5
    silent = [what for what, lines in found.items() if not lines]
    assert [what for what in silent if not any(re.match(one, what) for one in excused)] == []
    assert [one for one in excused if not any(re.match(one, what) for what in silent)] == []


def test_repair_names_the_entry_or_brings_it_into_the_feed() -> None:
    books = small_books()
    for attrs in books.table.query(Query("shop#FEED")).items:
        books.remove(key_of(attrs))
    seen = 0
    for damage in every_damage(books, "entry"):
        parts = list(repair_feed(books.shop.rt, "shop", at(TODAY), at(TODAY) + HOUR_MS))
        assert sum(part.looked_up - part.repaired - len(part.unreadable) for part in parts) == 0, damage.what
        seen += sum(len(part.unreadable) for part in parts)
        for attrs in books.table.query(Query("shop#FEED")).items:
            books.remove(key_of(attrs))
    assert seen > 50


def test_a_proof_says_where_the_journal_is_broken() -> None:
    books = small_books()
    broken: Counter[int | None] = Counter()
    for damage in every_damage(books, "entry"):
        pk, sk = key_of(damage.item)
        if "#M#" in pk and sk.startswith("J#0001"):
            try:
                proof = books.shop.proof(books.members[0])
            except NewerDataError:
                continue  # a number of a schema that is to come
            assert proof.broken_at in (None, int(sk[-8:])), damage.what
            assert proof.matches == damage.what.startswith(UNPROVEN), damage.what
            broken[proof.broken_at] += 1
    assert broken.total() - broken[None] > 50


@pytest.mark.parametrize("sk", ["J#x", "J#0001#x", "J#0001#0000000x", "B#x", "B#", "J#"])
def test_what_lies_under_a_key_of_nothing_is_told(sk: str) -> None:
    books = small_books()
    books.table.batch_put([{**books.item(books.of(0, "J#0001#00000002")), "sk": {"S": sk}}])
    assert [what for what in told(books) if what.endswith("that is none")]


@pytest.mark.parametrize("sk", ["C#x", "C#2026-13-01", "P#00000000x", "Q#x"])
def test_what_lies_under_a_strange_key_of_the_feed_ends_nothing(sk: str) -> None:
    books = small_books()
    kept = {"C": "C#2026-06-15"}.get(sk[0], "P#0000000000")
    books.table.batch_put([{**books.item(Key("shop#FEED", kept)), "sk": {"S": sk}}])
    assert told(books) == (["there are counts of what is no day"] if sk[0] == "C" else [])


def test_what_cannot_be_read_is_named_by_its_key_and_never_by_what_is_in_it() -> None:
    books = small_books()
    key = books.of(0, "A#PROFILE")
    books.table.batch_put([{**books.item(key), "private": {"B": pack({"first_name": {"secret": "Ada"}})}}])
    with pytest.raises(DamagedItemError) as named:
        members.read(books.shop.rt.table, "shop", books.members[0])
    assert " ".join(key) in str(named.value)
    assert "Ada" not in str(named.value)
