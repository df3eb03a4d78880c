"""That it is the member who pays with points at a checkout: proven where the points are set apart, or where they are spent that
were not. What is set apart already for the same checkout was proven then.

reads    1 Get of the member's secrets, where the program asks for a proof of points and there are points to prove for
writes   what flows/proving says
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from chalicelib.areas.accounts.model import Account
from chalicelib.areas.checkouts.model import Checkout, Promised
from chalicelib.flows.proving import Proof
from chalicelib.flows.terms import Terms
from chalicelib.kit.command import Command
from chalicelib.runtime import Runtime
from chalicelib.table.protocol import Write


def proven_for(
    rt: Runtime, tenant: str, command: Command, terms: Terms, member_id: str | None, points: Counter[str]
) -> tuple[Write, ...]:
    """`points` of each unit that nobody has proven. Refuses what flows/proving does."""
    if member_id is None or not +points:
        return ()
    proof = Proof("points", terms, tenant, member_id)
    found = {key: secrets for key in proof.beside if (secrets := rt.table.get(key)) is not None}
    return proof.judged(command, found, rt.clock.now())


def points_apart(promised: Sequence[Promised]) -> Counter[str]:
    """Of each unit, what is to be set apart."""
    apart = Counter[str]()
    for one in promised:
        if one.hold is not None:
            apart[one.unit] += one.points
    return apart


def still_apart(before: Checkout, account: Account) -> Counter[str]:
    """What is: not what somebody has captured or released by hand meanwhile."""
    apart = Counter[str]()
    for one in before.promised:
        held = None if one.hold is None else account.hold(one.hold)
        if held is not None:
            apart[one.unit] += min(held.amount, one.points)
    return apart


def points_unheld(checkout: Checkout) -> Counter[str]:
    """What is spent with the commit and was never set apart."""
    unheld = Counter[str]()
    for one in checkout.paid_with_points:
        if one.hold is None:
            unheld[one.unit] += one.points
    return unheld
