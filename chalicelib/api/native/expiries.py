"""When points expire."""

from __future__ import annotations

from chalicelib.api.calls import Call
from chalicelib.api.native.naming import owner_of
from chalicelib.flows.list_expiries import UnitExpiries
from chalicelib.flows.list_expiries import list_expiries as expiries_of
from chalicelib.kit.base import Wire


class Expiries(Wire):
    """A unit each, the earliest day first."""

    items: tuple[UnitExpiries, ...]


def list_expiries(call: Call) -> Expiries:
    of = owner_of(call), call.query["program_id"]
    return Expiries(items=expiries_of(call.rt, call.caller, of, call.query["unit"]))
