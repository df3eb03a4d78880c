"""The feed: what happened, oldest first, by cursor; and its consumers."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from chalicelib.api.bodies import as_refusal
from chalicelib.api.calls import Answered, Call
from chalicelib.api.native.naming import answered, owner_of
from chalicelib.areas.feeds import operations as feeds
from chalicelib.areas.feeds.model.consumers import ConsumerView, named_consumer
from chalicelib.flows import acknowledge_feed as acknowledging
from chalicelib.flows.read_feed import MAX_NUMBER, FeedPage, OwnFeedPage
from chalicelib.flows.read_feed import read_feed as feed_of
from chalicelib.flows.read_order_feed import read_order_feed as order_feed
from chalicelib.flows.read_own_feed import read_own_feed as own_feed
from chalicelib.kit.base import Wire


class Consumers(Wire):
    items: tuple[ConsumerView, ...]


class Acknowledgement(Wire):
    """Everything up to `number` is taken. A number below what was acknowledged before changes nothing, unless `back` asks to
    read again from there."""

    number: Annotated[int, Field(strict=True, ge=0, le=MAX_NUMBER)]
    back: bool = False


def read_feed(call: Call) -> FeedPage:
    return feed_of(call.rt, call.caller, call.query["limit"], call.query["cursor"], call.query["consumer"])


def read_own_feed(call: Call) -> OwnFeedPage:
    return own_feed(call.rt, call.caller, owner_of(call), call.query["limit"], call.query["cursor"])


def read_order_feed(call: Call) -> OwnFeedPage:
    return order_feed(call.rt, call.caller, call.path["order_id"], call.query["limit"], call.query["cursor"])


def list_consumers(call: Call) -> Consumers:
    return Consumers(items=feeds.list_consumers(call.rt, call.caller))


def get_consumer(call: Call) -> ConsumerView:
    return feeds.get_consumer(call.rt, call.caller, call.path["consumer_id"])


def acknowledge(call: Call, body: Acknowledgement) -> Answered[ConsumerView]:
    with as_refusal():
        consumer_id = named_consumer(call.path["consumer_id"])
    done = acknowledging.acknowledge_feed(call.rt, call.caller, call.command, consumer_id, body.number, back=body.back)
    return answered(done)


def forget(call: Call) -> Answered[ConsumerView]:
    return answered(acknowledging.forget_consumer(call.rt, call.caller, call.command, call.path["consumer_id"]))
