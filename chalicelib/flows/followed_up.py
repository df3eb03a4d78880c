"""What a follow-up comes after: which facts of an entry, and what its words may speak of.

reads    of a coupon whose code is spoken of 1 BatchGet; else nothing

Facts name things by their ids, and have neither codes nor sums in words: these are the configuration's, and the coupon's own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chalicelib.areas.coupons.store import owned
from chalicelib.areas.coupons.store import series as all_series
from chalicelib.areas.metrics import store as metrics
from chalicelib.areas.notifications.model import FollowUp
from chalicelib.areas.notifications.store import templates
from chalicelib.areas.perks import store as perks
from chalicelib.areas.programs import store as programs
from chalicelib.areas.segments import store as segments
from chalicelib.areas.tiers import store as tiers
from chalicelib.kit.amounts import plain
from chalicelib.kit.facts import Body
from chalicelib.kit.periods import iso_day, local_day
from chalicelib.kit.wording import speaks_of
from chalicelib.runtime import Runtime
from chalicelib.table.commit import read_patiently
from chalicelib.table.config import Config

_NAMED = ("segment", "tier", "perk", "series", "metric", "value")


def followed(config: Config, program: int, one: FollowUp, bodies: Sequence[Body]) -> tuple[Body, ...]:
    """The facts that it comes after."""
    found = (body for body in bodies if body["type"] == one.after and one.only.lets(body))
    return tuple(body for body in found if one.only.moved in (None, _moved(config, program, body)))


def said_of(
    rt: Runtime, config: Config, tenant: str, program: int, one: FollowUp, member: str, found: Sequence[Body]
) -> Mapping[str, str]:
    """Of the first of them; of points what they come to in its unit. What is no more has its id for a name."""
    first = found[0]
    names = {field: _name(config, program, field, str(first[field])) for field in _NAMED if field in first}
    if one.after == "points.expired":
        unit = next((each for each in programs.program(config, program).units if each.code == first["unit"]), None)
        total = sum(int(body["amount"]) for body in found if body["unit"] == first["unit"])
        names["points"] = plain(total, 0 if unit is None else unit.decimals)
        names["unit"] = first["unit"] if unit is None else unit.name
    if one.after == "coupon.issued" and "expires_at" in first:
        zone = programs.program(config, program).zone
        names["last_day"] = iso_day(local_day(int(first["expires_at"]) - 1, zone))
    template = templates.find(config, one.template_id)
    if one.after == "coupon.issued" and template is not None and speaks_of(template, "code"):
        names["code"] = _code(rt, tenant, member, str(first["coupon"]))
    return names


def _name(config: Config, program: int, field: str, of: str) -> str:
    """As the shop calls it."""
    names: dict[str, str] = {}
    match field:
        case "segment":
            names = {one.segment_id: one.name for one in segments.segments(config)}
        case "tier":
            scheme = tiers.scheme(config, program)
            names = {} if scheme is None else {one.tier_id: one.name for one in scheme.tiers}
        case "perk":
            names = {one.perk_id: one.name for one in perks.perks(config, program)}
        case "series":
            names = {one.series_id: one.name for one in all_series.every_series(config, program)}
        case "metric":
            names = {one.metric_id: one.name for one in metrics.metrics(config)}
    return names.get(of, of)


def _code(rt: Runtime, tenant: str, member: str, coupon: str) -> str:
    """Nothing where the coupon is no more."""
    keys = owned.coupon_keys(tenant, member, coupon)
    found = read_patiently(rt, lambda: rt.table.batch_get(keys))
    return next((owned.coupon_from(found[key])[0].code for key in keys if key in found), "")


def _moved(config: Config, program: int, body: Body) -> str | None:
    """Up or down; nobody knows of a tier that is no more."""
    if not body.get("previous"):
        return "up"
    scheme = tiers.scheme(config, program)
    order = [] if scheme is None else [one.tier_id for one in scheme.tiers]
    places = [order.index(body[name]) for name in ("tier", "previous") if body[name] in order]
    if len(places) < 2:
        return None
    return "up" if places[0] > places[1] else "down"
