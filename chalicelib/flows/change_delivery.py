"""Say where the delivery of a physical reward stands: ordered, then shipped, then delivered; cancelled before it is there.

reads    1 BatchGet of profile, entry and redemption, 1 of the account; 1 Get more for what is refused
writes   account (version), entry (absent), the redemption (version): 6 units, + 2 with an Idempotency-Key
may      who may change rewards, also for a blocked member
"""

from __future__ import annotations

from chalicelib.areas.accounts.model import Story
from chalicelib.areas.accounts.model.facts import RewardDeliveryChanged
from chalicelib.areas.rewards import store as rewards
from chalicelib.areas.rewards.model import DeliveryStatus, must_follow
from chalicelib.flows.account_commit import account_entry, account_plan, header_for
from chalicelib.flows.account_views import facts_of, owner_of
from chalicelib.flows.open_redemption import open_redemption, unless_changed
from chalicelib.flows.terms import settle_tier, terms_of
from chalicelib.kit.base import Frozen
from chalicelib.kit.caller import Caller
from chalicelib.kit.command import Command
from chalicelib.kit.ids import EntryRef, entry_id
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed, Plan, commit
from chalicelib.table.guards import recall_guarded
from chalicelib.table.journal import Entry


class DeliveryChange(Frozen):
    """`refund_due`: the delivery is called off, and what was paid has not come back: only refunding the redemption gives it
    back, for the shop may as well hand it out."""

    redemption_id: str
    reward_id: str
    delivery: str
    refund_due: bool


def change_delivery(
    rt: Runtime, caller: Caller, command: Command, owner: str, redemption_id: str, status: DeliveryStatus
) -> Committed[DeliveryChange]:
    """NotFound: owner, `redemption_not_found`. Refuses `not_delivered`, `wrong_delivery_state`. What was paid stays paid: a
    refund gives it back."""
    tenant = caller.tenant

    def plan() -> Plan:
        it = open_redemption(rt, tenant, owner, redemption_id, lambda *_: ())
        unless_changed(rt, tenant, it, lambda: must_follow(it.redemption.delivery, status))
        terms = terms_of(rt, tenant, it.ref.program)
        header = header_for(rt, caller, command, "change_delivery", terms)
        told = RewardDeliveryChanged(it.redemption.reward_id, it.ref.sequence, status)
        story = settle_tier(terms.advance(Story(it.opened.account), header.effective_at).then(told), terms)
        entry = account_entry(tenant, story, it.opened.head, header)
        changed = it.redemption.model_copy(update={"delivery": status})
        put = rewards.redemption_put(tenant, it.ref, changed, it.counted, it.version)
        return account_plan(caller, command, story, it.opened.head, entry, (put,))

    return commit(rt, command, plan, _answer, lambda: recall_guarded(rt.table, tenant, command))


def _answer(entry: Entry) -> DeliveryChange:
    [told] = facts_of(entry, RewardDeliveryChanged)
    return DeliveryChange(
        redemption_id=entry_id(EntryRef(owner_of(entry), entry.stream.program, told.entry)),
        reward_id=told.reward,
        delivery=told.status,
        refund_due=told.status == "cancelled",
    )
