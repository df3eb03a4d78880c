"""What must hold of limits of rules: what orders have of them is what is counted and what is taken, everywhere."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from chalicelib.areas.accounts import store as accounts
from chalicelib.areas.accounts.model import Account
from chalicelib.areas.orders import store as orders
from chalicelib.areas.orders.model.order import Order
from chalicelib.areas.orders.model.uses import Use
from chalicelib.areas.quotas import store as quotas
from chalicelib.areas.quotas.model import Held
from chalicelib.table.journal import Stream
from chalicelib.table.protocol import Attrs, Key
from tests.faults.parsed import entry_of, parsed


class Given(NamedTuple):
    """What a run of a rule gave that is counted, as an order keeps it; and what it took of all."""

    tenant: str
    owner: str
    program: int
    uses: tuple[Use, ...]
    in_all: int
    budget: int


OF_RULES = ("rule_limit", "budget")
Kinds = Mapping[str, Mapping[Key, Attrs]]


def judge_limits(kinds: Kinds) -> None:
    kept = [(key.pk.split("#", 1)[0], parsed(orders.order_from, item)) for key, item in kinds["order"].items()]
    held: Counter[Key] = Counter()
    for key, item in kinds["quota_held"].items():
        tenant = key.pk.split("#", 1)[0]
        one = parsed(_held, item, tenant).taken
        if one.quota.split("#")[0] in OF_RULES:
            held[quotas.slice_key(tenant, one.quota, one.slice)] += one.amount
    given = list(_given(kinds["entry"]))
    _judge_taken(kinds["quota_slice"], kept, held, given)
    theirs: defaultdict[tuple[str, str, int], list[Order | Given]] = defaultdict(list)
    for tenant, order in kept:
        theirs[tenant, order.owner, order.program].append(order)
    for gift in given:
        theirs[gift.tenant, gift.owner, gift.program].append(gift)
    for key, item in kinds["account"].items():
        tenant, owner, program = key.pk.split("#", 1)[0], key.pk.rsplit("#", 1)[1], int(key.sk.removeprefix("B#"))
        account, _ = parsed(accounts.account_from, item, owner, program)
        judge_counted(account, theirs[tenant, owner, program])


def _held(item: Attrs, tenant: str) -> Held:
    return quotas.held_from(tenant, item)


def _given(entries: Mapping[Key, Attrs]) -> Iterator[Given]:
    """What rules gave that are counted and for which there is no order: its entry says it alone."""
    for key, item in entries.items():
        program = int(key.sk.split("#")[1])
        for fact in entry_of(item, Stream(key.pk.split("#", 1)[0], key.pk, program)).facts:
            if fact["type"] == "rule.counted" and not fact["order"]:
                amounts = tuple((unit, amount) for unit, amount in fact.get("amounts", ()))
                use = Use(fact["rule"], tuple(fact.get("periods", ())), amounts)
                tenant, owner = key.pk.split("#", 1)[0], key.pk.rsplit("#", 1)[1]
                yield Given(tenant, owner, program, (use,), int(fact.get("in_all", 0)), int(fact.get("budget", 0)))


def judge_counted(account: Account, theirs: Iterable[Order | Given]) -> None:
    """The account counts the uses that its orders have; of more periods than it keeps, those that it has."""
    times: Counter[tuple[str, str]] = Counter()
    amounts: Counter[tuple[str, str, str]] = Counter()
    for order in theirs:
        for use in order.uses:
            for period in use.periods:
                times[use.rule, period] += 1
                amounts.update({(use.rule, period, unit): amount for unit, amount in use.amounts})
    for rule, periods in account.counters.items():
        for period, uses in periods.items():
            assert uses.times == times[rule, period], f"{rule}: another number of uses in {period} than orders have"
            told = {unit: amounts[rule, period, unit] for unit in uses.amounts}
            assert uses.amounts == told, f"{rule}: another amount in {period} than orders have"


def _judge_taken(
    slices: Mapping[Key, Attrs], kept: Iterable[tuple[str, Order]], for_a_time: Counter[Key], given: Iterable[Given]
) -> None:
    """By orders, or for a time by checkouts; of what was given besides, the entry does not say from which slice."""
    taken = Counter(for_a_time)
    besides: Counter[str] = Counter()
    for gift in given:
        quota = f"#{gift.program:04}#{gift.uses[0].rule}"
        besides.update(
            {f"{gift.tenant}#Q#rule_limit{quota}": gift.in_all, f"{gift.tenant}#Q#budget{quota}": gift.budget}
        )
    for tenant, order in kept:
        for held in (held for use in order.uses for held in (use.in_all, use.budget) if held is not None):
            taken[quotas.slice_key(tenant, held.quota, held.slice)] += held.amount
    there = {key: parsed(quotas.slice_from, item) for key, item in slices.items() if key.pk.split("#")[2] in OF_RULES}
    assert taken.keys() <= there.keys(), "an order took from a slice that is not there"
    for key, one in there.items():
        besides_of = next((amount for start, amount in besides.items() if amount and key.pk.startswith(start)), 0)
        assert besides_of or one.taken == taken[key], (
            f"{key.pk} {key.sk}: another amount is taken than orders and checkouts have"
        )
        assert one.left >= 0 or one.closed, f"{key.pk} {key.sk}: more was taken than there was"
    for start, amount in besides.items():
        of = [key for key in there if key.pk.startswith(start)]
        if amount:
            assert sum(there[key].taken - taken[key] for key in of) == amount, (
                f"{start}: another amount is taken than given"
            )
