"""Proofs of a whole tenant. How far one is, how to stop it and what it found: see operations."""

from __future__ import annotations

from chalicelib.api.calls import Answered, Call
from chalicelib.api.native.operations import OperationView, view
from chalicelib.flows.start_proof import start_proof as started


def start_proof(call: Call) -> Answered[OperationView]:
    done = started(call.rt, call.caller, call.command)
    return Answered(view(call.rt, done.answer), done.replayed)
