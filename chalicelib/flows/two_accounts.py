"""What flows on two accounts share: open both with their owners, and put what was decided into one transaction.

The sender's entry is the main one: the answer is made from it, and a lost answer is recognised by it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from chalicelib.areas.accounts import store as accounts
from chalicelib.areas.accounts.model import Story
from chalicelib.errors import NotFound
from chalicelib.flows.account_commit import account_entry, account_plan
from chalicelib.flows.opened import Opened, opened_from, owner_keys
from chalicelib.kit.caller import Caller
from chalicelib.kit.command import Command
from chalicelib.kit.ids import owner_number
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Plan
from chalicelib.table.journal import Header, entry_put
from chalicelib.table.protocol import Attrs, Key, Write

FoundT = TypeVar("FoundT")
ONLY_FACT = 1  # what is sent, received or given back is the one fact of its entry that has a number


@dataclass(frozen=True, slots=True)
class Both:
    """`beside` is what else was asked for with the two."""

    sender: Opened
    receiver: Opened
    beside: Mapping[Key, Attrs]

    @property
    def sender_entry(self) -> tuple[int, int]:
        """Where the sender's side will stand: entry and fact."""
        return self.sender.head.version + 1, ONLY_FACT

    @property
    def receiver_entry(self) -> tuple[int, int]:
        return self.receiver.head.version + 1, ONLY_FACT


def open_both(
    rt: Runtime, tenant: str, sender: str, receiver: str, program_id: int, beside: tuple[Key, ...] = ()
) -> Both:
    """1 BatchGet of two profiles, two accounts and what is beside; each owner is a member or a group. NotFound for whom
    this tenant does not have, naming `to` for the receiver."""
    owner_number(sender)  # what is no id names nobody, and no key of the table is made of it
    _named("to", lambda: owner_number(receiver))
    keys = [key for owner in (sender, receiver) for key in owner_keys(tenant, owner, program_id)]
    found = rt.table.batch_get(list(dict.fromkeys([*keys, *beside])))  # one and the same is refused by whoever asks
    return Both(
        opened_from(found, tenant, sender, program_id),
        _named("to", lambda: opened_from(found, tenant, receiver, program_id)),
        {key: found[key] for key in beside if key in found},
    )


def both_plan(
    caller: Caller,
    command: Command,
    header: Header,
    both: Both,
    sender: Story,
    receiver: Story,
    also: tuple[Write, ...] = (),
    told: Mapping[str, Any] | None = None,
) -> Plan:
    """Two accounts and two entries, all or nothing. `told`: what the answer says of the receiver."""
    entry = account_entry(caller.tenant, sender, both.sender.head, header, told=told)
    other = account_entry(caller.tenant, receiver, both.receiver.head, header)
    theirs = (accounts.account_put(caller.tenant, receiver.account, both.receiver.head, other), entry_put(other))
    return account_plan(caller, command, sender, both.sender.head, entry, (*theirs, *also))


def _named(param: str, look: Callable[[], FoundT]) -> FoundT:
    """Whoever is not found is told under the name that the request has for them."""
    try:
        return look()
    except NotFound as missing:
        missing.param = param
        raise
