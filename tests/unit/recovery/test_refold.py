"""`make refold`: an account that differs from its journal is made what it says, and nothing else is."""

from __future__ import annotations

import argparse
import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from chalicelib.areas.access.operations import issue_api_key
from chalicelib.areas.groups.operations import list_groups
from chalicelib.flows.refold_account import refold_account, refolded_account
from chalicelib.runtime import Runtime
from chalicelib.table.protocol import Attrs, Key, Page, Query, Throttled, Write
from infra.local import refold
from tests.twins.faulty import FaultyTable
from tests.unit.recovery.books import Books, grouped_books

ACCOUNT = "B#0001"
ENTRY = "J#0001#{:08}".format
Spoil = Callable[[Books, Attrs], None]


def put(books: Books, item: Attrs, **changed: Any) -> None:
    books.table.batch_put([{**item, **changed}])


def damaged(books: Books, older: Attrs) -> None:
    put(books, books.item(books.of(0, ACCOUNT)), body={"B": b"z?"})


def without_a_version(books: Books, older: Attrs) -> None:
    put(books, {name: one for name, one in books.item(books.of(0, ACCOUNT)).items() if name != "version"})


def with_a_version_to_come(books: Books, older: Attrs) -> None:
    put(books, books.item(books.of(0, ACCOUNT)), version={"N": "99"})


def gone(books: Books, older: Attrs) -> None:
    books.remove(books.of(0, ACCOUNT))


def put_back(books: Books, older: Attrs) -> None:
    put(books, older)


def edited(books: Books, older: Attrs) -> None:
    """Six orders more, which no law forbids: the shop goes on with it."""
    books.change(books.of(0, ACCOUNT), lambda body: body | {"o": body["o"] + 6})


def with_more_points(books: Books, older: Attrs) -> None:
    """Earned, says a total, and in no lot."""

    def more(body: Any) -> Any:
        (unit,) = body["w"]
        next_lot, (first, *totals), *rest = body["w"][unit]
        return body | {"w": {unit: [next_lot, [first + 100, *totals], *rest]}}

    books.change(books.of(0, ACCOUNT), more)


def not_due(books: Books, older: Attrs) -> None:
    put(books, books.item(books.of(0, ACCOUNT)), gsi3pk={"S": "shop#DUE#00"}, gsi3sk={"S": "2020-01-01#account"})


def with_another_hash(books: Books, older: Attrs) -> None:
    put(books, books.item(books.of(0, ACCOUNT)), hash={"S": "0" * 32})


SPOILT: dict[str, tuple[Spoil, str]] = {
    "damaged": (damaged, "cannot be read"),
    "without a version": (without_a_version, "cannot be read"),
    "with a version to come": (with_a_version_to_come, "stands at version 99, its journal at 8"),
    "gone": (gone, "is gone, though its journal is there"),
    "put back": (put_back, "stands at version 7, its journal at 8"),
    "edited": (edited, "orders is not what the journal says"),
    "with more points": (with_more_points, "wallet points is not what the journal says"),
    "not due": (not_due, "is not due on the day that the index has"),
    "with another hash": (with_another_hash, "does not carry the hash of its last entry"),
}


@dataclass
class Spoilt:
    books: Books
    whole: Attrs
    was: Attrs | None


def spoilt(books: Books, spoil: Spoil) -> Spoilt:
    """Of the first member of the books, after three more earnings."""
    key = books.of(0, ACCOUNT)
    for _ in range(2):
        books.shop.earn(books.members[0], 5)
    older = books.item(key)
    books.shop.earn(books.members[0], 5)
    whole = books.item(key)
    spoil(books, older)
    return Spoilt(books, whole, books.table.get(key))


def refolded(books: Books, *more: str, rt: Runtime | None = None) -> int:
    def runtime(_: argparse.Namespace) -> Runtime:
        return rt or books.shop.rt

    return refold.main(["--tenant", "shop", "--owner", books.members[0], *more], runtime)


def everything(books: Books) -> dict[Key, Attrs]:
    pks = ["shop#CFG", "shop#FEED", *(f"shop#M#{member}" for member in books.members)]
    return {Key(one["pk"]["S"], one["sk"]["S"]): one for pk in pks for one in books.table.query(Query(pk)).items}


@pytest.mark.parametrize("how", SPOILT)
def test_without_apply_it_says_what_differs_and_writes_nothing(
    how: str, books: Books, capsys: pytest.CaptureFixture[str]
) -> None:
    spoil, told = SPOILT[how]
    spoilt(books, spoil)
    before = everything(books)
    assert refolded(books) == 1
    said = capsys.readouterr().out.splitlines()
    assert said[0] == f"{books.members[0]}: account 1: {told}"
    assert said[-1] == "Nothing was written. APPLY=1 writes what its 8 entries say."
    assert everything(books) == before


@pytest.mark.parametrize("how", SPOILT)
def test_the_account_is_what_it_was_and_nothing_else_has_changed(
    how: str, books: Books, capsys: pytest.CaptureFixture[str]
) -> None:
    case = spoilt(books, SPOILT[how][0])
    before = everything(books)
    assert refolded(books, "--apply") == 0
    assert f"{books.members[0]}: account 1 was written as its journal says, at version 8." in capsys.readouterr().out
    key = books.of(0, ACCOUNT)
    assert everything(books) == before | {key: case.whole}
    assert refolded(books) == 0
    assert capsys.readouterr().out == f"{books.members[0]}: account 1 is what its journal says, at version 8.\n"


@pytest.mark.parametrize("how", SPOILT)
def test_after_it_verify_finds_nothing_and_the_account_earns_again(how: str, books: Books) -> None:
    spoilt(books, SPOILT[how][0])
    assert refolded(books, "--apply") == 0
    assert books.told() == []
    before = books.shop.balance(books.members[0])
    books.shop.earn(books.members[0], 7)
    assert books.shop.balance(books.members[0]) == before + 7
    assert books.told() == []


def test_a_line_keeps_what_was_in_its_place(books: Books, capsys: pytest.CaptureFixture[str]) -> None:
    case = spoilt(books, damaged)
    assert refolded(books, "--apply") == 0
    (line,) = [json.loads(one) for one in capsys.readouterr().out.splitlines() if one.startswith("{")]
    assert (line["key"], line["version"]) == (f"shop#M#{books.members[0]} B#0001", 8)
    assert case.was is not None
    assert line["was"] == {**case.was, "body": {"B": base64.b64encode(b"z?").decode()}}


def test_it_takes_three_reads_and_one_write_of_one_item(books: Books) -> None:
    spoilt(books, damaged)
    requests = books.table.meter.cost.requests
    found = refolded_account(books.shop.rt, "shop", books.members[0], 1)
    assert books.table.meter.cost.requests == requests + 3
    refold_account(books.shop.rt, "shop", found)
    assert books.table.meter.cost.requests == requests + 4


def remove_the_third(books: Books) -> None:
    books.remove(books.of(0, ENTRY(3)))


def remove_the_last(books: Books) -> None:
    books.remove(books.of(0, ENTRY(8)))


def remove_all(books: Books) -> None:
    for number in range(1, 9):
        books.remove(books.of(0, ENTRY(number)))


def change_the_third(books: Books) -> None:
    books.change(books.of(0, ENTRY(3)), lambda body: [{**body[0], "recorded_at": body[0]["recorded_at"] + 1}, body[1]])


def damage_the_third(books: Books) -> None:
    put(books, books.item(books.of(0, ENTRY(3))), body={"B": b"?"})


@pytest.mark.parametrize(
    ("broken", "named"),
    [
        (remove_the_third, f"{ENTRY(3)} is missing"),
        (remove_the_last, f"{ENTRY(8)} is missing, and the account stands at version 8"),
        (remove_all, f"{ENTRY(1)} is missing, and the account stands at version 8"),
        (change_the_third, f"{ENTRY(3)} does not follow from the one before it"),
        (damage_the_third, f"{ENTRY(3)} cannot be read"),
    ],
)
@pytest.mark.parametrize("how", ["damaged", "edited"])
def test_from_a_journal_that_is_not_whole_nothing_is_made(
    how: str, broken: Callable[[Books], None], named: str, books: Books, capsys: pytest.CaptureFixture[str]
) -> None:
    spoilt(books, SPOILT[how][0])
    broken(books)
    before = everything(books)
    assert refolded(books, "--apply") == 2
    said = capsys.readouterr()
    assert f"shop#M#{books.members[0]} {named}" in said.err
    assert said.err.endswith("Put back the item as it was (docs/guides/recovery.md), then run it again.\n")
    assert (said.out, everything(books)) == ("", before)


@pytest.mark.parametrize("sk", [ACCOUNT, ENTRY(3)])
def test_what_a_newer_version_wrote_is_left_to_it(sk: str, books: Books, capsys: pytest.CaptureFixture[str]) -> None:
    spoilt(books, edited)
    put(books, books.item(books.of(0, sk)), v={"N": "9"})
    before = everything(books)
    assert refolded(books, "--apply") == 2
    assert "Deploy the version that wrote it" in capsys.readouterr().err
    assert everything(books) == before


@dataclass
class Meanwhile(FaultyTable):
    """Before a call of its kind, somebody else does something, once."""

    happens: Callable[[], object] = field(default=lambda: None)
    before: str = ""

    def once(self, kind: str) -> None:
        if kind == self.before:
            self.before = ""
            self.happens()

    def query(self, query: Query) -> Page:
        self.once("query")
        return super().query(query)

    def transact(self, writes: Sequence[Write], token: str) -> None:
        self.once("transact")
        super().transact(writes, token)


@pytest.mark.parametrize("before", ["query", "transact"])
def test_a_shop_that_goes_on_meanwhile_is_not_overwritten(
    before: str, books: Books, capsys: pytest.CaptureFixture[str]
) -> None:
    spoilt(books, edited)
    table = Meanwhile(table=books.table, happens=lambda: books.shop.earn(books.members[0], 9), before=before)
    assert refolded(books, "--apply", rt=replace(books.shop.rt, table=table)) == 2
    said = capsys.readouterr().err
    assert said == (
        f"shop#M#{books.members[0]} B#0001 was written to meanwhile, and is left as it is.\n"
        "Run it again: it looks at account and journal afresh.\n"
    )
    assert books.item(books.of(0, ACCOUNT))["version"] == {"N": "9"}
    assert refolded(books, "--apply") == 0
    assert books.told() == []


def test_a_busy_account_is_not_said_to_differ(books: Books, capsys: pytest.CaptureFixture[str]) -> None:
    """Its journal went on between one read and the next."""
    table = Meanwhile(table=books.table, happens=lambda: books.shop.earn(books.members[0], 9), before="query")
    assert refolded(books, rt=replace(books.shop.rt, table=table)) == 2
    said = capsys.readouterr()
    assert ("was written to meanwhile" in said.err, said.out) == (True, "")


@pytest.mark.parametrize("how", ["damaged", "gone"])
def test_two_operators_at_once_do_it_once(how: str, books: Books) -> None:
    spoilt(books, SPOILT[how][0])
    table = Meanwhile(table=books.table, happens=lambda: refolded(books, "--apply"), before="transact")
    assert refolded(books, "--apply", rt=replace(books.shop.rt, table=table)) == 2
    assert books.told() == []


def test_a_table_that_does_not_answer_is_to_be_asked_again(books: Books, capsys: pytest.CaptureFixture[str]) -> None:
    class Slow(Meanwhile):
        def transact(self, writes: Sequence[Write], token: str) -> None:
            raise Throttled("slow down")

    spoilt(books, damaged)
    assert refolded(books, "--apply", rt=replace(books.shop.rt, table=Slow(table=books.table))) == 2
    assert capsys.readouterr().err == "slow down\nRun it again: it looks at account and journal afresh.\n"


def test_an_account_of_a_group_is_refolded_as_well(capsys: pytest.CaptureFixture[str]) -> None:
    books = grouped_books()
    shop, (group,) = books.shop, groups_of(books)
    issue_api_key(shop.rt, shop.caller, org="org", tenant="shop", name="till", grants=shop.caller.grants)
    key = Key(f"shop#G#{group}", ACCOUNT)
    whole = books.item(key)
    books.remove(key)
    asked = ["--tenant", "shop", "--owner", group, "--program", "1", "--apply"]
    assert refold.main(asked, lambda _: shop.rt) == 0
    assert f"{group}: account 1: is gone, though its journal is there" in capsys.readouterr().out
    assert books.item(key) == whole


def groups_of(books: Books) -> list[str]:
    page = list_groups(books.shop.rt, books.shop.caller, 10, None)
    return [one.group_id for one in page.items]


def test_whoever_has_neither_account_nor_entries_has_nothing_to_be_made_of(
    books: Books, capsys: pytest.CaptureFixture[str]
) -> None:
    assert refolded(books, "--program", "7", "--apply") == 2
    assert capsys.readouterr().err == f"{books.members[0]} has neither an account nor entries in program 7.\n"
    assert refold.main(["--tenant", "shop", "--owner", "Ada"], lambda _: books.shop.rt) == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("program", ["0", "1024", "one", ""])
def test_a_program_is_a_number_that_can_be(program: str, books: Books, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        refolded(books, "--program", program)
    assert ended.value.code == 2
    assert f"{program!r} is no number from 1 to 1023" in capsys.readouterr().err
