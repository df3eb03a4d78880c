"""HTTP/1.1 as bytes: reading one request from what has come so far, writing one response. Nothing here waits."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.utils import formatdate
from http import HTTPStatus

from infra.local.http_gateway import HttpRequest, HttpResponse

MAX_HEAD_BYTES = 16 * 1024
MAX_BODY_BYTES = 10 * 1024 * 1024  # API Gateway's bound; the app has a smaller one and says so itself

_REQUEST_LINE = re.compile(r"([A-Z]{1,16}) (/[!-~]*) HTTP/1\.([01])")
_FIELD = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*")


class MalformedError(Exception):
    """Not a request we read; the connection cannot go on. `code` says how it is refused."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Head:
    method: str
    target: str
    headers: dict[str, str]
    length: int
    body_at: int
    keep_alive: bool

    @property
    def expects_continue(self) -> bool:
        return self.headers.get("expect", "").lower() == "100-continue"


@dataclass(frozen=True, slots=True)
class Whole:
    request: HttpRequest
    keep_alive: bool
    size: int  # how many of the bytes were this request


def read_head(came: bytes | bytearray) -> Head | None:
    """The head of the next request, or None while it is not all there."""
    end = came.find(b"\r\n\r\n", 0, MAX_HEAD_BYTES)
    if end < 0:
        if len(came) >= MAX_HEAD_BYTES:
            raise MalformedError("headers_too_large")
        return None
    lines = came[:end].decode("latin-1").split("\r\n")
    first = _REQUEST_LINE.fullmatch(lines[0])
    if first is None:
        raise MalformedError("bad_request")
    headers = _headers(lines[1:])
    closing = {word.strip().lower() for word in headers.get("connection", "").split(",")}
    keep_alive = "close" not in closing and (first[3] == "1" or "keep-alive" in closing)
    return Head(first[1], first[2], headers, _length(headers), end + 4, keep_alive)


def read_request(came: bytes | bytearray, head: Head) -> Whole | None:
    size = head.body_at + head.length
    if len(came) < size:
        return None
    request = HttpRequest(head.method, head.target, head.headers, bytes(came[head.body_at : size]))
    return Whole(request, head.keep_alive, size)


def written(response: HttpResponse, *, keep_alive: bool, with_body: bool) -> bytes:
    """Head and body in one piece, so that they leave in one packet where they fit."""
    try:
        phrase = HTTPStatus(response.status).phrase
    except ValueError:
        phrase = ""
    fields = {
        **response.headers,
        "Date": formatdate(usegmt=True),
        "Content-Length": str(len(response.body)),
        "Connection": "keep-alive" if keep_alive else "close",
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    start = f"HTTP/1.1 {response.status} {phrase}\r\n{head}\r\n".encode("latin-1")
    return start + response.body if with_body else start


def _headers(lines: list[str]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for line in lines:
        field = _FIELD.fullmatch(line)
        if field is None:
            raise MalformedError("bad_request")
        name = field[1].lower()
        if name == "content-length" and headers.get(name, field[2]) != field[2]:
            raise MalformedError("bad_request")
        headers[name] = field[2]
    return headers


def _length(headers: dict[str, str]) -> int:
    if "transfer-encoding" in headers:
        raise MalformedError("length_required")
    text = headers.get("content-length", "0")
    if not re.fullmatch(r"[0-9]{1,15}", text, re.ASCII):
        raise MalformedError("bad_request")
    if int(text) > MAX_BODY_BYTES:
        raise MalformedError("body_too_large")
    return int(text)
