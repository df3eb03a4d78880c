"""A push to everybody, to 500, 5,000 and (in full) 50,000 members, through the consumer of the queue `notify` on DynamoDB Local.

The members are items as `enrol_member` writes them, each with a phone as `register_device` does, put in batches; one worker
tells them, in a process of its own (tests/bench/notifier.py).
"""

from __future__ import annotations

from collections.abc import Callable

from chalicelib.areas.notifications.model import Device, Devices, mark_of
from chalicelib.areas.notifications.store import devices
from chalicelib.table.dynamo import DynamoTable
from chalicelib.table.protocol import Attrs
from tests.bench.crowds import enrolled
from tests.bench.figures import Gate, Row, Section
from tests.bench.till import DYNAMODB_LOCAL, local_table, told_by
from tests.twins.bookshop import BookShop, open_shop

SIZES = (500, 5_000)
MOST = 50_000  # in bench-full


def measure(full: bool, tell: Callable[[str], None]) -> Section:
    rows: list[Row] = []
    with local_table("push") as table:
        for size in (*SIZES, MOST) if full else SIZES:
            tell(f"enrolling {size:,} members with phones")
            shop = crowd(table, size)
            tell("the push")
            rows.append(pushed(shop, table, size))
    small = rows[0]
    gates = {}
    for row in rows[1:]:
        of = f"{row['members']:,} members against {small['members']:,}"
        gates[f"requests a member, {of}"] = Gate(round(row["requests_each"] / small["requests_each"], 2))
        gates[f"memory, {of}"] = Gate(round(row["memory_mib"] / small["memory_mib"], 2))
    return Section(rows, gates, {"engine": f"{DYNAMODB_LOCAL}; SQS is a loop, SNS counts what it is sent"})


def crowd(table: DynamoTable, size: int) -> BookShop:
    shop = open_shop(table, tenant=f"push-{size}")
    for batch in enrolled(shop, size):
        table.batch_put(batch)
        table.batch_put([phone_of(shop, attrs) for attrs in batch if attrs["kind"]["S"] == "member"])
    return shop


def phone_of(shop: BookShop, profile: Attrs) -> Attrs:
    member = profile["pk"]["S"].rpartition("#")[2]
    phone = Device("phone", "apple", f"arn:twin:endpoint/apple/{member}", mark_of("apple", member), shop.clock.at, None)
    return devices.devices_put(shop.caller.tenant, member, Devices((phone,))).item


def pushed(shop: BookShop, table: DynamoTable, size: int) -> Row:
    told = told_by("tests.bench.notifier", table, shop.caller.tenant)
    assert told["sent"] == size, told
    return {
        "members": size,
        "seconds": round(told["seconds"], 1),
        "per_second": round(size / told["seconds"]),
        "cpu_ms": round(told["cpu_seconds"] / size * 1000, 3),
        "requests_each": round(told["requests"] / size, 3),
        "memory_mib": round(told["memory_kb"] / 1024, 1),
        "memory_before_mib": round(told["memory_before_kb"] / 1024, 1),
    }
