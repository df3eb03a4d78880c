"""Define a follow-up: what members are told some time after something has happened to them. A part of the configuration.

reads    1 Query of the configuration
writes   follow-up, revision, entry: 6 units; + 2 with an Idempotency-Key
"""

from __future__ import annotations

from chalicelib.areas.coupons.store import series as all_series
from chalicelib.areas.metrics import store as metrics
from chalicelib.areas.notifications.model import FollowUp, variables_after
from chalicelib.areas.notifications.store import templates
from chalicelib.areas.perks import store as perks
from chalicelib.areas.programs import store as programs
from chalicelib.areas.segments import store as segments
from chalicelib.areas.tiers import store as tiers
from chalicelib.errors import Refused
from chalicelib.flows.spoken_words import must_be_known
from chalicelib.kit.caller import Caller
from chalicelib.kit.command import Command
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed
from chalicelib.table.config import Config, Name
from chalicelib.table.config_commit import Change, change_config


def define_follow_up(rt: Runtime, caller: Caller, command: Command, follow_up: FollowUp) -> Committed[FollowUp]:
    """Create it or replace it. NotFound `template_not_found`; Refused `unknown_variable`, `nothing_to_choose`, `unknown_segment`,
    `unknown_tier`, `unknown_perk`, `unknown_coupon_series`, `unknown_metric`, `too_many_follow_ups`."""
    follow_up.only.must_suit(follow_up.after)

    def decide(config: Config) -> Change:
        template = templates.template(config, follow_up.template_id)
        must_be_known(template, variables_after(follow_up.after), "template_id")
        _must_be_there(config, follow_up)
        return templates.change_follow_up(config, follow_up)

    done = change_config(rt, caller, command, "define_follow_up", decide)
    changed = done.answer
    return Committed(templates.follow_up_of(Name(changed.kind, changed.id), changed.body), done.replayed)


def _must_be_there(config: Config, follow_up: FollowUp) -> None:
    """In any of the programs: a follow-up is the tenant's."""
    only, ids = follow_up.only, [one.program_id for one in programs.programs(config)]
    for name in only.segments:
        if not segments.has_segment(config, name):
            raise Refused("unknown_segment", f"There is no segment {name}.", param="only.segments")
    schemes = [scheme for one in ids if (scheme := tiers.scheme(config, one)) is not None]
    for name in only.tiers:
        if all(scheme.place(name) is None for scheme in schemes):
            raise Refused("unknown_tier", f"No program has a tier {name}.", param="only.tiers")
    for name in only.perks:
        if not any(perks.has_perk(config, one, name) for one in ids):
            raise Refused("unknown_perk", f"No program has a perk {name}.", param="only.perks")
    known = {each.series_id for one in ids for each in all_series.every_series(config, one)}
    for name in only.coupon_series:
        if name not in known:
            raise Refused(
                "unknown_coupon_series", f"No program has a coupon series {name}.", param="only.coupon_series"
            )
    _must_be_measured(config, follow_up)


def _must_be_measured(config: Config, follow_up: FollowUp) -> None:
    """Thresholds are those of the metrics that are named, or of any."""
    only, known = follow_up.only, {one.metric_id: one for one in metrics.metrics(config)}
    for name in only.metrics:
        if name not in known:
            raise Refused("unknown_metric", f"There is no metric {name}.", param="only.metrics")
    asked = [known[name] for name in only.metrics] or list(known.values())
    for name in only.thresholds:
        if all(name != each.threshold_id for one in asked for each in one.thresholds):
            raise Refused("unknown_metric", f"None of these metrics has a threshold {name}.", param="only.thresholds")
