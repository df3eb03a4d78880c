"""Commits of decisions that have no flow of their own: one account, an entry undone with it, or two accounts at once."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from chalicelib.areas.accounts import store as accounts
from chalicelib.areas.accounts.model import Story, advance, receive, send
from chalicelib.flows.account_commit import account_entry, account_plan, change_account, header_for
from chalicelib.flows.opened import open_account
from chalicelib.flows.terms import Terms, after_activity, settle_tier, terms_of
from chalicelib.kit.clock import Instant
from chalicelib.kit.command import Command
from chalicelib.table.commit import Committed, Plan, commit
from chalicelib.table.guards import recall_guarded
from chalicelib.table.journal import Entry, entry_from, undone_put
from tests.simulation.tally import Deed
from tests.simulation.world import Wish
from tests.twins.bookshop import BookShop

PROGRAM = 1
Decide = Callable[[Story, Terms, Instant], Story]
Undo = Callable[[Story, Terms, Instant, int], tuple[Story, int]]  # told how much is undone, it says how much more


def told(entry: Entry) -> str:
    """An answer made of the entry alone."""
    return json.dumps([entry.sequence, entry.facts, entry.header["after"]], sort_keys=True)


def changing(member: str, operation: str, decide: Decide) -> Wish:
    """One account, as the flows change it."""

    def wish(shop: BookShop, command: Command) -> Committed[Any]:
        return change_account(shop.rt, shop.caller, command, operation, (member, PROGRAM), decide, told)

    return wish


def undoing(member: str, deed: Deed, decide: Undo) -> Wish:
    """One account, and on the entry that is undone how much of it now is."""
    stream_of = accounts.stream

    def wish(shop: BookShop, command: Command) -> Committed[Any]:
        rt, caller = shop.rt, shop.caller

        def plan() -> Plan:
            terms = terms_of(rt, caller.tenant, PROGRAM)
            opened = open_account(rt, caller.tenant, member, PROGRAM)
            stream = stream_of(caller.tenant, member, PROGRAM)
            attrs = rt.table.get(stream.key(deed.sequence))
            assert attrs is not None
            undone = entry_from(stream, attrs)
            header = header_for(rt, caller, command, "undo", terms)
            begun = advance(Story(opened.account), header.effective_at)
            before = undone.undone.get(deed.number, 0)
            story, amount = decide(begun, terms, header.effective_at, before)
            story = settle_tier(story, terms)
            entry = account_entry(caller.tenant, story, opened.head, header)
            also = (undone_put(undone, deed.number, amount),) if amount else ()
            return account_plan(caller, command, story, opened.head, entry, also)

        return commit(rt, command, plan, told, lambda: recall_guarded(rt.table, caller.tenant, command))

    return wish


def transferring(sender: str, receiver: str, unit: str, amount: int) -> Wish:
    """Two accounts and two entries in one transaction, each naming the other."""

    def wish(shop: BookShop, command: Command) -> Committed[Any]:
        rt, caller = shop.rt, shop.caller

        def plan() -> Plan:
            terms = terms_of(rt, caller.tenant, PROGRAM)
            one = open_account(rt, caller.tenant, sender, PROGRAM)
            other = open_account(rt, caller.tenant, receiver, PROGRAM)
            header = header_for(rt, caller, command, "transfer", terms)
            at, conduct = header.effective_at, terms.conduct(unit, header.effective_at)
            begun = advance(Story(one.account), at)
            gone, parts = send(begun, unit, amount, receiver, (other.head.version + 1, 1), conduct)
            gone = settle_tier(after_activity(gone, terms, "transfer", at), terms)
            come = advance(Story(other.account), at)
            come = settle_tier(receive(come, parts, sender, (one.head.version + 1, 1), conduct), terms)
            entry = account_entry(caller.tenant, gone, one.head, header)
            theirs = account_entry(caller.tenant, come, other.head, header)
            beside = account_plan(caller, Command(command.id), come, other.head, theirs)
            return account_plan(caller, command, gone, one.head, entry, beside.writes)

        return commit(rt, command, plan, told, lambda: recall_guarded(rt.table, caller.tenant, command))

    return wish
