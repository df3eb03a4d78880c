"""A client of the API. What it reaches of the native API is noted, so that the end of the run can say what nobody did."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from chalice.app import Chalice
from chalice.local import RouteMatcher
from chalice.test import Client

from chalicelib.api import mounts, rim
from chalicelib.api.codes import CODES
from chalicelib.api.rim import RuntimeProvider
from chalicelib.api.route import Route
from chalicelib.api.routes import ROUTES
from chalicelib.runtime import Runtime

REACHED: set[tuple[str, str]] = set()  # (operation, "ok" or the error code)

NONE_FOR_ANYBODY = ("negative_amount", "number_too_small", "number_too_large", "too_many_decimals")


def status_of_body(code: str) -> int:
    """With which a body that does not fit is answered: a number that reads well is refused, all else is malformed."""
    return 422 if code in NONE_FOR_ANYBODY else 400


@dataclass(frozen=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def code(self) -> str | None:
        """The error code of a refusal, None for a success."""
        return None if self.status < 400 else str(self.json["error"]["code"])


class Served:
    """The app on the Runtime of whoever calls it: to mount all routes takes longer than to call one."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self.rt: Runtime | None = None
        self.matcher = RouteMatcher([route.path for route in routes])
        self.http = Client(_app(self._runtime, routes)).http

    def _runtime(self) -> Runtime:
        assert self.rt is not None
        return self.rt


@cache
def _native() -> Served:
    return Served(ROUTES)


class Api:
    """`key` is the credential sent unless a call brings its own; None sends none."""

    def __init__(self, rt: Runtime, key: str | None = None, routes: Iterable[Route] = ROUTES) -> None:
        self.rt = rt
        self.key = key
        self._routes = tuple(routes)
        self._served = _native() if self._routes == ROUTES else Served(self._routes)

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: str | None = "",
        raw: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        sent = dict(headers or {})
        credential = self.key if key == "" else key
        if credential is not None:
            sent["Authorization"] = f"Bearer {credential}"
        data = raw if raw is not None else b"" if body is None else json.dumps(body).encode()
        self._served.rt = self.rt
        answer = self._served.http.request(method, path, headers=sent, body=data)
        reply = Reply(answer.status_code, answer.headers, answer.body.decode())
        self._note(method, path, reply)
        return reply

    def get(self, path: str, **how: Any) -> Reply:
        return self.call("GET", path, **how)

    def post(self, path: str, body: Any = None, **how: Any) -> Reply:
        return self.call("POST", path, body, **how)

    def put(self, path: str, body: Any = None, **how: Any) -> Reply:
        return self.call("PUT", path, body, **how)

    def patch(self, path: str, body: Any = None, **how: Any) -> Reply:
        return self.call("PATCH", path, body, **how)

    def _note(self, method: str, path: str, reply: Reply) -> None:
        if self._routes != ROUTES:
            return
        pattern = self._served.matcher.match_route(path).route
        for route in self._routes:
            if (route.method, route.path) == (method, pattern):
                REACHED.add((route.operation, reply.code or "ok"))
        if reply.code is not None:
            assert reply.status == CODES[reply.code].status, f"{reply.code} came with status {reply.status}"


def app_for(rt: Runtime, routes: Iterable[Route] = ROUTES) -> Chalice:
    """The app as app.py builds it, on a Runtime of the test's own."""
    return _app(lambda: rt, routes)


def _app(runtime: RuntimeProvider, routes: Iterable[Route]) -> Chalice:
    app = Chalice("stampbook", configure_logs=False)
    app.register_middleware(rim.one_error_shape, "http")
    mounts.mount_native(app, runtime, routes)
    return app
