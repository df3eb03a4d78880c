"""What to do about an entry that is not undone: by the kind of what it tells, the first of these that it tells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from chalicelib.areas.accounts.model import facts as f
from chalicelib.errors import Refused
from chalicelib.flows.account_views import facts_of
from chalicelib.kit.facts import Body, Fact
from chalicelib.kit.ids import EntryRef, entry_id, owner_kind
from chalicelib.table.journal import Entry

INSTEAD: Mapping[type[Fact], str] = {
    f.CheckoutOpened: "The opening of a checkout is not undone: cancel the checkout",
    f.CheckoutUpdated: "The change of a checkout is not undone: change it anew, or cancel it",
    f.CheckoutCommitted: "A checkout that was paid is not undone: cancel it, or a part of it",
    f.CheckoutCancelled: "What was cancelled of a checkout is not undone: what is bought after all is a new order",
    f.EventRecorded: "An event is not undone: cancel the earning that came of it",
    f.OrderReturned: "A return is not undone: what is bought after all is a new order",
    f.PointsRefunded: "What was given back is not undone: take it with a new spend or deduction",
    f.PointsCancelled: "A cancellation is not undone: earn or grant the points anew",
    f.PromiseCancelled: "A cancellation is not undone: promise or grant the points anew",
    f.PointsDeducted: "What undid something is not undone: grant the points anew",
    f.PointsReleased: "A release is not undone: hold the points anew",
    f.TierPinned: "A pin is not undone: unpin the tier, or pin another one",
    f.TierPinReturned: "A return is not undone: what is bought after all is a new order",
    f.TierUnpinned: "An unpinning is not undone: pin the tier anew",
    f.PointsActivated: "What has become available is not made pending again: cancel the earning by its own id",
    f.PointsExpired: "What has expired is not undone: grant the points anew",
    f.PointsExtended: "Last days that moved stay so",
    f.TierChanged: "A change of tier is not undone: pin the tier",
    f.TierReviewed: "A review of the tier is not undone: pin the tier",
    f.RewardRedeemed: "A redemption is not undone: refund it by its own id",
    f.RewardDeliveryChanged: "What was delivered is not undone: refund the redemption",
    f.RewardRefunded: "A refund is not undone: redeem the reward anew",
    f.PerkGranted: "An award is not undone: revoke it",
    f.PerkRedeemed: "A use of an award is not undone: refund it by its own id",
    f.PerkRefunded: "A refund is not undone: redeem the award anew",
    f.PerkRevoked: "What was revoked is not undone: grant the perk anew",
    f.PerkExpired: "What has expired is not undone: grant the perk anew",
    f.RuleCounted: "What a purchase got of a rule comes back with its return",
    f.RuleUncounted: "A return is not undone: record the purchase anew",
    f.PastCounted: "What was counted of something that happened stays so until that comes back",
    f.MetricReached: "A threshold stays reached until the account falls back: cancel what was given for it by its own id",
    f.MetricFell: "Who has fallen back from a threshold reaches it by what they do",
    f.NotificationWanted: "What members are told is not undone: cancel the notice, as long as it waits",
    f.RuleTold: "What a server was told stays told: it hears of a return as well",
    **dict.fromkeys(f.ON_SEGMENTS, "Who has joined or left a segment is taken out of it, or added to it, by hand"),
    **dict.fromkeys(f.ON_REFERRALS, "Who has come by whom stays so: cancel what was given for it by its own id"),
    **dict.fromkeys(
        f.ON_COUPONS, "What became of a coupon is changed by its own id: mark it as unused, cancel or reactivate it"
    ),
}
OTHERWISE = "Nothing was done that could be undone"


def not_undone(entry: Entry, named: Iterable[Body]) -> Refused:
    """`named` are the facts that the request means, none of which is undone by its kind."""
    types = {body["type"] for body in named}
    if f.PointsReceived.type in types:
        [received] = facts_of(entry, f.PointsReceived)
        return _undone_by_sender(entry, received)
    sentence = next((said for kind, said in INSTEAD.items() if kind.type in types), OTHERWISE)
    return Refused("cannot_undo", f"{sentence}.", param="entry_id")


def _undone_by_sender(entry: Entry, received: f.PointsReceived) -> Refused:
    sender = received.sender
    transfer = entry_id(EntryRef(sender, entry.stream.program, *received.entry))
    path = f"POST /v1/{owner_kind(sender)}s/{sender}/transfers/{transfer}/undo"
    return Refused(
        "undo_by_sender", f"It came by a transfer, which is undone where it was sent: {path}.", param="entry_id"
    )
