"""A member as rewards see them: what was opened, what the counters say, and the program's terms; with the keys of all that.

Who may not have a reward is told why, so nothing of this refuses anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from chalicelib.areas.accounts.model import Account
from chalicelib.areas.rewards import store as rewards
from chalicelib.areas.rewards.model import Counts, NoCodes, Reward, Situation
from chalicelib.areas.segments import store as segments
from chalicelib.errors import Refused
from chalicelib.flows.opened import Opened, of_their_group, opened_from
from chalicelib.flows.segment_changes import segments_of
from chalicelib.flows.terms import Terms
from chalicelib.kit.clock import Instant
from chalicelib.kit.ids import number_of
from chalicelib.runtime import Runtime
from chalicelib.table.keys import snapshot_query
from chalicelib.table.pages import every_item
from chalicelib.table.protocol import Attrs, Key, key_of


@dataclass(frozen=True, slots=True)
class Seen:
    """A member with what they had before; `barred` where their group does not let them spend. `found`: all of theirs."""

    opened: Opened
    uses: Mapping[str, Counts] = field(default_factory=dict)
    barred: bool = False
    found: Mapping[Key, Attrs] = field(default_factory=dict)


def beside_keys(tenant: str, member: str, program_id: int, reward: Reward) -> tuple[Key, ...]:
    """What one reward asks for beside profile and account."""
    keys = [segments.membership_key(tenant, member, segment) for segment in reward.segments]
    keys += [rewards.uses_key(tenant, member, program_id, reward.reward_id)] if reward.member_limits else []
    return tuple(keys)


def seen_member(rt: Runtime, tenant: str, member_id: str, program_id: int) -> Seen:
    """1 Query of the member's snapshot, of one in a group 1 BatchGet more, and another where it does not let them spend.
    NotFound: member."""
    number_of("member", member_id)
    items = tuple(every_item(rt.table, snapshot_query(tenant, member_id)))
    found = {key_of(attrs): attrs for attrs in items}
    own = opened_from(found, tenant, member_id, program_id)
    seen = Seen(own, found=found, uses=rewards.uses_in(items, program_id))
    try:
        return replace(seen, opened=of_their_group(rt, tenant, own, program_id, spends="member_id"))
    except Refused:
        return replace(seen, opened=of_their_group(rt, tenant, own, program_id), barred=True)


def situation_of(
    terms: Terms,
    account: Account,
    at: Instant,
    seen: Seen,
    left: Mapping[str, Mapping[str, int]],
    no_codes: Mapping[str, NoCodes],
    additional: Mapping[str, int] | None = None,
) -> Situation:
    """`account` has come to `at`. `additional`: what if they had so much more of a unit?"""
    units = terms.program.units
    more = additional or {}
    return Situation(
        day=terms.day(at),
        balances={unit.code: account.wallet(unit.code).available + more.get(unit.code, 0) for unit in units},
        decimals={unit.code: unit.decimals for unit in units},
        tier=terms.tier(account),
        segments=segments_of(seen.found, terms.config, at),
        blocked=_blocked(seen.opened),
        barred=seen.barred,
        uses=seen.uses,
        left=left,
        no_codes=no_codes,
    )


def _blocked(opened: Opened) -> str:
    if opened.member is not None and opened.member.status == "blocked":
        return "member"
    return "group" if opened.group is not None and opened.group.status == "blocked" else ""
