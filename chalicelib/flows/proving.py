"""That it is the member who redeems: judged from what was read with the account, and written in the transaction that it is for.

reads    the member's secrets, with whatever else is read or by 1 Get; nothing where the program asks for no proof
writes   a check that they are as they were read, or a used code and forgotten wrong tries (version): 2 units
         a wrong try writes the secrets alone (version), also in a dry run: 1 Get, 2 units
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from chalicelib.areas.pins import store
from chalicelib.areas.pins.model import WrongProof
from chalicelib.flows.account_commit import DecideActing, Manner, change_acting
from chalicelib.flows.opened import Acting
from chalicelib.flows.terms import Terms
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Instant
from chalicelib.kit.command import Command
from chalicelib.kit.proofs import ProofKind, Redeeming
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed, settle
from chalicelib.table.journal import Entry
from chalicelib.table.protocol import Attrs, Key, Write

AnswerT = TypeVar("AnswerT")


@dataclass(frozen=True, slots=True)
class Proof:
    """That it is this member who redeems something of a kind, as far as the terms ask for it."""

    of: Redeeming
    terms: Terms
    tenant: str
    member_id: str

    @property
    def asked(self) -> ProofKind:
        how: ProofKind = getattr(self.terms.program.proofs, self.of)
        return how

    @property
    def beside(self) -> tuple[Key, ...]:
        """What must be read to judge it: at most one item."""
        return () if self.asked == "none" else (store.secrets_key(self.tenant, self.member_id),)

    def judged(self, command: Command, found: Mapping[Key, Attrs], now: Instant) -> tuple[Write, ...]:
        """From what was read beside: what is written with what the command's proof lets happen. Refuses `proof_required`, `pin_not_set`, `proof_expired`,
        `proof_locked`, `wrong_proof`."""
        if self.asked == "none":
            return ()
        before = store.secrets_from(found.get(store.secrets_key(self.tenant, self.member_id)))
        after = before.proven(self.member_id, self.asked, command.proof, now)
        return (store.proven_write(self.tenant, self.member_id, before, after),)


def change_proven(
    rt: Runtime,
    caller: Caller,
    command: Command,
    operation: str,
    acting: Acting,
    decide: DecideActing,
    answer: Callable[[Entry], AnswerT],
) -> Committed[AnswerT]:
    """What a member does with points (account_commit), who proves that it is they where the program asks for it."""

    def proof(terms: Terms) -> Proof:
        return Proof("points", terms, caller.tenant, acting.owner)

    manner = Manner(
        beside_of=lambda terms: proof(terms).beside,
        also_of=lambda terms, opened: proof(terms).judged(command, opened.beside, rt.clock.now()),
    )

    def carry_out() -> Committed[AnswerT]:
        return change_acting(rt, caller, command, operation, acting, decide, answer, manner)

    return counting_wrong_tries(rt, caller.tenant, carry_out)


def counting_wrong_tries(rt: Runtime, tenant: str, carry_out: Callable[[], Committed[AnswerT]]) -> Committed[AnswerT]:
    """A wrong proof is answered only once it is counted; whoever comes when they are all used up learns nothing of theirs: they
    are refused by `proof_locked`."""
    try:
        return carry_out()
    except WrongProof as wrong:
        count_wrong_try(rt, tenant, wrong.member_id)
        raise


def count_wrong_try(rt: Runtime, tenant: str, member_id: str) -> None:
    this_try = rt.ids.command()

    def decide() -> tuple[bool, tuple[Write, ...]]:
        known = store.secrets_from(rt.table.get(store.secrets_key(tenant, member_id)))
        if known.last_try == this_try:  # the answer was lost, the write was not
            return True, ()
        now = rt.clock.now()
        known.must_not_be_locked(now)
        return True, (store.secrets_put(tenant, member_id, known.wronged(this_try, now)),)

    settle(rt, decide)
