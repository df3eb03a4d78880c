"""The twin and Amazon's engine, asked the same thousand random things, give the same answers."""

from __future__ import annotations

from random import Random
from uuid import uuid4

from chalicelib.table.dynamo import DynamoTable
from chalicelib.table.memory import MemoryTable
from chalicelib.table.protocol import (
    Absent,
    AsRead,
    Attrs,
    Below,
    Between,
    Check,
    Condition,
    Delete,
    Draw,
    Equals,
    Index,
    InvalidRequest,
    Key,
    Lacks,
    Page,
    Prefix,
    Present,
    Put,
    Query,
    SortRange,
    StartKey,
    Table,
    TransactionCancelled,
    Write,
)

TRANSACTIONS = 600
PARTITIONS = [uuid4().hex for _ in range(3)]
SORT_KEYS = ["A", "B#1", "B#2", "B#ł", "C", "🍺"]
INDEXES: list[Index | None] = [None, "gsi1", "gsi2", "gsi3"]


def some_item(dice: Random, key: Key) -> Attrs:
    item: dict[str, dict[str, str]] = {"pk": {"S": key.pk}, "sk": {"S": key.sk}}
    item["version"] = {"N": str(dice.randrange(3))}
    item["card"] = {"S": "c" * dice.randrange(3)}
    item |= {name: {"N": str(dice.randrange(4))} for name in ("left", "taken", "closed") if dice.random() < 0.5}
    for index in ("gsi1", "gsi2", "gsi3"):
        if dice.random() < 0.6:
            item[f"{index}pk"] = {"S": dice.choice(PARTITIONS)}
        if dice.random() < 0.8:  # ends in the key, for the engine orders equal index keys as it likes
            item[f"{index}sk"] = {"S": f"{dice.choice(SORT_KEYS)}|{key.sk}|{key.pk}"}
    return item


def some_write(dice: Random, key: Key) -> Write:
    conditions: list[Condition] = [
        Absent(),
        Present(),
        Present(),
        Equals("version", dice.randrange(3)),
        Lacks("version"),
        AsRead({"version": {"N": str(dice.randrange(3))}, "gsi1pk": None}),
    ]
    maybe = dice.choice([None, None, None, *conditions])
    kind = dice.randrange(6)
    if kind > 3:
        by = dice.randrange(-2, 3)
        return Draw(key, by, dice.choice([-by, 0, 1, -1]), dice.choice([None, some_item(dice, key)]))
    if kind == 0:
        return Delete(key, maybe)
    return Check(key, dice.choice(conditions)) if kind == 1 else Put(some_item(dice, key), maybe)


def some_query(dice: Random, starts: list[StartKey]) -> Query:
    first, last = sorted(dice.choice(SORT_KEYS) for _ in range(2))
    ranges: list[SortRange | None] = [None, None, Below(last), Between(first, last), Prefix(first[:1])]
    return Query(
        dice.choice(PARTITIONS),
        dice.choice(ranges),
        dice.choice(INDEXES),
        dice.choice([None, 1, 2, 5]),
        dice.random() < 0.5,
        dice.choice([None, None, *starts[-4:]]),
    )


def told(table: Table, writes: list[Write], token: str) -> object:
    try:
        table.transact(writes, token)
    except TransactionCancelled as cancelled:
        return cancelled.reasons
    except InvalidRequest:
        return "refused"
    return "done"


def asked(table: Table, query: Query) -> Page | str:
    try:
        return table.query(query)
    except InvalidRequest:
        return "refused"


def agree(query: Query, twin: Page | str, engine: Page | str) -> bool:
    """The engine leaves `next` out when a full page ends on the very end of a Between; the twin, told less, names it."""
    if isinstance(twin, Page) and isinstance(engine, Page) and isinstance(query.sort, Between) and twin.items:
        at_the_end = twin.items[-1]["sk"]["S"] == (query.sort.first if query.reverse else query.sort.last)
        return twin.items == engine.items and (twin.next == engine.next or (at_the_end and engine.next is None))
    return twin == engine


def test_the_twin_answers_as_the_engine_does(engine_table: DynamoTable) -> None:
    dice, twin = Random(20260131), MemoryTable()
    keys = [Key(pk, sk) for pk in PARTITIONS for sk in SORT_KEYS]
    starts: list[StartKey] = []
    outcomes: set[str] = set()
    for _ in range(TRANSACTIONS):
        writes = [some_write(dice, key) for key in dice.sample(keys, dice.randrange(1, 5))]
        token = uuid4().hex
        outcome = told(twin, writes, token)
        assert outcome == told(engine_table, writes, token)
        outcomes.add(str(outcome) if isinstance(outcome, str) else "cancelled")

        query = some_query(dice, starts)
        page = asked(twin, query)
        assert agree(query, page, asked(engine_table, query)), query
        if isinstance(page, Page):
            starts.extend([page.next] if page.next else [])
        outcomes.add("refused query" if isinstance(page, str) else "answered" if page.items else "empty")
    assert outcomes == {"done", "cancelled", "answered", "empty", "refused query"}
    assert twin.batch_get(keys) == engine_table.batch_get(keys)
