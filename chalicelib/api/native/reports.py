"""Liability of a tenant, histograms of a program and of members."""

from __future__ import annotations

from chalicelib.api.calls import Call
from chalicelib.api.native.naming import owner_of, program_number
from chalicelib.flows.read_histogram import Histogram
from chalicelib.flows.read_histogram import read_histogram as histogram_of
from chalicelib.flows.read_liability import Liability
from chalicelib.flows.read_liability import read_liability as liability_of
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
