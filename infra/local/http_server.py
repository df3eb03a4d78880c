"""The API over HTTP on this machine: `python -m infra.local.http_server --port 8000`.

A few processes share one listening socket. Each is what a Lambda is: it answers one request at a time, from an API
Gateway event. Between requests it watches all its connections, so an idle browser keeps nobody waiting. Code comes from
the working tree; there is no reloading. Only this machine can reach it.

SIGTERM or SIGINT: requests being answered are finished, then everything ends. If a worker dies, all end.
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from importlib import import_module
from types import FrameType

from infra.local.http_gateway import Gateway
from infra.local.http_worker import serve

HOST = "127.0.0.1"
BACKLOG = 256
SECONDS_TO_END = 10.0


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m infra.local.http_server", description=__doc__)
    parser.add_argument("--port", type=_port, default=8000, help="0 takes any free one")
    parser.add_argument("--workers", type=int, choices=range(1, 65), default=2, metavar="1…64")
    parser.add_argument("--app", default="app:app", help="module:name of the Chalice app")
    options = parser.parse_args(arguments)
    module, _, name = options.app.partition(":")
    gateway = Gateway(getattr(import_module(module), name))
    try:
        listener = _listening(options.port)
    except OSError as fault:
        sys.stderr.write(f"Port {options.port} is taken or cannot be had: {fault.strerror}\n")
        return 1
    parent = os.getpid()
    with listener:
        workers = [_forked(lambda: serve(listener, gateway, parent)) for _ in range(options.workers)]
        port = listener.getsockname()[1]
        sys.stderr.write(f"Stampbook listens on http://{HOST}:{port} with {len(workers)} workers\n")
        sys.stderr.flush()
        return _watch(workers)


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port < 2**16:
        raise ValueError(text)
    return port


def _listening(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((HOST, port))
    listener.listen(BACKLOG)
    listener.setblocking(False)
    return listener


def _forked(work: Callable[[], None]) -> int:
    pid = os.fork()
    if pid:
        return pid
    try:
        work()
    except BaseException:  # noqa: BLE001 - the child must not run on into its parent's code
        sys.excepthook(*sys.exc_info())
        os._exit(1)
    os._exit(0)


def _watch(workers: list[int]) -> int:
    """Until a signal comes or a worker dies; then end them all. 0 when we were asked to."""
    asked = False

    def end(_signal: int, _frame: FrameType | None) -> None:
        nonlocal asked
        asked = True
        _tell(workers, signal.SIGTERM)

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    left = set(workers)
    pid, _ = os.wait()
    left.discard(pid)
    _tell(list(left), signal.SIGTERM)
    _reap(left)
    return 0 if asked else 1


def _reap(left: set[int]) -> None:
    until = time.monotonic() + SECONDS_TO_END
    while left and time.monotonic() < until:
        pid, _ = os.waitpid(-1, os.WNOHANG)
        if pid:
            left.discard(pid)
        else:
            time.sleep(0.02)
    _tell(list(left), signal.SIGKILL)


def _tell(workers: list[int], what: signal.Signals) -> None:
    for pid in workers:
        try:
            os.kill(pid, what)
        except ProcessLookupError:
            continue


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
