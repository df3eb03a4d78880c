"""A route is data: everything that routing, the rim, OpenAPI and the tests want to know of an operation.

The handler is named, not imported: its module loads on the first call, so a cold start pays for one area only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
RouteAccess = Literal["view", "modify", "open"]
ParamType = Literal["string", "integer", "boolean", "date", "instant"]

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True, slots=True)
class QueryParam:
    """A query parameter a route understands; any other is refused. Absent and without default, it arrives as None.

    A `date` arrives as a Day, an `instant` (RFC 3339 with its offset) as an Instant. `minimum` and `maximum` bound
    an integer's value and a string's length.
    """

    name: str
    type: ParamType
    description: str
    required: bool = False
    default: str | int | bool | None = None
    minimum: int | None = None
    maximum: int | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Route:
    """`target` is `module:function`. `errors` are the codes this operation may answer beside those of every operation
    like it (codes.common_codes). `read_only`: it has a body but changes nothing; `bodiless`: it changes something and has none.
    `same_as`: the operation on members that this one is on groups, by the same flow. `access` `open` means for anybody: such a handler reaches no tenant's data."""

    method: Method
    path: str
    target: str
    operation: str
    resource: str
    access: RouteAccess
    summary: str
    status: int = 200
    query: tuple[QueryParam, ...] = ()
    errors: tuple[str, ...] = ()
    dry_run: bool = False
    read_only: bool = False
    bodiless: bool = False
    same_as: str = ""

    @property
    def placeholders(self) -> tuple[str, ...]:
        return tuple(_PLACEHOLDER.findall(self.path))

    @property
    def takes_body(self) -> bool:
        return self.method != "GET" and not self.bodiless

    @property
    def writes(self) -> bool:
        return self.method != "GET" and not self.read_only

    @property
    def may_be_quiet(self) -> bool:
        return self.dry_run and self.resource in TOLD_OF

    @property
    def parameters(self) -> tuple[QueryParam, ...]:
        return (*self.query, *([DRY_RUN] if self.dry_run else []), *([QUIET] if self.may_be_quiet else []))


DRY_RUN_STATUS = 200  # whatever the operation's own: nothing has been created
DRY_RUN = QueryParam(
    "dry_run",
    "boolean",
    "Decide and answer as if, but write nothing: the answer has status 200 and the header `Dry-Run: true`, and ids of "
    "what it would have made name nothing.",
    default=False,
)
TOLD_OF = frozenset(("accounts", "adjustments", "events", "orders", "perks", "tiers"))
QUIET_RESOURCE = "adjustments"
QUIET = QueryParam(
    "quiet",
    "boolean",
    "Change it and tell nobody: it stands in the ledger, in statements and in the audit log, but in no feed; no webhook, "
    "notification, segment or metric follows it. For corrections and for what is brought over from elsewhere. The key must "
    f"be allowed to modify {QUIET_RESOURCE} as well.",
    default=False,
)
LIMIT = QueryParam("limit", "integer", "How many items a page holds at most.", default=25, minimum=1, maximum=100)
PROGRAM = QueryParam("program_id", "integer", "Which program.", default=1, minimum=1, maximum=1_023)
CURSOR = QueryParam("cursor", "string", "The `next_cursor` of the page before.", maximum=1_000)
PAGED = (LIMIT, CURSOR)
