"""Starting a proof of the books, working it off message by message, and reading what it found."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import cast

import pytest

from chalicelib.areas.jobs.model import Progress
from chalicelib.areas.jobs.operations import get_operation
from chalicelib.aws.memory_files import MemoryFiles
from chalicelib.aws.memory_queues import MemoryQueues, Waiting, failed_of, sqs_event
from chalicelib.events.imports import imports
from chalicelib.flows.start_proof import PARTS, start_proof
from chalicelib.kit.command import Command
from chalicelib.runtime import Runtime
from tests.twins import fresh
from tests.unit.recovery.books import Books

Found = list[tuple[str, str, str, str]]
ENTRY = "J#0001#{:08}".format

each_deal = pytest.mark.parametrize(
    "deal",
    [
        lambda waiting: waiting[::-1],
        lambda waiting: [waiting[0], waiting[0], *waiting[1:]],
        lambda waiting: waiting * 2,
    ],
    ids=["backwards", "each twice", "all twice"],
)


def started(books: Books, command: Command | None = None, parts: int = PARTS, members: int = 1_000) -> str:
    shop = books.shop
    progress = start_proof(shop.rt, shop.caller, command or fresh(), parts, members).answer
    return progress.operation.operation_id


def work(books: Books, deal: Callable[[list[Waiting]], list[Waiting]] | None = None) -> None:
    queues = cast(MemoryQueues, books.shop.rt.queues)
    queues.deliver("imports", lambda event: imports(books.shop.rt, event), size=1, arrange=deal)


def step(books: Books, rt: Runtime | None = None) -> None:
    """The one message that waits."""
    queues = cast(MemoryQueues, books.shop.rt.queues)
    waiting, queues.waiting["imports"] = queues.waiting["imports"], []
    assert failed_of(lambda event: imports(rt or books.shop.rt, event), sqs_event("imports", waiting)) == set()


def seen(books: Books, operation_id: str) -> Progress:
    return get_operation(books.shop.rt, books.shop.caller, operation_id)


def report(books: Books, operation_id: str) -> list[dict[str, str]]:
    kept = cast(MemoryFiles, books.shop.rt.files).objects[f"results/shop/{operation_id}.csv"].decode()
    return list(csv.DictReader(io.StringIO(kept)))


def proven(books: Books) -> tuple[Progress, Found]:
    """A whole proof, and what it found: member by number or group by id, program, entry, what."""
    operation_id = started(books)
    work(books)
    return seen(books, operation_id), found(books, operation_id)


def found(books: Books, operation_id: str) -> Found:
    names = {member: str(number) for number, member in enumerate(books.members)}
    return [
        (names.get(row["member_id"], row["group_id"]), row["program_id"], row["entry"], row["difference"])
        for row in report(books, operation_id)
    ]


def with_more_points(body: list[list[dict[str, int]]]) -> object:
    """One point more than was earned, whatever gave any."""
    header, facts = body
    return [header, [{**fact, "amount": fact["amount"] + 1} if "piece" in fact else fact for fact in facts]]
