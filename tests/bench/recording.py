"""Requests as our clients really sent them, with the answers they got: to be sent again by a bare client, byte for byte."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_BYTES = "\x00bytes"  # a name that no parameter has


@dataclass
class Exchange:
    """One request, by its parameters and as it crossed the wire, and the answer as the engine gave it."""

    service: str
    method: str
    params: dict[str, Any]
    sent: bytes = b""
    target: str = ""
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


@contextmanager
def recording(*clients: Any) -> Iterator[list[Exchange]]:
    """What these boto3 clients send within the block, one request after the other."""
    exchanges: list[Exchange] = []
    hooks = [(client, *hook) for client in clients for hook in _hooks(client, exchanges)]
    for client, event, hook in hooks:
        client.meta.events.register(event, hook)
    try:
        yield exchanges
    finally:
        for client, event, hook in hooks:
            client.meta.events.unregister(event, hook)


def _hooks(client: Any, exchanges: list[Exchange]) -> list[tuple[str, Any]]:
    from botocore import xform_name  # noqa: PLC0415 (whoever only replays needs none of it)

    service: str = client.meta.service_model.service_name
    of = client.meta.service_model.service_id.hyphenize()

    def asked(params: dict[str, Any], model: Any, **_: Any) -> None:
        exchanges.append(Exchange(service, xform_name(model.name), json_copy(params)))

    def sent(request: Any, **_: Any) -> None:
        body = request.body or b""
        exchanges[-1].sent = body if isinstance(body, bytes) else body.encode()
        exchanges[-1].target = _text(request.headers.get("X-Amz-Target", ""))

    def answered(response_dict: dict[str, Any], **_: Any) -> None:
        last = exchanges[-1]
        last.status, last.body = response_dict["status_code"], response_dict["body"]
        last.headers = {name: value for name, value in response_dict["headers"].items() if _tells(name)}

    return [
        (f"provide-client-params.{of}", asked),
        (f"before-send.{of}", sent),
        (f"before-parse.{of}", answered),
    ]


def _tells(header: str) -> bool:
    """What a client looks at; length and connection are the business of whoever sends it again."""
    return header.lower() == "content-type" or header.lower().startswith("x-amz")


def _text(header: str | bytes) -> str:
    return header.decode() if isinstance(header, bytes) else header


def json_copy(value: Any) -> Any:
    return _from_json(json.loads(json.dumps(_to_json(value))))


def save(exchanges: list[Exchange], file: Path) -> None:
    file.write_text(json.dumps([_to_json(vars(one)) for one in exchanges]), encoding="utf-8")


def load(file: Path) -> list[Exchange]:
    return [Exchange(**_from_json(one)) for one in json.loads(file.read_text(encoding="utf-8"))]


def _to_json(value: Any) -> Any:
    match value:
        case bytes() | bytearray():
            return {_BYTES: b64encode(value).decode()}
        case dict():
            return {name: _to_json(inner) for name, inner in value.items()}
        case list() | tuple():
            return [_to_json(inner) for inner in value]
        case _:
            return value


def _from_json(value: Any) -> Any:
    match value:
        case dict() if _BYTES in value:
            return b64decode(value[_BYTES])
        case dict():
            return {name: _from_json(inner) for name, inner in value.items()}
        case list():
            return [_from_json(inner) for inner in value]
        case _:
            return value
