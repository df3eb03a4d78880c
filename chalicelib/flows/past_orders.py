"""The orders of a period in an account's journal, each with the account as it stood when it was judged.

reads    1 Query a MB of entries (some two thousand)

An entry of a purchase tells first what time had brought and taken until then, and then the order: what the facts before it
make of the account is what its rules were asked of. So nothing has to be reckoned anew, and no policy of today is in it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, get_args

from chalicelib.areas.accounts import store as accounts
from chalicelib.areas.accounts.model import VOCABULARY, Account, apply
from chalicelib.areas.accounts.model.facts import OrderRecorded, PointsCapped, PointsEarned, PointsPromised
from chalicelib.areas.rules.outcome import CutBy
from chalicelib.areas.rules.replayed import Amount
from chalicelib.kit.facts import Fact
from chalicelib.kit.ids import MAX_SEQUENCE
from chalicelib.kit.periods import Day, local_day
from chalicelib.table.items import UNREADABLE
from chalicelib.table.journal import Entry, entries_query, entry_from
from chalicelib.table.pages import every_item
from chalicelib.table.protocol import Table

OF_RULES: tuple[CutBy, ...] = get_args(CutBy)


class UnreadableHistoryError(Exception):
    """Somebody has damaged the journal, or a newer version has written it: what stands behind cannot be followed."""


class Period(NamedTuple):
    """Of days of purchase where the program is, both included."""

    first: Day
    last: Day
    zone: str


@dataclass(frozen=True, slots=True)
class PastOrder:
    """`member` bought it, for the `account` as it was before; `recorded` is what rules gave within their own
    limits and budgets, before caps and returns, and what caps cut off of it."""

    order_id: str
    member: str
    account: Account
    recorded: Counter[Amount]


def past_orders(table: Table, tenant: str, owner: str, program_id: int, period: Period) -> Iterator[PastOrder]:
    """In the order in which they were recorded. UnreadableHistoryError after those before the damage."""
    stream, account = accounts.stream(tenant, owner, program_id), Account(owner, program_id)
    for attrs in every_item(table, entries_query(stream, 1, MAX_SEQUENCE)):
        try:
            entry = entry_from(stream, attrs)
            account, found = _followed(account, entry, period)
        except UNREADABLE as fault:
            raise UnreadableHistoryError(owner) from fault
        yield from found


def _followed(account: Account, entry: Entry, period: Period) -> tuple[Account, list[PastOrder]]:
    facts, found = [VOCABULARY.decode(body) for body in entry.facts], list[PastOrder]()
    for fact in facts:
        if isinstance(fact, OrderRecorded) and period.first <= _day(fact, entry, period) <= period.last:
            recorded = _recorded(facts, fact.order)
            found.append(PastOrder(fact.order, fact.by or account.owner, account, recorded))
        account = apply(account, fact)
    return account, found


def _day(fact: OrderRecorded, entry: Entry, period: Period) -> Day:
    """An older release did not tell it."""
    return local_day(entry.effective_at, period.zone) if fact.counts_on is None else fact.counts_on


def _recorded(facts: Sequence[Fact], order: str) -> Counter[Amount]:
    given: Counter[Amount] = Counter()
    for fact in facts:
        if isinstance(fact, PointsEarned | PointsPromised | PointsCapped) and fact.order == order and fact.rule:
            if isinstance(fact, PointsCapped):
                if fact.cap in OF_RULES:  # a limit of the rule itself: it did not give that
                    continue
                given[Amount("capped", fact.rule, fact.unit)] += fact.amount
            given[Amount("credited", fact.rule, fact.unit)] += fact.amount
    return given
