"""The laws of sending find what is sent too often, and what is sent once more though it is written down."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from chalicelib.aws.outside import target_of
from chalicelib.aws.senders import Pushed
from chalicelib.events.webhooks import webhooks
from tests.faults.messages import worked
from tests.faults.notifications import due, due_to_a_phone, waiting
from tests.faults.referrals import asking, told_of
from tests.faults.trying import WORTH_ANOTHER_TRY
from tests.faults.webhooks import HOST, asked_for
from tests.faults.world import World

BROKEN = "though it is written down"


def pushed() -> World:
    world = due_to_a_phone().copy()
    waiting("waits")(world, world.till)
    return world


def invited() -> World:
    world = asking().copy()
    told_of(world, world.till)
    return world


def called() -> World:
    world = asked_for("good")
    worked("webhooks", webhooks, world, world.till)
    return world


def push(world: World) -> None:
    [(endpoint, message)] = world.senders.pushed
    world.till.rt.senders.push(endpoint, Pushed(message.title, message.body, message.notice_id))


def mail(world: World) -> None:
    world.till.rt.senders.mail(*world.senders.mailed[0])


def call(world: World) -> None:
    headers = world.outside.sent[0].headers
    world.till.rt.outside.post(target_of(f"https://{HOST}/", local=False), headers, b"{}")


SENT: dict[str, tuple[Callable[[], World], Callable[[World], None]]] = {
    "a push": (pushed, push),
    "a mail": (invited, mail),
    "a call": (called, call),
}


@pytest.mark.parametrize("what", SENT)
def test_what_is_sent_once_is_well_and_once_more_is_found(what: str) -> None:
    sent, again = SENT[what]
    world = sent()
    world.watch.judge(world.sent, 1)
    assert len(world.sent) == 1
    again(world)
    with pytest.raises(AssertionError, match=BROKEN):
        world.watch.judge(world.sent, 2)


@pytest.mark.parametrize("what", SENT)
def test_who_is_beside_another_may_be_late_but_not_often(what: str) -> None:
    sent, again = SENT[what]
    world = sent()
    world.watch.beside = True
    again(world)
    world.watch.judge(world.sent, 2)
    with pytest.raises(AssertionError, match="too often"):
        world.watch.judge(world.sent, 1)


def test_what_failed_before_it_was_written_down_may_be_sent_again() -> None:
    world = due_to_a_phone().copy()
    world.trouble.start({3: "lost_after"})
    with pytest.raises(WORTH_ANOTHER_TRY):
        waiting("waits")(world, world.till)
    waiting("waits")(world, world.till)
    world.watch.judge(world.sent, 2)
    assert list(world.sent.values()) == [2]


def test_what_a_server_does_not_take_is_not_sent() -> None:
    world = asked_for("busy")
    worked("webhooks", webhooks, world, world.till)
    assert world.outside.sent
    assert world.sent == Counter()


def test_a_copy_of_a_shop_has_its_phones_and_nothing_that_was_sent() -> None:
    world = pushed()
    assert world.copy().sent == Counter()
    assert world.copy().senders.endpoints == world.senders.endpoints != set()
    world.copy().senders.endpoints.clear()
    assert due().senders.endpoints == world.senders.endpoints
