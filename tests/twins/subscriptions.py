"""The topic as the template subscribes queues to it: what was published, in the queues that take it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from chalicelib.aws.memory_topic import MemoryTopic
from chalicelib.aws.queues import Message, QueueName
from chalicelib.aws.topic import Published
from chalicelib.runtime import Runtime
from infra.local.pages.facts import STREAMS, filters, taken_by
from infra.local.table_template import whole_template
from infra.subscriptions import subscribed


@cache
def takers() -> Mapping[str, Sequence[str]]:
    """The queues that take a fact, by its type."""
    conditions = filters(subscribed(whole_template()))
    return {fact: taken_by(fact, conditions) for stream in STREAMS for fact in stream.facts.classes}


def published_since(rt: Runtime, taken: int) -> Sequence[Published]:
    """What the topic was told behind the first so many messages."""
    assert isinstance(rt.topic, MemoryTopic)
    return rt.topic.published[taken:]


def hand_on(rt: Runtime, messages: Iterable[Published], queues: Iterable[QueueName]) -> None:
    """Into those of these queues that take them."""
    wanted = tuple(queues)
    for one in messages:
        taking = {queue for fact in one.types for queue in takers()[fact]}
        for queue in wanted:
            if queue in taking:
                rt.queues.send(queue, [Message(one.body, one.request_id)])
