"""Routes of coupon series, coupons and codes."""

from __future__ import annotations

from functools import partial

from chalicelib.api.route import PAGED, QueryParam, Route

_HANDLERS = "chalicelib.api.native.coupons"
_SERIES = "/v1/programs/{program_id}/coupon-series"
_ONE_SERIES = f"{_SERIES}/{{series_id}}"
_COUPONS = "/v1/members/{member_id}/coupons"
_ONE = f"{_COUPONS}/{{coupon_id}}"
_CODE = "/v1/coupons/{code}"
_NO_SERIES = ("program_not_found", "coupon_series_not_found")
_LIMITS = ("limit_per_member", "series_used_up", "series_not_active")
_CHANGED = ("coupon_not_found", "member_not_found", "member_blocked")
_GIVEN = ("code_is_shared", "too_many_coupons")
_OVER = ("code_used", "code_expired", "code_cancelled")

_view = partial(Route, resource="coupons", access="view")
_modify = partial(Route, resource="coupons", access="modify", dry_run=True)

ROUTES = (
    _view(
        "GET",
        _SERIES,
        f"{_HANDLERS}:list_series",
        "list_coupon_series",
        summary="All coupon series of a program.",
        errors=("program_not_found",),
    ),
    _view(
        "GET",
        _ONE_SERIES,
        f"{_HANDLERS}:get_series",
        "get_coupon_series",
        summary="A coupon series, with what is counted of it.",
        errors=_NO_SERIES,
    ),
    _modify(
        "PUT",
        _ONE_SERIES,
        f"{_HANDLERS}:put_series",
        "put_coupon_series",
        summary="Create a coupon series or replace it. What was issued stays as it is.",
        errors=(
            "program_not_found",
            "window_reversed",
            "codes_frozen",
            "worth_frozen",
            "code_taken",
            "too_many_coupon_series",
        ),
    ),
    _modify(
        "POST",
        f"{_ONE_SERIES}/codes",
        f"{_HANDLERS}:upload_codes",
        "upload_codes",
        summary="Add up to 1,000 codes to the pool of a series. Those that exist already are told.",
        errors=(*_NO_SERIES, "no_pool"),
    ),
    _view(
        "GET",
        f"{_ONE_SERIES}/coupons",
        f"{_HANDLERS}:list_of_series",
        "list_coupons_of_series",
        summary="The coupons of a series, whoever has them.",
        query=PAGED,
        errors=("program_not_found", "coupon_series_not_found", "invalid_cursor"),
    ),
    _modify(
        "POST",
        _COUPONS,
        f"{_HANDLERS}:issue",
        "issue_coupon",
        summary="Give a member a coupon of a series.",
        status=201,
        errors=(*_NO_SERIES, "member_not_found", "member_blocked", *_LIMITS, "no_codes_left", *_GIVEN),
    ),
    _view(
        "GET",
        _COUPONS,
        f"{_HANDLERS}:list_coupons",
        "list_coupons",
        summary="A member's coupons, the newest first.",
        query=(*PAGED, QueryParam("live", "boolean", "Only what is not used, expired or cancelled.", default=False)),
        errors=("member_not_found", "invalid_cursor"),
    ),
    _modify(
        "POST",
        f"{_ONE}/activate",
        f"{_HANDLERS}:activate",
        "activate_coupon",
        summary="Activate a coupon that waits for its member.",
        errors=(*_CHANGED, *_OVER, "coupon_activated"),
        bodiless=True,
    ),
    _modify(
        "POST",
        f"{_ONE}/unuse",
        f"{_HANDLERS}:unuse",
        "unuse_coupon",
        summary="Mark a coupon as unused: its last use, or that of an order, is taken back.",
        errors=(*_CHANGED, "coupon_not_used", "too_many_coupons"),
    ),
    _modify(
        "POST",
        f"{_ONE}/cancel",
        f"{_HANDLERS}:cancel",
        "cancel_coupon",
        summary="Take a coupon that was not used from its member.",
        errors=(*_CHANGED, *_OVER, "code_held"),
        bodiless=True,
    ),
    _modify(
        "POST",
        f"{_ONE}/reactivate",
        f"{_HANDLERS}:reactivate",
        "reactivate_coupon",
        summary="Make a coupon good again that has expired or was cancelled.",
        errors=(*_CHANGED, "not_reactivable", "too_many_coupons", *_LIMITS),
        bodiless=True,
    ),
    _view(
        "GET",
        _CODE,
        f"{_HANDLERS}:check_code",
        "check_code",
        summary="What a code stands for, whose it is, and whether it can be used now.",
        query=(
            QueryParam("member_id", "string", "Who would use it; else whoever has it.", maximum=64),
            QueryParam("order_value", "integer", "What the order is worth.", minimum=0),
        ),
        errors=("unknown_code", "member_not_found"),
    ),
    _modify(
        "POST",
        f"{_CODE}/use",
        f"{_HANDLERS}:use_code",
        "use_code",
        summary="Redeem a coupon by its code, for a member.",
        errors=(
            *("unknown_code", "member_not_found", "member_blocked", "code_of_another_member", "code_not_issued"),
            *(*_OVER, "code_held", "code_not_yet_active", "order_below_minimum"),
            *(*_LIMITS, "too_many_coupons"),
        ),
    ),
)
