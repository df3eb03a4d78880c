"""`make verify` and `make repair` as an operator meets them: what they say, how they end, and where they go on."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from chalicelib.areas.access.operations import issue_api_key
from chalicelib.areas.orders import store as orders
from chalicelib.flows.repair_feed import repair_feed
from chalicelib.runtime import Runtime
from chalicelib.table.memory import MemoryTable
from chalicelib.table.protocol import Attrs, Key, Page, Query, Throttled
from infra.local import repair, verify
from tests.twins import at
from tests.twins.bookshop import TODAY, card, open_shop, sale
from tests.twins.faulty import FaultyTable
from tests.unit.recovery.books import DAY_MS, Books, one_table


def commanded(books: Books) -> Callable[[argparse.Namespace], Runtime]:
    return lambda _: books.shop.rt


def test_the_command_says_what_there_is_and_that_all_is_well(
    books: Books, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify.main(["--tenant", "shop"], commanded(books), tmp_path, one_table) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("shop: 5 members, 5 accounts, 17 orders, 31 entries in ")
    assert last.endswith(": no differences.")


def test_it_says_up_to_when_it_has_compared_the_feed(
    books: Books, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Hours that ended ten minutes ago: what came later may be on its way."""
    books.shop.clock.at = at("2026-06-17T15:09:59Z")
    assert verify.main(["--tenant", "shop"], commanded(books), tmp_path, one_table) == 0
    assert "a member), feed compared up to 2026-06-17T14:00:00Z: no" in capsys.readouterr().out
    books.shop.clock.at += 1_000
    assert verify.main(["--tenant", "shop"], commanded(books), tmp_path, one_table) == 0
    assert "feed compared up to 2026-06-17T15:00:00Z" in capsys.readouterr().out


def test_the_command_names_what_differs_and_ends_with_one(
    books: Books, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    books.remove(orders.order_key("shop", books.order))
    assert verify.main(["--tenant", "shop"], commanded(books), tmp_path, one_table) == 1
    first, last = capsys.readouterr().out.splitlines()
    assert first == f"{books.members[2]}: order {books.order} is missing, though an entry records it"
    assert last.endswith(": 1 differences.")


def test_a_table_that_does_not_answer_leaves_it_unverified(
    books: Books, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rt = replace(books.shop.rt, table=FaultyTable(books.table, faults=dict.fromkeys(range(1_000), "throttled")))
    assert verify.main(["--tenant", "shop"], lambda _: rt, tmp_path, one_table) == 2
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


def with_another_tenant(books: Books, tenant: str = "another") -> None:
    """A second shop on the same table, all of it relayed."""
    other = open_shop(books.table, tenant=tenant)
    issue_api_key(other.rt, other.caller, org="org", tenant=tenant, name="till", grants=other.caller.grants)
    other.buy(card("1"), sale("A1"))
    list(repair_feed(other.rt, tenant, at(TODAY), at(TODAY) + DAY_MS))


def test_every_tenant_is_verified_in_turn_and_the_worst_of_them_counts(
    books: Books, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with_another_tenant(books)
    assert verify.main(["--tenant", "all"], commanded(books), tmp_path, one_table) == 0
    assert [line.split(":")[0] for line in capsys.readouterr().out.splitlines()] == ["another", "shop"]
    books.remove(orders.order_key("another", order_of("another")))
    assert verify.main(["--tenant", "all"], commanded(books), tmp_path, one_table) == 1
    told = capsys.readouterr().out.splitlines()
    assert [line.split(", ")[0] for line in told[-2:]] == ["another: 1 members", "shop: 5 members"]
    assert (told[-2].endswith(": 1 differences."), told[-1].endswith(": no differences.")) == (True, True)


def order_of(tenant: str) -> str:
    return orders.id_for(tenant, "A1")


def test_one_tenant_s_trouble_keeps_no_other_from_being_verified(
    books: Books, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with_another_tenant(books)
    rt = replace(books.shop.rt, table=Unread(books.table, "another#DIR"))
    assert verify.main(["--tenant", "all"], lambda _: rt, tmp_path, one_table) == 2
    said = capsys.readouterr()
    assert said.out.splitlines()[-1].startswith("shop: 5 members")
    assert said.err.splitlines()[0].startswith("another: busy")
    assert verify.main(["--tenant", "all"], commanded(books), tmp_path, one_table) == 0
    other, shop = capsys.readouterr().out.splitlines()
    assert (other.split(":")[0], other.endswith(": no differences.")) == ("another", True)
    assert shop == f"{said.out.splitlines()[-1]} That was verified by the run before."


def test_every_tenant_is_repaired_in_turn(books: Books, capsys: pytest.CaptureFixture[str]) -> None:
    with_another_tenant(books)
    assert repair.main(["--tenant", "all", "--from", TODAY], commanded(books)) == 0
    assert [line.split(" entries")[0] for line in capsys.readouterr().out.splitlines()[::2]] == [
        "another: 5",
        "shop: 31",
    ]
    rt = replace(books.shop.rt, table=Unread(books.table, "another#FEED"))
    assert repair.main(["--tenant", "all", "--from", TODAY], lambda _: rt) == 2
    assert "shop: 31 entries" in capsys.readouterr().out


def test_there_is_no_tenant_to_begin_with(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rt = open_shop().rt
    assert verify.main(["--tenant", "all"], lambda _: rt, tmp_path, one_table) == 2
    assert capsys.readouterr().err == "There is no tenant yet: the first API key of a tenant makes it known.\n"


class Unread(FaultyTable):
    """A partition that is throttled for ever."""

    def __init__(self, table: MemoryTable, of: str) -> None:
        super().__init__(table=table)
        self.of = of

    def query(self, query: Query) -> Page:
        if query.pk.startswith(self.of):
            raise Throttled("slow down")
        return super().query(query)

    def get(self, key: Key) -> Attrs | None:
        if key.pk.startswith(self.of):
            raise Throttled("slow down")
        return super().get(key)
