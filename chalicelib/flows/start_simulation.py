"""Start a simulation: a past period's orders of everybody, judged anew by rules that are tried, beside the active ones.

reads    the configuration; and as every start (start_job)
writes   as every start; sends the message that cuts it up
repeats  as every start

Its steps come through the queue of imports, as a proof's do: route_simulation, replay_chunk, join_simulation.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from chalicelib.areas.jobs.model import Operation, Progress
from chalicelib.areas.programs import store as programs
from chalicelib.areas.programs.model import Program
from chalicelib.areas.rules import store as rules
from chalicelib.areas.rules.model import Rule
from chalicelib.errors import InvalidInput, NotFound, Refused
from chalicelib.flows.define_rule import must_suit
from chalicelib.flows.start_job import start_job
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Instant
from chalicelib.kit.command import Command
from chalicelib.kit.periods import Day, iso_day, local_day
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed, read_patiently
from chalicelib.table.config import Config, read_config

PARTS = 8  # chains of chunks, each through as many shards of the directories as the others
CHUNK_MEMBERS = 1_000
MAX_DAYS = 366


@dataclass(frozen=True, slots=True)
class SimulationAsked:
    """The first and the last day of purchase, where the program is; rules as they would be defined, and by their ids those
    that are; and whether the active ones are judged `with` them, or they in the place of these."""

    from_day: Day
    until_day: Day
    rules: tuple[Rule, ...] = ()
    rule_ids: tuple[str, ...] = ()
    with_active: bool = True


def start_simulation(
    rt: Runtime,
    caller: Caller,
    command: Command,
    asked: SimulationAsked,
    program_id: int = 1,
    parts: int = PARTS,
    chunk_members: int = CHUNK_MEMBERS,
) -> Committed[Progress]:
    """InvalidInput `date_too_early`, `invalid_span`, `rule_named_twice`; NotFound: program, rule. Refuses `period_not_over`,
    `nothing_to_simulate`, `unknown_unit`, `unknown_tier`, `unknown_perk`, `unknown_event`, `unknown_property`, `unknown_rule`,
    `nothing_to_limit`, `credit_on_cart`, `too_large`. Conflict `idempotency_key_reused`."""
    now = rt.clock.now()
    config = read_patiently(rt, lambda: read_config(rt.table, caller.tenant))
    _must_be_past(programs.program(config, program_id), asked, now)
    drafts = _drafts(config, program_id, asked)
    begun = Operation(
        tenant=caller.tenant,
        operation_id=f"opr_{rt.ids.command()}",
        kind="simulate_rules",
        name=f"{iso_day(asked.from_day)} – {iso_day(asked.until_day)}",
        state="queued",
        created_at=now,
        request_id=caller.request_id,
        details={
            "program": program_id,
            "from_day": asked.from_day,
            "until_day": asked.until_day,
            "with_active": asked.with_active,
            "rules": [rule.model_dump(mode="json") for rule in drafts],
            "parts": parts,
            "chunk_members": chunk_members,
        },
    )
    return start_job(rt, command, Progress(begun))


def _must_be_past(program: Program, asked: SimulationAsked, now: Instant) -> None:
    """Today is, as far as it has gone."""
    if asked.from_day < 0:
        raise InvalidInput("date_too_early", "No purchase is dated before 1970.", param="from_day")
    if asked.until_day < asked.from_day:
        raise InvalidInput("invalid_span", "A period must not end before it begins.", param="until_day")
    if asked.until_day - asked.from_day >= MAX_DAYS:
        raise InvalidInput("invalid_span", f"A simulation replays at most {MAX_DAYS} days.", param="until_day")
    if asked.until_day > local_day(now, program.zone):
        raise Refused("period_not_over", "Only days that have come can be replayed.", param="until_day")


def _drafts(config: Config, program_id: int, asked: SimulationAsked) -> tuple[Rule, ...]:
    """What is tried."""
    for place, rule in enumerate(asked.rules):
        try:
            must_suit(config, program_id, rule, {one.rule_id for one in asked.rules})
        except Refused as refusal:
            refusal.param = f"rules.{place}.{refusal.param}"
            raise
    try:
        kept = tuple(rules.rule(config, program_id, rule_id) for rule_id in asked.rule_ids)
    except NotFound as missing:
        missing.param = "rule_ids"
        raise
    drafts = (*asked.rules, *kept)
    if not drafts and not asked.with_active:
        raise Refused("nothing_to_simulate", "Name rules to try, or try the active ones.", param="rules")
    for rule_id, times in Counter(rule.rule_id for rule in drafts).items():
        if times > 1:
            raise InvalidInput("rule_named_twice", f"There is more than one rule {rule_id} to try.", param="rules")
    return drafts
