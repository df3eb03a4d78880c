"""What API Gateway and Chalice ask of paths: one placeholder name per level, and at most 280 nodes of its 300."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import pytest

from chalicelib.api.routes import ROUTES

NODES = 280


def segments(path: str) -> list[str]:
    return [segment for segment in path.split("/") if segment]


def two_names_at_one_level(paths: Iterable[str]) -> list[str]:
    """Levels that call their placeholder by more than one name: API Gateway refuses the second."""
    names: dict[str, set[str]] = defaultdict(set)
    for path in paths:
        parts = segments(path)
        for level, part in enumerate(parts):
            if part.startswith("{"):
                names["/".join(["", *parts[:level]])].add(part)
    return [f"{above}: {', '.join(sorted(found))}" for above, found in sorted(names.items()) if len(found) > 1]


def nodes(paths: Iterable[str]) -> set[str]:
    """The resources API Gateway makes: every prefix of every path, and the root."""
    return {"/"} | {
        "/".join(["", *parts[: level + 1]])
        for path in paths
        for parts in [segments(path)]
        for level in range(len(parts))
    }


def own_paths() -> list[str]:
    return [route.path for route in ROUTES]


def mounted_paths() -> list[str]:
    from app import app  # noqa: PLC0415 - the other tests of this module must not depend on it

    return list(app.routes)


def test_the_route_table_uses_one_name_per_level() -> None:
    assert own_paths()
    assert two_names_at_one_level(own_paths()) == []


def test_the_mounted_app_uses_one_name_per_level() -> None:
    assert two_names_at_one_level(mounted_paths()) == []


def test_the_mounted_app_fits_into_api_gateway() -> None:
    assert len(nodes(mounted_paths())) <= NODES


def test_every_route_of_the_table_is_mounted() -> None:
    assert set(own_paths()) <= set(mounted_paths())


def test_no_route_is_there_twice() -> None:
    declared = [(route.method, route.path) for route in ROUTES]
    assert sorted(declared) == sorted(set(declared))


@pytest.mark.parametrize(
    "paths",
    [("/users/{a}", "/users/{b}/x"), ("/u/{a}/y", "/u/{b}/y"), ("/u/{a}/o/{b}", "/u/{a}/o/{c}/z")],
)
def test_two_names_are_found(paths: tuple[str, ...]) -> None:
    assert len(two_names_at_one_level(paths)) == 1


def test_the_same_name_or_another_level_is_fine() -> None:
    assert two_names_at_one_level(["/u/{a}", "/u/{a}/x", "/v/{b}", "/u/{a}/{b}"]) == []


def test_nodes_are_counted_once() -> None:
    assert nodes(["/v1/members", "/v1/members/{id}", "/health", "/"]) == {
        "/",
        "/v1",
        "/v1/members",
        "/v1/members/{id}",
        "/health",
    }
    assert len(nodes([f"/v1/{number}" for number in range(NODES)])) > NODES
