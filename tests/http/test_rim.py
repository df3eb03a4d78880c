"""From a credential to an answer: what the rim lets through, what it refuses, and in which words."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.areas.access.operations import revoke_api_key
from chalicelib.kit.caller import Grant
from chalicelib.runtime import Runtime
from tests.http import shop
from tests.http.client import Api
from tests.http.world import SYSTEM, HandClock, key_for, twin_runtime

Lines = list[dict[str, Any]]


@pytest.fixture
def till(rt: Runtime) -> Api:
    return Api(rt, key_for(rt, "ours"), (*shop.SOUND, *shop.FAILING))


@pytest.fixture
def log_lines() -> Iterator[Lines]:
    """What the service logs, as structured lines."""
    lines: Lines = []

    class Keeper(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            stack = self.format(record) if record.exc_info else None
            lines.append({"message": record.getMessage(), **vars(record), "stack": stack})

    keeper = Keeper()
    logger = logging.getLogger("stampbook")
    logger.addHandler(keeper)
    yield lines
    logger.removeHandler(keeper)


# --- who is it, and may they ---------------------------------------------------------------------------------------------


def test_a_good_key_gets_in_and_the_tenant_comes_from_it(till: Api) -> None:
    made = till.post("/v1/things", {"name": "cup"})
    assert (made.status, made.json["tenant"]) == (201, "ours")
    assert till.get(f"/v1/things/{made.json['id']}").json == made.json


def test_without_a_key_the_answer_says_what_to_send(till: Api) -> None:
    reply = till.get("/v1/asked", key=None)
    assert (reply.status, reply.code) == (401, "missing_credential")
    assert reply.headers["WWW-Authenticate"] == "Bearer"
    assert "Bearer" in reply.json["error"]["message"]


@pytest.mark.parametrize(
    "header",
    [
        "", "Bearer", "Bearer key_x", "Bearer key_x.", "Bearer .secret", "Basic a2V5OnNlY3JldA==", "Bearer a.b.c",
        "Bearer key_ü.secret", f"Bearer {'k' * 65}.secret", f"Bearer key_x.{'s' * 129}", "Bearer key_unknown.secret",
    ],
)  # fmt: skip
def test_what_is_no_credential_is_refused(till: Api, header: str) -> None:
    reply = till.get("/v1/asked", key=None, headers={"Authorization": header})
    assert (reply.status, reply.code) == (401, "invalid_credential")


def test_the_scheme_may_be_written_in_any_case(till: Api) -> None:
    assert till.get("/v1/asked", key=None, headers={"authorization": f"bearer  {till.key}"}).status == 200


def test_a_wrong_secret_and_an_unknown_key_look_the_same(till: Api) -> None:
    assert till.key is not None
    key_id = till.key.partition(".")[0]
    wrong = till.get("/v1/asked", key=f"{key_id}.wrong").json["error"]
    unknown = till.get("/v1/asked", key="key_unknown.wrong").json["error"]
    assert wrong | {"request_id": ""} == unknown | {"request_id": ""}


def test_a_revoked_key_stops_working(till: Api) -> None:
    assert till.key is not None
    assert till.get("/v1/asked").status == 200
    revoke_api_key(till.rt, SYSTEM, till.key.partition(".")[0])
    assert till.get("/v1/asked").code == "invalid_credential"


def test_a_key_may_do_what_it_was_given_and_no_more(rt: Runtime, till: Api) -> None:
    viewer = key_for(rt, "ours", Grant("orders", "view"))
    assert till.get("/v1/asked", key=viewer).status == 200
    refused = till.post("/v1/things", {"name": "cup"}, key=viewer)
    assert (refused.status, refused.code) == (403, "missing_grant")
    elsewhere = key_for(rt, "ours", Grant("members", "modify"))
    assert till.get("/v1/asked", key=elsewhere).status == 403


def test_a_stranger_learns_nothing_about_the_request(till: Api) -> None:
    assert till.post("/v1/things?nonsense=1", raw=b"{", key=None).code == "missing_credential"


def test_a_grant_is_asked_for_before_the_request_is_judged(rt: Runtime, till: Api) -> None:
    viewer = key_for(rt, "ours", Grant("orders", "view"))
    assert till.post("/v1/things?nonsense=1", raw=b"{", key=viewer).code == "missing_grant"


# --- the query -----------------------------------------------------------------------------------------------------------


def test_query_parameters_arrive_typed_with_their_defaults(till: Api) -> None:
    asked = till.get("/v1/asked?as_of=1970-01-03&since=1970-01-01T01:00:00.5%2B01:00&limit=7&colour=red&strict=false")
    assert asked.json["query"] == {
        "limit": 7, "cursor": None, "as_of": 2, "since": 500, "colour": "red", "strict": False,
    }  # fmt: skip
    assert till.get("/v1/asked").json["query"] == {
        "limit": 25, "cursor": None, "as_of": None, "since": None, "colour": None, "strict": True,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("query", "code", "param"),
    [
        ("limt=5", "unknown_parameter", "limt"),
        ("dry_run=true", "unknown_parameter", "dry_run"),
        ("limit=5&limit=5", "repeated_parameter", "limit"),
        ("limit=0", "invalid_parameter", "limit"),
        ("limit=101", "invalid_parameter", "limit"),
        ("limit=", "invalid_parameter", "limit"),
        ("limit=five", "invalid_parameter", "limit"),
        ("limit=5.0", "invalid_parameter", "limit"),
        ("limit=%D9%A5", "invalid_parameter", "limit"),  # an Arabic five
        (f"limit={'9' * 5000}", "invalid_parameter", "limit"),
        (f"cursor={'c' * 1001}", "invalid_parameter", "cursor"),
        ("as_of=2026-02-30", "invalid_parameter", "as_of"),
        ("as_of=2026-01-01T00:00:00Z", "invalid_parameter", "as_of"),
        ("since=2026-01-01", "invalid_parameter", "since"),
        ("since=2026-01-01T00:00:00", "invalid_parameter", "since"),
        ("since=2026-01-01T25:00:00Z", "invalid_parameter", "since"),
        ("since=9999-12-31T23:59:59Z", "invalid_parameter", "since"),
        ("as_of=9999-12-31", "invalid_parameter", "as_of"),
        ("as_of=1899-12-31", "invalid_parameter", "as_of"),
        ("colour=green", "invalid_parameter", "colour"),
        ("strict=yes", "invalid_parameter", "strict"),
    ],
)
def test_a_query_that_is_not_as_declared_is_refused(till: Api, query: str, code: str, param: str) -> None:
    reply = till.get(f"/v1/asked?{query}")
    assert (reply.status, reply.code, reply.json["error"]["param"]) == (400, code, param)


def test_a_parameter_that_is_needed_is_asked_for(till: Api) -> None:
    assert till.get("/v1/needy").code == "missing_parameter"
    assert till.get("/v1/needy?must=have").status == 200


# --- the command ---------------------------------------------------------------------------------------------------------


def test_an_idempotency_key_names_the_command_and_its_request(till: Api) -> None:
    send = {"Idempotency-Key": "till 7, receipt 12"}
    first = till.post("/v1/asked", raw=b'{"name": "cup", "colour": "red"}', headers=send).json
    assert (first["command_id"], first["guarded"]) == ("till 7, receipt 12", True)
    relaid = till.post("/v1/asked", raw=b'{"colour":"red","name":"cup"}', headers=send).json
    dry = till.post("/v1/asked?dry_run=true", raw=b'{"colour":"red","name":"cup"}', headers=send).json
    other = till.post("/v1/asked", {"name": "mug", "colour": "red"}, headers=send).json
    assert first["fingerprint"] == relaid["fingerprint"] == dry["fingerprint"] != other["fingerprint"]


def test_without_a_key_every_command_has_an_id_of_its_own(till: Api) -> None:
    one, two = (till.post("/v1/asked", {"name": "cup"}).json for _ in range(2))
    assert one["command_id"] != two["command_id"]
    assert (one["guarded"], one["fingerprint"]) == (False, "")


@pytest.mark.parametrize("key", ["", "k" * 256, "käy", "a\tb", "a\x7fb"])
def test_an_idempotency_key_is_short_and_printable(till: Api, key: str) -> None:
    reply = till.post("/v1/asked", {"name": "cup"}, headers={"Idempotency-Key": key})
    assert (reply.status, reply.code) == (400, "invalid_idempotency_key")
    assert reply.json["error"]["param"] == "Idempotency-Key"


def test_an_idempotency_key_may_have_255_characters(till: Api) -> None:
    assert till.post("/v1/asked", {"name": "cup"}, headers={"Idempotency-Key": "~" * 255}).status == 200


def test_a_repeat_says_that_it_is_one(till: Api) -> None:
    assert till.post("/v1/asked", {"name": "again"}).headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in till.post("/v1/asked", {"name": "first"}).headers


def test_a_dry_run_is_asked_for_in_the_query(till: Api) -> None:
    assert till.post("/v1/asked?dry_run=true", {"name": "cup"}).json["dry_run"] is True
    assert till.post("/v1/asked?dry_run=false", {"name": "cup"}).json["dry_run"] is False
    assert till.post("/v1/asked", {"name": "cup"}).json["dry_run"] is False
    assert till.post("/v1/asked?dry_run=1", {"name": "cup"}).code == "invalid_parameter"


# --- failures ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("how", "status", "kind", "code", "retry"),
    [
        ("conflict", 409, "conflict", "busy", None),
        ("busy", 409, "busy", "busy", "1"),
        ("refused", 422, "refused", "thing_refused", None),
        ("hurry", 429, "too_many_requests", "slow_down", "1"),
    ],
)
def test_every_refusal_is_one_error_object(
    till: Api, how: str, status: int, kind: str, code: str, retry: str | None
) -> None:
    reply = till.post(f"/v1/failures/{how}")
    error = reply.json["error"]
    assert list(error) == ["type", "code", "message", "param", "request_id"]
    assert (reply.status, error["type"], error["code"]) == (status, kind, code)
    assert reply.headers.get("Retry-After") == retry
    assert error["request_id"] == reply.headers["X-Request-Id"]


def test_a_defect_of_ours_tells_nothing_to_the_client_and_all_to_the_log(till: Api, log_lines: Lines) -> None:
    reply = till.post("/v1/failures/defect")
    assert (reply.status, reply.code) == (500, "internal_error")
    assert reply.json["error"]["type"] == "internal"
    assert "swordfish" not in reply.text
    stack, request = log_lines
    assert "swordfish" in stack["stack"]
    assert stack["request_id"] == request["request_id"] == reply.json["error"]["request_id"]


def test_a_method_that_is_not_there_is_refused_in_our_words(till: Api) -> None:
    reply = till.call("DELETE", "/v1/things/thing-1")
    assert (reply.status, reply.code, reply.headers["Allow"]) == (405, "method_not_allowed", "GET")


def test_a_body_of_another_kind_is_refused_in_our_words(till: Api) -> None:
    reply = till.post("/v1/things", raw=b"<name/>", headers={"Content-Type": "application/xml"})
    assert (reply.status, reply.code) == (415, "unsupported_media_type")


@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=utf-8", None])
def test_json_may_say_so_or_not(till: Api, kind: str | None) -> None:
    headers = {} if kind is None else {"Content-Type": kind}
    assert till.post("/v1/things", {"name": "cup"}, headers=headers).status == 201


def test_a_read_may_come_with_any_content_type(till: Api) -> None:
    assert till.get("/v1/asked", headers={"Content-Type": "text/plain"}).status == 200


# --- around it -----------------------------------------------------------------------------------------------------------


def test_answers_are_json_kept_by_nobody(till: Api) -> None:
    headers = till.get("/v1/asked").headers
    assert headers["Content-Type"] == "application/json"
    assert (headers["Cache-Control"], headers["X-Content-Type-Options"]) == ("no-store", "nosniff")


def test_each_request_leaves_one_line_without_personal_data(till: Api, log_lines: Lines) -> None:
    reply = till.post("/v1/things?dry_run=true", {"name": "Erika Mustermann"})
    (line,) = log_lines
    told = {name: line[name] for name in ("message", "tenant", "operation", "status", "code", "request_id")}
    assert told == {
        "message": "request",
        "tenant": "ours",
        "operation": "make_thing",
        "status": 200,
        "code": None,
        "request_id": reply.headers["X-Request-Id"],
    }
    assert line["duration_ms"] >= 0
    assert "Erika" not in json.dumps(line, default=str)
    assert till.key is not None
    assert till.key.partition(".")[2] not in json.dumps(line, default=str)


def test_a_refusal_leaves_its_code_in_the_log(till: Api, log_lines: Lines) -> None:
    till.get("/v1/asked", key=None)
    assert [(line["status"], line["code"], line["tenant"]) for line in log_lines] == [(401, "missing_credential", None)]


def test_the_request_id_reaches_the_handler(till: Api) -> None:
    reply = till.get("/v1/asked")
    assert reply.json["request_id"] == reply.headers["X-Request-Id"]


def test_open_routes_work_while_everything_else_is_down() -> None:
    broken = twin_runtime(HandClock())
    object.__setattr__(broken, "table", None)
    api = Api(broken, None, shop.SOUND)
    assert api.get("/health").json == {"status": "ok"}
    assert api.get("/v1/asked", key="key_x.y").code == "internal_error"
