"""Every operation succeeds in some test, and every error it declares comes up in one. Runs last."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.api import codes
from chalicelib.api.routes import ROUTES
from tests.http.client import REACHED
from tests.http.coverage import gaps
from tests.http.shop import ASK


def test_nothing_of_the_api_is_left_untested(full_run: bool) -> None:
    if not full_run:
        pytest.skip("only a part of the tests that speak HTTP ran")
    assert gaps(ROUTES, REACHED) == []


def test_gaps_are_named() -> None:
    route, own = replace(ASK, errors=("asset_not_found",)), ("asset_not_found",)
    assert gaps([route], {("ask", "ok"), ("ask", "asset_not_found"), ("ask", "missing_grant")}, own) == []
    assert gaps([route], {("ask", "asset_not_found")}, own) == ["ask: no test sees it succeed"]
    assert gaps([route], {("ask", "ok")}, own) == ["ask: no test reaches asset_not_found"]
    strange = {("ask", "ok"), ("ask", "asset_not_found"), ("ask", "body_too_deep")}
    assert gaps([route], strange, own) == ["ask: answered body_too_deep, which it does not declare"]


def test_a_code_that_no_route_declares_is_named() -> None:
    assert [f"code {code}: no route declares it" for code in codes.OPERATIONS] == gaps([], set())
