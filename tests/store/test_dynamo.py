"""What DynamoTable sends and how it goes on when a batch is only half done, against a server that says what it is told."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from chalicelib.table.dynamo import BATCH_ROUNDS, DynamoTable
from chalicelib.table.meter import Cost
from chalicelib.table.protocol import Absent, Delete, Equals, InvalidRequest, Key, Present, Put, Query, Throttled
from tests.store.table_items import BEER, RUM, WINE, item

Answer = Callable[[dict[str, Any]], dict[str, Any]]


class Script:
    """A server on the loopback. `requests` holds what it was asked; `answer` makes the answer to each."""

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []
        self.answer: Answer = lambda request: {}
        self.status = 200
        script = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                script.requests.append(request)
                body = json.dumps(script.answer(request)).encode()
                self.send_response(script.status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments: object) -> None:
                """Silent."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True


@pytest.fixture
def script(aws_credentials: None) -> Iterator[Script]:
    script = Script()
    thread = threading.Thread(target=script.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield script
    script.server.shutdown()
    script.server.server_close()
    thread.join()


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def table(script: Script, pauses: list[float]) -> DynamoTable:
    endpoint = f"http://127.0.0.1:{script.server.server_port}"
    return DynamoTable("t", region="eu-central-1", endpoint=endpoint, sleep=pauses.append)


def test_a_table_that_is_never_asked_makes_no_client() -> None:
    assert DynamoTable("t", region="no such region").meter.cost == Cost()


def test_a_transaction_is_sent_in_the_order_of_its_writes_with_its_token(table: DynamoTable, script: Script) -> None:
    table.transact([Put(item(BEER), Absent()), Delete(RUM, Present()), Put(item(WINE), Equals("left", 3))], "token")
    [request] = script.requests
    assert request["ClientRequestToken"] == "token"
    assert [next(iter(action)) for action in request["TransactItems"]] == ["Put", "Delete", "Put"]
    assert request["TransactItems"][2]["Put"]["ExpressionAttributeValues"] == {":a": {"N": "3"}}


def test_reads_of_the_table_are_strongly_consistent(table: DynamoTable, script: Script) -> None:
    script.answer = lambda request: {"Responses": {"t": []}, "Items": []}
    table.get(BEER)
    table.query(Query("bar"))
    table.query(Query("list", index="gsi1"))
    table.batch_get([BEER])
    assert [request.get("ConsistentRead") for request in script.requests] == [True, True, None, None]
    assert script.requests[3]["RequestItems"]["t"]["ConsistentRead"] is True


def test_keys_that_were_left_unread_are_asked_for_again(
    table: DynamoTable, script: Script, pauses: list[float]
) -> None:
    def one_at_a_time(request: dict[str, Any]) -> dict[str, Any]:
        first, *rest = request["RequestItems"]["t"]["Keys"]
        return {"Responses": {"t": [first]}, "UnprocessedKeys": {"t": {"Keys": rest}} if rest else {}}

    script.answer = one_at_a_time
    assert set(table.batch_get([BEER, WINE, RUM])) == {BEER, WINE, RUM}
    assert table.meter.cost == Cost(batch_get=3)
    assert len(pauses) == 2


def test_items_that_were_left_unwritten_are_put_again(table: DynamoTable, script: Script) -> None:
    def one_at_a_time(request: dict[str, Any]) -> dict[str, Any]:
        rest = request["RequestItems"]["t"][1:]
        return {"UnprocessedItems": {"t": rest} if rest else {}}

    script.answer = one_at_a_time
    table.batch_put([item(BEER), item(WINE)])
    assert [len(request["RequestItems"]["t"]) for request in script.requests] == [2, 1]
    assert table.meter.cost == Cost(batch_put=2)


@pytest.mark.parametrize("unfinished", ["UnprocessedKeys", "UnprocessedItems"])
def test_a_batch_that_never_gets_done_is_throttled(
    table: DynamoTable, script: Script, pauses: list[float], unfinished: str
) -> None:
    script.answer = lambda request: {"Responses": {}, unfinished: request["RequestItems"]}
    with pytest.raises(Throttled):
        table.batch_get([BEER]) if unfinished == "UnprocessedKeys" else table.batch_put([item(BEER)])
    assert len(script.requests) == BATCH_ROUNDS
    assert len(pauses) == BATCH_ROUNDS - 1
    assert all(0 <= pause <= 1 for pause in pauses)


def test_a_refusal_is_sent_once(table: DynamoTable, script: Script) -> None:
    script.status = 400
    script.answer = lambda request: {"__type": "com.amazonaws.dynamodb.v20120810#ValidationException", "message": "no"}
    with pytest.raises(InvalidRequest, match="no"):
        table.get(Key("", ""))
    assert len(script.requests) == 1
