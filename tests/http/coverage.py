"""What no test reached: operations that never succeeded, codes that never came, codes that nobody declared.

Of an operation, tests must reach its own codes and those that any request like it may meet, whatever its fields
(codes.certain_codes); what an operation on groups refuses as the same on members does may be reached there; what fields can be wrong in (codes.FIELDS) must come up somewhere.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from chalicelib.api import codes
from chalicelib.api.codes import certain_codes, common_codes
from chalicelib.api.route import Route

SOMEWHERE = (*codes.FIELDS, *codes.ROLLED_BACK, *codes.DAMAGED, "too_large")


def gaps(
    routes: Iterable[Route],
    reached: Collection[tuple[str, str]],
    operations: Iterable[str] = codes.OPERATIONS,
    somewhere: Iterable[str] = SOMEWHERE,
) -> list[str]:
    """`operations`: the codes that some route must declare; `somewhere`: those that some operation must answer."""
    table = tuple(routes)
    found = [line for route in table for line in _of_one(route, reached)]
    declared = {code for route in table for code in route.errors}
    found += [f"code {code}: no route declares it" for code in operations if code not in declared]
    seen = {code for _, code in reached}
    return found + [f"code {code}: no test reaches it" for code in somewhere if code not in seen]


def _of_one(route: Route, reached: Collection[tuple[str, str]]) -> list[str]:
    seen = {code for operation, code in reached if operation == route.operation}
    same = {code for operation, code in reached if operation == route.same_as}
    missing = [] if "ok" in seen else [f"{route.operation}: no test sees it succeed"]
    wanted = (*(code for code in route.errors if code not in same), *certain_codes(route))
    missing += [f"{route.operation}: no test reaches {code}" for code in wanted if code not in seen]
    allowed = {"ok", *route.errors, *common_codes(route), *codes.GATEWAY}
    return missing + [f"{route.operation}: answered {code}, which it does not declare" for code in seen - allowed]
