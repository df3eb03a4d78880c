"""Consumers of a feed: who reads it by a name, and up to which number they have taken it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

from pydantic import Field

from chalicelib.errors import NotFound, Refused
from chalicelib.kit.base import Frozen
from chalicelib.kit.clock import Instant
from chalicelib.kit.wire import Time

MAX_CONSUMERS = 50
ConsumerId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]


@dataclass(frozen=True, slots=True)
class Consumer:
    """Everything up to `number` is taken. `version` 0: nobody has written it yet."""

    consumer_id: str
    number: int
    acknowledged_at: Instant
    version: int = 0

    def acknowledged(self, number: int, *, back: bool, now: Instant) -> Consumer:
        """Whoever says it late says nothing new: that goes backwards only if it is asked for."""
        if number == self.number or (number < self.number and not back):
            return self
        return replace(self, number=number, acknowledged_at=now)


class ConsumerView(Frozen):
    """Everything up to `number` is taken; `last_number` is the newest there was when we answered, and `behind` how many wait."""

    consumer_id: str
    number: int
    last_number: int
    behind: int
    acknowledged_at: Time


def shown_consumer(one: Consumer, last_number: int) -> ConsumerView:
    return ConsumerView(
        consumer_id=one.consumer_id,
        number=one.number,
        last_number=last_number,
        behind=max(0, last_number - one.number),
        acknowledged_at=one.acknowledged_at,
    )


class _Named(Frozen):
    consumer_id: ConsumerId


def named_consumer(text: str) -> str:
    """What a consumer may be called; pydantic's ValidationError for anything else."""
    return _Named(consumer_id=text).consumer_id


def must_be_published(number: int, last_number: int) -> None:
    """Refuses `number_not_published`."""
    if number > last_number:
        text = f"The feed has come to {last_number}: nothing behind that can have been taken."
        raise Refused("number_not_published", text, param="number")


def too_many_consumers() -> Refused:
    return Refused("too_many_consumers", f"A feed has at most {MAX_CONSUMERS} consumers: delete one that nobody uses.")


def no_consumer(consumer_id: str, param: str = "consumer_id") -> NotFound:
    return NotFound("consumer_not_found", f"The feed has no consumer {consumer_id[:64]}.", param=param)
