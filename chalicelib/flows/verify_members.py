"""Verify members and groups: profile, accounts, orders, returns and coupons against the journals that they must follow from.

    reads    for each member or group 1 Query a MB of its partition, for each member 1 Query a thousand of its orders; for all
             that are verified together 1 BatchGet a hundred of their orders, returns and identifiers

An aggregate is compared with its journal up to its own version, so that what is written meanwhile is no difference. Where
something differs nevertheless the member is looked at again, and what differs at every look is told.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby, islice

from chalicelib.areas.accounts import operations as accounts
from chalicelib.areas.accounts import store as account_store
from chalicelib.areas.accounts.model import Account
from chalicelib.areas.accounts.model.laws import broken_laws
from chalicelib.areas.members import store as members
from chalicelib.areas.orders import store as orders
from chalicelib.flows.verify_awards import RecordedAwards
from chalicelib.flows.verify_coupons import RecordedCoupons
from chalicelib.flows.verify_group import RecordedGroup, recorded_group
from chalicelib.flows.verify_kept_orders import once_nobodys, verify_own_journal
from chalicelib.flows.verify_orders import RecordedOrders
from chalicelib.flows.verify_profile import RecordedProfile
from chalicelib.flows.verify_redemptions import RecordedRedemptions
from chalicelib.flows.verify_referrals import RecordedReferrals
from chalicelib.flows.verify_segments import RecordedSegments
from chalicelib.flows.verify_stream import Aggregate, Difference, Place, sequence_of, unreadable, verify_stream
from chalicelib.flows.verify_tally import Tally
from chalicelib.flows.verify_undone import LOOKS, PAUSE_SECONDS, RecordedUndoing, entries_of
from chalicelib.kit.ids import owner_kind
from chalicelib.runtime import Runtime
from chalicelib.table.items import UNREADABLE
from chalicelib.table.journal import Entry, Head
from chalicelib.table.keys import SNAPSHOT_END, owner_stream, partition_query
from chalicelib.table.pages import every_item
from chalicelib.table.patient import PatientTable
from chalicelib.table.placeholders import is_placeholder
from chalicelib.table.protocol import Attrs, Key, Table

PROFILE = "A#PROFILE"
_ACCOUNT, _NAMED = re.compile("B#[0-9]{4}"), ("B#", SNAPSHOT_END)
_ORDERS_A_PAGE, _KEYS_A_READ = 1_000, 100
_Beside = RecordedCoupons | RecordedRedemptions | RecordedAwards | RecordedSegments | RecordedReferrals


@dataclass(slots=True)
class VerifiedMember:
    """Or a group. `accounts` there are; `proven` are those of them that follow from their journal, every entry of which
    follows from the one before. `tally` is what all its entries add up to."""

    accounts: int = 0
    proven: int = 0
    orders: int = 0
    differences: list[Difference] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)


@dataclass(slots=True)
class _Look:
    """What one look at a member or a group sees."""

    tenant: str
    owner: str
    recorded: RecordedOrders
    coupons: RecordedCoupons = field(default_factory=RecordedCoupons)
    redemptions: RecordedRedemptions = field(default_factory=RecordedRedemptions)
    awards: RecordedAwards = field(init=False)
    segments: RecordedSegments = field(init=False)
    referrals: RecordedReferrals = field(init=False)
    verified: VerifiedMember = field(default_factory=VerifiedMember)
    profile: RecordedProfile | RecordedGroup | None = None

    def __post_init__(self) -> None:
        self.awards = RecordedAwards(grouped=owner_kind(self.owner) == "group")
        self.segments = RecordedSegments(self.tenant, self.owner)
        self.referrals = RecordedReferrals(self.tenant, self.owner)

    @property
    def beside(self) -> tuple[_Beside, ...]:
        """What has items of its own beside the account."""
        return self.coupons, self.redemptions, self.awards, self.segments, self.referrals

    def wanted(self) -> Iterator[Key]:
        yield from self.recorded.wanted()
        if self.profile is not None:
            yield from self.profile.wanted()

    def see(self, entry: Entry) -> None:
        for kept in self.beside:
            kept.see(entry)

    def tell(self, name: str, told: Iterable[str], program: int = 0, entry: int | None = None) -> None:
        self.verified.differences += (Difference(self.owner, f"{name}{what}", program or None, entry) for what in told)

    def tell_marks(self, name: str, undoing: RecordedUndoing, program: int) -> None:
        for entry in entries_of(undoing.wrong()):
            told = f"what is marked as undone of entry {entry} is not what later ones undid"
            self.tell(f"{name}: ", [told], program, entry)


def _never() -> bool:
    return False


def verify_members(
    rt: Runtime, tenant: str, some: Sequence[str], enough: Callable[[], bool] = _never
) -> list[VerifiedMember]:
    """Who: an operator, at a prompt. Differences name the member and what differs, never what is private. Once there is
    `enough` nobody else's journal is begun: then the answer is of the first of them only, one at least."""
    table = PatientTable(rt)
    verified = _look(table, tenant, some, enough)
    for _ in range(LOOKS - 1):
        doubtful = [member for member, one in verified.items() if one.differences]
        if not doubtful:
            break
        rt.clock.sleep(PAUSE_SECONDS)
        for member, again in _look(table, tenant, doubtful, _never).items():
            again.differences = [one for one in verified[member].differences if one in again.differences]
            verified[member] = again
    return list(verified.values())


def _look(table: Table, tenant: str, some: Sequence[str], enough: Callable[[], bool]) -> dict[str, VerifiedMember]:
    """In their order."""
    looks: list[_Look] = []
    for owner in some:
        if looks and enough():
            break
        looks.append(_partition(table, tenant, owner))
    for look in looks:
        if owner_kind(look.owner) == "member":  # what is bought for a group is listed under who bought it
            query = orders.member_orders_query(tenant, look.owner, _ORDERS_A_PAGE, None)
            look.recorded.listed.update(map(orders.listed_order, every_item(table, query)))
        look.verified.orders = len(look.recorded.sales)
    found = _read(table, (key for look in looks for key in look.wanted()))
    for look in looks:
        look.tell("", look.recorded.differences(table, found))
        theirs = (found.get(orders.order_key(tenant, name)) for name in look.recorded.orders)
        for order in once_nobodys(look.owner, filter(None, theirs)):
            look.verified.differences += verify_own_journal(table, tenant, order, look.verified.tally)
        if look.profile is not None:
            look.tell("profile: ", look.profile.of_others(table, found))
    return {look.owner: look.verified for look in looks}


def _read(table: Table, keys: Iterable[Key]) -> dict[Key, Attrs]:
    wanted, found = iter(dict.fromkeys(keys)), dict[Key, Attrs]()
    while some := list(islice(wanted, _KEYS_A_READ)):
        found |= table.batch_get(some)
    return found


def _partition(table: Table, tenant: str, owner: str) -> _Look:
    """Aggregates come before journals, and those a stream after the other."""
    look = _Look(tenant, owner, RecordedOrders(tenant, owner))
    stored: dict[str, Attrs] = {}
    left: set[int] | None = None
    for program, items in groupby(every_item(table, partition_query(tenant, owner)), _program):
        if program is None:
            stored |= {attrs["sk"]["S"]: attrs for attrs in items}
            continue
        left = _programs(stored) if left is None else left
        left.discard(program)
        _stream(look, stored, program, items)
    for program in sorted(_programs(stored) if left is None else left):
        _stream(look, stored, program, ())
    for kept in look.beside:
        look.tell("", kept.differences(stored))
    look.verified.accounts = len(_programs(stored)) - 1
    strange = [sk for sk in stored if sk.startswith(_NAMED) and not _ACCOUNT.fullmatch(sk)]
    look.tell("", ["something lies among its accounts and entries that is none"] if strange else [])
    return look


def _programs(stored: Mapping[str, Attrs]) -> set[int]:
    return {0, *(int(sk[2:]) for sk in stored if _ACCOUNT.fullmatch(sk))}


def _program(attrs: Attrs) -> int | None:
    """Whose journal an item is of; None for what is no entry."""
    sk: str = attrs["sk"]["S"]
    return int(sk.split("#")[1]) if sk.startswith(SNAPSHOT_END) and sequence_of(attrs) else None


def _stream(look: _Look, stored: Mapping[str, Attrs], program: int, items: Iterable[Attrs]) -> None:
    """One stream, and the aggregate that it leads up to."""
    name = f"account {program}" if program else "profile"
    kept, head, before, broken = None, None, len(look.verified.differences), list[str]()
    try:
        kept, head = _kept(look, stored, program)
        if isinstance(kept, Account):
            broken += broken_laws(kept)
            if program and account_store.misplaced(look.tenant, kept, stored.get(f"B#{program:04}", {})):
                broken.append("is not due on the day that the index has")
    except UNREADABLE as why:
        look.tell(name, [f" {unreadable(why)}"], program)
    aggregate = Aggregate(Place(look.owner, name), owner_stream(look.tenant, look.owner, program), head)
    rebuilt, unread, undoing = Account(look.owner, program), False, RecordedUndoing()

    def see(entry: Entry) -> None:
        nonlocal rebuilt, unread
        look.verified.tally.add_entry(entry)
        look.recorded.see(entry)
        look.see(entry)
        undoing.see(entry)
        if aggregate.covers(entry):
            unread = unread or is_placeholder(entry)
            if isinstance(kept, RecordedProfile | RecordedGroup):
                kept.see(entry)
            elif program:
                rebuilt = accounts.folded(rebuilt, entry)

    look.verified.differences += verify_stream(aggregate, items, see)
    look.tell_marks(name, undoing, program)
    if isinstance(kept, RecordedProfile | RecordedGroup):
        look.profile = kept
        look.tell("profile: ", kept.differences())
    elif kept is not None:
        differing = () if unread else accounts.differences(kept, rebuilt)
        look.tell(f"{name}: ", (f"{what} is not what the journal says" for what in differing), program)
        look.tell(f"{name}: ", broken, program)
        look.verified.proven += len(look.verified.differences) == before


def _kept(
    look: _Look, stored: Mapping[str, Attrs], program: int
) -> tuple[Account | RecordedProfile | RecordedGroup | None, Head]:
    if program:
        return account_store.account_from(stored.get(f"B#{program:04}"), look.owner, program)
    attrs = stored.get(PROFILE)
    if attrs is None:
        return None, Head()
    if owner_kind(look.owner) == "group":
        recorded = recorded_group(look.tenant, look.owner, stored, attrs)
        return recorded, recorded.head
    member, head = members.member_from(attrs, look.owner)
    placed = members.is_placed(look.tenant, look.owner, attrs)
    comes = members.is_due(look.tenant, member, attrs)
    return RecordedProfile(look.tenant, look.owner, members.shown_from(attrs), member, head, placed, comes), head
