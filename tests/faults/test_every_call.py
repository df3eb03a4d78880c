"""Whatever goes wrong between us and table, bucket, queues, topic, carriers and servers outside, at whatever call: the answer is the same, what is
then there is the same, and nothing has happened twice."""

from __future__ import annotations

from random import Random

import pytest

from chalicelib.events.stream import relay
from tests.faults.built import SHARD
from tests.faults.checkouts import CHECKOUT_READS, CHECKOUT_WRITES
from tests.faults.conftest import Counted
from tests.faults.coupons import COUPON_READS, COUPON_WRITES
from tests.faults.feeds import FEED_MESSAGES, FEED_READS, FEED_WRITES
from tests.faults.groups import GROUP_READS, GROUP_WRITES
from tests.faults.kept import KEPT_READS, KEPT_WRITES
from tests.faults.limited import LIMITED_READS, LIMITED_WRITES
from tests.faults.messages import COMES_BACK_MS
from tests.faults.messages import MESSAGES as QUEUED
from tests.faults.metrics import METRIC_READS, METRIC_WRITES
from tests.faults.notifications import NOTIFICATION_MESSAGES, NOTIFICATION_READS, NOTIFICATION_WRITES
from tests.faults.perks import PERK_READS, PERK_WRITES
from tests.faults.proving import PROVING_WRITES
from tests.faults.reads import READS
from tests.faults.referrals import REFERRAL_READS, REFERRAL_WRITES
from tests.faults.segments import SEGMENT_MESSAGES, SEGMENT_READS, SEGMENT_WRITES
from tests.faults.trying import (
    asked_twice,
    course,
    pairs,
    read_meanwhile,
    sent_again_after_an_outage,
    singles,
    storm,
    tried,
)
from tests.faults.ways import OTHER_MESSAGES, OTHER_WAYS
from tests.faults.webhooks import WEBHOOK_MESSAGES, WEBHOOK_READS, WEBHOOK_WRITES
from tests.faults.world import World
from tests.faults.writes import WRITES as ASKED
from tests.twins.bookshop import card, sale
from tests.twins.streamed import stream_event

WRITES = (
    *(*ASKED, *OTHER_WAYS, *GROUP_WRITES, *PERK_WRITES, *PROVING_WRITES, *SEGMENT_WRITES, *METRIC_WRITES),
    *(*REFERRAL_WRITES, *WEBHOOK_WRITES, *NOTIFICATION_WRITES, *FEED_WRITES),
    *(*COUPON_WRITES, *CHECKOUT_WRITES, *KEPT_WRITES, *LIMITED_WRITES),
)
MESSAGES = (*QUEUED, *OTHER_MESSAGES, *SEGMENT_MESSAGES, *NOTIFICATION_MESSAGES, *FEED_MESSAGES, *WEBHOOK_MESSAGES)
READING = (
    *(*READS, *GROUP_READS, *PERK_READS, *COUPON_READS, *CHECKOUT_READS, *KEPT_READS, *LIMITED_READS),
    *(*METRIC_READS, *SEGMENT_READS, *REFERRAL_READS, *WEBHOOK_READS, *NOTIFICATION_READS, *FEED_READS),
)
CASES = {case.name: case for case in (*WRITES, *MESSAGES, *READING)}
STORMY = [case.name for case in WRITES if not case.once]
STORMS = 4
REPEATABLE = [case.name for case in (*WRITES, *MESSAGES) if not case.once]


@pytest.mark.parametrize("name", CASES)
def test_one_fault_at_any_call_changes_nothing(name: str, counted: Counted) -> None:
    case = CASES[name]
    calls = course(case).calls
    counted(case, "calls", len(calls))
    faults = list(singles(case))
    for number, fault in faults:
        taken = tried(case, {number: fault})
        assert taken[: number + 1] == calls[: number + 1], f"{fault} never came to call {number}"
    counted(case, "faults", len(faults))


@pytest.mark.parametrize("name", REPEATABLE)
def test_asked_twice_it_is_done_once_whenever_the_other_one_comes(name: str, counted: Counted) -> None:
    case = CASES[name]
    times = range(len(course(case).calls) + 1)
    stalls = (0, COMES_BACK_MS) if case.way == "messages" else (0,)
    for number in times:
        for stalled in stalls:
            asked_twice(case, number, stalled)
    counted(case, "repeats", len(times) * len(stalls))


@pytest.mark.parametrize("name", [case.name for case in (*WRITES, *MESSAGES) if not case.without_key])
def test_two_faults_in_one_run_change_nothing(name: str, counted: Counted) -> None:
    case = CASES[name]
    tries = 0
    for faults in pairs(case, Random(name)):
        tried(case, faults)
        tries += 1
    counted(case, "pairs", tries)


@pytest.mark.parametrize("name", STORMY)
def test_in_a_storm_of_faults_a_client_who_sends_again_gets_the_one_answer(name: str, counted: Counted) -> None:
    case = CASES[name]
    for seed in range(STORMS):
        tried(case, storm(case, Random(f"{name} {seed}")))
    counted(case, "storms", STORMS)


@pytest.mark.parametrize("name", STORMY)
def test_after_an_outage_the_same_request_gets_the_one_answer(name: str, counted: Counted) -> None:
    case = CASES[name]
    calls = range(len(course(case).calls))
    for number in calls:
        sent_again_after_an_outage(case, number)
    counted(case, "storms", len(calls))


@pytest.mark.parametrize("name", [case.name for case in READS if case.lawful])
def test_a_read_during_a_change_tells_of_before_or_after_and_never_half(name: str, counted: Counted) -> None:
    case = CASES[name]
    calls = range(len(course(case).calls))
    assert read_meanwhile(case, len(calls), everything_changes)
    for number in calls:
        read_meanwhile(case, number, everything_changes)
    counted(case, "repeats", len(calls))


def everything_changes(world: World) -> None:
    """Bob buys, brings back and is renamed; somebody new comes; the feed goes on; the rules are other ones."""
    other = world.another_till()
    other.buy(card("0009"), sale("B9", 500_00))
    relay(other.rt, stream_event(world.records, SHARD))


@pytest.mark.parametrize("name", CASES)
def test_the_calls_of_a_case_are_always_the_same(name: str) -> None:
    case = CASES[name]
    world = case.world().copy()
    case.act(world, world.till)
    assert tuple(world.trouble.kinds) == course(case).calls
