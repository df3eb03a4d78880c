"""Queues and the topic, on the twins and on SQS and SNS as moto plays them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import get_args

import pytest

from chalicelib.aws.batches import ROUNDS, Batches
from chalicelib.aws.errors import CloudError, RefusedByServiceError
from chalicelib.aws.messages import WireMessage, requests, wire_message
from chalicelib.aws.queues import Message, QueueName
from chalicelib.aws.sns_topic import SnsTopic
from chalicelib.aws.sqs_queues import SqsQueues
from chalicelib.aws.topic import Published
from chalicelib.config import SENT_TO, ConfigurationError
from tests.aws.conftest import REGION, Cloud


def numbers(cloud: Cloud) -> list[int]:
    return sorted(json.loads(message.body)["n"] for message in cloud.received())


def test_every_message_arrives_however_many(cloud: Cloud) -> None:
    cloud.queues.send("imports", [Message({"n": number}) for number in range(23)])
    assert numbers(cloud) == list(range(23))


def test_no_message_is_nothing_sent(cloud: Cloud) -> None:
    cloud.queues.send("imports", [])
    cloud.topic.publish([])
    assert cloud.received() == cloud.published() == []


def test_the_request_id_goes_along_unless_there_is_none(cloud: Cloud) -> None:
    cloud.queues.send("imports", [Message({"n": 1}, "req-1"), Message({"n": 2})])
    along = {json.loads(one.body)["n"]: dict(one.attributes) for one in cloud.received()}
    assert along == {1: {"request_id": ("String", "req-1")}, 2: {}}


def test_messages_too_large_for_one_request_go_in_several(cloud: Cloud) -> None:
    cloud.queues.send("imports", [Message({"n": number, "text": "ä" * 60_000}) for number in range(5)])
    assert numbers(cloud) == list(range(5))


def test_a_message_that_no_queue_takes_is_refused_before_any_is_sent(cloud: Cloud) -> None:
    hopeless = [Message({"text": "x" * 256 * 1024}), Message({}, delay_seconds=901), Message({}, delay_seconds=-1)]
    for message in hopeless:
        with pytest.raises(ValueError, match="at most"):
            cloud.queues.send("imports", [Message({"n": 1}), message])
    assert cloud.received() == []


def test_the_topic_passes_on_tenant_types_and_request_id(cloud: Cloud) -> None:
    types = ("order.recorded", "points.earned")
    cloud.topic.publish([Published("shop", types, {"entry": "ent_1"}, "req-1")])
    (arrived,) = cloud.published()
    assert json.loads(arrived.body) == {"entry": "ent_1"}
    assert dict(arrived.attributes) == {
        "tenant": ("String", "shop"),
        "types": ("String.Array", '["order.recorded","points.earned"]'),
        "request_id": ("String", "req-1"),
    }


def test_all_that_is_published_arrives(cloud: Cloud) -> None:
    cloud.topic.publish([Published("shop", ("a",), {"n": number}) for number in range(23)])
    assert sorted(json.loads(one.body)["n"] for one in cloud.published()) == list(range(23))


def test_without_an_address_the_first_message_says_what_is_not_set() -> None:
    with pytest.raises(ConfigurationError, match="STAMPBOOK_QUEUE_DUE is not set"):
        SqsQueues({"imports": "https://sqs.invalid/1/imports"}, region=REGION).send("due", [Message({})])
    with pytest.raises(ConfigurationError, match="STAMPBOOK_TOPIC is not set"):
        SnsTopic(None, region=REGION).publish([Published("shop", (), {})])


def test_settings_know_every_queue() -> None:
    assert set(SENT_TO) == set(get_args(QueueName))


def test_a_queue_that_is_not_there_is_an_error(cloud: Cloud) -> None:
    if isinstance(cloud.queues, SqsQueues):
        lost = SqsQueues({"due": f"https://sqs.{REGION}.amazonaws.com/123456789012/lost"}, region=REGION)
        with pytest.raises(CloudError):
            lost.send("due", [Message({})])


def test_a_message_comes_again_when_its_consumer_wants_it_to(cloud: Cloud) -> None:
    cloud.queues.send("imports", [Message({"n": 1})])
    if isinstance(cloud.queues, SqsQueues):
        (receipt,) = cloud.receipts()
        assert numbers(cloud) == []
        cloud.queues.come_again("imports", receipt, 0)
    assert numbers(cloud) == [1]


class Post:
    """Takes of each batch what `taken` says of the message's text and of how often it was tried."""

    def __init__(self, taken: Callable[[str, int], bool], *, hopeless: bool = False) -> None:
        self.taken, self.hopeless = taken, hopeless
        self.tries: dict[str, int] = {}
        self.pauses: list[float] = []

    def send(self, *texts: str) -> None:
        messages = [WireMessage(text, {}) for text in texts]
        Batches(self.pauses.append).send(messages, lambda batch: {"Failed": [*filter(None, map(self._try, batch))]})

    def _try(self, one: tuple[str, WireMessage]) -> dict[str, object] | None:
        number, message = one
        tried = self.tries[message.text] = self.tries.get(message.text, 0) + 1
        if self.taken(message.text, tried):
            return None
        return {"Id": number, "SenderFault": self.hopeless, "Code": "InternalError", "Message": "later"}


def test_what_was_not_taken_is_sent_again_and_only_that() -> None:
    post = Post(lambda text, tried: text != "b" or tried == 3)
    post.send("a", "b", "c")
    assert post.tries == {"a": 1, "b": 3, "c": 1}
    assert len(post.pauses) == 2


def test_what_is_never_taken_is_an_error_after_a_bounded_number_of_tries() -> None:
    post = Post(lambda text, _: text != "b")
    with pytest.raises(CloudError, match="1 messages were not taken: later"):
        post.send("a", "b")
    assert post.tries == {"a": 1, "b": ROUNDS}


def test_what_the_service_refuses_for_good_is_not_tried_again() -> None:
    post = Post(lambda _text, _tried: False, hopeless=True)
    with pytest.raises(RefusedByServiceError) as refused:
        post.send("a")
    assert (refused.value.code, post.tries) == ("InternalError", {"a": 1})


def test_requests_are_as_few_as_the_limits_allow_and_keep_the_order() -> None:
    small = [wire_message({"n": number}) for number in range(21)]
    assert [len(batch) for batch in requests(small)] == [10, 10, 1]
    large = [wire_message({"n": number, "text": "x" * 100_000}) for number in range(5)]
    assert [len(batch) for batch in requests(large)] == [2, 2, 1]
    assert [message for batch in requests(large) for message in batch] == large
