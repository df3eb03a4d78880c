"""What is being worked on is said by every line written meanwhile, and by none written afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Thread
from typing import Any

import pytest

from chalicelib.api import log as api_log
from chalicelib.api.calls import Call
from chalicelib.api.route import Route
from chalicelib.aws.queues import Message
from chalicelib.events.log import Note, noted
from chalicelib.events.messages import Delivery, handle_messages
from chalicelib.kit.logs import logger
from tests.http.client import Api
from tests.http.shop import Asked
from tests.http.world import key_for, twin_runtime
from tests.unit.logs.kept import Keeper, kept

OURS = ("request_id", "tenant", "operation")


@pytest.fixture
def log() -> Iterator[Keeper]:
    with kept() as keeper:
        yield keeper


def talkative(call: Call) -> Asked:
    """A handler that says something in the middle."""
    logger().warning("in the middle", extra={"sku": "BOOK"})
    raise ValueError("swordfish")


TALKATIVE = Route("GET", "/v1/talk", f"{__name__}:talkative", "talk", "things", "view", "A handler that talks.")


def test_a_line_in_the_middle_of_a_request_says_whose_it_is(log: Keeper) -> None:
    rt = twin_runtime()
    reply = Api(rt, key_for(rt, "ours"), (TALKATIVE,)).get("/v1/talk")
    middle, defect, request = log.lines()
    whose = (reply.headers["X-Request-Id"], "ours", "talk")
    assert [tuple(line[name] for name in OURS) for line in (middle, defect, request)] == [whose] * 3
    assert (middle["message"], middle["sku"]) == ("in the middle", "BOOK")
    assert "swordfish" in defect["exception"]


def test_a_line_behind_a_request_says_nothing_of_it(log: Keeper) -> None:
    rt = twin_runtime()
    Api(rt, key_for(rt, "ours"), (TALKATIVE,)).get("/v1/talk")
    logger().warning("afterwards")
    assert not set(OURS) & set(log.lines()[-1])


def received(message_id: str, body: str, **more: Any) -> dict[str, Any]:
    attributes = {"ApproximateReceiveCount": "1"}
    return {"messageId": message_id, "receiptHandle": "r", "body": body, "attributes": attributes, **more}


def test_the_next_message_of_a_batch_knows_nothing_of_the_one_before(log: Keeper) -> None:
    def handle(body: dict[str, Any], note: Note, delivery: Delivery) -> None:
        if "tenant" in body:
            note.tenant = body["tenant"]
        logger().warning("in the middle")
        if body.get("poison"):
            raise ValueError("poison")

    bodies = ['{"tenant": "ours"}', "{}", '{"tenant": "theirs", "poison": true}', "{}"]
    records = [
        received(f"m-{n}", body, messageAttributes={"request_id": {"stringValue": f"req-{n}"}})
        for n, body in enumerate(bodies)
    ]
    failed = handle_messages({"Records": records}, "work", handle)["batchItemFailures"]
    middle = [line for line in log.lines() if line["message"] == "in the middle"]
    assert failed == [{"itemIdentifier": "m-2"}]
    assert [(line["request_id"], line.get("tenant"), line["operation"]) for line in middle] == [
        ("req-0", "ours", "work"),
        ("req-1", None, "work"),
        ("req-2", "theirs", "work"),
        ("req-3", None, "work"),
    ]


def test_a_message_that_no_request_caused_goes_by_its_own_id(log: Keeper) -> None:
    handle_messages({"Records": [received("m-1", "{}")]}, "work", lambda *_: None)
    assert [line["request_id"] for line in log.lines()] == ["m-1"]
    assert Message({}).request_id == ""


def test_work_within_work_gives_way_to_what_was_at_hand_before(log: Keeper) -> None:
    with noted("outer", "req-1"):
        with noted("inner", "req-2"):
            pass
        logger().warning("between")
    assert [(line["request_id"], line["operation"]) for line in log.lines()] == [
        ("req-2", "inner"),
        ("req-1", "outer"),
        ("req-1", "outer"),
    ]


def test_two_threads_do_not_mix_up_their_requests(log: Keeper) -> None:
    def other() -> None:
        logger().warning("elsewhere")

    with api_log.noted("req-1", "talk"):
        thread = Thread(target=other)
        thread.start()
        thread.join()
    elsewhere, _ = log.lines()
    assert "request_id" not in elsewhere


def test_work_that_breaks_off_has_failed_and_says_why(log: Keeper) -> None:
    with pytest.raises(ValueError, match="swordfish"), noted("schedule_due", "req-1"):
        raise ValueError("swordfish")
    fault, line = log.lines()
    assert (fault["level"], fault["request_id"], fault["operation"]) == ("ERROR", "req-1", "schedule_due")
    assert (line["done"], line["failed"]) == (0, 1)


def test_what_no_route_was_asked_about_leaves_its_line(log: Keeper) -> None:
    rt = twin_runtime()
    reply = Api(rt, key_for(rt, "ours"), (TALKATIVE,)).call("DELETE", "/v1/talk")
    (line,) = log.lines()
    assert (line["operation"], line["status"], line["code"]) == ("unrouted", 405, "method_not_allowed")
    assert line["request_id"] == reply.headers["X-Request-Id"]
