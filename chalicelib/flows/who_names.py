"""Who goes by a tier or an event of a program: rules, rewards, perks, segments and metrics that are active. What is paused is asked
again when it is made active, by whoever defines it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import chain
from typing import NamedTuple

from chalicelib.areas.metrics import store as metrics
from chalicelib.areas.perks import store as perks
from chalicelib.areas.perks.model import Level
from chalicelib.areas.programs.model import Program
from chalicelib.areas.rewards import store as rewards
from chalicelib.areas.rules import store as rules
from chalicelib.areas.rules.model import Rule
from chalicelib.areas.rules.model.conditions import questions
from chalicelib.areas.rules.model.names import events_asked, named_event, named_tiers, tiers_asked
from chalicelib.areas.segments import store as segments
from chalicelib.errors import Refused
from chalicelib.flows.past_asked import criteria_of, measures_of
from chalicelib.table.config import Config


class Naming(NamedTuple):
    """What somebody names, and who it is, in words."""

    name: str
    who: str


def must_not_name_tiers(config: Config, program_id: int, gone: Collection[str]) -> None:
    """Refuses `tier_in_use`."""
    for one in _naming_tiers(config, program_id) if gone else ():
        if one.name in gone:
            text = f"Tier {one.name} cannot be removed: {one.who} goes by it. End that first."
            raise Refused("tier_in_use", text, param="tiers")


def must_not_name_events(config: Config, before: Program, after: Program) -> None:
    """Refuses `event_in_use`, also of a property that a rule asks about."""
    left = {event.name: event.properties.keys() for event in after.events}
    gone = {event.name for event in before.events} - left.keys()
    for one in _naming_events(config, after.program_id) if gone else ():
        if one.name in gone:
            text = f"Event {one.name} cannot be removed: {one.who} goes by it. End that first."
            raise Refused("event_in_use", text, param="events")
    had = {event.name: event.properties.keys() for event in before.events}
    lost = {name: properties - left.get(name, properties) for name, properties in had.items()}
    _must_not_ask_about(config, after.program_id, lost)


def _must_not_ask_about(config: Config, program_id: int, lost: Mapping[str, Collection[str]]) -> None:
    for rule in _active_rules(config, program_id) if any(lost.values()) else ():
        name, asked = named_event(rule) or ("", frozenset())
        for gone in sorted(asked.intersection(lost.get(name, ()))):
            text = (
                f"Property {gone} of the event {name} cannot be removed: {_rule(rule)} asks about it. End that first."
            )
            raise Refused("event_in_use", text, param="events")


def _naming_tiers(config: Config, program_id: int) -> Iterator[Naming]:
    for rule in _active_rules(config, program_id):
        yield from (Naming(one.name, _rule(rule)) for one in named_tiers(rule))
    for reward in rewards.rewards(config, program_id):
        if reward.state == "active":
            yield from (Naming(tier, f"the reward {reward.name}") for tier in reward.tiers)
    for perk in perks.perks(config, program_id):
        if perk.state == "active" and isinstance(perk.what, Level):
            yield Naming(perk.what.tier, f"the perk {perk.name}")
    for segment, criteria in criteria_of(segments.segments(config), program_id):
        yield from (Naming(tier, f"the segment {segment.name}") for tier in tiers_asked(criteria.asked))


def _naming_events(config: Config, program_id: int) -> Iterator[Naming]:
    for rule in _active_rules(config, program_id):
        on, asked = named_event(rule), () if rule.when is None else questions(rule.when)
        yield from (Naming(name, _rule(rule)) for name in chain([on[0]] if on else (), events_asked(asked)))
    for segment, criteria in criteria_of(segments.segments(config), program_id):
        yield from (Naming(name, f"the segment {segment.name}") for name in events_asked(criteria.asked))
    for metric, measure in measures_of(metrics.metrics(config), program_id):
        yield from (Naming(name, f"the metric {metric.name}") for name in events_asked((measure,)))


def _active_rules(config: Config, program_id: int) -> Iterator[Rule]:
    return (one for one in rules.rules(config, program_id) if one.state == "active")


def _rule(rule: Rule) -> str:
    return f"the rule {rule.name}"
