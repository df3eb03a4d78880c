"""Traces: which earnings paid a spend, and where an earning went."""

from __future__ import annotations

from chalicelib.api.calls import Call
from chalicelib.api.native.naming import owner_of
from chalicelib.flows.trace_earning import EarningTrace, trace_earning
from chalicelib.flows.trace_spend import SpendTrace, trace_spend


def of_spend(call: Call) -> SpendTrace:
    path = call.path
    return trace_spend(call.rt, call.caller, owner_of(call), path["spend_id"], call.query["cursor"])


def of_earning(call: Call) -> EarningTrace:
    path = call.path
    return trace_earning(call.rt, call.caller, owner_of(call), path["earning_id"], call.query["cursor"])
