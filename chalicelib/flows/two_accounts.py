"""What flows on two accounts share: open both with their members, and put what was decided into one transaction.

The sender's entry is the main one: the answer is made from it, and a lost answer is recognised by it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.areas.accounts import store as accounts
from chalicelib.areas.accounts.model import Story
from chalicelib.areas.members import store as members
from chalicelib.errors import NotFound
from chalicelib.flows.account_commit import Opened, account_entry, account_plan
from chalicelib.kit.caller import Caller
from chalicelib.kit.command import Command
from chalicelib.kit.ids import is_id
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Plan
from chalicelib.table.journal import Header, entry_put
from chalicelib.table.protocol import Attrs, Key, Write

ONLY_FACT = 1  # what is sent, received or given back is the one fact of its entry that has a number


@dataclass(frozen=True, slots=True)
class Both:
    sender: Opened
    receiver: Opened

    @property
    def sender_entry(self) -> tuple[int, int]:
        """Where the sender's side will stand: entry and fact."""
        return self.sender.head.version + 1, ONLY_FACT

    @property
    def receiver_entry(self) -> tuple[int, int]:
        return self.receiver.head.version + 1, ONLY_FACT


def open_both(rt: Runtime, tenant: str, sender: str, receiver: str, program_id: int) -> Both:
    """1 BatchGet of two profiles and two accounts. NotFound for whom this tenant does not have, naming
    `member_id` for the sender and `to` for the receiver."""
    for member, param in ((sender, "member_id"), (receiver, "to")):
        if not is_id("member", member):  # what is no id names nobody, and no key of the table is made of it
            raise _nobody(member, param)
    keys = [
        key
        for member in (sender, receiver)
        for key in (members.profile_key(tenant, member), accounts.account_key(tenant, member, program_id))
    ]
    found = rt.table.batch_get(list(dict.fromkeys(keys)))  # one and the same is refused by whoever asks
    return Both(
        _opened(found, keys[0], keys[1], sender, program_id, "member_id"),
        _opened(found, keys[2], keys[3], receiver, program_id, "to"),
    )


def both_plan(
    caller: Caller,
    command: Command,
    header: Header,
    both: Both,
    sender: Story,
    receiver: Story,
    also: tuple[Write, ...] = (),
) -> Plan:
    """Two accounts and two entries, all or nothing."""
    entry = account_entry(caller.tenant, sender, both.sender.head, header)
    other = account_entry(caller.tenant, receiver, both.receiver.head, header)
    theirs = (accounts.account_put(caller.tenant, receiver.account, both.receiver.head, other), entry_put(other))
    return account_plan(caller, command, sender, both.sender.head, entry, (*theirs, *also))


def _opened(
    found: Mapping[Key, Attrs], profile: Key, account: Key, member_id: str, program_id: int, param: str
) -> Opened:
    if profile not in found:
        raise _nobody(member_id, param)
    member, _ = members.member_from(found[profile], member_id)
    return Opened(member, *accounts.account_from(found.get(account), member_id, program_id))


def _nobody(member_id: str, param: str) -> NotFound:
    return NotFound("member_not_found", f"There is no member {member_id[:64]}.", param=param)
