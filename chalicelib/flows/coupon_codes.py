"""What a code stands for: a series whose coupons share it, a coupon that somebody has, or a code of a pool that is free."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.areas.coupons import model as m
from chalicelib.areas.coupons.store import codes
from chalicelib.areas.coupons.store import series as all_series
from chalicelib.errors import NotFound, Refused
from chalicelib.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Resolved:
    code: str
    series: m.CouponSeries
    member_id: str | None = None
    coupon_id: str | None = None

    def must_be_of(self, member_id: str | None) -> None:
        """Refuses `code_of_another_member`, and `code_not_issued` of what nobody has and nobody can claim."""
        if self.member_id is not None and member_id not in (None, self.member_id):
            raise Refused("code_of_another_member", "This coupon belongs to another member.", param="code")
        if self.member_id is None and self.series.codes.kind != "shared" and not self.series.claimable:
            raise Refused("code_not_issued", "This code has not been given to anybody yet.", param="code")


def resolved(rt: Runtime, tenant: str, code: str) -> Resolved:
    """Capital and small letters are the same. 1 Get, none for a shared code. NotFound `unknown_code`."""
    written, config = code.strip().upper(), rt.config.load(rt.table, tenant)
    shared = all_series.sharing(config).get(written)
    if shared is not None:
        return Resolved(written, shared)
    known = codes.find_code(rt.table, tenant, written) if 0 < len(written) <= LONGEST else None
    if known is None:
        raise NotFound("unknown_code", f"There is no coupon with the code {code[:64]}.", param="code")
    series = all_series.series(config, known.program_id, known.series_id)
    return Resolved(written, series, known.member_id, known.coupon_id)


LONGEST = 64
