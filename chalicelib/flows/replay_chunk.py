"""Do one chunk of a simulation: the orders of up to a thousand members and groups, each judged by two sets of rules.

reads    as every chunk (job_chunks), and of members and groups (owner_chunks); of each 1 Query a MB of its journal; and for
         some twenty together 1 BatchGet of a hundred of their orders and of the profiles of those who bought; where a rule asks
         for segments 1 Query of those of each of them
writes   as every chunk: nothing of a member or a group. Its lease is lengthened while it reads
repeats  one that is done is left alone; one that is done again comes to the same sums

An order is judged with the account as it really stood when it was recorded, whatever simulated rules would have given
before; only how often they were given counts for their own limits. What limits for all leave of it the join says, by date of
purchase (areas/rules/limited_replay). Memory: the orders of one read, the sums, and orders of accounts that such limits are about.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from chalicelib.areas.jobs.model import Operation, Part
from chalicelib.areas.members import store as members
from chalicelib.areas.members.model import Member
from chalicelib.areas.orders import store as orders
from chalicelib.areas.orders.model import Sale
from chalicelib.areas.orders.model.gifts import COUPON_GIVEN
from chalicelib.areas.orders.model.order import Order
from chalicelib.areas.rules.compile import CompiledRules
from chalicelib.areas.rules.limited_replay import Judged, NothingLeft, Waiting, limited_in
from chalicelib.areas.rules.purchase import Context
from chalicelib.areas.rules.replayed import Amount, Given, Side, Sums, judged
from chalicelib.areas.segments.store import memberships_query
from chalicelib.flows.happening import MAX_CREDITS
from chalicelib.flows.job_chunks import Chunk, work_on_chunk
from chalicelib.flows.job_lease import no_message
from chalicelib.flows.job_messages import Step
from chalicelib.flows.judged import context_of
from chalicelib.flows.owner_chunks import Enough, look_at_owners
from chalicelib.flows.past_orders import PastOrder, UnreadableHistoryError, past_orders
from chalicelib.flows.replayed_uses import ReplayedUses, TriedHistory
from chalicelib.flows.segment_changes import segments_of
from chalicelib.flows.simulation_rules import RuleSets, rule_sets
from chalicelib.kit.clock import Instant
from chalicelib.kit.ids import owner_kind
from chalicelib.runtime import Runtime
from chalicelib.table.items import UNREADABLE
from chalicelib.table.pages import every_item
from chalicelib.table.patient import PatientTable
from chalicelib.table.protocol import Attrs, Key, key_of

KEYS_A_READ = 100


def replay_chunk(rt: Runtime, step: Step, keep: Callable[[], None] = no_message) -> None:
    """As work_on_chunk has it; `keep` keeps its message away for as long as a lease."""
    work_on_chunk(rt, step, _do, keep=keep)


def _do(rt: Runtime, operation: Operation, part: Part) -> Chunk:
    work = _Work(PatientTable(rt), operation.tenant, rule_sets(rt, operation), rt.clock.now())
    reached = look_at_owners(rt, operation, part, work.replay_some)
    result = work.sums.kept() + b"".join(work.limited.lines)
    return Chunk(result, dict(work.counts), reached.offset, reached.last)


@dataclass(slots=True)
class _Work:
    """A chunk in our hands: `waiting` are orders that are judged together, with the keys of what must be read for that."""

    table: PatientTable
    tenant: str
    sets: RuleSets
    now: Instant
    sums: Sums = field(default_factory=Sums)
    counts: Counter[str] = field(default_factory=Counter)
    waiting: list[PastOrder] = field(default_factory=list)
    keys: dict[Key, None] = field(default_factory=dict)
    uses: dict[str, ReplayedUses] = field(default_factory=dict)
    limited: Waiting = field(default_factory=Waiting)
    segments: dict[str, frozenset[str]] = field(default_factory=dict)

    def replay_some(self, some: Sequence[str], enough: Enough) -> int:
        looked = 0
        for owner in some:
            if looked and enough():
                break
            self._follow_journal(owner)
            looked += 1
        self._judge_waiting()
        self.counts["accounts"] += len(self.sums.met)
        self.limited.end_accounts(self.sums, self.sets.limits)
        self.sums.end_accounts()
        self.uses.clear()
        self.segments.clear()
        return looked

    def _follow_journal(self, owner: str) -> None:
        self.counts.update(rows=1, groups=int(owner_kind(owner) == "group"))
        program_id = self.sets.terms.program.program_id
        try:
            for past in past_orders(self.table, self.tenant, owner, program_id, self.sets.period):
                self._add_past(past)
        except UnreadableHistoryError:
            self.counts["unreadable"] += 1

    def _add_past(self, past: PastOrder) -> None:
        keys = dict.fromkeys((self._order_key(past), self._profile_key(past)))
        if len(self.keys | keys) > KEYS_A_READ:
            self._judge_waiting()
        self.waiting.append(past)
        self.keys |= keys

    def _judge_waiting(self) -> None:
        found = self.table.batch_get(list(self.keys)) if self.keys else {}
        for past in self.waiting:
            try:
                order, member = self._order_and_buyer(past, found)
            except UNREADABLE:
                self.counts["unreadable"] += 1
                continue
            self._count_past(past, order, member)
        self.waiting.clear()
        self.keys.clear()

    def _order_and_buyer(self, past: PastOrder, found: dict[Key, Attrs]) -> tuple[Order, Member]:
        """The profile as it is today, in the group that the order was bought for."""
        order = orders.order_from(found[self._order_key(past)])
        member, _ = members.member_from(found.get(self._profile_key(past)), past.member)
        return order, member.model_copy(update={"group_id": order.group_id})

    def _count_past(self, past: PastOrder, order: Order, member: Member) -> None:
        sale, terms, owner = order.sale, self.sets.terms, past.account.owner
        segments = self._segments(member.member_id)
        context = context_of(terms, past.account, member, sale.purchased_at, None, segments=segments)
        tier = context.tier or ""
        self.counts["orders"] += 1
        self.sums.count_order(owner, tier, sale.currency, sale.gross_value)
        self.sums.count_given(owner, "recorded", tier, past.recorded + _coupons(order))
        self._judge(past, sale, "active", terms.rules, context)
        uses = self.uses.setdefault(owner, ReplayedUses(self.sets.drafts))
        assert context.history is not None  # noqa: S101 - it is that of an account
        seen = TriedHistory(context.history, uses.tried, uses.counted)
        given = self._judge(past, sale, "simulated", self.sets.simulated, replace(context, history=seen))
        uses.count(given, context.day)

    def _judge(
        self, past: PastOrder, sale: Sale, side: Side, compiled: CompiledRules, context: Context
    ) -> Given | None:
        """And once more as if nothing were left of what is limited for all, where any of that is given."""
        given = otherwise = judged(compiled, sale, context, MAX_CREDITS)
        if limited_in(given, self.sets.limits[side]):
            otherwise = judged(compiled, sale, replace(context, stock=NothingLeft()), MAX_CREDITS)
        one = Judged(sale.purchased_at, past.order_id, context.tier or "", given, otherwise)
        self.limited.add(past.account.owner, side, one)
        return given

    def _segments(self, member_id: str) -> frozenset[str]:
        """Those that the member is in today, where any rule asks for them."""
        if not self.sets.segments:
            return frozenset()
        if member_id not in self.segments:
            kept = every_item(self.table, memberships_query(self.tenant, member_id))
            found = {key_of(attrs): attrs for attrs in kept}
            self.segments[member_id] = segments_of(found, self.sets.terms.config, self.now)
        return self.segments[member_id]

    def _order_key(self, past: PastOrder) -> Key:
        return orders.order_key(self.tenant, past.order_id)

    def _profile_key(self, past: PastOrder) -> Key:
        return members.profile_key(self.tenant, past.member)


def _coupons(order: Order) -> Counter[Amount]:
    """They are told in journals of members, also where an order is their group's: the order knows which it got."""
    return Counter(Amount("coupons", gift.rule, gift.what) for gift in order.gifts if gift.kind == COUPON_GIVEN)
