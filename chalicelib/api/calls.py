"""What a handler gets and what it gives back.

def enrol(call: Call, body: EnrolBody) -> Member                 a model: the answer, with the route's status
def record(call: Call, body: SaleBody) -> Answered[Order]        the answer and how it came about
def health(visit: Visit) -> Health                               an open route: no caller, no runtime
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from chalicelib.kit.caller import Caller
from chalicelib.kit.command import Command
from chalicelib.runtime import Runtime

BodyT = TypeVar("BodyT")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Visit:
    """A request of nobody in particular. `url_path` is the path as it was asked for."""

    path: Mapping[str, str]
    query: Mapping[str, Any]
    request_id: str
    url_path: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Call:
    """A request of a caller who may do it. `query` holds every declared parameter, typed, None where absent.

    `command` is what a write passes on: the Idempotency-Key (or a fresh id), the request's fingerprint, the dry run.
    `accept_language` is the header of that name, as it was sent.
    """

    rt: Runtime
    caller: Caller
    path: Mapping[str, str]
    query: Mapping[str, Any]
    command: Command
    accept_language: str = ""

    @property
    def dry_run(self) -> bool:
        return self.command.dry_run

    @property
    def request_id(self) -> str:
        return self.caller.request_id


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Answered(Generic[BodyT]):
    """`replayed`: this is the answer to an earlier sending of the same request. `status` overrides the route's."""

    body: BodyT
    replayed: bool = False
    status: int | None = None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Page:
    """An answer that is not made of fields: a page or one of its assets."""

    text: str
    content_type: str
    headers: Mapping[str, str] = field(default_factory=dict)
