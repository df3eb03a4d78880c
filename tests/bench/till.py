"""A shop with a till on any table: Ada and her lots, an API key, and requests shaped as API Gateway hands them over."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from chalice.app import Chalice

from chalicelib.areas.access.operations import issue_api_key
from chalicelib.kit.ids import RandomIds
from chalicelib.kit.periods import iso_day, parse_day
from chalicelib.table.dynamo import DynamoTable
from chalicelib.table.protocol import Table
from infra.local.dynamodb_local import dynamodb_local
from infra.local.http_gateway import Gateway, HttpRequest
from infra.local.ministack import REGION, be_a_client
from infra.local.table_template import create_table
from tests.bench.figures import ROOT
from tests.http.client import app_for
from tests.http.world import EVERYTHING, SYSTEM
from tests.twins.bookshop import POINTS, TODAY, BookShop, card, open_shop, sale
from tests.unit.budgets.priced import with_stamps

LOTS = (1, 37, 366)
_YEARS = 3 * 365  # how long a lot lives: every purchase on a day of its own is a lot of its own
TWIN, DYNAMODB_LOCAL, MINISTACK = "twin", "DynamoDB Local", "ministack"
LINES = [{"sku": f"book-{no}", "quantity": "1", "gross_value": 12_50} for no in (1, 2, 3)]


@dataclass(frozen=True)
class Till:
    """`ada` has bought `first` and, on as many days, whatever makes up her lots."""

    shop: BookShop
    ada: str
    order_id: str
    credential: str

    @property
    def app(self) -> Chalice:
        return app_for(self.shop.rt)

    def request(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        """The event of an API call; the app is asked with it as often as one likes."""
        headers = {"authorization": f"Bearer {self.credential}", "content-type": "application/json"}
        sent = b"" if body is None else json.dumps(body).encode()
        event = Gateway(self.app)._event(HttpRequest(method, path, headers, sent), "bench-request")
        assert event is not None, path
        return event


def open_till(table: Table, tenant: str, lots: int, *, stamps: bool = False) -> Till:
    """Everything but the first purchase lies behind it: the order of days is the order of purchases. With stamps into which
    points may be turned, where they are asked for."""
    unit = {**POINTS, "policies": [{"expiry": {"type": "days", "days": _YEARS}}]}
    shop = open_shop(table, tenant=tenant, program=with_stamps(unit) if stamps else {"units": [unit]})
    shop = replace(shop, rt=replace(shop.rt, ids=RandomIds()))
    today = parse_day(TODAY)
    assert today is not None
    bought = [shop.buy(card("ada"), sale(f"{tenant}-{ago}", on=iso_day(today - ago))) for ago in reversed(range(lots))]
    assert len(shop.account(bought[-1].answer.member_id).wallets[0].expiring) == lots
    issued = issue_api_key(shop.rt, SYSTEM, org=SYSTEM.org, tenant=tenant, name="till", grants=EVERYTHING)
    return Till(shop, bought[-1].answer.member_id, bought[-1].answer.order_id, issued.credential)


def document(number: str, **buyer: Any) -> dict[str, Any]:
    at = {"purchased_at": f"{TODAY}T11:00:00Z", "currency": "EUR"}
    return {"number": number, **at, "lines": LINES, **buyer}


def by_card(number: str) -> dict[str, Any]:
    return {"identifier": {"type": "card", "value": number}}


@contextmanager
def local_table(stage: str = "bench") -> Iterator[DynamoTable]:
    """A table as the template has it, on an engine of its own; gone at the end."""
    import boto3

    be_a_client()
    with dynamodb_local() as endpoint:
        client = boto3.session.Session().client("dynamodb", region_name=REGION, endpoint_url=endpoint)
        yield DynamoTable(create_table(client, stage), region=REGION, endpoint=endpoint)


def told_by(worker: str, table: DynamoTable, *arguments: str) -> dict[str, Any]:
    """What a module says at its end that works on the table in a process of its own, whose memory and CPU are its own."""
    assert table._endpoint is not None
    run = subprocess.run(  # noqa: S603 (ourselves)
        [sys.executable, "-m", worker, table._name, table._endpoint, *arguments],
        cwd=ROOT,
        env={**os.environ, "STAMPBOOK_STAGE": "bench"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    told: dict[str, Any] = json.loads(run.stdout.splitlines()[-1])
    return told
