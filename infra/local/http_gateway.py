"""What API Gateway does between HTTP and the app: finds the route, builds the event, turns the answer into a response."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote
from uuid import UUID, uuid4

from chalice.app import Chalice, Response
from chalice.local import LambdaContext, LambdaEventConverter, RouteMatcher

from chalicelib.api import problems

STAGE = "local"


@dataclass(frozen=True, slots=True)
class HttpRequest:
    method: str
    target: str
    headers: Mapping[str, str]  # names in lower case
    body: bytes


@dataclass(frozen=True, slots=True)
class HttpResponse:
    status: int
    headers: Mapping[str, str]
    body: bytes


class Gateway:
    def __init__(self, app: Chalice, draw_id: Callable[[], UUID] = uuid4) -> None:
        self._app = app
        self._draw_id = draw_id
        self._converter = LambdaEventConverter(RouteMatcher(list(app.routes)), app.api.binary_types)

    def answer(self, request: HttpRequest) -> HttpResponse:
        request_id = str(self._draw_id())
        event = self._event(request, request_id)
        if event is None:
            return refused("unknown_path", request_id)
        if request.method == "OPTIONS":
            return self._preflight(event["requestContext"]["resourcePath"])
        context = LambdaContext("api_handler", memory_size=512)
        context.aws_request_id = request_id
        return _response(self._app(event, context))

    def _preflight(self, path: str) -> HttpResponse:
        """What Chalice has API Gateway answer by itself, for every path and whoever asks: the app is not called."""
        entries = self._app.routes[path]
        told: dict[str, str] = next(iter(entries.values())).cors.get_access_control_headers()
        headers = {"Content-Type": "application/json", **told}
        return HttpResponse(200, headers | {"Access-Control-Allow-Methods": ",".join([*entries, "OPTIONS"])}, b"")

    def _event(self, request: HttpRequest, request_id: str) -> dict[str, Any] | None:
        try:
            event: dict[str, Any] = self._converter.create_lambda_event(
                request.method, request.target, dict(request.headers), request.body or None
            )
        except ValueError:  # so it says that no route matches
            return None
        context = event["requestContext"]
        context |= {"requestId": request_id, "stage": STAGE, "apiId": STAGE, "accountId": "000000000000"}
        event["pathParameters"] = {name: unquote(value) for name, value in event["pathParameters"].items()}
        return event


def refused(code: str, request_id: str | None = None) -> HttpResponse:
    """What never reaches the app is refused in the app's words."""
    response: Response = problems.of_code(code, request_id or str(uuid4()))
    return _response(response.to_dict())


def _response(answer: Mapping[str, Any]) -> HttpResponse:
    body: str = answer["body"] or ""
    raw = base64.b64decode(body) if answer.get("isBase64Encoded") else body.encode()
    headers = {"Content-Type": "application/json", **answer["headers"]}
    headers |= {name: ", ".join(values) for name, values in answer["multiValueHeaders"].items()}
    return HttpResponse(answer["statusCode"], headers, raw)
