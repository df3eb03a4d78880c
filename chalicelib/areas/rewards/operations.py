"""Reading the catalogue. Defining a reward asks the program for its units: see flows/define_reward."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.areas.rewards import store
from chalicelib.areas.rewards.model import Reward, RewardWorth, Wish, must_suit, worth_of
from chalicelib.errors import Refused
from chalicelib.kit.base import Frozen
from chalicelib.kit.caller import Caller
from chalicelib.kit.paging import another_list, decode_cursor, encode_cursor
from chalicelib.runtime import Runtime
from chalicelib.table.config import read_config


@dataclass(frozen=True, slots=True)
class Filter:
    """Fields narrow each other; what is None asks nothing. `label` is a key, or `key:value`."""

    category: str | None = None
    label: str | None = None
    brand: str | None = None
    type: str | None = None
    state: str | None = None
    featured: bool | None = None

    def passes(self, reward: Reward) -> bool:
        labels = {label.key for label in reward.labels} | {f"{label.key}:{label.value}" for label in reward.labels}
        return (
            (self.category is None or self.category in reward.categories)
            and (self.label is None or self.label in labels)
            and self.brand in (None, reward.brand)
            and self.type in (None, reward.type)
            and self.state in (None, reward.state)
            and self.featured in (None, reward.featured)
        )


ALL = Filter()


class RewardPage(Frozen):
    items: tuple[Reward, ...]
    next_cursor: str | None


def list_rewards(
    rt: Runtime,
    caller: Caller,
    program_id: int,
    only: Filter,
    locales: Sequence[str],
    limit: int,
    cursor: str | None,
) -> RewardPage:
    """Who may view rewards; by order, then by id. InvalidInput: `invalid_cursor`."""
    config = read_config(rt.table, caller.tenant)
    listed = tuple(one for one in store.rewards(config, program_id) if only.passes(one))
    shown, following = page_of(listed, f"{caller.tenant}/{program_id}/{only}", limit, cursor)
    return RewardPage(items=tuple(one.said_in(locales) for one in shown), next_cursor=following)


def page_of(
    listed: tuple[Reward, ...], scope: str, limit: int, cursor: str | None
) -> tuple[tuple[Reward, ...], str | None]:
    """Behind the reward that the cursor names by its place, whether or not it is there still."""
    if cursor is not None:
        match decode_cursor(scope, cursor):
            case [int() as order, str() as reward_id]:
                listed = tuple(one for one in listed if (one.order, one.reward_id) > (order, reward_id))
            case _:
                raise another_list()
    shown = listed[:limit]
    more = len(listed) > limit
    return shown, encode_cursor(scope, [shown[-1].order, shown[-1].reward_id]) if more else None


def get_reward(rt: Runtime, caller: Caller, program_id: int, reward_id: str, locales: Sequence[str]) -> Reward:
    """Who may view rewards. NotFound: `reward_not_found`."""
    return store.reward(read_config(rt.table, caller.tenant), program_id, reward_id).said_in(locales)


def value_of_points(rt: Runtime, caller: Caller, program_id: int, reward_id: str, wish: Wish) -> RewardWorth:
    """What so many points come to. Refuses `no_cashback`, and what `must_suit` refuses. NotFound: `reward_not_found`."""
    found = store.reward(read_config(rt.table, caller.tenant), program_id, reward_id)
    if found.cashback is None:
        raise Refused("no_cashback", "This reward turns no points into money.", param="reward_id")
    must_suit(found, wish)
    worth = worth_of(found, wish)
    assert worth is not None  # noqa: S101 - a cashback's is one
    return worth
