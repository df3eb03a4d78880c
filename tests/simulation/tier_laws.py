"""What must hold of where an account stands on its program's ladder."""

from __future__ import annotations

from chalicelib.areas.accounts.model import Account, Story
from chalicelib.flows.standing import Ladder
from chalicelib.kit.facts import encode
from chalicelib.kit.periods import day_starts
from chalicelib.table.journal import Entry
from tests.simulation.law import law


def ask_tier(account: Account, ladder: Ladder, last: Entry) -> None:
    """Every operation ends on the tier that was reached, and a pin with its last day. What time alone brings is by the
    scheme of its day: the newest may not have had its say yet."""
    standing = account.standing
    if standing.pinned and standing.pinned_until is not None:
        ends_at = day_starts(standing.pinned_until + 1, ladder.zone)
        law(account.advanced_to < ends_at, f"still pinned to {account.tier}, after {standing.pinned_until}")
    if last.header["operation"] == "settle_due":
        return
    told = ladder.settled(Story(account)).facts
    law(not told, f"an operation has left the tier unsettled: {[encode(fact) for fact in told]}")
