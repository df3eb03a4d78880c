"""What goes wrong seldom, made to happen: a record that nobody can read, and files that break off when their first part is written.

The local cloud refuses nothing by itself. So an upload is refused by the recorder (recorded_calls.py), in the function's own client,
and a report breaks off because a file that it needs is not there. What follows is the functions' own doing, and the cloud's.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from chalicelib.areas.imports.lines import Span
from chalicelib.areas.imports.report import Reported
from chalicelib.areas.jobs import store as jobs
from chalicelib.areas.jobs.files import result_file
from chalicelib.areas.jobs.model import Operation, Part
from chalicelib.aws.s3_files import PART_BYTES
from chalicelib.runtime import Runtime
from tests.e2e.conftest import JUST_NOW, Deployed, seen
from tests.e2e.recorded_calls import REFUSED, Use, recorded
from tests.e2e.test_deployed import HEADER, in_queue

ABORT = "s3:AbortMultipartUpload"
LOST = "opr_00000000000000000000beef"
_REASON = "It is as long as that. " * 10


def lose_a_record(shop: Deployed, tenant: str) -> None:
    """An entry of which nothing but its key is left: what no delivery can relay is given up to the dead letters."""
    damaged = {"pk": f"{tenant}#M#damaged", "sk": "J#0001#00000001", "kind": "entry"}
    item = {name: {"S": said} for name, said in damaged.items()}
    shop.client("dynamodb").put_item(TableName=shop.outputs["TableName"], Item=item)
    letter = seen(lambda: in_queue(shop, "relay-dead", tenant), "the dead letter of the record")
    assert json.loads(letter)["DDBStreamBatchInfo"]["batchSize"] == 1


def break_off_routing(shop: Deployed, tenant: str) -> None:
    """A file of one customer's, whose part is longer than a part of an upload; the upload of that is refused."""
    with refusing(shop, "UploadPart work"):
        shop.client("s3").put_object(
            Bucket=shop.outputs["BucketName"], Key=f"imports/{tenant}/orders/long.csv", Body=_long_file()
        )
        _seen_to_abort(shop, "work")
    (operation,) = (one for one in shop.call("GET", "/v1/operations")[1]["items"] if one["name"].endswith("long.csv"))
    assert operation["state"] == "queued", operation
    assert shop.call("POST", f"/v1/operations/{operation['operation_id']}/cancel")[0] == 200


def break_off_a_report(shop: Deployed, rt: Runtime, tenant: str) -> None:
    """An import all of whose parts are done, but the results of its last chunk are gone: the report is as good as written then."""
    now = rt.clock.now()
    of = {"routing": "lost", "program": 1}
    begun = Operation(tenant, LOST, "import_orders", "lost.csv", "queued", now, "e2e", of).running(now, 1, 1, {})
    whole, part = begun.with_part_done(), Part(0, chunk=2, done=True)
    rt.table.batch_put([jobs.operation_put(whole).item, jobs.part_put(whole, part, now).item])
    lines = Span(2, 2 * PART_BYTES // len(_REASON))
    first = Reported((lines,), "LONG-1", "sell", "refused", message=_REASON)
    shop.client("s3").put_object(
        Bucket=shop.outputs["BucketName"], Key=result_file(LOST, "lost", 0, 0), Body=first.kept()
    )
    body = json.dumps({"do": "join", "tenant": tenant, "operation": LOST})
    shop.client("sqs").send_message(QueueUrl=shop.queue("imports"), MessageBody=body)
    _seen_to_abort(shop, "results")
    ended = seen(lambda: _ended(shop, LOST), "the end of the import whose work was lost")
    assert (ended["state"], ended["failure"]["code"]) == ("failed", "work_lost")


@contextmanager
def refusing(shop: Deployed, call: str) -> Iterator[None]:
    """What the functions' clients refuse meanwhile: an operation of S3's on keys in a folder."""
    told = shop.calls / REFUSED
    told.write_text(f"{call}\n", encoding="utf-8")
    try:
        yield
    finally:
        told.unlink()


def _seen_to_abort(shop: Deployed, folder: str) -> None:
    """And nothing of the upload is left, which somebody would pay for."""
    bucket, imports = shop.outputs["BucketName"], shop.function("Imports")
    use: Use = (ABORT, f"{bucket}/{folder}")
    seen(lambda: use in recorded(shop.calls).get(imports, set()) or None, f"an upload into {folder} that was given up")
    seen(lambda: _no_upload(shop, bucket) or None, "the end of that upload")


def _no_upload(shop: Deployed, bucket: str) -> bool:
    return not shop.client("s3").list_multipart_uploads(Bucket=bucket).get("Uploads")


def _ended(shop: Deployed, operation_id: str) -> dict[str, Any] | None:
    _, operation = shop.call("GET", f"/v1/operations/{operation_id}")
    return dict(operation) if operation["state"] in ("done", "failed") else None


def _long_file() -> bytes:
    category = ">".join(["c" * 499] * 10)
    labels = ";".join(f"key-{number}:{'v' * 256}" for number in range(10))
    rows = 2 * PART_BYTES // (len(category) + len(labels))
    lines = [
        f"LONG-{row},sell,,{JUST_NOW},permit-long,,,,EUR,book,A book,{category},,1,25.00,{labels}"
        for row in range(rows)
    ]
    return "\n".join([HEADER, *lines, ""]).encode()
