"""`python -m tests.bench.notifier TABLE ENDPOINT TENANT`: a push to everybody, begun and worked off, in a process of its own.

The functions' own code on DynamoDB Local; SQS is played by a loop, one message a batch as the mapping has it, and what is pushed
is counted and forgotten, so that neither is what is measured. Says how long it took, how much CPU, and the most memory.
"""

from __future__ import annotations

import json
import sys
from functools import partial
from time import perf_counter, process_time

from chalicelib.areas.jobs import store as jobs
from chalicelib.areas.notifications.model import TemplateDefinition
from chalicelib.aws.memory_files import MemoryFiles
from chalicelib.aws.memory_outside import MemoryOutside
from chalicelib.aws.memory_queues import MemoryQueues
from chalicelib.aws.memory_senders import MemorySenders
from chalicelib.aws.memory_topic import MemoryTopic
from chalicelib.aws.senders import Pushed
from chalicelib.events.imports import imports
from chalicelib.events.notify import notify
from chalicelib.flows.start_notification import Asked, start_notification
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import SystemClock
from chalicelib.kit.command import Command
from chalicelib.kit.ids import RandomIds
from chalicelib.runtime import Runtime
from chalicelib.table.config import ConfigCache
from chalicelib.table.dynamo import DynamoTable
from tests.unit.imports.weigh import peak_kb

REGION = "eu-central-1"
WORDS = {"channel": "push", "title": "Hello", "body": "Hello {{given_name|friend}}, new books are in."}


class Counting(MemorySenders):
    """Keeps nothing of what it is sent."""

    sent = 0

    def push(self, endpoint: str, message: Pushed) -> None:
        self.sent += 1


def tell_everybody(table: str, endpoint: str, tenant: str) -> dict[str, float]:
    queues, clock, senders = MemoryQueues(), SystemClock(), Counting()
    kept = DynamoTable(table, region=REGION, endpoint=endpoint)
    cloud = (MemoryFiles(), queues, MemoryTopic(), MemoryOutside(), senders)
    rt = Runtime(clock, RandomIds(), kept, ConfigCache(clock), *cloud)
    rt.config.load(rt.table, tenant)  # the client is made
    before, requests = peak_kb(), kept.meter.cost.requests
    began, cpu = perf_counter(), process_time()
    caller = Caller("", tenant, "system", "bench", "bench", (), "bench", "api")
    asked = Asked("transactional", words=TemplateDefinition.model_validate(WORDS))
    begun = start_notification(rt, caller, Command("bench"), asked).answer.operation
    while any(queues.waiting.values()):
        queues.deliver("notify", partial(notify, rt), size=1)
        queues.deliver("imports", partial(imports, rt), size=1)
    taken = {"seconds": perf_counter() - began, "cpu_seconds": process_time() - cpu}
    done = jobs.read_progress(rt.table, tenant, begun.operation_id)
    assert done.operation.state == "done", done.operation
    told = {"sent": senders.sent, "requests": kept.meter.cost.requests - requests}
    return {**taken, **told, "memory_kb": peak_kb(), "memory_before_kb": before}


if __name__ == "__main__":
    sys.stdout.write("\n" + json.dumps(tell_everybody(*sys.argv[1:])))
