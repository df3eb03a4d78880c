"""`python -m tests.bench.consumer TABLE ENDPOINT FOLDER TENANT`: the consumer of the queue `imports`, in a process of its own.

The function's own code on DynamoDB Local; SQS is played by a loop, one message a batch as the mapping has it, and the
bucket is a folder, so that neither is what is measured. Says how long it took, how much CPU, and the most memory.
"""

from __future__ import annotations

import json
import sys
from functools import partial
from pathlib import Path
from time import perf_counter, process_time

from chalicelib.areas.imports.model import Drop
from chalicelib.areas.jobs import store as jobs
from chalicelib.aws.memory_outside import MemoryOutside
from chalicelib.aws.memory_queues import MemoryQueues
from chalicelib.aws.memory_senders import MemorySenders
from chalicelib.aws.memory_topic import MemoryTopic
from chalicelib.aws.queues import Message
from chalicelib.events.imports import imports
from chalicelib.kit.clock import SystemClock
from chalicelib.kit.ids import RandomIds
from chalicelib.runtime import Runtime
from chalicelib.table.config import ConfigCache
from chalicelib.table.dynamo import DynamoTable
from tests.unit.imports.disk_files import DiskFiles
from tests.unit.imports.weigh import peak_kb

REGION, BUCKET = "eu-central-1", "files"


def consume(table: str, endpoint: str, folder: Path, tenant: str) -> dict[str, float]:
    queues, clock = MemoryQueues(), SystemClock()
    cloud = (DiskFiles(folder), queues, MemoryTopic(), MemoryOutside(), MemorySenders())
    rt = Runtime(clock, RandomIds(), DynamoTable(table, region=REGION, endpoint=endpoint), ConfigCache(clock), *cloud)
    key = key_of(tenant)
    rt.config.load(rt.table, tenant)  # the client is made
    before = peak_kb()
    began, cpu = perf_counter(), process_time()
    notice = {
        "eventName": "ObjectCreated:Put",
        "s3": {"bucket": {"name": BUCKET}, "object": {"key": key, "eTag": "etag"}},
    }
    queues.send("imports", [Message({"Records": [notice]}, "bench")])
    queues.deliver("imports", partial(imports, rt), size=1)
    taken = {"seconds": perf_counter() - began, "cpu_seconds": process_time() - cpu}
    operation = jobs.read_progress(rt.table, tenant, Drop(BUCKET, key, "etag").operation_id)
    assert operation.operation.state == "done", operation
    recorded = sum(operation.counts.get(what, 0) for what in ("sales", "returns"))
    memory = peak_kb()
    return {**taken, "recorded": recorded, "memory_kb": memory, "memory_before_kb": before}


def key_of(tenant: str) -> str:
    return f"imports/{tenant}/orders/bench.csv"


if __name__ == "__main__":
    told = consume(sys.argv[1], sys.argv[2], Path(sys.argv[3]), sys.argv[4])
    sys.stdout.write("\n" + json.dumps(told))
