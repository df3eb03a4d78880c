"""Calls to a real server, on this machine: what it gets, and that nothing it does keeps us longer than is said."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from socket import create_server, socket
from threading import Thread

import pytest

from chalicelib.aws.http_outside import HttpOutside
from chalicelib.aws.outside import MAX_ANSWER_BYTES, Target, UnreachableError, target_of

Behave = Callable[[socket], None]
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nthanks"


@dataclass
class Heard:
    port: int
    requests: list[bytes] = field(default_factory=list)


def request_from(caller: socket) -> bytes:
    """All of it, which may come in pieces; of what is no request of HTTP the first piece."""
    said = caller.recv(65_536)
    while said.startswith(b"POST") and b"\r\n\r\n" not in said and (more := caller.recv(65_536)):
        said += more
    head, _, body = said.partition(b"\r\n\r\n")
    for length in re.findall(rb"\r\nContent-Length: (\d+)", head):
        while len(body) < int(length) and (more := caller.recv(65_536)):
            body += more
    return head + b"\r\n\r\n" + body


@contextmanager
def server(behave: Behave) -> Iterator[Heard]:
    """Of one call at a time."""
    with create_server(("127.0.0.1", 0)) as listening:
        heard = Heard(listening.getsockname()[1])

        def serve() -> None:
            while True:
                try:
                    caller, _ = listening.accept()
                except OSError:
                    return
                with caller:
                    heard.requests.append(request_from(caller))
                    try:
                        behave(caller)
                    except OSError:
                        continue

        serving = Thread(target=serve, daemon=True)
        serving.start()
        yield heard
        listening.shutdown(2)
    serving.join(5)


def ask(port: int, seconds: float = 5.0, scheme: str = "http") -> tuple[int, str]:
    target = target_of(f"{scheme}://127.0.0.1:{port}/in?a=b", local=True)
    reply = HttpOutside(local=True, seconds=seconds).post(target, {"webhook-id": "msg_1"}, b'{"a": 1}')
    return reply.status, reply.text


def test_a_server_gets_what_is_sent_and_its_answer_is_read() -> None:
    with server(lambda caller: caller.sendall(OK)) as heard:
        assert ask(heard.port) == (200, "thanks")
    (request,) = heard.requests
    head, _, body = request.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /in?a=b HTTP/1.1"
    assert f"Host: 127.0.0.1:{heard.port}" in lines
    assert {"webhook-id: msg_1", "Connection: close", "Content-Length: 8"} <= set(lines)
    assert body == b'{"a": 1}'


def test_it_is_called_by_its_name_at_the_address_that_was_judged() -> None:
    """Whatever the name means a moment later: it is asked for once."""
    asked: list[str] = []

    def once(host: str, port: int) -> list[str]:
        asked.append(f"{host}:{port}")
        return ["127.0.0.1"] if len(asked) == 1 else ["127.0.0.2"]

    with server(lambda caller: caller.sendall(OK)) as heard:
        outside = HttpOutside(local=True, resolve=once)
        target = Target(False, "hooks.example.com", heard.port, "/")
        assert outside.post(target, {}, b"{}").status == 200
    assert asked == [f"hooks.example.com:{heard.port}"]
    assert f"Host: hooks.example.com:{heard.port}".encode() in heard.requests[0]


def test_nobody_goes_where_an_answer_points_to() -> None:
    def elsewhere(caller: socket) -> None:
        caller.sendall(f"HTTP/1.1 307 Elsewhere\r\nLocation: http://127.0.0.1:{heard.port}/other\r\n\r\n".encode())

    with server(elsewhere) as heard:
        assert ask(heard.port)[0] == 307
    assert len(heard.requests) == 1


def test_of_a_long_answer_four_kilobytes_are_read() -> None:
    def long(caller: socket) -> None:
        caller.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 1_000_000)

    with server(long) as heard:
        status, text = ask(heard.port)
    assert (status, text) == (200, "x" * MAX_ANSWER_BYTES)


def dripping(head: bytes, drop: bytes) -> Behave:
    def drip(caller: socket) -> None:
        caller.sendall(head)
        for _ in range(20):
            time.sleep(0.05)
            caller.sendall(drop)

    return drip


@pytest.mark.parametrize(
    "behave",
    [
        dripping(b"", b""),
        dripping(b"", b"H"),
        dripping(b"HTTP/1.1 200 OK\r\n", b"x-a: b\r\n"),
        dripping(b"HTTP/1.1 200 OK\r\n\r\n", b"x"),
        dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    ],
    ids=["silent", "a letter at a time", "headers without end", "a body without end", "always about to go on"],
)
def test_a_server_that_takes_its_time_has_none_left(behave: Behave) -> None:
    with server(behave) as heard:
        began = time.monotonic()
        with pytest.raises(UnreachableError, match="timed_out"):
            ask(heard.port, 0.3)
        assert time.monotonic() - began < 3


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (b"SSH-2.0-OpenSSH_9.6\r\n\r\n", "unreadable_answer"),
        (b"HTTP/1.1 200 OK\r\n" + b"x-a: b\r\n" * 1_000 + b"\r\n", "unreadable_answer"),
        (b"", "connection_failed"),
    ],
)
def test_what_is_no_answer_is_told_as_such(said: bytes, code: str) -> None:
    with server(lambda caller: caller.sendall(said)) as heard, pytest.raises(UnreachableError, match=code):
        ask(heard.port)


def test_who_cannot_prove_their_name_is_told_nothing() -> None:
    with (
        server(lambda caller: caller.sendall(OK)) as heard,
        pytest.raises(UnreachableError, match="tls_failed"),
    ):
        ask(heard.port, scheme="https")
    assert b"webhook-id" not in heard.requests[0]


def test_nobody_is_there() -> None:
    with create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(UnreachableError, match="connection_failed"):
        ask(port)


def test_a_name_that_means_nothing_and_one_that_nobody_tells_in_time() -> None:
    target = Target(True, "nowhere.example.com", 443, "/")
    with pytest.raises(UnreachableError, match="name_not_found"):
        HttpOutside(resolve=lambda host, port: []).post(target, {}, b"{}")

    def slow(host: str, port: int) -> list[str]:
        time.sleep(1)
        return [host, str(port)]

    with pytest.raises(UnreachableError, match="timed_out"):
        HttpOutside(resolve=slow, seconds=0.1).post(target, {}, b"{}")
