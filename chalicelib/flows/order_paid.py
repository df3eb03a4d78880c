"""How much of an order has been paid with points, by all redemptions of cashbacks that name it: so that a share of it is a share
of the order, and not of each redemption. Their refunds give it back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.areas.rewards import store as rewards
from chalicelib.areas.rewards.model import Reward, Wish, must_pay_part
from chalicelib.areas.rewards.model.judge import value_of
from chalicelib.areas.rewards.model.reward import CashbackOfReward
from chalicelib.table.protocol import Attrs, Key, Put


@dataclass(frozen=True, slots=True)
class OrderPaid:
    """What is paid so far, with the version that it was read at."""

    key: Key
    cashback: CashbackOfReward
    paid: Mapping[str, int]
    version: int

    def must_allow(self, wish: Wish) -> None:
        """Refuses `more_than_order_allows`."""
        must_pay_part(self.cashback, wish, self.paid.get(self.cashback.currency, 0))

    def more(self, wish: Wish) -> int:
        return value_of(self.cashback, wish.points or 0)

    def put(self, more: int) -> Put:
        return paid_put(self.key, self.paid, self.version, self.cashback.currency, more)


def paid_keys(tenant: str, program_id: int, reward: Reward, order: str) -> tuple[Key, ...]:
    return (rewards.paid_key(tenant, program_id, order),) if reward.cashback is not None and order else ()


def paid_of(found: Mapping[Key, Attrs], reward: Reward, keys: tuple[Key, ...]) -> OrderPaid | None:
    if reward.cashback is None or not keys:
        return None
    return OrderPaid(keys[0], reward.cashback, *rewards.paid_from(found.get(keys[0])))


def paid_put(key: Key, paid: Mapping[str, int], version: int, currency: str, more: int) -> Put:
    """Never below nothing: what was paid before the item was lost is not given back."""
    return rewards.paid_put(key, {**paid, currency: max(0, paid.get(currency, 0) + more)}, version)
