"""Coupon series and their codes; coupons of members; codes at the till."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from chalicelib.api.bodies import as_refusal
from chalicelib.api.calls import Answered, Call
from chalicelib.api.native.naming import answered, program_number
from chalicelib.areas.coupons import operations as coupons
from chalicelib.areas.coupons.model import (
    CODES_A_PAGE,
    CodeText,
    CouponSeries,
    CouponSeriesDefinition,
    SeriesCounts,
    Shown,
)
from chalicelib.areas.coupons.operations import CouponPage
from chalicelib.areas.programs import operations as programs
from chalicelib.flows import change_coupon as change
from chalicelib.flows.check_code import CheckedCode
from chalicelib.flows.check_code import check_code as checked
from chalicelib.flows.coupon_quotas import get_series as get_series_with_counts
from chalicelib.flows.define_coupon_series import define_coupon_series
from chalicelib.flows.issue_coupon import issue_coupon
from chalicelib.flows.opened import must_be_owner
from chalicelib.flows.upload_codes import Uploaded
from chalicelib.flows.upload_codes import upload_codes as upload
from chalicelib.flows.use_code import Purpose
from chalicelib.flows.use_code import use_code as redeem
from chalicelib.kit.base import Wire
from chalicelib.kit.texts import PLAIN_KEY
from chalicelib.kit.wire import AmountOrZero

OrderRef = Annotated[str, Field(min_length=1, max_length=100), PLAIN_KEY]


class ManySeries(Wire):
    items: tuple[CouponSeries, ...]


class SeriesView(Wire):
    """A series, and how many of it have been issued and used, and of a pool how many codes are free."""

    series: CouponSeries
    issued: int
    used: int
    free_codes: int


class CodesBody(Wire):
    codes: Annotated[tuple[CodeText, ...], Field(min_length=1, max_length=CODES_A_PAGE)]


class IssueBody(Wire):
    series_id: str
    program_id: Annotated[int, Field(ge=1, le=1_023)] = 1


class UseBody(Wire):
    """`order`: your own reference of the order, by which the use can be taken back; `order_value`: in the smallest part of
    its currency, compared with what the series asks for where both say something."""

    member_id: str
    order: OrderRef | None = None
    order_value: AmountOrZero | None = None


class UnuseBody(Wire):
    """The last use, or that of an order."""

    order: OrderRef | None = None


class Coupons(Wire):
    items: tuple[Shown, ...]
    next_cursor: str | None


def list_series(call: Call) -> ManySeries:
    return ManySeries(items=coupons.list_series(call.rt, call.caller, _existing_program(call)))


def get_series(call: Call) -> SeriesView:
    series, counts = get_series_with_counts(call.rt, call.caller, _existing_program(call), call.path["series_id"])
    return _view(series, counts)


def put_series(call: Call, body: CouponSeriesDefinition) -> Answered[CouponSeries]:
    with as_refusal():
        series = body.named(program_number(call.path["program_id"]), call.path["series_id"])
    return answered(define_coupon_series(call.rt, call.caller, call.command, series))


def upload_codes(call: Call, body: CodesBody) -> Answered[Uploaded]:
    program_id, series_id = program_number(call.path["program_id"]), call.path["series_id"]
    return answered(upload(call.rt, call.caller, call.command, program_id, series_id, body.codes))


def list_of_series(call: Call) -> Coupons:
    program_id, series_id = program_number(call.path["program_id"]), call.path["series_id"]
    limit, cursor = call.query["limit"], call.query["cursor"]
    return _page(coupons.list_of_series(call.rt, call.caller, program_id, series_id, limit, cursor))


def issue(call: Call, body: IssueBody) -> Answered[Shown]:
    member_id = call.path["member_id"]
    return answered(issue_coupon(call.rt, call.caller, call.command, member_id, body.program_id, body.series_id))


def list_coupons(call: Call) -> Coupons:
    member_id, limit, cursor = call.path["member_id"], call.query["limit"], call.query["cursor"]
    must_be_owner(call.rt, call.caller.tenant, member_id)
    return _page(coupons.list_coupons(call.rt, call.caller, member_id, limit, cursor, live=call.query["live"]))


def activate(call: Call) -> Answered[Shown]:
    return answered(change.activate_coupon(call.rt, call.caller, call.command, *_named(call)))


def unuse(call: Call, body: UnuseBody) -> Answered[Shown]:
    return answered(change.unuse_coupon(call.rt, call.caller, call.command, *_named(call), body.order))


def cancel(call: Call) -> Answered[Shown]:
    return answered(change.cancel_coupon(call.rt, call.caller, call.command, *_named(call)))


def reactivate(call: Call) -> Answered[Shown]:
    return answered(change.reactivate_coupon(call.rt, call.caller, call.command, *_named(call)))


def check_code(call: Call) -> CheckedCode:
    return checked(call.rt, call.caller, call.path["code"], call.query["member_id"], call.query["order_value"])


def use_code(call: Call, body: UseBody) -> Answered[Shown]:
    purpose = Purpose(body.order, body.order_value)
    return answered(redeem(call.rt, call.caller, call.command, call.path["code"], body.member_id, purpose))


def _named(call: Call) -> tuple[str, str]:
    return call.path["member_id"], call.path["coupon_id"]


def _existing_program(call: Call) -> int:
    return programs.get_program(call.rt, call.caller, program_number(call.path["program_id"])).program_id


def _view(series: CouponSeries, counts: SeriesCounts) -> SeriesView:
    return SeriesView(series=series, issued=counts.issued, used=counts.used, free_codes=counts.free_codes)


def _page(page: CouponPage) -> Coupons:
    return Coupons(items=page.items, next_cursor=page.next_cursor)
