"""Define a rule: the units, tiers and rules that it names must be its program's.

What it limits for everybody is another total from the same transaction on: 1 Query for each limit or budget that changes, and
as many writes as it has slices. Of a rule on schedule, or one that was, it is planned anew when it runs: 1 Get, and where that
changes 1 write.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from fractions import Fraction

from chalicelib.areas.coupons.store import series as all_series
from chalicelib.areas.metrics import store as metrics
from chalicelib.areas.notifications.store import templates
from chalicelib.areas.perks import store as perks
from chalicelib.areas.programs import store as programs
from chalicelib.areas.programs.model import Program
from chalicelib.areas.quotas.operations import change_quota
from chalicelib.areas.rules import store as rules
from chalicelib.areas.rules.model import Rule
from chalicelib.areas.rules.model.conditions import questions
from chalicelib.areas.rules.model.names import (
    amounts_off,
    credits_on_cart,
    limits_nothing,
    named_badges,
    named_event,
    named_fields,
    named_perks,
    named_rules,
    named_segments,
    named_series,
    named_templates,
    named_threshold,
    named_tiers,
    named_units,
    named_webhooks,
)
from chalicelib.areas.rules.model.triggers import OnSchedule
from chalicelib.areas.rules.schedule import coming, replanned, runs, runs_as_before
from chalicelib.areas.segments import store as segments
from chalicelib.areas.tiers import store as tiers
from chalicelib.areas.webhooks import store as webhooks
from chalicelib.errors import NotFound, Refused
from chalicelib.flows.past_asked import Asking, must_have_counters, must_know_events
from chalicelib.flows.rule_limits import quotas_of
from chalicelib.kit.caller import Caller
from chalicelib.kit.command import Command
from chalicelib.kit.ids import is_id
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed
from chalicelib.table.config import Config, Name
from chalicelib.table.config_commit import Change, change_config
from chalicelib.table.protocol import Write

NOWHERE = ("birthday", "anniversary", "metric")  # looked at when something has happened, or by the daily job
LEAST_MONEY = Fraction(1, 1000)  # no coin of any currency is less of it


def define_rule(rt: Runtime, caller: Caller, command: Command, program_id: int, rule: Rule) -> Committed[Rule]:
    """Create the rule or replace it. Refuses `unknown_unit`, `unknown_tier`, `unknown_perk`, `not_a_badge`, `unknown_segment`, `unknown_template`, `unknown_coupon_series`,
    `unknown_webhook`, `unknown_metric`, `unknown_member`, `unknown_member_field`, `no_place_then`, `number_too_small`, `code_is_shared`, `unknown_event`, `unknown_property`, `unknown_rule`,
    `nothing_to_limit`, `credit_on_cart`, `schedule_over`,
    `too_many_rules`, `too_many_counters`; NotFound: the program."""

    def decide(config: Config) -> Change:
        must_suit(config, program_id, rule)
        must_have_counters(config, program_id, Asking(rule=rule))
        known = next((one for one in rules.rules(config, program_id) if one.rule_id == rule.rule_id), None)
        totals = _totals(rt, caller.tenant, program_id, known, rule)
        planned = _planned(rt, caller.tenant, programs.program(config, program_id), known, rule)
        return replace(rules.change(config, program_id, rule), also=(*totals, *planned))

    done = change_config(rt, caller, command, "define_rule", decide)
    changed = done.answer
    return Committed(rules.rule_of(Name(changed.kind, changed.id), changed.body), done.replayed)


def must_suit(config: Config, program_id: int, rule: Rule, beside: Collection[str] = ()) -> None:
    """What it names is the program's; a rule may be one of those `beside` it. Refuses as above, but for `too_many_rules` and `too_many_counters`."""
    program = programs.program(config, program_id)
    units = {unit.code for unit in program.units}
    scheme = tiers.scheme(config, program_id)
    known = {tier.tier_id for tier in scheme.tiers} if scheme else set()
    for unit, param in named_units(rule):
        if unit not in units:
            raise Refused("unknown_unit", f"The program has no unit {unit}.", param=param)
    for tier, param in named_tiers(rule):
        if tier not in known:
            raise Refused("unknown_tier", f"The program has no tier {tier}.", param=param)
    _must_be_there(config, program, rule, beside)
    _must_be_for_somebody(config, rule)
    for kind in credits_on_cart(rule):
        sentence = f"{kind} is earned by an order: put it into a rule on order; one on cart takes something off."
        raise Refused("credit_on_cart", sentence, param="effects")


def _must_be_there(config: Config, program: Program, rule: Rule, beside: Collection[str]) -> None:
    """What else the rule names: perks, coupons, rules, an event with its properties; and what it limits."""
    _must_be_offered(config, program, rule)
    for name, param in named_series(rule):
        _must_have_coupons(config, program, name, param)
    _must_be_the_tenants(config, program, rule)
    others = {*beside, *(one.rule_id for one in rules.rules(config, program.program_id))}
    for name, param in named_rules(rule):
        if name not in others:
            raise Refused("unknown_rule", f"The program has no rule {name}.", param=param)
    for name, param in limits_nothing(rule):
        raise Refused("nothing_to_limit", f"The rule gives no {name}: there is nothing to limit.", param=param)
    _must_have_event(program, rule)


def _must_be_offered(config: Config, program: Program, rule: Rule) -> None:
    """Whatever their state: a perk that is paused is given again once it is not."""
    offered = {one.perk_id: one for one in perks.perks(config, program.program_id)}
    for perk, param in named_perks(rule):
        if perk not in offered:
            raise Refused("unknown_perk", f"The program has no perk {perk}.", param=param)
    for perk, param in named_badges(rule):
        offered[perk].must_be_badge(param)


def _must_be_for_somebody(config: Config, rule: Rule) -> None:
    """What would never give anything to anybody. Whether a member is there is not asked: they may come and go."""
    for name, param in named_fields(rule):
        programs.must_declare(config, name, param)
    for member in rule.audience.members:
        if not is_id("member", member):
            raise Refused("unknown_member", f"There is no member {member[:64]}.", param="audience.members")
    if rule.audience.places and rule.trigger.on in NOWHERE:
        text = f"Nobody is anywhere when a rule on {rule.trigger.on} is judged: leave the places out."
        raise Refused("no_place_then", text, param="audience.places")
    for amount, param in amounts_off(rule):
        if Fraction(amount) < LEAST_MONEY:
            raise Refused("number_too_small", "No money has so small a part: write 1.00 for one of it.", param=param)


def _must_be_the_tenants(config: Config, program: Program, rule: Rule) -> None:
    """What of it no program has for itself: segments, templates and webhooks."""
    for segment, param in named_segments(rule):
        if not segments.has_segment(config, segment):
            raise Refused("unknown_segment", f"There is no segment {segment}.", param=param)
    _must_have_templates(config, rule)
    _must_have_threshold(config, program.program_id, rule)
    hooks = {one.webhook_id for one in webhooks.webhooks(config)}
    for webhook, param in named_webhooks(rule):
        if webhook not in hooks:
            raise Refused("unknown_webhook", f"There is no webhook {webhook}.", param=param)


def _must_have_coupons(config: Config, program: Program, series_id: str, param: str) -> None:
    """Of a series that gives everybody a code of their own."""
    try:
        all_series.series(config, program.program_id, series_id).must_be_handed_out(param)
    except NotFound as missing:
        raise Refused("unknown_coupon_series", missing.message, param=param) from None


def _must_have_templates(config: Config, rule: Rule) -> None:
    for template, param in named_templates(rule):
        if templates.find(config, template) is None:
            raise Refused("unknown_template", f"There is no template {template} of notifications.", param=param)


def _must_have_threshold(config: Config, program_id: int, rule: Rule) -> None:
    named = named_threshold(rule)
    if named is None:
        return
    there = {
        (one.metric_id, threshold.threshold_id)
        for one in metrics.metrics(config)
        if one.program_id == program_id
        for threshold in one.thresholds
    }
    if named not in there:
        text = f"No metric of the program has the name {named[0]} and the threshold {named[1]}."
        raise Refused("unknown_metric", text, param="trigger.metric")


def _must_have_event(program: Program, rule: Rule) -> None:
    must_know_events(program, () if rule.when is None else questions(rule.when), "when")
    named = named_event(rule)
    known = {event.name: event for event in program.events}
    if named is None:
        return
    name, asked = named
    if name not in known:
        raise Refused("unknown_event", f"The program has no event {name}.", param="trigger.name")
    for unknown in sorted(asked - known[name].properties.keys()):
        raise Refused("unknown_property", f"The event {name} has no property {unknown[:64]}.", param="when")


def _planned(rt: Runtime, tenant: str, program: Program, known: Rule | None, rule: Rule) -> tuple[Write, ...]:
    """When it runs next. An active rule that would never run, from now on, is refused where that is decided."""
    if not any(isinstance(one.trigger, OnSchedule) for one in (known, rule) if one is not None):
        return ()
    now = rt.clock.now()
    if runs(rule) and not runs_as_before(known, rule) and coming(rule, program.zone, now) is None:
        raise Refused("schedule_over", "There is no day left on which the rule would run.", param="trigger")
    planned = rules.read_planned(rt.table, tenant, program.program_id, rule.rule_id)
    after = replanned(planned, known, rule, program.zone, now)
    return () if after is None else (rules.planned_put(tenant, after),)


def _totals(rt: Runtime, tenant: str, program_id: int, known: Rule | None, rule: Rule) -> tuple[Write, ...]:
    """A limit that is no more keeps its count, for when it is set again."""
    before = {} if known is None else quotas_of(program_id, known)
    return tuple(
        write
        for name, quota in quotas_of(program_id, rule).items()
        for write in change_quota(rt.table, tenant, before.get(name), quota)
    )
