"""`python -m tests.bench.replay FILE`: an engine that answers what another answered once, in the same order, over and over.

A process of its own, so that its work is not counted; it says its port and lives as long as its standard input. Whoever
asks for something else than what was asked then is told so with an error, which no measurement survives.
"""

from __future__ import annotations

import selectors
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.recording import Exchange, load, save

LOOPBACK = "127.0.0.1"
_READ = 256 * 1024


@contextmanager
def replaying(exchanges: list[Exchange], folder: Path) -> Iterator[str]:
    """Its endpoint, for one client at a time: who sends all the requests may begin again."""
    file = folder / "exchanges.json"
    save(exchanges, file)
    command = [sys.executable, "-m", "tests.bench.replay", str(file)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield f"http://{LOOPBACK}:{int(process.stdout.readline())}"
        finally:
            process.stdin.close()


@dataclass
class Script:
    """The answers, and which is next."""

    exchanges: list[Exchange]
    place: int = 0
    answers: list[bytes] = field(init=False)

    def __post_init__(self) -> None:
        self.answers = [_answer(one) for one in self.exchanges]

    def answer_to(self, target: str) -> bytes:
        at = self.place
        self.place = (at + 1) % len(self.answers)
        return self.answers[at] if self.exchanges[at].target == target else _answer(_another(target))


def _another(target: str) -> Exchange:
    body = b'{"__type":"com.amazon.coral.validate#ValidationException","message":"this was not asked then"}'
    return Exchange("", "", {}, target=target, status=400, body=body)


def _answer(one: Exchange) -> bytes:
    lines = [f"HTTP/1.1 {one.status} Replayed", f"Content-Length: {len(one.body)}"]
    lines += [f"{name}: {value}" for name, value in one.headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + one.body


def take(came: bytearray) -> str | None:
    """The target of the next whole request, taken out of what came; None where its end is still missing."""
    end = came.find(b"\r\n\r\n")
    if end < 0:
        return None
    lines = came[:end].decode("latin-1").split("\r\n")[1:]
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    whole = end + 4 + int(headers.get("content-length", "0"))
    if len(came) < whole:
        return None
    del came[:whole]
    return headers.get("x-amz-target", "")


def serve(script: Script) -> None:
    listener = socket.create_server((LOOPBACK, 0))
    sys.stdout.write(f"{listener.getsockname()[1]}\n")
    sys.stdout.flush()
    watched = selectors.DefaultSelector()
    watched.register(listener, selectors.EVENT_READ)
    watched.register(sys.stdin, selectors.EVENT_READ)
    came: dict[socket.socket, bytearray] = {}
    while True:
        for key, _ in watched.select():
            if key.fileobj is sys.stdin:
                return
            if key.fileobj is listener:
                connection = listener.accept()[0]
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                came[connection] = bytearray()
                watched.register(connection, selectors.EVENT_READ)
            elif isinstance(key.fileobj, socket.socket) and not _served(key.fileobj, came[key.fileobj], script):
                watched.unregister(key.fileobj)
                del came[key.fileobj]
                key.fileobj.close()


def _served(connection: socket.socket, came: bytearray, script: Script) -> bool:
    try:
        received = connection.recv(_READ)
        came += received
        while (target := take(came)) is not None:
            connection.sendall(script.answer_to(target))
    except OSError:  # the client is gone
        return False
    return bool(received)


if __name__ == "__main__":
    serve(Script(load(Path(sys.argv[1]))))
