"""`python -m infra.local.redrive QUEUE`: what was given up is tried again, once its cause is mended.

A queue's dead messages go back to it, as many as there were at the start: what dies again stays dead. `relay` is not a
queue: its dead messages name a stretch of the table's stream, which is read and relayed here, as long as the stream has
it (24 hours). The stretch gets a checkpoint of its own, for its shard's is far ahead; so it comes into the feed once,
however often this is run. For that the environment must say what the relay's own does (chalicelib/config.py).

A message is deleted only when its second life has begun: broken off, this does it again, which every consumer bears.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from typing import Any, get_args

from chalicelib import bootstrap
from chalicelib.aws.queues import QueueName
from chalicelib.events.stream import relay
from chalicelib.runtime import Runtime
from infra.local.stream_records import stretch_of

RELAY = "relay"
BATCH = 10
MOST = 100_000
MINUTE = 60


def main(arguments: list[str]) -> int:
    import boto3

    parser = argparse.ArgumentParser(prog="python -m infra.local.redrive", description=__doc__.partition("\n")[0])
    parser.add_argument("queue", choices=[*get_args(QueueName), RELAY])
    parser.add_argument("--stage", default="dev")
    parser.add_argument("--region", default="eu-central-1")
    parser.add_argument("--endpoint", help="where the cloud is, if it is not Amazon's: http://127.0.0.1:4566")
    parser.add_argument("--most", type=int, default=MOST, help="how many messages at most")
    asked = parser.parse_args(arguments)
    session: Any = boto3.session.Session()

    def client(service: str) -> Any:
        return session.client(service, region_name=asked.region, endpoint_url=asked.endpoint)

    if asked.queue == RELAY:
        moved = redrive_relay(bootstrap.runtime(), client("sqs"), client("dynamodbstreams"), asked.stage, asked.most)
    else:
        moved = redrive_queue(client("sqs"), asked.stage, asked.queue, asked.most)
    print(f"{moved} messages of {asked.queue} have been sent on.")
    return 0


def redrive_queue(sqs: Any, stage: str, queue: str, most: int = MOST) -> int:
    """Back to the queue they came from, attributes included. How many."""
    address = sqs.get_queue_url(QueueName=f"stampbook-{stage}-{queue}")["QueueUrl"]

    def send(message: dict[str, Any]) -> None:
        attributes = message.get("MessageAttributes", {})
        sqs.send_message(QueueUrl=address, MessageBody=message["Body"], MessageAttributes=attributes)

    return _each_dead(sqs, f"stampbook-{stage}-{queue}-dead", most, send)


def redrive_relay(rt: Runtime, sqs: Any, streams: Any, stage: str, most: int = MOST) -> int:
    """The stretches of the stream that the relay gave up are relayed now. Raises where one fails again."""

    def again(message: dict[str, Any]) -> None:
        lost = json.loads(message["Body"])["DDBStreamBatchInfo"]
        first = lost["startSequenceNumber"]
        records = stretch_of(streams, lost["streamArn"], lost["shardId"], first, lost["endSequenceNumber"])
        failed = relay(rt, {"Records": records, "shardId": f"{lost['shardId']} from {first}"})["batchItemFailures"]
        if failed:
            raise SystemExit(
                f"Record {failed[0]['itemIdentifier']} of {lost['shardId']} cannot be relayed yet: see the log."
            )

    return _each_dead(sqs, f"stampbook-{stage}-{RELAY}-dead", most, again)


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


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
