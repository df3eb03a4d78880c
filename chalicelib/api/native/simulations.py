"""Simulations of rules. How far one is, how to stop it and what came of it: see operations."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from chalicelib.api.calls import Answered, Call
from chalicelib.api.native.naming import program_number
from chalicelib.api.native.operations import OperationView, view
from chalicelib.areas.rules import model as r
from chalicelib.flows.start_simulation import SimulationAsked
from chalicelib.flows.start_simulation import start_simulation as started
from chalicelib.kit.base import Wire
from chalicelib.kit.wire import CalendarDay

MAX_TRIED = 200


class SimulationBody(Wire):
    """The first and the last day of purchase where the program is, of at most 366 days that have come. What is tried: `rules` as
    they would be defined, and by `rule_ids` what the program has, a draft say; all of them judged as if they were active.
    `with_active`: the program's active rules are judged with them, but where one of the same id is tried."""

    from_day: CalendarDay
    until_day: CalendarDay
    rules: Annotated[tuple[r.Rule, ...], Field(max_length=MAX_TRIED)] = ()
    rule_ids: Annotated[tuple[str, ...], Field(max_length=MAX_TRIED)] = ()
    with_active: bool = True


def start_simulation(call: Call, body: SimulationBody) -> Answered[OperationView]:
    asked = SimulationAsked(body.from_day, body.until_day, body.rules, body.rule_ids, body.with_active)
    done = started(call.rt, call.caller, call.command, asked, program_number(call.path["program_id"]))
    return Answered(view(call.rt, done.answer), done.replayed)
