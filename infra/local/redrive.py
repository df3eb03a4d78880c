"""`python -m infra.local.redrive QUEUE`: what was given up is tried again, once its cause is mended.

A queue's dead messages go back to it, as many as there were at the start: what dies again stays dead. `relay` is not a
queue: its dead messages name a stretch of the table's stream. The entries recorded in that time are published again, and
those that the feed lacks are added to it, once, however often this is run and however long ago it was.

A message is deleted only when its second life has begun: broken off, this does it again, which every consumer bears.
Without an address what `make run` has started is meant, if it has. Exit code 2: it could not be done.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any, get_args

from chalicelib.areas.access.store import tenants
from chalicelib.aws.errors import CloudError
from chalicelib.aws.queues import QueueName
from chalicelib.errors import StampbookError
from chalicelib.flows.repair_feed import repair_feed
from chalicelib.kit.wire import parse_rfc3339
from chalicelib.runtime import Runtime
from chalicelib.table.protocol import TableError
from infra.local.logs import ROOT, NotSearchedError, Place, become_client_of, place_of
from infra.local.stage_runtime import add_place, stage_runtime

RELAY = "relay"
REDRIVEN = (*get_args(QueueName), RELAY)
BATCH = 10
MOST = 100_000
MINUTE = 60
MARGIN_MS = 2 * 60_000  # an entry says when it was recorded, a dead message when the stream had it
NOT_DONE = 2


class NotYetError(Exception):
    """Something of it cannot be read by this version."""


def main(arguments: Sequence[str]) -> int:
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 (with the client)

    asked = _parser().parse_args(arguments)
    if asked.queue not in REDRIVEN:
        said = f"{asked.queue} is none" if asked.queue else "None was said"
        sys.stderr.write(f"Say which queue, such as make redrive QUEUE=imports: {', '.join(REDRIVEN)}. {said}.\n")
        return NOT_DONE
    try:
        place = place_of(asked, ROOT)
        sqs = _sqs(place)
        if asked.queue == RELAY:
            moved = redrive_relay(stage_runtime(asked), sqs, place.stage, asked.most)
        else:
            moved = redrive_queue(sqs, place.stage, asked.queue, asked.most)
    except (NotSearchedError, NotYetError, CloudError, TableError, StampbookError, BotoCoreError, ClientError) as fault:
        sys.stderr.write(f"{fault}\nWhat was sent on stays sent; run it again, and it goes on from there.\n")
        return NOT_DONE
    print(f"{moved} messages of {asked.queue} have been sent on.")
    return 0


def redrive_queue(sqs: Any, stage: str, queue: str, most: int = MOST) -> int:
    """Back to the queue they came from, attributes included. How many."""
    address = sqs.get_queue_url(QueueName=f"stampbook-{stage}-{queue}")["QueueUrl"]

    def send(message: dict[str, Any]) -> None:
        attributes = message.get("MessageAttributes", {})
        sqs.send_message(QueueUrl=address, MessageBody=message["Body"], MessageAttributes=attributes)

    return _each_dead(sqs, f"stampbook-{stage}-{queue}-dead", most, send)


def redrive_relay(rt: Runtime, sqs: Any, stage: str, most: int = MOST) -> int:
    """What was recorded while the stretches that the relay gave up came in is in the feed and published. NotYetError
    where an entry cannot be read: its message stays among the dead."""

    def again(message: dict[str, Any]) -> None:
        lost = json.loads(message["Body"])["DDBStreamBatchInfo"]
        first, last = (_instant(lost[f"approximateArrivalOf{which}Record"]) for which in ("First", "Last"))
        for tenant in tenants(rt.table):
            for part in repair_feed(rt, tenant, first - MARGIN_MS, last + MARGIN_MS, publish_again=True):
                if part.unreadable:
                    owner, program, sequence = part.unreadable[0]
                    raise NotYetError(
                        f"Entry {sequence} of program {program} of {owner} cannot be read by this version."
                    )

    return _each_dead(sqs, f"stampbook-{stage}-{RELAY}-dead", most, again)


def _instant(text: str) -> int:
    read = parse_rfc3339(text)
    if read is None:
        raise NotYetError(f"A dead message of the relay says {text!r} where a time should be.")
    return read[0]


def _each_dead(sqs: Any, name: str, most: int, act: Callable[[dict[str, Any]], None]) -> int:
    address = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    told = sqs.get_queue_attributes(QueueUrl=address, AttributeNames=["ApproximateNumberOfMessages"])["Attributes"]
    moved = 0
    for message in _received(sqs, address, min(most, int(told["ApproximateNumberOfMessages"]))):
        act(message)
        sqs.delete_message(QueueUrl=address, ReceiptHandle=message["ReceiptHandle"])
        moved += 1
    return moved


def _received(sqs: Any, address: str, most: int) -> Iterator[dict[str, Any]]:
    while most > 0:
        answer = sqs.receive_message(
            QueueUrl=address,
            MaxNumberOfMessages=min(BATCH, most),
            MessageAttributeNames=["All"],
            VisibilityTimeout=MINUTE,
            WaitTimeSeconds=1,
        )
        batch = answer.get("Messages", [])
        if not batch:
            return
        yield from batch
        most -= len(batch)


def _sqs(place: Place) -> Any:
    import boto3

    become_client_of(place)
    session: Any = boto3.session.Session()
    return session.client("sqs", region_name=place.region, endpoint_url=place.endpoint)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m infra.local.redrive", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("queue", nargs="?", default="", help=f"one of {', '.join(REDRIVEN)}")
    add_place(parser)
    parser.add_argument("--most", type=int, default=MOST, help="how many messages at most")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
