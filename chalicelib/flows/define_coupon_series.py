"""Define a coupon series: a part of the configuration, like a rule. A code that all share must be nobody else's. What its coupons
are worth is promised with the first of them, with the codes of its pool, and by rewards that have them.

reads    1 Query of the configuration; of a shared code 1 Get; of each limit in all that has changed 1 Query of its slices; where
         it is worth something else 1 BatchGet of what is counted of it
writes   series, revision, entry: 6 units; of each such limit up to 16 slices; + 2 with an Idempotency-Key
"""

from __future__ import annotations

from dataclasses import replace

from chalicelib.areas.coupons.model import CouponSeries
from chalicelib.areas.coupons.model.series import NEVER_GOOD
from chalicelib.areas.coupons.store import codes
from chalicelib.areas.coupons.store import series as all_series
from chalicelib.areas.programs import store as programs
from chalicelib.areas.rewards import store as rewards
from chalicelib.errors import Conflict, InvalidInput, Refused
from chalicelib.flows.coupon_quotas import changed_limits, counts_of_all
from chalicelib.kit.caller import Caller
from chalicelib.kit.command import Command
from chalicelib.kit.periods import Day, local_day
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed
from chalicelib.table.config import Config, Name
from chalicelib.table.config_commit import Change, change_config


def define_coupon_series(
    rt: Runtime, caller: Caller, command: Command, series: CouponSeries
) -> Committed[CouponSeries]:
    """Create the series or replace it. Refuses `codes_frozen`, `worth_frozen`, `too_many_coupon_series`; InvalidInput
    `window_reversed`; Conflict `code_taken`; NotFound: the program."""

    def decide(config: Config) -> Change:
        program = programs.program(config, series.program_id)
        _must_be_nobodys(rt, config, series)
        changed = all_series.change(config, series)
        before = all_series.known(config, series)
        _must_become_good(before, series, local_day(rt.clock.now(), program.zone))
        if before is None:
            return changed
        if series.worth.takes_back(before.worth):
            _must_be_promised_to_nobody(rt, config, before)
        return replace(changed, also=changed_limits(rt.table, caller.tenant, before, series))

    done = change_config(rt, caller, command, "define_coupon_series", decide)
    changed = done.answer
    return Committed(all_series.series_of(Name(changed.kind, changed.id), changed.body), done.replayed)


def _must_be_nobodys(rt: Runtime, config: Config, series: CouponSeries) -> None:
    code = series.codes.code
    if code is None:
        return
    sharing = all_series.sharing(config).get(code)
    if sharing is None:
        taken = codes.find_code(rt.table, config.tenant, code) is not None
    else:
        taken = (sharing.program_id, sharing.series_id) != (series.program_id, series.series_id)
    if taken:
        raise Conflict("code_taken", f"The code {code} is another coupon's already.", param="codes.code")


def _must_become_good(before: CouponSeries | None, series: CouponSeries, today: Day) -> None:
    """What begins some days after its issue. One that says nothing else of that than before is only drawing to its close."""
    said = (series.valid_until, series.active_after_days)
    if before is not None and said == (before.valid_until, before.active_after_days):
        return
    if (series.valid_until or today) >= today and not series.becomes_good(today):
        raise InvalidInput("window_reversed", f"{NEVER_GOOD[0].upper()}{NEVER_GOOD[1:]}.", param="valid_until")


def _must_be_promised_to_nobody(rt: Runtime, config: Config, series: CouponSeries) -> None:
    """Refuses `worth_frozen`."""
    counts = counts_of_all(rt, config.tenant, series)
    promising = [
        f"the reward {one.name} is over it"
        for one in rewards.rewards(config, series.program_id)
        if one.coupon_series == series.series_id and one.state != "ended"
    ]
    if counts.issued or counts.free_codes:
        promising = ["coupons or codes of it are out", *promising]
    if promising:
        text = f"What coupons of {series.name} are worth does not change, for {promising[0]}: make another series."
        raise Refused("worth_frozen", text, param="worth")
