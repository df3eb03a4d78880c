"""The development server, as a process of its own: what a browser or curl would notice."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPMessage, HTTPResponse
from pathlib import Path

import pytest

from infra.local.http_wire import MAX_BODY_BYTES, MAX_HEAD_BYTES
from tests.http.shop import CREDENTIAL

ROOT = Path(__file__).parents[2]
AUTHORIZED = {"Authorization": f"Bearer {CREDENTIAL}", "Content-Type": "application/json"}
PATIENCE = 30


@dataclass(frozen=True)
class Server:
    process: subprocess.Popen[str]
    port: int

    def connect(self) -> HTTPConnection:
        return HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)

    def ask(self, method: str, path: str, body: bytes | None = None) -> tuple[int, dict[str, object]]:
        connection = self.connect()
        connection.request(method, path, body, AUTHORIZED)
        response = connection.getresponse()
        answer = response.status, json.loads(response.read())
        connection.close()
        return answer

    def send(self, raw: bytes) -> tuple[int, str]:
        """What no well-behaved client would send, byte for byte; then the connection must be closed."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE) as plain:
            plain.sendall(raw)
            response = HTTPResponse(plain)
            response.begin()
            code = json.loads(response.read())["error"]["code"]
            assert response.getheader("Connection") == "close"
            assert plain.recv(1) == b""
            return response.status, code


def start(*arguments: str) -> Server:
    command = [sys.executable, "-m", "infra.local.http_server", "--port", "0", "--app", "tests.http.shop:served"]
    process = subprocess.Popen(  # noqa: S603 - our own server
        [*command, *arguments], cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    )
    assert process.stderr is not None
    said = process.stderr.readline()
    port = re.search(r"http://127\.0\.0\.1:(\d+)", said)
    assert port is not None, said
    return Server(process, int(port[1]))


def stop(server: Server, how: signal.Signals = signal.SIGTERM) -> int:
    server.process.send_signal(how)
    code = server.process.wait(PATIENCE)
    assert server.process.stderr is not None
    server.process.stderr.close()
    return code


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    running = start("--workers", "1")
    yield running
    assert stop(running) == 0


def test_it_serves_open_and_guarded_routes(server: Server) -> None:
    assert server.ask("GET", "/health") == (200, {"status": "ok"})
    status, made = server.ask("POST", "/v1/things", b'{"name": "cup"}')
    assert (status, made["tenant"]) == (201, "ours")
    assert server.ask("GET", f"/v1/things/{made['id']}") == (200, made)


def test_paths_and_queries_are_unquoted_once(server: Server) -> None:
    _, error = server.ask("GET", "/v1/things/a%2Fb%2525%20c")
    assert "a/b%25 c" in json.dumps(error)
    assert server.ask("GET", "/v1/needy?must=a%20%26b")[1]["query"] == {"must": "a &b"}


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/", 404, "unknown_path"),
        ("GET", "/v1/nothing", 404, "unknown_path"),
        ("GET", "//[", 404, "unknown_path"),
        ("DELETE", "/health", 405, "method_not_allowed"),
        ("OPTIONS", "/v1/nothing", 404, "unknown_path"),
        ("BREW", "/health", 405, "method_not_allowed"),
        ("POST", "/v1/failures/defect", 500, "internal_error"),
    ],
)
def test_failures_have_one_shape(server: Server, method: str, path: str, status: int, code: str) -> None:
    answer = server.ask(method, path)
    error = answer[1]["error"]
    assert isinstance(error, dict)
    assert (answer[0], error["code"]) == (status, code)
    assert list(error) == ["type", "code", "message", "param", "request_id"]


def preflight(server: Server, path: str, method: str, sent: str) -> tuple[int, HTTPMessage, bytes]:
    """What a browser asks before a page of another origin may do it: without the page's headers, and without a key."""
    connection = server.connect()
    asked = {"Access-Control-Request-Method": method, "Access-Control-Request-Headers": sent}
    connection.request("OPTIONS", path, headers={"Origin": "https://till.example", **asked})
    response = connection.getresponse()
    answer = response.status, response.msg, response.read()
    connection.close()
    return answer


@pytest.mark.parametrize(
    ("path", "method", "others"),
    [
        ("/health", "GET", set()),
        ("/v1/things/thing-0", "GET", set()),
        ("/v1/things?dry_run=true", "POST", set()),
        ("/v1/asked", "GET", {"POST"}),
        ("/v1/asked", "POST", {"GET"}),
    ],
)
def test_a_browser_that_asks_first_hears_what_it_may_do(
    server: Server, path: str, method: str, others: set[str]
) -> None:
    status, headers, body = preflight(server, path, method, "authorization,content-type,idempotency-key")
    assert (status, body) == (200, b"")
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert set(headers["Access-Control-Allow-Methods"].split(",")) == {method, "OPTIONS"} | others
    allowed = {name.lower() for name in headers["Access-Control-Allow-Headers"].split(",")}
    assert {"authorization", "content-type", "idempotency-key"} <= allowed
    assert headers["Access-Control-Max-Age"] == "600"
    assert headers["Access-Control-Allow-Credentials"] is None


def test_a_browser_that_asks_for_an_unknown_path_is_refused_in_words_that_its_page_may_read(server: Server) -> None:
    status, headers, body = preflight(server, "/v1/nothing", "GET", "authorization")
    assert (status, json.loads(body)["error"]["code"]) == (404, "unknown_path")
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert headers["Access-Control-Allow-Methods"] is None


def test_an_answer_to_a_preflight_leaves_the_connection_for_the_request(server: Server) -> None:
    connection = server.connect()
    for method, status in (("OPTIONS", 200), ("GET", 200)):
        connection.request(method, "/v1/asked", headers=AUTHORIZED)
        response = connection.getresponse()
        response.read()
        assert (response.status, response.getheader("Connection")) == (status, "keep-alive")
    connection.close()


def test_a_connection_is_used_again(server: Server) -> None:
    connection = server.connect()
    ids = set()
    for _ in range(3):
        connection.request("GET", "/v1/asked", headers=AUTHORIZED)
        response = connection.getresponse()
        ids.add(json.loads(response.read())["request_id"])
        assert response.getheader("Connection") == "keep-alive"
    assert len(ids) == 3
    connection.close()


def test_an_idle_connection_keeps_nobody_waiting(server: Server) -> None:
    idle = server.connect()
    idle.request("GET", "/health")
    idle.getresponse().read()
    half = socket.create_connection(("127.0.0.1", server.port))
    half.sendall(b"POST /v1/things HTTP/1.1\r\nContent-Length: 5\r\n\r\n{")
    assert server.ask("GET", "/health")[0] == 200
    idle.close()
    half.close()


def test_requests_sent_at_once_are_answered_in_order(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as plain:
        plain.sendall(b"GET /health HTTP/1.1\r\n\r\nGET /nothing HTTP/1.1\r\nConnection: close\r\n\r\n")
        came = b"".join(iter(lambda: plain.recv(65536), b""))
    assert re.findall(rb"HTTP/1.1 (\d+)", came) == [b"200", b"404"]


def test_a_body_may_wait_to_be_invited(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as plain:
        head = f"POST /v1/things HTTP/1.1\r\nAuthorization: Bearer {CREDENTIAL}\r\nContent-Length: 15\r\n"
        plain.sendall(f"{head}Expect: 100-continue\r\nConnection: close\r\n\r\n".encode())
        assert plain.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
        plain.sendall(b'{"name": "cup"}')
        assert plain.recv(65536).startswith(b"HTTP/1.1 201 Created\r\n")


def test_head_is_answered_without_a_body(server: Server) -> None:
    connection = server.connect()
    connection.request("HEAD", "/health")
    response = connection.getresponse()
    assert (response.status, response.read()) == (405, b"")
    connection.close()


def test_a_body_in_no_encoding_reaches_the_app_as_it_is(server: Server) -> None:
    error = server.ask("POST", "/v1/things", b'{"name": "c\xfcp"}')[1]["error"]
    assert isinstance(error, dict)
    assert error["code"] == "body_not_utf8"


@pytest.mark.parametrize(
    ("raw", "status", "code"),
    [
        (b"nonsense\r\n\r\n", 400, "bad_request"),
        (b"GET /health HTTP/2.0\r\n\r\n", 400, "bad_request"),
        (b"GET http://elsewhere/health HTTP/1.1\r\n\r\n", 400, "bad_request"),
        (b"GET /health HTTP/1.1\r\nno colon\r\n\r\n", 400, "bad_request"),
        (b"GET /health HTTP/1.1\r\n folded: yes\r\n\r\n", 400, "bad_request"),
        (b"POST /v1/things HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400, "bad_request"),
        (b"POST /v1/things HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400, "bad_request"),
        (b"POST /v1/things HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411, "length_required"),
        (b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % (MAX_BODY_BYTES + 1), 400, "body_too_large"),
        (b"GET /%s HTTP/1.1" % (b"a" * MAX_HEAD_BYTES), 431, "headers_too_large"),
    ],
    ids=lambda value: value[:70].decode() if isinstance(value, bytes) else None,
)
def test_what_is_not_http_is_refused_and_the_connection_closed(
    server: Server, raw: bytes, status: int, code: str
) -> None:
    assert server.send(raw) == (status, code)


def test_only_this_machine_can_reach_it(server: Server) -> None:
    assert server.ask("GET", "/health")[0] == 200
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.2", server.port), timeout=PATIENCE)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_when_it_is_told_to_and_leaves_the_port(how: signal.Signals) -> None:
    server = start("--workers", "3")
    idle = server.connect()
    idle.request("GET", "/health")
    assert idle.getresponse().read() == b'{"status":"ok"}'
    assert stop(server, how) == 0
    idle.close()
    with pytest.raises(OSError, match="refused"):
        server.connect().connect()


def test_a_port_that_is_taken_is_an_error(server: Server) -> None:
    again = subprocess.run(  # noqa: S603 - our own server
        [sys.executable, "-m", "infra.local.http_server", "--port", str(server.port), "--app", "tests.http.shop:served"],
        cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert again.returncode == 1
    assert f"Port {server.port} is taken" in again.stderr
