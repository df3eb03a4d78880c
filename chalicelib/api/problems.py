"""Failures as clients see them: `{"error": {"type", "code", "message", "param", "request_id"}}`."""

from __future__ import annotations

import json
from collections.abc import Mapping

from chalice.app import Response

from chalicelib import errors
from chalicelib.api import cors
from chalicelib.api.codes import CODES

Headers = dict[str, str | list[str]]  # as Chalice's Response takes them

STATUS: Mapping[type[errors.StampbookError], int] = {
    errors.InvalidInput: 400,
    errors.Unauthenticated: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.Busy: 409,
    errors.Refused: 422,
    errors.TooManyRequests: 429,
    errors.Unavailable: 503,
}
TYPES: Mapping[type[errors.StampbookError], str] = {
    errors.InvalidInput: "invalid_input",
    errors.Unauthenticated: "unauthenticated",
    errors.Forbidden: "forbidden",
    errors.NotFound: "not_found",
    errors.Conflict: "conflict",
    errors.Busy: "busy",
    errors.Refused: "refused",
    errors.TooManyRequests: "too_many_requests",
    errors.Unavailable: "unavailable",
}
INTERNAL = "internal"
MAX_PARAM = 200  # a name that the client made up is not sent back whole
ON_EVERY_ANSWER = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", **cors.ON_EVERY_ANSWER}

_TYPE_OF_STATUS = {
    401: "unauthenticated",
    403: "forbidden",
    404: "not_found",
    409: "conflict",
    429: "too_many_requests",
}
_MORE_HEADERS: Mapping[str, Mapping[str, str]] = {
    "unauthenticated": {"WWW-Authenticate": "Bearer"},
    "busy": {"Retry-After": "1"},
    "too_many_requests": {"Retry-After": "1"},
    "unavailable": {"Retry-After": "1"},
}


def refusal(error: errors.StampbookError, request_id: str) -> Response:
    kind = next(cls for cls in type(error).__mro__ if cls in STATUS)
    param = None if error.param is None else error.param[:MAX_PARAM]
    return _problem(STATUS[kind], TYPES[kind], error.code, error.message, param, request_id)


def of_code(code: str, request_id: str, message: str | None = None) -> Response:
    """A failure that is no StampbookError: of the gateway's kind, or our own."""
    status, meaning = CODES[code]
    kind = INTERNAL if status >= 500 else _TYPE_OF_STATUS.get(status, "invalid_input")
    return _problem(status, kind, code, message or meaning, None, request_id)


def _problem(status: int, kind: str, code: str, message: str, param: str | None, request_id: str) -> Response:
    error = {"type": kind, "code": code, "message": message, "param": param, "request_id": request_id}
    headers: Headers = {"Content-Type": "application/json", "X-Request-Id": request_id, **ON_EVERY_ANSWER}
    headers.update(_MORE_HEADERS.get(kind, {}))
    return Response(json.dumps({"error": error}, ensure_ascii=False), headers, status)
