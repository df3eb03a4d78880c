"""A proof of everything goes through the tenant's groups as it does through its members: what is wrong with one's account is
told under the group's id."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import pytest

from chalicelib.areas.groups import store as groups
from chalicelib.areas.members.store import DIRECTORY_SHARDS
from chalicelib.aws.memory_files import MemoryFiles
from chalicelib.aws.memory_queues import MemoryQueues, Waiting
from chalicelib.flows.cancel_operation import cancel_operation
from chalicelib.flows.listed_owners import listed_groups
from chalicelib.flows.owner_chunks import shards_of
from chalicelib.flows.repair_feed import repair_feed
from chalicelib.flows.start_proof import start_proof
from chalicelib.table.protocol import Key
from tests.twins import at, fresh
from tests.twins.bookshop import TODAY, dry, member, sale
from tests.twins.grouped import household
from tests.unit.recovery.books import MEMBERS, Books
from tests.unit.recovery.proving import (
    ENTRY,
    each_deal,
    found,
    proven,
    report,
    seen,
    started,
    step,
    with_more_points,
    work,
)

HOMES = 3
ALONE = MEMBERS + 2 * HOMES  # members, two of them in each home


@pytest.fixture
def homes(books: Books) -> list[str]:
    """The ids of three households that have bought, earned and spent."""
    shop, made = books.shop, list[str]()
    for number in range(HOMES):
        one, other = shop.member(f"h{number}"), shop.member(f"w{number}")
        shop.clock.at += 70  # so that they are in different shards
        made.append(household(shop, one, other))
        shop.buy(member(one), sale(f"H{number}"))
        shop.earn(other, 5)
        shop.spend(one, 10)
    list(repair_feed(shop.rt, "shop", at(TODAY), shop.clock.at + 1))
    shop.clock.at += 3_600_000
    return made


def of(group_id: str, sk: str) -> Key:
    return Key(f"shop#G#{group_id}", sk)


def test_every_account_of_a_sound_group_is_proven(books: Books, homes: list[str]) -> None:
    assert start_proof(books.shop.rt, books.shop.caller, dry()).answer.operation.rows == ALONE + HOMES
    progress, differing = proven(books)
    assert (progress.operation.state, progress.operation.rows, differing) == ("done", ALONE + HOMES, [])
    counts = progress.counts
    assert (counts["rows"], counts["groups"], len(homes)) == (ALONE + HOMES, HOMES, HOMES)
    assert (counts["accounts"], counts["proven"]) == (MEMBERS + HOMES, MEMBERS + HOMES)
    owned = [key for key in books.table._items if "#M#" in key.pk or "#G#" in key.pk]
    assert counts["entries"] == sum(key.sk.startswith("J#") for key in owned)
    assert counts["orders"] == sum("#O#" in key.pk and key.sk == "S" for key in books.table._items)


def test_a_removed_an_edited_and_a_reordered_entry_are_named_by_the_group(books: Books, homes: list[str]) -> None:
    removed, edited, moved = homes
    books.remove(of(removed, ENTRY(2)))
    books.change(of(edited, ENTRY(2)), with_more_points)
    second, third = books.item(of(moved, ENTRY(2))), books.item(of(moved, ENTRY(3)))
    books.table.batch_put([{**second, "sk": third["sk"]}, {**third, "sk": second["sk"]}])
    progress, differing = proven(books)
    named = {(who, program, entry, what.partition(": ")[2]) for who, program, entry, what in differing if entry}
    assert (removed, "1", "2", "entry 2 is missing") in named
    assert (edited, "1", "2", "entry 2 does not follow from the one before it") in named
    assert (moved, "1", "2", "entry 2 does not follow from the one before it") in named
    assert (moved, "1", "3", "entry 3 does not follow from the one before it") in named
    assert {who for who, *_ in differing} == set(homes)
    assert (progress.counts["differing"], progress.counts["differences"]) == (HOMES, len(differing))
    assert (progress.counts["accounts"], progress.counts["proven"]) == (MEMBERS + HOMES, MEMBERS)


def test_the_result_has_a_group_in_a_column_of_its_own(books: Books, homes: list[str]) -> None:
    books.remove(of(homes[0], ENTRY(2)))
    books.remove(books.of(1, ENTRY(2)))
    operation_id = started(books)
    work(books)
    rows = report(books, operation_id)
    assert list(rows[0]) == ["member_id", "group_id", "program_id", "entry", "difference"]
    assert {(row["member_id"], row["group_id"]) for row in rows} == {(books.members[1], ""), ("", homes[0])}


def test_an_account_changed_behind_its_journal_and_a_membership_that_is_gone_are_named(
    books: Books, homes: list[str]
) -> None:
    stored = books.item(of(homes[1], "B#0001"))
    books.shop.earn(books.shop.member_with("h1"), 7)
    books.table.batch_put([{**books.item(of(homes[1], "B#0001")), "body": stored["body"]}])
    books.remove(groups.membership_key("shop", homes[2], books.shop.member_with("w2")))
    progress, differing = proven(books)
    assert (homes[1], "1", "", "account 1: wallet points is not what the journal says") in differing
    assert (homes[2], "", "", "profile: counts 2 members and lists 1") in differing
    assert progress.counts["proven"] == MEMBERS + HOMES - 1


@pytest.mark.parametrize("parts", [1, 3, 16])
@pytest.mark.parametrize("rows", [1, 2, 1_000])
def test_the_outcome_does_not_depend_on_how_it_is_cut_up(books: Books, homes: list[str], parts: int, rows: int) -> None:
    books.remove(of(homes[0], ENTRY(2)))
    books.remove(books.of(3, ENTRY(1)))
    expected, differing = proven(books)
    operation_id = started(books, parts=parts, members=rows)
    work(books)
    assert seen(books, operation_id).counts == expected.counts
    assert sorted(found(books, operation_id)) == sorted(differing)


def test_the_parts_go_through_every_shard_of_both_directories_once(books: Books, homes: list[str]) -> None:
    assert groups.DIRECTORY_SHARDS == DIRECTORY_SHARDS
    for parts in (1, 3, 16):
        progress = start_proof(books.shop.rt, books.shop.caller, dry(), parts).answer
        walked = [shards_of(progress.operation, part) for part in progress.parts]
        every = [one for shards in walked for one in listed_groups(books.table, "shop", None, shards)]
        assert sorted(every) == sorted(homes)


@each_deal
def test_in_whatever_order_and_however_often_messages_come(
    books: Books, homes: list[str], deal: Callable[[list[Waiting]], list[Waiting]]
) -> None:
    books.remove(of(homes[1], ENTRY(1)))
    expected, differing = proven(books)
    operation_id = started(books, members=1)
    work(books, deal)
    queues = cast(MemoryQueues, books.shop.rt.queues)
    queues.send("imports", list(queues.sent["imports"]))
    work(books)
    assert seen(books, operation_id).counts == expected.counts
    assert len(report(books, operation_id)) == len(differing)


def test_its_progress_shows_groups_while_it_runs_and_it_stops_among_them(books: Books, homes: list[str]) -> None:
    """One chain, two at a time: eleven members, then the groups."""
    operation_id = started(books, parts=1, members=2)
    shown = []
    for _ in range(6):
        step(books)
        counts = seen(books, operation_id).counts
        shown.append((counts["rows"], counts["groups"]))
    assert shown == [(2, 0), (4, 0), (6, 0), (8, 0), (10, 0), (12, 1)]
    cancel_operation(books.shop.rt, books.shop.caller, fresh(), operation_id)
    work(books)
    progress = seen(books, operation_id)
    assert (progress.operation.state, progress.counts["rows"], progress.counts["groups"]) == ("cancelled", 12, 1)
    assert f"results/shop/{operation_id}.csv" not in cast(MemoryFiles, books.shop.rt.files).objects
    assert homes


def test_who_joins_and_what_is_earned_while_it_runs_is_no_difference(books: Books, homes: list[str]) -> None:
    operation_id = started(books, parts=1, members=1)
    queues = cast(MemoryQueues, books.shop.rt.queues)
    shop, made = books.shop, 0
    while queues.waiting["imports"]:
        step(books)
        shop.clock.at += 10
        shop.earn(shop.member_with("h0"), 5)
        if made < HOMES:
            household(shop, shop.member(f"new-{made}"))
            made += 1
    progress = seen(books, operation_id)
    assert (progress.operation.state, progress.counts["differences"]) == ("done", 0)
    assert progress.counts["groups"] >= len(homes)
