"""Time passes for an account by the terms of its program, tiers included: no flow lets it pass without them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.architecture.sources import Source, breaches

PLACES = ("chalicelib/flows", "chalicelib/api", "chalicelib/events", "infra")
WITH_TERMS = ("chalicelib/flows/terms.py", "chalicelib/flows/standing.py")


def time_without_terms(source: Source) -> Iterator[str]:
    if source.path in WITH_TERMS:
        return
    for node in source.nodes():
        if isinstance(node, ast.ImportFrom) and "accounts" in (node.module or ""):
            for name in node.names:
                if name.name == "advance":
                    yield source.at(node.lineno, "advance by Terms.advance, which looks at the tier as well")


def test_flows_advance_by_the_terms_of_the_program() -> None:
    assert breaches(time_without_terms, *PLACES) == []


def test_a_flow_that_does_not_is_found() -> None:
    text = "from chalicelib.areas.accounts.model import Story, advance\n"
    assert len(list(time_without_terms(Source("chalicelib/flows/spend_points.py", text)))) == 1
    assert list(time_without_terms(Source("chalicelib/flows/terms.py", text))) == []
