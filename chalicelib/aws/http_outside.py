"""The world outside, over HTTP: one call, with an end to everything that the other side decides.

The name is resolved here, each of its addresses is judged, and the connection is made to such an address and to no name:
a name that means another address a moment later leads nowhere else. TLS is by the name. The clock does not stop for a server
that sends a byte now and then: at the deadline the connection is cut, wherever the call is.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from http.client import HTTPConnection, HTTPException
from threading import Thread, Timer

from chalicelib.aws.outside import (
    CALL_SECONDS,
    MAX_ANSWER_BYTES,
    Reply,
    Target,
    TargetError,
    UnreachableError,
    may_call,
)

Resolve = Callable[[str, int], list[str]]


def resolved(host: str, port: int) -> list[str]:
    """Every address of the name, as the machine is told."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


@dataclass(frozen=True)
class HttpOutside:
    local: bool = False
    resolve: Resolve = resolved
    seconds: float = CALL_SECONDS

    def post(self, target: Target, headers: Mapping[str, str], body: bytes) -> Reply:
        ends = time.monotonic() + self.seconds
        addresses = _looked_up(self.resolve, target, self.seconds)
        if not all(may_call(address, local=self.local) for address in addresses):
            raise TargetError("Its name stands for an address that is not on the public Internet.")
        plain = _connected(addresses, target.port, ends)
        with _cut_at(plain, ends):
            try:
                reply = _asked(plain, target, headers, body)
            except ssl.SSLError as fault:
                raise UnreachableError(_code(ends, "tls_failed")) from fault
            except (OSError, ValueError) as fault:
                raise UnreachableError(_code(ends, "connection_failed")) from fault
            except HTTPException as fault:
                raise UnreachableError(_code(ends, "unreadable_answer")) from fault
        if time.monotonic() >= ends:  # what was cut off looks like an answer that has come to its end
            raise UnreachableError("timed_out")
        return reply


def _looked_up(resolve: Resolve, target: Target, seconds: float) -> list[str]:
    """A resolver knows no deadline: whoever waits for it does."""
    found: list[str] = []

    def look() -> None:
        try:
            found.extend(resolve(target.host, target.port))
        except (OSError, UnicodeError):
            found.clear()

    waiting = Thread(target=look, daemon=True)
    waiting.start()
    waiting.join(seconds)
    if waiting.is_alive():
        raise UnreachableError("timed_out")
    if not found:
        raise UnreachableError("name_not_found")
    return found


def _connected(addresses: list[str], port: int, ends: float) -> socket.socket:
    """To the first that answers. What they are has been judged: nothing is looked up any more."""
    for address in addresses:
        left = ends - time.monotonic()
        if left <= 0:
            break
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        plain = socket.socket(family, socket.SOCK_STREAM)
        plain.settimeout(left)
        try:
            plain.connect((address, port))
        except OSError:
            plain.close()
        else:
            return plain
    raise UnreachableError(_code(ends, "connection_failed"))


@contextmanager
def _cut_at(plain: socket.socket, ends: float) -> Iterator[None]:
    """At the deadline both directions end, so that whoever reads or writes wakes up. A copy of the socket, for TLS takes it over."""
    handle = plain.dup()

    def cut() -> None:
        try:
            handle.shutdown(socket.SHUT_RDWR)
        except OSError:  # it has ended by itself
            return

    timer = Timer(max(0.0, ends - time.monotonic()), cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        handle.close()
        plain.close()


def _asked(plain: socket.socket, target: Target, headers: Mapping[str, str], body: bytes) -> Reply:
    stream = _trusted().wrap_socket(plain, server_hostname=target.host) if target.secure else plain
    connection = HTTPConnection(target.host, target.port)
    connection.sock = stream
    try:
        connection.request("POST", target.path, body, {"Host": target.authority, "Connection": "close", **headers})
        answer = connection.getresponse()
        text = answer.read(MAX_ANSWER_BYTES)
        return Reply(answer.status, text.decode("utf-8", "replace"))
    finally:
        connection.close()


@cache
def _trusted() -> ssl.SSLContext:
    return ssl.create_default_context()


def _code(ends: float, otherwise: str) -> str:
    return "timed_out" if time.monotonic() >= ends else otherwise
