"""Dependencies assembled in one place: the real Runtime from Settings. Tests assemble theirs from twins."""

from __future__ import annotations

from functools import cache

from chalicelib.aws.s3_files import S3Files
from chalicelib.aws.sns_topic import SnsTopic
from chalicelib.aws.sqs_queues import SqsQueues
from chalicelib.config import Settings, settings
from chalicelib.kit.clock import SystemClock
from chalicelib.kit.ids import RandomIds
from chalicelib.runtime import Runtime
from chalicelib.table.config import ConfigCache
from chalicelib.table.dynamo import DynamoTable


@cache
def runtime() -> Runtime:
    """One per process, built on first use."""
    return build(settings())


def build(known: Settings) -> Runtime:
    """Connects to nothing: each client is made on its first use."""
    region, endpoint = known.region, known.endpoint_url
    clock = SystemClock()
    return Runtime(
        clock=clock,
        ids=RandomIds(),
        table=DynamoTable(known.table, region=region, endpoint=endpoint),
        config=ConfigCache(clock),
        files=S3Files(known.bucket, region=region, endpoint=endpoint),
        queues=SqsQueues(known.queues, region=region, endpoint=endpoint),
        topic=SnsTopic(known.topic, region=region, endpoint=endpoint),
    )
