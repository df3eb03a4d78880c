"""Verify a tenant: every account from its journal, every order and its entry, and that the feed has every entry once.

    reads    the directories of members and groups, 1 Query two hundred of a shard; these as in verify_members, twenty
             together; orders that no member has as in verify_kept_orders; the
             configuration as in verify_configuration, quotas as in verify_quotas, plans as in verify_schedules; the feed as in verify_feed

Memory: two hundred members, and two numbers for each hour in which anything was recorded. It writes nothing. Between two
parts it may be ended, and gone on with later from where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from typing import Any

from chalicelib.flows.listed_owners import MEMBERS_A_PART, listed_owners
from chalicelib.flows.verify_configuration import verify_configuration
from chalicelib.flows.verify_feed import verify_feed
from chalicelib.flows.verify_kept_orders import verify_kept_orders
from chalicelib.flows.verify_members import VerifiedMember, verify_members
from chalicelib.flows.verify_quotas import verify_quotas
from chalicelib.flows.verify_schedules import verify_schedules
from chalicelib.flows.verify_stream import Difference
from chalicelib.flows.verify_tally import Tally, tally_from
from chalicelib.kit.clock import Instant
from chalicelib.kit.ids import owner_kind
from chalicelib.runtime import Runtime
from chalicelib.table.patient import PatientTable
from chalicelib.table.recorded import HOUR_MS

TOGETHER, THREADS = 20, 8
FEED_LAGS_MS = 10 * 60_000  # what was recorded in the last minutes may be on its way yet

_Verify = Callable[[Sequence[str]], list[VerifiedMember]]


@dataclass(frozen=True, slots=True)
class Position:
    """Between two parts: the last member or group that was verified, and what all up to there add up to. The feed will be
    compared for the hours that had ended by `until`."""

    until: Instant
    after: str | None
    tally: Tally

    def kept(self) -> dict[str, Any]:
        """As JSON, to go on from."""
        return {"until": self.until, "after": self.after, "tally": self.tally.kept()}


@dataclass(frozen=True, slots=True)
class VerifiedPart:
    """Some members, the configuration, or the feed: how much there was of each, and what is not as it must be. The feed's
    says up to when that was compared."""

    differences: tuple[Difference, ...]
    members: int = 0
    accounts: int = 0
    entries: int = 0
    orders: int = 0
    groups: int = 0
    position: Position | None = None
    feed_until: Instant | None = None


def position_from(kept: Mapping[str, Any]) -> Position:
    return Position(kept["until"], kept["after"], tally_from(kept["tally"]))


def verify_tenant(
    rt: Runtime, tenant: str, begun: Position | None = None, threads: int = THREADS
) -> Iterator[VerifiedPart]:
    """Who: an operator, at a prompt. The feed is compared for the hours that had ended ten minutes before the start, of
    the run that had `begun` where one is gone on with. `threads`: how many read at once."""
    at = begun or Position(rt.clock.now() - FEED_LAGS_MS, None, Tally())
    everybody = listed_owners(PatientTable(rt), tenant, at.after)
    with _at_once(partial(verify_members, rt, tenant), threads) as verify:
        while some := list(islice(everybody, MEMBERS_A_PART)):
            verified = verify(some)
            for one in verified:
                at.tally.add_all(one.tally)
            at = replace(at, after=some[-1])
            groups = sum(owner_kind(one) == "group" for one in some)
            yield VerifiedPart(
                tuple(difference for one in verified for difference in one.differences),
                len(some) - groups,
                sum(one.accounts for one in verified),
                sum(one.tally.entries for one in verified),
                sum(one.orders for one in verified),
                groups,
                at,
            )
    whole = Tally()
    whole.add_all(at.tally)
    different, tally, orders = verify_kept_orders(rt, tenant)
    yield VerifiedPart(different, entries=tally.entries, orders=orders)
    whole.add_all(tally)
    different, tally = verify_configuration(rt, tenant)
    beside = (*verify_quotas(rt, tenant), *verify_schedules(rt, tenant))
    yield VerifiedPart((*different, *beside), entries=tally.entries)
    whole.add_all(tally)
    different = tuple(verify_feed(PatientTable(rt), tenant, whole, at.until))
    yield VerifiedPart(different, feed_until=at.until // HOUR_MS * HOUR_MS)


@contextmanager
def _at_once(verify: _Verify, threads: int) -> Iterator[_Verify]:
    """The same for many: a few together, some of these at once, answered in the members' order."""

    def cut(some: Sequence[str]) -> list[Sequence[str]]:
        return [some[first : first + TOGETHER] for first in range(0, len(some), TOGETHER)]

    if threads == 1:
        yield lambda some: [one for few in cut(some) for one in verify(few)]
        return
    with ThreadPoolExecutor(threads) as pool:
        yield lambda some: [one for verified in pool.map(verify, cut(some)) for one in verified]
