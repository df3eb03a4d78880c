"""`make verify` interrupted and asked again: it goes on where it was, and forgets nothing that it found."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import pytest

from chalicelib.areas.access.operations import issue_api_key
from chalicelib.flows.listed_owners import MEMBERS_A_PART, listed_members
from chalicelib.flows.repair_feed import repair_feed
from chalicelib.flows.verify_stream import Difference
from chalicelib.flows.verify_tally import Tally
from chalicelib.flows.verify_tenant import Position, VerifiedPart
from chalicelib.table.counted import CountedTable
from chalicelib.table.memory import MemoryTable
from chalicelib.table.patient import PatientTable
from chalicelib.table.protocol import Delete, Key, Page, Query, Table
from infra.local import verify
from infra.local.verify_state import MOST_TOLD, Kept, SoFar
from tests.twins import at
from tests.twins.bookshop import TODAY, BookShop, open_shop
from tests.twins.faulty import FaultyTable
from tests.unit.recovery.books import DAY_MS, Books, one_table


class Interrupted(FaultyTable):
    """Ctrl-C when one member is come to."""

    member = ""

    def query(self, query: Query) -> Page:
        if self.member and query.pk.endswith(self.member):
            raise KeyboardInterrupt
        return super().query(query)


@pytest.fixture
def crowd() -> BookShop:
    """More members than are verified before the place is written down."""
    shop = open_shop(MemoryTable())
    issue_api_key(shop.rt, shop.caller, org="org", tenant="shop", name="till", grants=shop.caller.grants)
    for number in range(MEMBERS_A_PART + 10):
        shop.member(f"{number}")
    list(repair_feed(shop.rt, "shop", at(TODAY), shop.clock.at + 1))
    shop.clock.at += 2 * DAY_MS
    return shop


def ask(shop: BookShop, root: Path, *more: str, table: Table | None = None, which: str = "") -> int:
    rt = replace(shop.rt, table=table or shop.rt.table)
    named = (lambda _: which) if which else one_table
    return verify.main(["--tenant", "shop", "--threads", "1", *more], lambda _: rt, root, named)


def interrupted(shop: BookShop, root: Path) -> None:
    """After the first part of two."""
    table = Interrupted(table=shop.rt.table)
    table.member = everybody(shop)[MEMBERS_A_PART]
    assert ask(shop, root, table=table) == 2


def everybody(shop: BookShop) -> list[str]:
    return list(listed_members(PatientTable(shop.rt), "shop", None))


def test_an_interrupted_run_goes_on_where_it_was(
    crowd: BookShop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    interrupted(crowd, tmp_path)
    *_, reached, _, advice = capsys.readouterr().err.splitlines()
    assert reached.startswith("200 members, 0 differences, up to mem_")
    assert advice == "Not verified to the end: run it again, and it goes on from there."
    counted = CountedTable(crowd.rt.table)
    assert ask(crowd, tmp_path, table=counted) == 0
    said = capsys.readouterr()
    assert said.err.startswith("shop: going on behind mem_")
    assert said.out.startswith("shop: 210 members, 0 accounts, 0 orders, 213 entries in ")
    assert counted.meter.cost.query < 10 * 2 + 60
    assert not list(tmp_path.rglob("*.json"))


def test_told_to_begin_anew_or_a_day_later_it_begins_at_the_start(
    crowd: BookShop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    interrupted(crowd, tmp_path)
    capsys.readouterr()
    assert ask(crowd, tmp_path, "--anew") == 0
    assert "going on" not in capsys.readouterr().err
    interrupted(crowd, tmp_path)
    crowd.clock.at += DAY_MS
    assert ask(crowd, tmp_path) == 0
    assert "going on" not in capsys.readouterr().err


def test_what_an_interrupted_run_found_is_told_again(
    crowd: BookShop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, *_, last = everybody(crowd)
    for member in (first, last):
        crowd.rt.table.transact([Delete(Key(f"shop#M#{member}", "J#0000#00000001"))], f"gone {member}")
    interrupted(crowd, tmp_path)
    found = capsys.readouterr().out.splitlines()
    assert {line.split(":")[0] for line in found} == {first}
    assert ask(crowd, tmp_path) == 1
    told = capsys.readouterr().out.splitlines()
    assert told[: len(found)] == [f"{line} (told by the run before)" for line in found]
    of_now = told[len(found) : -1]
    assert {line.split(":")[0] for line in of_now} >= {last}
    assert "told by the run before" not in "".join(of_now)
    assert told[-1].endswith(
        f": {len(told) - 1} differences. {len(found)} of them were told by the run before: ANEW=1 looks at everything again."
    )


def test_what_was_mended_since_is_told_no_more_when_all_is_looked_at_anew(
    crowd: BookShop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = Key(f"shop#M#{everybody(crowd)[0]}", "J#0000#00000001")
    was = crowd.rt.table.get(key)
    assert was is not None
    crowd.rt.table.transact([Delete(key)], "gone")
    interrupted(crowd, tmp_path)
    crowd.rt.table.batch_put([was])
    assert ask(crowd, tmp_path, "--anew") == 0
    assert capsys.readouterr().out.splitlines()[-1].endswith(": no differences.")


def test_another_table_is_not_gone_on_with_however_it_was_asked_for(
    crowd: BookShop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same words, and the stack has another table by now: what was verified there says nothing of it."""
    interrupted(crowd, tmp_path)
    capsys.readouterr()
    key = Key(f"shop#M#{everybody(crowd)[0]}", "J#0000#00000001")
    was = crowd.rt.table.get(key)
    assert was is not None
    crowd.rt.table.transact([Delete(key)], "not in the other")
    assert ask(crowd, tmp_path, which="another") == 1
    assert "going on" not in capsys.readouterr().err
    crowd.rt.table.batch_put([was])
    assert ask(crowd, tmp_path) == 0
    assert capsys.readouterr().err.startswith("shop: going on behind mem_")


def test_a_day_that_nobody_can_count_is_not_said_to_be_miscounted_by_a_run_that_goes_on(
    crowd: BookShop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    member = everybody(crowd)[0]
    entry = crowd.rt.table.get(Key(f"shop#M#{member}", "J#0000#00000001"))
    assert entry is not None
    crowd.rt.table.batch_put([{**entry, "v": {"N": "9"}}])
    interrupted(crowd, tmp_path)
    assert ask(crowd, tmp_path) == 1
    told = capsys.readouterr().out
    assert f"{member}: profile: entry 1 cannot be read: it is of schema 9" in told
    assert "its counts" not in told


class Meanwhile(type(Path())):  # type: ignore[misc]  # whatever a path is here
    """Before a file takes another's place, another run does all of it."""

    other: ClassVar[list[Callable[[], object]]] = []

    def replace(self, target: Path) -> Path:
        while self.other:
            self.other.pop()()
        return Path(self).replace(target)


def test_two_runs_at_once_do_not_take_away_each_other_s_place(tmp_path: Path) -> None:
    one = Kept(Meanwhile(tmp_path / "kept.json"), 0, run=1)
    other = Kept(tmp_path / "kept.json", 0, run=2)
    place = Position(0, "mem_1", Tally())
    Meanwhile.other.append(lambda: other.reach("shop", SoFar(members=2), place))
    one.reach("shop", SoFar(members=1), place)
    assert json.loads(one.file.read_text("utf-8"))["begun"]["shop"][0]["members"] == 1
    assert [file.name for file in tmp_path.iterdir()] == ["kept.json"]
    assert Kept(one.file, 0).run == os.getpid()


def test_of_very_many_the_first_are_told_again_and_the_others_counted() -> None:
    different = tuple(Difference(f"mem_{number}", "profile: entry 1 is missing") for number in range(MOST_TOLD + 7))
    reached = SoFar().and_part(VerifiedPart(different), 1, 1.0).and_part(VerifiedPart(different[:3]), 1, 1.0)
    *lines, last = verify.told_again(reached).splitlines()
    assert (len(lines), lines[-1]) == (
        MOST_TOLD,
        f"mem_{MOST_TOLD - 1}: profile: entry 1 is missing (told by the run before)",
    )
    assert last == "10 more were named by the run before."


def test_a_tenant_that_the_run_before_has_verified_is_told_as_it_was(
    books: Books, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    annex = open_shop(books.table, tenant="annex")
    issue_api_key(annex.rt, annex.caller, org="org", tenant="annex", name="till", grants=annex.caller.grants)
    table = Interrupted(table=books.table)
    table.member = books.members[0]
    rt = replace(books.shop.rt, table=table)
    assert verify.main(["--tenant", "all", "--threads", "1"], lambda _: rt, tmp_path, one_table) == 2
    *found, annex_line = capsys.readouterr().out.splitlines()
    marked = [f"{line} (told by the run before)" for line in found]
    assert (len(found) > 0, annex_line.split(":")[0]) == (True, "annex")
    assert verify.main(["--tenant", "all", "--threads", "1"], lambda _: books.shop.rt, tmp_path, one_table) == 1
    told = capsys.readouterr().out.splitlines()
    assert told[:-1] == [*marked, f"{annex_line} That was verified by the run before."]
    assert told[-1].endswith(": no differences.")


def test_what_is_kept_and_cannot_be_read_is_not_gone_on_with(
    crowd: BookShop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    interrupted(crowd, tmp_path)
    (kept,) = tmp_path.rglob("*.json")
    kept.write_text('{"begun_at": 1', encoding="utf-8")
    assert ask(crowd, tmp_path) == 0
    assert "going on" not in capsys.readouterr().err


def test_how_fast_it_is_can_be_measured(books: Books) -> None:
    figures = verify.measured(books.shop.rt, "shop")
    assert (figures.members, figures.entries, figures.different) == (5, 31, 0)
    # directory; members and what they have; configuration; plans of rules; feed
    assert figures.requests == 2 * 16 + 5 * 2 + 1 + (1 + 3) + 3 + 2 + (16 + 1)
    assert figures.requests_per_member == figures.requests / 5
