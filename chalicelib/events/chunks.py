"""When the message of a chunk comes again. Its queue waits as long as its function may take: far too long for a chunk whose worker
died, and for one that has met a busy moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from chalicelib.aws.queues import QueueName
from chalicelib.errors import Busy
from chalicelib.events.messages import Delivery
from chalicelib.flows.job_chunks import COMES_AGAIN_SECONDS, ChunkHeld
from chalicelib.runtime import Runtime

SOON_SECONDS, TIMES_LONGER = 10, 4


@contextmanager
def coming_again(rt: Runtime, queue: QueueName, delivery: Delivery) -> Iterator[Callable[[], None]]:
    """When the lease of a worker who died is surely over; after a busy moment soon, and each time later: 10, 40, 160, 200 seconds.
    What is told puts it off anew. As many tries as the queue gives are then over after seven minutes."""
    put_off = partial(rt.queues.come_again, queue, delivery.receipt)
    put_off(COMES_AGAIN_SECONDS)
    try:
        yield partial(put_off, COMES_AGAIN_SECONDS)
    except ChunkHeld:
        raise
    except Busy:
        put_off(min(COMES_AGAIN_SECONDS, SOON_SECONDS * TIMES_LONGER ** (delivery.received - 1)))
        raise
