"""What no test reached: operations that never succeeded, codes that never came, codes that nobody declared."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from chalicelib.api import codes
from chalicelib.api.codes import common_codes
from chalicelib.api.route import Route


def gaps(
    routes: Iterable[Route], reached: Collection[tuple[str, str]], operations: Iterable[str] = codes.OPERATIONS
) -> list[str]:
    """`operations`: the codes that some route must declare."""
    table = tuple(routes)
    found = [line for route in table for line in _of_one(route, reached)]
    declared = {code for route in table for code in route.errors}
    found += [f"code {code}: no route declares it" for code in operations if code not in declared]
    return found


def _of_one(route: Route, reached: Collection[tuple[str, str]]) -> list[str]:
    seen = {code for operation, code in reached if operation == route.operation}
    missing = [] if "ok" in seen else [f"{route.operation}: no test sees it succeed"]
    missing += [f"{route.operation}: no test reaches {code}" for code in route.errors if code not in seen]
    allowed = {"ok", *route.errors, *common_codes(route), *codes.GATEWAY}
    return missing + [f"{route.operation}: answered {code}, which it does not declare" for code in seen - allowed]
