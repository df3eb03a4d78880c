"""Liability of a tenant, histograms of a program and of members, metrics of members, a tenant's analytics."""

from __future__ import annotations

from chalicelib.api.calls import Call
from chalicelib.api.native.naming import owner_of, program_number
from chalicelib.flows import read_analytics as analytics
from chalicelib.flows.histogram import Span, Step
from chalicelib.flows.read_analytics import (
    MemberAnalytics,
    OrderAnalytics,
    ReferralAnalytics,
    SegmentMetrics,
    TierAnalytics,
)
from chalicelib.flows.read_histogram import Histogram
from chalicelib.flows.read_histogram import read_histogram as histogram_of
from chalicelib.flows.read_liability import Liability
from chalicelib.flows.read_liability import read_liability as liability_of
from chalicelib.flows.read_metrics import MemberMetrics
from chalicelib.flows.read_metrics import read_metrics as metrics_of
from chalicelib.flows.read_program_histogram import ProgramHistogram
from chalicelib.flows.read_program_histogram import read_program_histogram as histogram_of_program


def read_liability(call: Call) -> Liability:
    return liability_of(call.rt, call.caller, program_number(call.path["program_id"]))


def read_program_histogram(call: Call) -> ProgramHistogram:
    query, program_id = call.query, program_number(call.path["program_id"])
    span = query["from"], query["until"]
    return histogram_of_program(call.rt, call.caller, program_id, query["unit"], span, query["by"])


def read_histogram(call: Call) -> Histogram:
    query = call.query
    of = owner_of(call), query["program_id"]
    return histogram_of(call.rt, call.caller, of, query["unit"], (query["from"], query["until"]), query["by"])


def read_metrics(call: Call) -> MemberMetrics:
    query = call.query
    return metrics_of(call.rt, call.caller, (owner_of(call), query["program_id"]), (query["from"], query["until"]))


def analyse_members(call: Call) -> MemberAnalytics:
    return analytics.analyse_members(call.rt, call.caller, *_periods(call))


def analyse_orders(call: Call) -> OrderAnalytics:
    return analytics.analyse_orders(call.rt, call.caller, call.query["program_id"], *_periods(call))


def analyse_tiers(call: Call) -> TierAnalytics:
    return analytics.analyse_tiers(call.rt, call.caller, call.query["program_id"], *_periods(call))


def analyse_referrals(call: Call) -> ReferralAnalytics:
    return analytics.analyse_referrals(call.rt, call.caller, *_periods(call))


def read_segment_metrics(call: Call) -> SegmentMetrics:
    of = call.path["segment_id"], call.query["program_id"]
    return analytics.measure_segment(call.rt, call.caller, *of, *_periods(call))


def _periods(call: Call) -> tuple[Span, Step]:
    query = call.query
    return (query["from"], query["until"]), query["by"]
