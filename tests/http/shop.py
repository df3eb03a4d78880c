"""A small API that is not Stampbook's, to try the rim, the matrix and the server on: things, and two that leak."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from chalicelib.api.calls import Answered, Call
from chalicelib.api.native.routes import system
from chalicelib.api.route import PAGED, QueryParam, Route
from chalicelib.areas.access import store
from chalicelib.areas.access.model import ApiKey, hash_of
from chalicelib.errors import Busy, Conflict, NotFound, Refused, TooManyRequests
from chalicelib.kit.base import Wire
from tests.http.client import app_for
from tests.http.registry import Registry
from tests.http.world import EVERYTHING, twin_runtime

HERE = "tests.http.shop"
KEY = ApiKey("key_shop", "acme", "ours", "till", hash_of("opensesame"), EVERYTHING, "active", 0)
CREDENTIAL = "key_shop.opensesame"

THINGS: dict[tuple[str, str], str] = {}


class Part(Wire):
    sku: Annotated[str, Field(min_length=1, max_length=5, pattern="^[A-Z]*$")]
    pieces: Annotated[int, Field(ge=0, le=9)] = 1


class ThingBody(Wire):
    name: str
    price: Annotated[Decimal, Field(decimal_places=2)] | None = None
    made_on: date | None = None
    colour: Literal["red", "blue"] = "red"
    parts: Annotated[tuple[Part, ...], Field(max_length=2)] = ()

    @field_validator("name")
    @classmethod
    def _not_forbidden(cls, name: str) -> str:
        if name == "nothing":
            raise ValueError("a thing must be something")
        if name == "longest":
            raise PydanticCustomError("too_long", "this name is too long")
        return name


class Thing(Wire):
    id: str
    name: str
    tenant: str


class Asked(Wire):
    """What the handler was given."""

    caller: str
    query: dict[str, Any]
    command_id: str
    guarded: bool
    fingerprint: str
    dry_run: bool
    request_id: str


def make_thing(call: Call, body: ThingBody) -> Thing:
    thing = Thing(id=f"thing-{len(THINGS)}", name=body.name, tenant=call.caller.tenant)
    if not call.dry_run:
        THINGS[call.caller.tenant, thing.id] = thing.name
    return thing


def get_thing(call: Call) -> Thing:
    thing_id = call.path["thing_id"]
    name = THINGS.get((call.caller.tenant, thing_id))
    if name is None:
        raise NotFound("thing_not_found", f"There is no thing {thing_id}.", param="thing_id")
    return Thing(id=thing_id, name=name, tenant=call.caller.tenant)


def ask(call: Call) -> Asked:
    command = call.command
    return Asked(
        caller=call.caller.id,
        query=dict(call.query),
        command_id=command.id,
        guarded=command.guarded,
        fingerprint=command.fingerprint,
        dry_run=call.dry_run,
        request_id=call.request_id,
    )


def ask_with_body(call: Call, body: ThingBody) -> Answered[Asked]:
    return Answered(ask(call), replayed=body.name == "again")


def fail(call: Call) -> Thing:
    match call.path["how"]:
        case "conflict":
            raise Conflict("busy", "It clashes.")
        case "busy":
            raise Busy("busy", "Too much.")
        case "refused":
            raise Refused("thing_refused", "No.", param="thing")
        case "hurry":
            raise TooManyRequests("slow_down", "Slow down.")
    raise RuntimeError("the password is swordfish")


def leak_one(call: Call) -> Thing:
    name = next(name for (_, thing_id), name in THINGS.items() if thing_id == call.path["thing_id"])
    return Thing(id=call.path["thing_id"], name=name, tenant="?")


class Leaked(Wire):
    things: tuple[str, ...]


def leak_all(_call: Call) -> Leaked:
    return Leaked(things=tuple(thing_id for _, thing_id in THINGS))


QUERY = (
    *PAGED,
    QueryParam("as_of", "date", "A day."),
    QueryParam("since", "instant", "A time."),
    QueryParam("colour", "string", "A colour.", choices=("red", "blue")),
    QueryParam("strict", "boolean", "Yes or no.", default=True),
)
ASK = Route("GET", "/v1/asked", f"{HERE}:ask", "ask", "orders", "view", "What was asked", query=QUERY)
MUST = QueryParam("must", "string", "It must be there.", required=True)
SOUND = (
    *system.ROUTES,
    Route(
        "POST",
        "/v1/things",
        f"{HERE}:make_thing",
        "make_thing",
        "orders",
        "modify",
        "Make one",
        status=201,
        dry_run=True,
    ),
    Route("GET", "/v1/things/{thing_id}", f"{HERE}:get_thing", "get_thing", "orders", "view", "See one"),
    ASK,
    Route(
        "POST",
        "/v1/asked",
        f"{HERE}:ask_with_body",
        "ask_with_body",
        "orders",
        "modify",
        "What was asked",
        dry_run=True,
    ),
)
FAILING = (
    Route("POST", "/v1/failures/{how}", f"{HERE}:fail", "fail", "orders", "modify", "Fail"),
    Route("GET", "/v1/needy", f"{HERE}:ask", "needy", "orders", "view", "Needs a parameter", query=(MUST,)),
)
LEAKY = (
    Route("GET", "/v1/leaks/{thing_id}", f"{HERE}:leak_one", "leak_one", "orders", "view", "Forgets the tenant"),
    Route("GET", "/v1/leaks", f"{HERE}:leak_all", "leak_all", "orders", "view", "Forgets the tenant"),
)

REGISTRY = Registry(
    ids={"thing_id": lambda names: str(names.api.post("/v1/things", {"name": "ours alone"}).json["id"])},
    bodies={"make_thing": lambda _: {"name": "a thing"}, "ask_with_body": lambda _: {"name": "a thing"}},
)

_rt = twin_runtime()
_rt.table.transact([store.new_api_key(KEY)], "first")
served = app_for(_rt, (*SOUND, *FAILING))  # what test_server.py starts
