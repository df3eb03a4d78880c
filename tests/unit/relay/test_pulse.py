"""The pulse of a stage: whoever stops is found by the age of what they did last, from a stage's first minutes on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.events.due import schedule_due
from chalicelib.events.pulse import take_pulse
from chalicelib.events.stream import relay
from chalicelib.flows.answer_beat import answer_beat
from chalicelib.flows.take_pulse import Delays
from chalicelib.flows.take_pulse import take_pulse as delays_of
from chalicelib.runtime import Runtime
from chalicelib.table.memory import MemoryTable
from chalicelib.table.pulse import beat_put, read_pulse
from infra.alarms import LATE_MS, MISSED_MS
from tests.twins import runtime_on
from tests.twins.bookshop import card, open_shop, sale
from tests.twins.copies import copied
from tests.twins.faulty import FaultyTable
from tests.twins.streamed import Record, record, recorded, stream_event
from tests.unit.jobs.test_due import registered
from tests.unit.logs.kept import kept
from tests.unit.relay.relayed import SHARD, feed_of, on_plain_table, opened
from tests.unit.relay.test_trouble import BrokenTopic

BETWEEN_MS = 5 * 60_000
DAY_MS = 24 * 3_600_000


class Stage:
    """A table, its stream, and a schedule; the mapping hands beats on unless it is `lost`."""

    def __init__(self) -> None:
        self.table = MemoryTable()
        self.rt, self.clock = runtime_on(self.table)
        self.waiting: list[Record] = []
        self.lost = False

    def minutes_later(self) -> Delays:
        """The next pulse, and what the stream then hands on."""
        self.clock.at += BETWEEN_MS
        delays = delays_of(self.rt)
        self.waiting.append(beat_record(self.clock.at, len(self.waiting) + 1))
        if not self.lost:
            self.deliver()
        return delays

    def deliver(self) -> list[str]:
        failed = relay(self.rt, stream_event(self.waiting, SHARD))["batchItemFailures"]
        return [one["itemIdentifier"] for one in failed]


def beat_record(at: int, number: int) -> Record:
    return record(beat_put(at).item, number, "MODIFY")


@pytest.fixture
def stage() -> Stage:
    return Stage()


def test_a_new_stage_is_not_late_with_anything(stage: Stage) -> None:
    told = [stage.minutes_later() for _ in range(12)]
    assert {one.relay_behind_ms for one in told} == {0}
    assert [one.due_since_ms for one in told] == [number * BETWEEN_MS for number in range(12)]


def test_a_mapping_that_is_lost_is_an_alarm_at_the_second_pulse_and_stays_one(stage: Stage) -> None:
    for _ in range(3):
        stage.minutes_later()
    stage.lost = True
    told = [stage.minutes_later().relay_behind_ms for _ in range(5)]
    assert told == [0, *(number * BETWEEN_MS for number in range(2, 6))]
    assert all(age > LATE_MS for age in told[1:])


def test_one_that_was_never_there_is_found_as_well(stage: Stage) -> None:
    stage.lost = True
    told = [stage.minutes_later().relay_behind_ms for _ in range(4)]
    assert told[:2] == [0, 0]
    assert all(age > LATE_MS for age in told[2:])


def test_once_the_relay_has_caught_up_it_is_over(stage: Stage) -> None:
    stage.lost = True
    for _ in range(6):
        stage.minutes_later()
    stage.deliver()
    assert stage.minutes_later().relay_behind_ms == 0


def test_a_beat_behind_something_that_comes_again_is_not_answered(stage: Stage) -> None:
    entry = recorded("stream-without-shard")["Records"][0]
    number = int(entry["dynamodb"]["SequenceNumber"])
    stage.minutes_later()
    before = read_pulse(stage.table).marks["RELAYED"]
    later = stage.clock.at + BETWEEN_MS
    stage.rt = replace(stage.rt, topic=BrokenTopic())
    stage.waiting = [entry, beat_record(later, number + 1)]
    assert stage.deliver() == [str(number)]
    assert read_pulse(stage.table).marks["RELAYED"] == before
    stage.waiting = [beat_record(later, number - 1), entry]
    assert stage.deliver() == [str(number)]
    assert read_pulse(stage.table).marks["RELAYED"] == later


def test_a_beat_behind_something_that_was_given_up_is_answered(stage: Stage) -> None:
    poison = recorded("stream-poison-alone")["Records"][0]
    later = stage.clock.at + BETWEEN_MS
    stage.waiting = [poison, beat_record(later, int(poison["dynamodb"]["SequenceNumber"]) + 1)]
    assert stage.deliver() == []
    assert read_pulse(stage.table).marks["RELAYED"] == later


def test_a_batch_that_comes_again_answers_no_older_beat(stage: Stage) -> None:
    """As another shard's batch does, or one whose answer was lost: the relay is not behind because of it."""
    for _ in range(3):
        stage.minutes_later()
    answered = read_pulse(stage.table).marks["RELAYED"]
    stage.waiting = stage.waiting[:1]
    assert stage.deliver() == []
    assert read_pulse(stage.table).marks["RELAYED"] == answered == stage.clock.at


def test_two_relays_that_answer_at_once_leave_the_younger_answer(stage: Stage) -> None:
    stage.minutes_later()
    table = FaultyTable(stage.table)

    def another(done: int) -> None:
        if done == 0:
            answer_beat(stage.rt, stage.clock.at + 2)

    table.meanwhile = another
    answer_beat(replace(stage.rt, table=table), stage.clock.at + 1)
    assert read_pulse(stage.table).marks["RELAYED"] == stage.clock.at + 2


def test_a_beat_that_cannot_be_answered_fails_no_entry() -> None:
    shop, table = opened()
    shop.buy(card("1"), sale("A1"))
    rt = on_plain_table(shop, table)
    faulty = FaultyTable(rt.table)
    records = [*table.entries(), beat_record(shop.clock.at, 10_000)]
    feed = sum(1 for _ in table.entries())
    with kept() as log:
        calls = _calls(replace(rt, table=_copy(rt)), records)
        faulty.start(dict.fromkeys(range(calls - 1, calls + 100), "throttled"))
        answer = relay(replace(rt, table=faulty), stream_event(records, SHARD))
        assert [line["level"] for line in log.lines() if line["level"] == "ERROR"] == ["ERROR"]
    assert answer["batchItemFailures"] == []
    assert len(feed_of(rt, shop.caller)) == feed
    assert read_pulse(rt.table).marks == {}


def _copy(rt: Runtime) -> MemoryTable:
    assert isinstance(rt.table, MemoryTable)
    return copied(rt.table)


def _calls(rt: Runtime, records: list[Record]) -> int:
    table = FaultyTable(rt.table)
    relay(replace(rt, table=table), stream_event(records, SHARD))
    return table.calls


def test_a_day_without_the_daily_job_is_an_alarm_and_a_day_with_it_is_none() -> None:
    shop = registered("ours")
    delays_of(shop.rt)
    for _ in range(3):
        shop.clock.at += DAY_MS
        assert delays_of(shop.rt).due_since_ms == DAY_MS < MISSED_MS
        schedule_due(shop.rt, {})
        assert delays_of(shop.rt).due_since_ms == 0
    shop.clock.at += DAY_MS + 2 * 3_600_000
    assert delays_of(shop.rt).due_since_ms > MISSED_MS


def test_it_costs_the_same_however_much_there_is() -> None:
    def cost(shops: int) -> tuple[int, float, float]:
        table = MemoryTable()
        made = [registered(f"shop-{number}", table) for number in range(shops)]
        for shop in made:
            shop.buy(card("1"), sale("A1"))
        delays_of(made[0].rt)
        before = table.meter.cost
        delays_of(made[0].rt)
        used = table.meter.cost - before
        return used.requests, used.read_units, used.write_units

    assert cost(1) == cost(9) == (2, 1.0, 2.0)


def test_its_line_says_both_ages() -> None:
    shop = open_shop()
    with kept() as log:
        take_pulse(shop.rt, recorded("schedule-pulse"))
        pulse, event = log.lines()
    assert {name: pulse[name] for name in ("relay_behind_ms", "due_since_ms")} == {
        "relay_behind_ms": 0,
        "due_since_ms": 0,
    }
    assert (event["operation"], event["done"]) == ("take_pulse", 1)
    assert pulse["request_id"] == event["request_id"] == recorded("schedule-pulse")["id"]
