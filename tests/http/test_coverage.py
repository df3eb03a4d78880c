"""Every operation succeeds in some test, and every error it declares comes up in one. Runs last."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.api import codes
from chalicelib.api.codes import certain_codes
from chalicelib.api.routes import ROUTES
from tests.http.client import REACHED
from tests.http.coverage import gaps
from tests.http.shop import ASK, FAILING, SOUND

OPEN, WRITE, NEEDY = SOUND[0], SOUND[-1], FAILING[1]


def test_nothing_of_the_api_is_left_untested(full_run: bool) -> None:
    if not full_run:
        pytest.skip("only a part of the tests that speak HTTP ran")
    assert gaps(ROUTES, REACHED) == []


def test_gaps_are_named() -> None:
    route, own = replace(ASK, errors=("asset_not_found",)), ("asset_not_found",)
    all_of_it = {("ask", code) for code in ("ok", "asset_not_found", *certain_codes(route))}
    assert gaps([route], all_of_it, own, ()) == []
    for code, gap in (
        ("ok", "ask: no test sees it succeed"),
        ("asset_not_found", "ask: no test reaches asset_not_found"),
        ("missing_grant", "ask: no test reaches missing_grant"),
        ("invalid_parameter", "ask: no test reaches invalid_parameter"),
    ):
        assert gaps([route], all_of_it - {("ask", code)}, own, ()) == [gap]
    strange = all_of_it | {("ask", "body_too_deep")}
    assert gaps([route], strange, own, ()) == ["ask: answered body_too_deep, which it does not declare"]


def test_a_code_that_no_route_declares_or_no_test_reaches_is_named() -> None:
    assert gaps([], set(), somewhere=()) == [f"code {code}: no route declares it" for code in codes.OPERATIONS]
    assert gaps([], {("ask", "too_long")}, (), ("too_long", "too_short")) == ["code too_short: no test reaches it"]


def test_what_an_operation_must_be_seen_to_refuse_follows_from_what_it_takes() -> None:
    read, write = certain_codes(ASK), certain_codes(WRITE)
    assert {"missing_grant", "unavailable", "repeated_parameter", "internal_error"} <= set(read) & set(write)
    assert set(write) - set(read) == {*codes.BODIES, "busy", "invalid_idempotency_key", "idempotency_key_reused"}
    assert "missing_parameter" in certain_codes(NEEDY)
    assert certain_codes(OPEN) == ("unknown_parameter",)
