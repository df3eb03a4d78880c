"""What the bench compares with: the same requests from a bare client, answered as they were answered once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from moto import mock_aws

from chalicelib.table.dynamo import DynamoTable
from chalicelib.table.protocol import Absent, Attrs, Key, Put
from infra.local.ministack import REGION
from infra.local.table_template import create_table
from tests.bench.cpu import bare_client, sender
from tests.bench.recording import Exchange, load, recording, save
from tests.bench.replay import replaying, take

ITEM: Attrs = {"pk": {"S": "a"}, "sk": {"S": "b"}, "kind": {"S": "thing"}, "body": {"B": b"\x00\xff"}}


@pytest.fixture
def exchanges(monkeypatch: pytest.MonkeyPatch) -> list[Exchange]:
    """A write and a read of it, as our client asks a table."""
    import boto3

    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with mock_aws():
        name = create_table(boto3.session.Session().client("dynamodb", region_name=REGION), "test")
        table = DynamoTable(name, region=REGION)
        with recording(table._client()) as found:
            table.transact([Put(ITEM, Absent())], "token")
            assert table.get(Key("a", "b")) == ITEM
        table.get(Key("a", "b"))
    assert [(one.method, one.status) for one in found] == [("transact_write_items", 200), ("get_item", 200)]
    return found


def test_a_bare_client_sends_the_same_bytes_and_is_answered_the_same(exchanges: list[Exchange], tmp_path: Path) -> None:
    with replaying(exchanges, tmp_path) as endpoint:
        client = bare_client(endpoint)
        for _ in range(2):
            with recording(client) as again:
                sender(client, exchanges)()
            assert [(one.sent, one.body) for one in again] == [(one.sent, one.body) for one in exchanges]


def test_who_asks_for_something_else_is_told(exchanges: list[Exchange], tmp_path: Path) -> None:
    from botocore.exceptions import ClientError  # noqa: PLC0415

    with replaying(exchanges, tmp_path) as endpoint:
        client = bare_client(endpoint)
        with pytest.raises(ClientError, match="this was not asked then"):
            client.get_item(**exchanges[1].params)


def test_exchanges_are_kept_with_their_bytes(exchanges: list[Exchange], tmp_path: Path) -> None:
    save(exchanges, tmp_path / "kept.json")
    assert load(tmp_path / "kept.json") == exchanges


def test_a_request_is_taken_when_all_of_it_is_there() -> None:
    whole = b"POST / HTTP/1.1\r\nX-Amz-Target: T.Get\r\nContent-Length: 4\r\n\r\n{  }"
    came: Any = bytearray(whole[:-1])
    assert take(came) is None
    came += whole[-1:] + whole
    assert [take(came), take(came), take(came)] == ["T.Get", "T.Get", None]
    assert came == b""
