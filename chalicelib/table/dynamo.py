"""The table on DynamoDB. The client is made when the first call needs it: a cold start does not pay for it."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from chalicelib.kit.agent import USER_AGENT
from chalicelib.table import dynamo_errors
from chalicelib.table.attributes import as_attribute
from chalicelib.table.drawn import drawn_in_place
from chalicelib.table.indexes import key_names, start_key
from chalicelib.table.limits import BATCH_PUT_ITEMS
from chalicelib.table.meter import Meter, RequestKind
from chalicelib.table.protocol import (
    Absent,
    AsRead,
    Attrs,
    Below,
    Between,
    Condition,
    Delete,
    Draw,
    Equals,
    Key,
    Lacks,
    Page,
    Prefix,
    Present,
    Put,
    Query,
    SortRange,
    Throttled,
    Write,
    key_of,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

CONNECT_SECONDS = 1
READ_SECONDS = 3
ATTEMPTS = 3
BATCH_ROUNDS = 8
_FIRST_PAUSE = 0.05
_LONGEST_PAUSE = 1.0


class DynamoTable:
    """The meter counts requests as they are sent by us; it knows no units, for it does not see what a write replaces.

    A batch that stays unfinished after all its rounds is Throttled: some of its puts may be there, all may be repeated.
    """

    def __init__(
        self,
        name: str,
        *,
        region: str,
        endpoint: str | None = None,
        meter: Meter | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.meter = meter or Meter()
        self._name = name
        self._region = region
        self._endpoint = endpoint
        self._sleep = sleep
        self._jitter = random.SystemRandom()
        self._lock = threading.Lock()
        self._made: DynamoDBClient | None = None

    def get(self, key: Key) -> Attrs | None:
        answer = self._call("get", "get_item", TableName=self._name, Key=_key(key), ConsistentRead=True)
        item: Attrs | None = answer.get("Item")
        return item

    def batch_get(self, keys: Sequence[Key]) -> dict[Key, Attrs]:
        if not keys:
            return {}
        found: dict[Key, Attrs] = {}
        wanted: Mapping[str, Any] = {self._name: {"Keys": [_key(key) for key in keys], "ConsistentRead": True}}
        for attempt in range(BATCH_ROUNDS):
            self._pause(attempt)
            answer = self._call("batch_get", "batch_get_item", RequestItems=wanted)
            found.update((key_of(item), item) for item in answer["Responses"].get(self._name, ()))
            wanted = answer.get("UnprocessedKeys") or {}
            if not wanted:
                return found
        raise Throttled("keys of a batch were left unread")

    def query(self, query: Query) -> Page:
        answer = self._call("query", "query", **_query_arguments(self._name, query))
        items = tuple(answer["Items"])
        last = answer.get("LastEvaluatedKey")
        return Page(items, start_key(query.index, last) if last else None)

    def transact(self, writes: Sequence[Write], token: str) -> None:
        actions = [_action(self._name, write) for write in writes]
        self._call("transact", "transact_write_items", TransactItems=actions, ClientRequestToken=token)

    def batch_put(self, items: Iterable[Attrs]) -> None:
        rest = iter(items)
        while batch := list(islice(rest, BATCH_PUT_ITEMS)):
            self._put_all(batch)

    def _put_all(self, batch: Sequence[Attrs]) -> None:
        waiting: Mapping[str, Any] = {self._name: [{"PutRequest": {"Item": item}} for item in batch]}
        for attempt in range(BATCH_ROUNDS):
            self._pause(attempt)
            answer = self._call("batch_put", "batch_write_item", RequestItems=waiting)
            waiting = answer.get("UnprocessedItems") or {}
            if not waiting:
                return
        raise Throttled("items of a batch were left unwritten")

    def _pause(self, attempt: int) -> None:
        if attempt:
            self._sleep(self._jitter.uniform(0, min(_LONGEST_PAUSE, _FIRST_PAUSE * 2**attempt)))

    def _call(self, kind: RequestKind, method: str, **arguments: Any) -> Any:
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 (with the client, on first use)
        from botocore.parsers import ResponseParserError  # noqa: PLC0415

        self.meter.count(kind)
        try:
            return getattr(self._client(), method)(**arguments)
        except ClientError as error:
            raise dynamo_errors.answered(error) from error
        except (BotoCoreError, ResponseParserError) as error:
            raise dynamo_errors.unanswered(error) from error

    def _client(self) -> DynamoDBClient:
        with self._lock:
            if self._made is None:
                self._made = _make_client(self._region, self._endpoint)
            return self._made


def _make_client(region: str, endpoint: str | None) -> DynamoDBClient:
    import boto3
    from botocore.config import Config  # noqa: PLC0415

    config = Config(
        parameter_validation=False,
        user_agent=USER_AGENT,
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        tcp_keepalive=True,
        max_pool_connections=32,
    )
    return boto3.session.Session().client("dynamodb", region_name=region, endpoint_url=endpoint, config=config)


def _key(key: Key) -> dict[str, Any]:
    return {"pk": {"S": key.pk}, "sk": {"S": key.sk}}


def _action(table: str, write: Write) -> dict[str, Any]:
    if isinstance(write, Draw):
        return {"Update": {"TableName": table, "Key": _key(write.key), **drawn_in_place(write)}}
    condition = _condition(write.condition)
    match write:
        case Put(item):
            return {"Put": {"TableName": table, "Item": item, **condition}}
        case Delete(key):
            return {"Delete": {"TableName": table, "Key": _key(key), **condition}}
        case _:
            return {"ConditionCheck": {"TableName": table, "Key": _key(write.key), **condition}}


def _condition(condition: Condition | None) -> dict[str, Any]:
    match condition:
        case None:
            return {}
        case Absent():
            return {"ConditionExpression": "attribute_not_exists(pk)"}
        case Present():
            return {"ConditionExpression": "attribute_exists(pk)"}
        case Equals(attribute, value):
            return {
                "ConditionExpression": "#a = :a",
                "ExpressionAttributeNames": {"#a": attribute},
                "ExpressionAttributeValues": {":a": as_attribute(value)},
            }
        case Lacks(attribute):
            return {
                "ConditionExpression": "attribute_exists(pk) AND attribute_not_exists(#a)",
                "ExpressionAttributeNames": {"#a": attribute},
            }
        case AsRead(attributes):
            return _as_read(attributes)


def _as_read(attributes: Mapping[str, Mapping[str, Any] | None]) -> dict[str, Any]:
    places = list(enumerate(attributes.items()))
    asked = [f"attribute_not_exists(#a{at})" if one is None else f"#a{at} = :a{at}" for at, (_, one) in places]
    values = {f":a{at}": one for at, (_, one) in places if one is not None}
    return {
        "ConditionExpression": " AND ".join(["attribute_exists(pk)", *asked]),
        "ExpressionAttributeNames": {f"#a{at}": name for at, (name, _) in places},
        **({"ExpressionAttributeValues": values} if values else {}),
    }


def _query_arguments(table: str, query: Query) -> dict[str, Any]:
    names = key_names(query.index)
    expression, values = _range(names.sort, query.sort)
    arguments: dict[str, Any] = {
        "TableName": table,
        "KeyConditionExpression": f"{names.partition} = :pk{expression}",
        "ExpressionAttributeValues": {":pk": {"S": query.pk}, **values},
        "ScanIndexForward": not query.reverse,
    }
    if query.index is None:
        arguments["ConsistentRead"] = True
    else:
        arguments["IndexName"] = query.index
    if query.limit is not None:
        arguments["Limit"] = query.limit
    if query.start is not None:
        arguments["ExclusiveStartKey"] = {name: {"S": text} for name, text in query.start.items()}
    return arguments


def _range(name: str, sort: SortRange | None) -> tuple[str, dict[str, Any]]:
    match sort:
        case None:
            return "", {}
        case Below(end):
            return f" AND {name} < :end", {":end": {"S": end}}
        case Between(first, last):
            return f" AND {name} BETWEEN :first AND :last", {":first": {"S": first}, ":last": {"S": last}}
        case Prefix(start):
            return f" AND begins_with({name}, :start)", {":start": {"S": start}}
