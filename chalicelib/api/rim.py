"""The rim: one request from its credential to its answer. Handlers hold no HTTP, and no failure leaves unshaped.

In this order: who is it, may they, is the query right, may they be quiet, is the key right, is the body right; then the
handler. So a stranger learns nothing about requests, and a refused one has touched nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from typing import Any
from uuid import uuid4

from chalice.app import Request, Response
from pydantic import BaseModel

from chalicelib.api import log, problems
from chalicelib.api.bodies import read_body
from chalicelib.api.calls import Answered, Call, Page, Visit
from chalicelib.api.handlers import Handler, handler_of
from chalicelib.api.query import read_query
from chalicelib.api.route import DRY_RUN_STATUS, QUIET_RESOURCE, Route
from chalicelib.areas.access.operations import NotThisKey, authenticate
from chalicelib.aws.errors import CloudError
from chalicelib.errors import Busy, Forbidden, InvalidInput, StampbookError, Unauthenticated, Unavailable
from chalicelib.kit.caller import Access, Caller
from chalicelib.kit.command import Command
from chalicelib.kit.logs import logger
from chalicelib.kit.proofs import NEVER_FINGERPRINTED
from chalicelib.runtime import Runtime
from chalicelib.table.damaged import DamagedItemError
from chalicelib.table.protocol import OutcomeUnknown, Throttled

RuntimeProvider = Callable[[], Runtime]

_BEARER = re.compile(r"bearer +([A-Za-z0-9_-]{1,64})\.([A-Za-z0-9_-]{1,128})", re.ASCII | re.IGNORECASE)
_IDEMPOTENCY_KEY = re.compile(r"[\x20-\x7e]{1,255}")
AUDITED = frozenset({"invalid_credential", "missing_grant", "wrong_proof", "proof_locked"})
UNROUTED = "unrouted"  # the operation, in the log, of what no route was asked about
NO_FIELDS = b"{}"
_CHALICE_CODES = {405: "method_not_allowed", 415: "unsupported_media_type", 500: "internal_error"}


def answer(route: Route, request: Request, path: Mapping[str, str], runtime: RuntimeProvider) -> Response:
    with log.noted(_request_id(request), route.operation) as note:
        code = None
        try:
            with _silence_refused():
                response = _answered(route, request, path, runtime, note)
        except StampbookError as error:
            code, response = error.code, problems.refusal(error, note.request_id)
            _audit(runtime, error, note)
        except DamagedItemError:
            log.failed()
            code, response = "damaged_data", problems.of_code("damaged_data", note.request_id)
        except Exception:  # noqa: BLE001 - whatever it is, the client gets our error object and the log gets the stack
            log.failed()
            code, response = "internal_error", problems.of_code("internal_error", note.request_id)
        note.answered(response.status_code, code)
    return response


def _audit(runtime: RuntimeProvider, error: StampbookError, note: log.Note) -> None:
    """Who was refused access or proof is in the audit log; a key that nobody has is nobody's, and in the log of the function only.
    Where the table does not take it, the refusal stands."""
    if error.code not in AUDITED or note.caller is None:
        return
    from chalicelib.flows.note_refusal import note_refusal  # noqa: PLC0415 (only who is refused pays for it)

    try:
        with _silence_refused():
            note_refusal(runtime(), note.caller, error.code, note.operation)
    except (Busy, Unavailable):
        logger().warning("a refusal is missing in the audit log")


def one_error_shape(request: Request | None, get_response: Callable[[Request | None], Response]) -> Response:
    """Middleware: what Chalice refuses by itself (method, media type) in our shape, its headers kept.

    `request` is None where the function was called with something else, by hand.
    """
    response = get_response(request)
    if not (isinstance(response.body, dict) and set(response.body) == {"Code", "Message"}):
        return response
    code = _CHALICE_CODES.get(response.status_code, "bad_request")
    with log.noted(_request_id(request), UNROUTED) as note:
        shaped = problems.of_code(code, note.request_id)
        note.answered(shaped.status_code, code)
    shaped.headers = {**shaped.headers, **{n: v for n, v in response.headers.items() if n.lower() != "content-type"}}
    return shaped


@contextmanager
def _silence_refused() -> Iterator[None]:
    """A table that throttles or loses an answer, where no commit loop tries again: nothing was written, so may the client.
    A queue that takes no messages: the same request, with its key, sends them again."""
    try:
        yield
    except (Throttled, OutcomeUnknown) as fault:
        raise Unavailable("unavailable", "The table did not answer in time. Send the same request again.") from fault
    except CloudError as fault:
        raise Unavailable("unavailable", "A service behind us did not answer. Send the same request again.") from fault


def _answered(
    route: Route, request: Request, path: Mapping[str, str], runtime: RuntimeProvider, note: log.Note
) -> Response:
    if route.access == "open":
        visit = Visit(path, _query(route, request), note.request_id, str(request.context.get("path", route.path)))
        return _response(route, handler_of(route.target).run(visit), note)
    rt = runtime()
    caller = _caller(route, rt, request, note)
    query = _query(route, request)
    if query.get("quiet"):
        caller = _hushed(caller)
    handler = handler_of(route.target)
    key = _idempotency_key(request) if route.writes else None
    body, value = _body(handler, request)
    command = Command(
        id=key or rt.ids.command(),
        guarded=key is not None,
        fingerprint=_fingerprint(route, path, query, value) if key else "",
        dry_run=bool(query.get("dry_run")),
    )
    call = Call(rt, caller, path, query, command, request.headers.get("accept-language", ""))
    result = handler.run(call) if handler.body is None else handler.run(call, body)
    return _response(route, result, note, dry_run=command.dry_run)


def _caller(route: Route, rt: Runtime, request: Request, note: log.Note) -> Caller:
    header = request.headers.get("authorization")
    if header is None:
        raise Unauthenticated("missing_credential", "Send an API key: Authorization: Bearer <key id>.<secret>")
    credential = _BEARER.fullmatch(header.strip())
    if credential is None:
        raise Unauthenticated("invalid_credential", "The Authorization header is not: Bearer <key id>.<secret>")
    try:
        caller = authenticate(rt, credential[1], credential[2])
    except NotThisKey as refused:
        note.caller = refused.caller and replace(refused.caller, request_id=note.request_id)
        raise
    note.tenant, note.key_id = caller.tenant, caller.id
    note.caller = caller = replace(caller, request_id=note.request_id)
    access: Access = "view" if route.access == "view" else "modify"
    if not caller.may(route.resource, access):
        raise Forbidden("missing_grant", f"This API key may not {access} {route.resource}.")
    return caller


def _hushed(caller: Caller) -> Caller:
    if not caller.may(QUIET_RESOURCE, "modify"):
        raise Forbidden(
            "missing_grant", f"This API key may not modify {QUIET_RESOURCE}, so it may not be quiet.", param="quiet"
        )
    return replace(caller, quiet=True)


def _query(route: Route, request: Request) -> dict[str, Any]:
    given = request.query_params
    return read_query(route.parameters, {} if given is None else {name: given.getlist(name) for name in given})


def _idempotency_key(request: Request) -> str | None:
    key: str | None = request.headers.get("idempotency-key")
    if key is not None and not _IDEMPOTENCY_KEY.fullmatch(key):
        raise InvalidInput(
            "invalid_idempotency_key",
            "An Idempotency-Key has 1 to 255 printable ASCII characters.",
            param="Idempotency-Key",
        )
    return key


def _body(handler: Handler, request: Request) -> tuple[BaseModel | None, Any]:
    if handler.body is None:
        return None, None
    try:
        raw = request.raw_body
    except ValueError as fault:
        raise InvalidInput("body_not_utf8", "The body cannot be read as UTF-8.") from fault
    sent = raw if isinstance(raw, bytes) else raw.encode()
    return read_body(sent if sent.strip() or handler.needs_body else NO_FIELDS, handler.body)


def _fingerprint(route: Route, path: Mapping[str, str], query: Mapping[str, Any], body: Any) -> str:
    """Equal for the same request sent again, however its JSON is laid out. A dry run asks the same question, and so does another
    proof that it is the member who redeems."""
    asked = {name: value for name, value in query.items() if name != "dry_run"}
    if isinstance(body, dict):
        body = {name: value for name, value in body.items() if name not in NEVER_FINGERPRINTED}
    whole = json.dumps([route.operation, dict(path), asked, body], sort_keys=True, separators=(",", ":"))
    return sha256(whole.encode()).hexdigest()


def _response(route: Route, result: Any, note: log.Note, *, dry_run: bool = False) -> Response:
    headers: problems.Headers = {"X-Request-Id": note.request_id, **problems.ON_EVERY_ANSWER}
    if isinstance(result, Page):
        return Response(result.text, {**headers, "Content-Type": result.content_type, **result.headers})
    done = result if isinstance(result, Answered) else Answered(result)
    if done.replayed:
        headers["Idempotent-Replayed"] = "true"
    if dry_run:
        headers["Dry-Run"] = "true"
    headers["Content-Type"] = "application/json"
    status = DRY_RUN_STATUS if dry_run else done.status or route.status
    return Response(done.body.model_dump_json(), headers, status)


def _request_id(request: Request | None) -> str:
    """API Gateway's own id of the request, so that one id finds it in every log."""
    if request is None:
        return str(uuid4())
    known = request.context.get("requestId") or getattr(request.lambda_context, "aws_request_id", None)
    return str(known or uuid4())
