"""One worker: watches its connections, answers one request at a time."""

from __future__ import annotations

import os
import selectors
import signal
import socket
import time
from dataclasses import dataclass, field
from types import FrameType

from infra.local.http_gateway import Gateway, refused
from infra.local.http_wire import Head, MalformedError, read_head, read_request, written

READ_BYTES = 256 * 1024
MAX_CONNECTIONS = 256
IDLE_SECONDS = 60.0
SEND_SECONDS = 10.0
LOOK_UP_SECONDS = 0.5  # how often a worker looks whether it is to end, whether it is orphaned, and who has gone idle


@dataclass(slots=True)
class _Connection:
    socket: socket.socket
    used_at: float
    came: bytearray = field(default_factory=bytearray)
    head: Head | None = None  # of the request that is coming in


def serve(listener: socket.socket, gateway: Gateway, parent: int) -> None:
    """Until SIGTERM, or until the parent is gone. Ctrl-C reaches every process of a terminal: the parent decides."""
    worker = _Worker(listener, gateway, parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, worker.end)
    worker.run()


class _Worker:
    def __init__(self, listener: socket.socket, gateway: Gateway, parent: int) -> None:
        self._listener = listener
        self._gateway = gateway
        self._parent = parent
        self._ending = False
        self._watched = selectors.DefaultSelector()
        self._connections: dict[int, _Connection] = {}

    def end(self, _signal: int, _frame: FrameType | None) -> None:
        self._ending = True

    def run(self) -> None:
        self._watched.register(self._listener, selectors.EVENT_READ)
        swept = time.monotonic()
        while not self._ending and os.getppid() == self._parent:
            for key, _ in self._watched.select(LOOK_UP_SECONDS):
                if key.fileobj is self._listener:
                    self._accept()
                elif not self._ending:
                    self._serve(self._connections[key.fd])
            if time.monotonic() - swept > LOOK_UP_SECONDS:
                swept = time.monotonic()
                self._drop_idle(swept - IDLE_SECONDS)
        for connection in list(self._connections.values()):
            self._drop(connection)

    def _accept(self) -> None:
        try:
            accepted, _ = self._listener.accept()
        except OSError:  # another worker was faster, or the client is gone already
            return
        if len(self._connections) >= MAX_CONNECTIONS:
            accepted.close()
            return
        accepted.settimeout(SEND_SECONDS)
        accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._connections[accepted.fileno()] = _Connection(accepted, time.monotonic())
        self._watched.register(accepted, selectors.EVENT_READ)

    def _serve(self, connection: _Connection) -> None:
        try:
            came = connection.socket.recv(READ_BYTES)
            goes_on = bool(came) and self._answer_what_came(connection, came)
        except OSError:  # it broke, or would not take our answer
            goes_on = False
        connection.used_at = time.monotonic()
        if not goes_on:
            self._drop(connection)

    def _answer_what_came(self, connection: _Connection, came: bytes) -> bool:
        """Answer every request that is complete; whether the connection goes on."""
        connection.came += came
        try:
            while (head := connection.head or read_head(connection.came)) is not None:
                if connection.head is None:
                    connection.head = head
                    self._invite(connection, head)
                whole = read_request(connection.came, head)
                if whole is None:
                    break
                del connection.came[: whole.size]
                connection.head = None
                keep_alive = whole.keep_alive and not self._ending
                answer = self._gateway.answer(whole.request)
                connection.socket.sendall(written(answer, keep_alive=keep_alive, with_body=head.method != "HEAD"))
                if not keep_alive:
                    return False
        except MalformedError as fault:
            connection.socket.sendall(written(refused(fault.code), keep_alive=False, with_body=True))
            return False
        return True

    def _invite(self, connection: _Connection, head: Head) -> None:
        if head.expects_continue and len(connection.came) < head.body_at + head.length:
            connection.socket.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")

    def _drop_idle(self, before: float) -> None:
        for connection in list(self._connections.values()):
            if connection.used_at < before:
                self._drop(connection)

    def _drop(self, connection: _Connection) -> None:
        del self._connections[connection.socket.fileno()]
        self._watched.unregister(connection.socket)
        connection.socket.close()
