"""Give up records of the stream: what no delivery can relay is left to the dead letters of the relay, and the shard goes on.

writes   1 message a tenant: which records, and when they were recorded; nothing of the entries

The message has the shape of what Lambda leaves of a batch that it gave up, and says whose records they were: redriving
the relay (infra/local/redrive_relay.py) finds the entries in the index, once what is damaged has been put back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chalicelib.aws.queues import Message
from chalicelib.kit.clock import Instant, rfc3339
from chalicelib.runtime import Runtime


@dataclass(frozen=True, slots=True)
class GivenUp:
    """`at`: when the entry was recorded, or the stream had it. `tenant`: as far as its key says."""

    sequence_number: str
    tenant: str
    at: Instant


def give_up_records(rt: Runtime, shard: str, records: Sequence[GivenUp]) -> None:
    """Of one shard. Raises CloudError: then none of them is given up, and each must come again."""
    by_tenant: dict[str, list[GivenUp]] = {}
    for one in sorted(records, key=lambda one: int(one.sequence_number)):
        by_tenant.setdefault(one.tenant, []).append(one)
    if by_tenant:
        rt.queues.send("relay_dead", [Message(_stretch(shard, *said)) for said in by_tenant.items()])


def _stretch(shard: str, tenant: str, records: Sequence[GivenUp]) -> dict[str, Any]:
    times = [one.at for one in records]
    return {
        "tenant": tenant,
        "DDBStreamBatchInfo": {
            "shardId": shard,
            "startSequenceNumber": records[0].sequence_number,
            "endSequenceNumber": records[-1].sequence_number,
            "approximateArrivalOfFirstRecord": rfc3339(min(times)),
            "approximateArrivalOfLastRecord": rfc3339(max(times)),
            "batchSize": len(records),
        },
    }
