"""Every fault at every call of five operations, and the same request or message twice, on Amazon's own engine: while eight
are tried at once, each in a shop of its own, somebody else wants another thing of the same account.

The calls are those that the operation makes on the twin. Who is faster is the engine's to decide: so it must all come to
what it comes to on the twin when one asks after the other, whoever comes first.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from itertools import repeat
from random import Random
from typing import Any, Literal, NamedTuple

import pytest

from chalicelib.errors import StampbookError
from chalicelib.table.dynamo import DynamoTable
from chalicelib.table.memory import MemoryTable
from chalicelib.table.protocol import Attrs, Table
from infra.local.table_template import create_table
from tests.engine.conftest import REGION
from tests.engine.wishes import WISHES, Act, Till, another, opened
from tests.faults.laws import judge
from tests.faults.summary import TALLIES
from tests.faults.trying import FAULTS, MOST_TRIES, WORTH_ANOTHER_TRY
from tests.twins.faulty import CallKind, Fault, FaultyTable
from tests.unit.flows.seen import everything, nameless

AT_ONCE = 8
Repeat = Literal["again", "at once"]
REPEATS: tuple[Repeat, ...] = ("again", "at once")  # all of the same before a call, or begun at it by a second thread
_BY_TENANT = re.compile(r"\bord_[0-9a-z]+")

What = Fault | Repeat


class Try(NamedTuple):
    """`call` may be the one after the last: the same once more when it was all over."""

    operation: str
    call: int
    what: What


class Outcome(NamedTuple):
    """What the two were answered, and all that is then there."""

    answer: str
    other: str
    there: str


@dataclass(frozen=True)
class Tried:
    """What was answered where. `made` are the calls until the first answer, `met` is what happened at the one in question."""

    place: Till
    made: tuple[CallKind, ...]
    met: What | None
    answer: str
    other: str
    once_more: str

    def is_of(self, one: Try) -> bool:
        """Whether it met that, at the same call as on the twin."""
        return self.met == one.what and self.made[: one.call + 1] == calls_of(one.operation)[: one.call + 1]


@cache
def calls_of(operation: str) -> tuple[CallKind, ...]:
    """The calls of the operation on the twin, when nothing goes wrong and nobody else is there."""
    memory = MemoryTable()
    place, table = opened(memory, "twin"), FaultyTable(memory)
    WISHES[operation].act(another(place, table))
    return tuple(table.kinds)


def enumerated(operation: str) -> Iterator[Try]:
    calls = calls_of(operation)
    for number, kind in enumerate(calls):
        yield from (Try(operation, number, fault) for fault in FAULTS[kind])
        yield from (Try(operation, number, what) for what in REPEATS)
    yield Try(operation, len(calls), "again")


@cache
def one_after_the_other(operation: str, twice: bool) -> tuple[Outcome, ...]:
    """On the twin, where nobody meets anybody; the other one may also be the first."""
    wish = WISHES[operation]
    other = wish.act if twice else wish.rival
    second_first = _in_turn(other, wish.act)
    return _in_turn(wish.act, other), Outcome(second_first.other, second_first.answer, second_first.there)


def _in_turn(first: Act, second: Act) -> Outcome:
    memory = MemoryTable()
    place = opened(memory, "twin")
    first_answer, second_answer = (answered(act, another(place, memory)) for act in (first, second))
    return Outcome(first_answer, second_answer, seen(another(place, memory)))


def answered(act: Act, till: Till) -> str:
    """The same again, as a client is told to; a refusal is an answer."""
    for _ in range(MOST_TRIES):
        try:
            return _without_chance(act(till))
        except WORTH_ANOTHER_TRY:
            continue
        except StampbookError as refusal:
            return refusal.code
    raise AssertionError("never an answer")


def seen(till: Till) -> str:
    """All that the shop can see; orders of one moment are listed by their ids, which are the tenant's."""
    there = everything(till.shop)
    for member in there["members"]:
        for several in ("orders", "returns"):
            member[several] = sorted(map(_without_chance, member[several]))
    return _without_chance(there)


def _without_chance(value: Any) -> str:
    return _BY_TENANT.sub("ord_", nameless(value))


def tried(place: Till, table: Table, one: Try) -> Tried:
    wish, twice, trouble = WISHES[one.operation], one.what in REPEATS, FaultyTable(table)
    here, there = another(place, trouble), another(place, table)
    with ThreadPoolExecutor(1) as elsewhere:
        begin = partial(elsewhere.submit, answered, wish.act if twice else wish.rival, there)
        other = meeting(trouble, one, begin)
        answer = answered(wish.act, here)
        made = tuple(trouble.kinds)
        met = trouble.faults.get(one.call, one.what if twice and (other or one.call == len(made)) else None)
        if not other:
            other.append(begin())
        told = other[0].result()
    trouble.settle()
    trouble.start()
    return Tried(place, made, met, answer, told, answered(wish.act, here))


def meeting(trouble: FaultyTable, one: Try, begin: Callable[[], Future[str]]) -> list[Future[str]]:
    """The other one begins at the call that goes wrong; or is then through already. What it comes to, once it has begun."""
    begun: list[Future[str]] = []

    def meet(call: int) -> None:
        if call == one.call and not begun:
            begun.append(begin())
            if one.what == "again":
                begun[0].result()

    match one.what:
        case "again" | "at once":
            pass
        case fault:
            trouble.start({one.call: fault})
    trouble.interrupt = meet
    return begun


@dataclass(frozen=True)
class Tries:
    """All of them are over. `items`: whatever is in the table then, by tenant."""

    over: Mapping[Try, Tried]
    items: Mapping[str, Sequence[Attrs]]

    def of(self, operation: str) -> Iterator[tuple[Try, Tried]]:
        return ((one, came) for one, came in self.over.items() if one.operation == operation)

    def there(self, came: Tried) -> Till:
        """The shop as it was left, on a twin: one reads there for nothing."""
        memory = MemoryTable()
        memory.batch_put(self.items[came.place.shop.caller.tenant])
        return another(came.place, memory)


@pytest.fixture(scope="module")
def tries(engine_endpoint: str) -> Iterator[Tries]:
    """Those of one operation are among those of the others; each has a tenant of its own, opened on a twin and put down here."""
    import boto3

    client = boto3.session.Session().client("dynamodb", region_name=REGION, endpoint_url=engine_endpoint)
    name = create_table(client, "faults")
    table, before = DynamoTable(name, region=REGION, endpoint=engine_endpoint), MemoryTable()
    mixed = [one for operation in WISHES for one in enumerated(operation)]
    Random(len(mixed)).shuffle(mixed)
    places = [opened(before, f"try-{number}") for number in range(len(mixed))]
    table.batch_put(stored.item for stored in before._items.values())
    with ThreadPoolExecutor(AT_ONCE) as pool:
        over = dict(zip(mixed, pool.map(tried, places, repeat(table), mixed), strict=True))
    items = defaultdict[str, list[Attrs]](list)
    for page in client.get_paginator("scan").paginate(TableName=name, ConsistentRead=True):
        for item in page["Items"]:
            items[str(item["pk"]["S"]).split("#", 1)[0]].append(item)
    yield Tries(over, items)
    client.delete_table(TableName=name)


@pytest.mark.parametrize("operation", WISHES)
def test_it_comes_to_the_same_whatever_goes_wrong_at_whatever_call(operation: str, tries: Tries) -> None:
    for one, came in tries.of(operation):
        there = tries.there(came)
        outcome = Outcome(came.answer, came.other, seen(there))
        assert outcome in one_after_the_other(operation, one.what in REPEATS), f"{one} came to {outcome}"
        assert came.once_more == came.answer, one
        judge(tries.items[there.shop.caller.tenant])


@pytest.mark.parametrize("operation", WISHES)
def test_every_call_has_met_every_fault_and_its_like(
    operation: str, tries: Tries, request: pytest.FixtureRequest
) -> None:
    """And after the last the same came once more."""
    calls = calls_of(operation)
    met = {(one.call, one.what) for one, came in tries.of(operation) if came.is_of(one)}
    faults = {(number, fault) for number, kind in enumerate(calls) for fault in FAULTS[kind]}
    repeats = {(number, what) for number in range(len(calls)) for what in REPEATS} | {(len(calls), "again")}
    assert met == faults | repeats
    commits = 2 if operation == "settle_due" else 1  # of the account, and of the member's anniversary
    assert (calls.count("read"), calls[-1]) == (len(calls) - commits, "transaction")
    tally = Counter(calls=len(calls), faults=len(faults), repeats=len(repeats))
    request.config.stash[TALLIES][f"{operation}, on the engine, somebody else meanwhile"] = tally
