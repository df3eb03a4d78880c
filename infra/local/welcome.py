"""What `make run` says when it is ready: where everything is, and lines that can be pasted into a shell as they are."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import md5
from pathlib import Path

from chalicelib.areas.imports.model import Drop
from chalicelib.areas.orders.file.rows import REQUIRED
from chalicelib.kit.clock import Instant, rfc3339
from infra.local.logs import RUN


@dataclass(frozen=True, slots=True)
class Place:
    """`bucket` has files for the tenant dropped under `folder`; `state` is where things are kept."""

    address: str
    endpoint: str
    bucket: str
    folder: str
    state: Path
    credential: str

    @property
    def drop(self) -> str:
        return f"{self.endpoint}/{self.bucket}/{self.folder}"

    @property
    def named(self) -> str:
        """What a command of make must be told to find this one, if it does not by itself."""
        return "" if self.state == RUN else f" STATE={shlex.quote(str(self.state))}"

    @property
    def purchases(self) -> Path:
        return self.state / "two-purchases.csv"


def two_purchases(now: Instant) -> bytes:
    """A file to drop: what two customers bought just now."""
    rows = [
        f"DROP-{now}-{card},sell,,{rfc3339(now)},card-{card},,,Market Square,USD,MUG,Mug,,,1,{value},"
        for card, value in (("ada", "12.50"), ("bob", "7.00"))
    ]
    return "\n".join((",".join(REQUIRED), *rows, "")).encode()


def welcome(place: Place, member_id: str | None, now: Instant) -> str:
    """Whom the lines are about is a member, or the holder of a card that nobody has yet."""
    dropped = place.purchases.read_bytes()
    key = f"{place.folder}{place.purchases.name}"
    operation = Drop(place.bucket, key, md5(dropped, usedforsecurity=False).hexdigest()).operation_id
    order = {
        "number": f"TRY-{now}",
        "purchased_at": rfc3339(now // 1000 * 1000),
        "currency": "USD",
        **({"identifier": {"type": "card", "value": "first"}} if member_id is None else {"member_id": member_id}),
        "lines": [{"sku": "MUG", "quantity": 2, "gross_value": 2550}],
    }
    return f"""
Stampbook answers at {place.address}: see {place.address}/docs. Ctrl-C ends it.
API key (kept in {place.state}/api-key): {place.credential}

{_held(place, member_id)}

What two mugs for 25.50 would earn:
  {curl(place, "/v1/orders/simulate", order)}

Buy them:
  {curl(place, "/v1/orders", order)}

Drop a file of two purchases into the bucket, and look a second later what became of it:
  {shlex.join(["curl", "-sS", "-T", str(place.purchases), f"{place.drop}{place.purchases.name}"])}
  {curl(place, f"/v1/operations/{operation}")}

Every line that a request caused (its id is in the answer's header X-Request-Id):
  make logs ID=...{place.named}

"""


def _held(place: Place, member_id: str | None) -> str:
    if member_id is None:
        return f"Who is enrolled, nobody so far:\n  {curl(place, '/v1/members')}"
    return f"What a member holds:\n  {curl(place, f'/v1/members/{member_id}/account')}"


def curl(place: Place, path: str, body: Mapping[str, object] | None = None) -> str:
    words = ["curl", "-sS", "-H", f"Authorization: Bearer {place.credential}"]
    if body is not None:
        words += ["-H", "Content-Type: application/json", "-d", json.dumps(body)]
    return shlex.join([*words, f"{place.address}{path}"])
