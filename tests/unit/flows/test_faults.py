"""Whatever goes wrong between us and the table, at whatever call: the answer is the same, and nothing happens twice."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

import pytest

from chalicelib.errors import Busy
from chalicelib.kit.command import Command
from tests.twins import fresh
from tests.twins.bookshop import BookShop, keyed
from tests.twins.faulty import Fault, Late
from tests.unit.flows.seen import everything, nameless
from tests.unit.flows.wishes import OPERATIONS, Operation, opened

FAULTS: list[Fault] = ["throttled", "lost_before", "lost_after", "conflict", *(Late(calls) for calls in range(1, 6))]


@dataclass(frozen=True)
class Course:
    """How an operation goes when nothing goes wrong: its answer, what is then there, which calls it took."""

    answer: str
    there: dict[str, Any]
    calls: range
    transactions: list[int]


def undisturbed(operation: Operation, command: Command) -> Course:
    table, shop, ada = opened()
    table.start()
    answer = nameless(operation.act(shop, ada, command).answer)
    calls, transactions = range(table.calls), table.transactions
    return Course(answer, everything(shop), calls, transactions)


@pytest.mark.parametrize("fault", FAULTS, ids=str)
@pytest.mark.parametrize("guarded", [False, True], ids=["without a key", "with a key"])
@pytest.mark.parametrize("name", OPERATIONS)
def test_one_fault_at_any_call_changes_nothing(name: str, guarded: bool, fault: Fault) -> None:
    operation = OPERATIONS[name]
    course = undisturbed(operation, keyed("k") if guarded else fresh())
    for number in course.transactions if fault == "conflict" or isinstance(fault, Late) else course.calls:
        table, shop, ada = opened()
        table.start({number: fault})
        answer = nameless(operation.act(shop, ada, keyed("k") if guarded else fresh()).answer)
        table.settle()
        table.start()
        assert answer == course.answer, f"call {number}"
        assert everything(shop) == course.there, f"call {number}"


@pytest.mark.parametrize("name", OPERATIONS)
def test_in_a_storm_of_faults_a_client_who_sends_again_gets_the_one_answer(name: str) -> None:
    operation = OPERATIONS[name]
    course = undisturbed(operation, keyed("k"))
    for seed in range(25):
        dice = Random(seed)
        table, shop, ada = opened()
        table.start({call: dice.choice(FAULTS) for call in range(400) if dice.random() < 0.5})
        answer = insist(operation, shop, ada, keyed("k"))
        table.settle()
        table.start()
        assert nameless(answer) == course.answer, f"seed {seed}"
        assert everything(shop) == course.there, f"seed {seed}"


@pytest.mark.parametrize("name", [name for name, operation in OPERATIONS.items() if operation.repeatable])
def test_a_document_needs_no_key_to_be_sent_again(name: str) -> None:
    operation = OPERATIONS[name]
    course = undisturbed(operation, fresh())
    for number in course.calls:
        table, shop, ada = opened()
        table.start(dict.fromkeys(range(number, number + 100), "lost_after"))
        with pytest.raises(Busy):
            operation.act(shop, ada, fresh())
        table.start()
        assert nameless(operation.act(shop, ada, fresh()).answer) == course.answer, f"call {number}"
        assert everything(shop) == course.there, f"call {number}"


def insist(operation: Operation, shop: BookShop, ada: str, command: Command) -> Any:
    for _ in range(50):
        try:
            return operation.act(shop, ada, command).answer
        except Busy:
            continue
    raise AssertionError("busy for ever")
