"""Where rewards, what was taken of them, and redemptions are kept.

access pattern                 | key                                       | items   | cost                 | by
a reward, or all of a program  | {t}#CFG / reward#{program:04}#{reward}    | 0–2,000 | in the configuration | reward, rewards
what is paid of an order       | {t}#PAID#{program:04}#{order_ref} / -     | 0–1     | 1 Get, 1 RU          | paid_key
how often a member has had one | {t}#M#{their_member} / D#reward#{program:04}#{reward} | 0–1 | 1 BatchGet, 1 RU each | uses_key
a redemption                   | {t}#M#{their_member} / R#{program:04}#{redeemed:08}  | 0–1     | 1 Get, 1 RU          | redemption_key
redemptions of an owner        | {t}#M#{their_member} / R#{program:04}#*         | 0–n     | 1 Query a page, 1 RU | redemptions_query

item         | key                                             | in index | cost
reward       | {t}#CFG / reward#{program:04}#{reward}          | –        | 2 WU
order_paid   | {t}#PAID#{program:04}#{order_ref} / -           | –        | 2 WU
reward_uses  | {t}#M#{member} / D#reward#{program:04}#{reward} | –        | 2 WU
redemption   | {t}#M#{member} / R#{program:04}#{seq:08}        | –        | 2 WU
redemption   | {t}#G#{group} / R#{program:04}#{seq:08}         | –        | 2 WU

A redemption lies behind its owner's journals, under the sequence of its entry, so it goes by that entry's id and the newest is
last; uses lie below them, where the snapshot of a member sees them. What all have taken lies in quotas (flows/reward_quotas),
codes are coupons of a series. What is counted here changes only as it was read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pynamodb.attributes import UnicodeAttribute

from chalicelib.areas.rewards.model import Counted, Counts, Redemption, Reward
from chalicelib.errors import NotFound, Refused
from chalicelib.kit.ids import EntryRef
from chalicelib.table.config import Config, Name
from chalicelib.table.config_commit import Change
from chalicelib.table.damaged import readable
from chalicelib.table.defined import Defined
from chalicelib.table.items import BodyAttribute, IntegerAttribute, StampbookItem, from_attrs, to_attrs
from chalicelib.table.keys import owner_pk
from chalicelib.table.protocol import Absent, Attrs, Condition, Equals, Key, Prefix, Put, Query

MAX_REWARDS = 2_000
REWARDS = Defined("reward", Reward, MAX_REWARDS)
USES = "D#reward#"


class PaidItem(StampbookItem):
    """How much of an order was paid with points, in the smallest part of each currency."""

    kind = UnicodeAttribute(default="order_paid")
    version = IntegerAttribute()
    body = BodyAttribute()


class UsesItem(StampbookItem):
    """How often a member has, by period."""

    kind = UnicodeAttribute(default="reward_uses")
    version = IntegerAttribute()
    body = BodyAttribute()


class RedemptionItem(StampbookItem):
    kind = UnicodeAttribute(default="redemption")
    version = IntegerAttribute()
    body = BodyAttribute()
    private = BodyAttribute(null=True)


class Tally:
    """Counts with the version that they were read at: nobody who counts at the same time is overwritten."""

    def __init__(self, key: Key, attrs: Attrs | None) -> None:
        self.key = key
        self.version, self.counts = (0, Counts()) if attrs is None else readable(_counts, attrs)

    def put(self, counts: Counts) -> Put:
        item = UsesItem(pk=self.key.pk, sk=self.key.sk, version=self.version + 1, body=dict(counts.of))
        unchanged: Condition = Equals("version", self.version) if self.version else Absent()
        return Put(to_attrs(item), unchanged)


def known(config: Config, program_id: int, like: Reward) -> Reward | None:
    """As it is defined now."""
    return REWARDS.find(config, program_id, like.reward_id)


def rewards(config: Config, program_id: int) -> tuple[Reward, ...]:
    """As they are listed: by order, then by id."""

    def listed() -> tuple[Reward, ...]:
        return tuple(sorted(REWARDS.every(config, program_id), key=lambda one: (one.order, one.reward_id)))

    return config.derived(("rewards", program_id), listed)


def named(config: Config, program_id: int, reward_id: str) -> Reward | None:
    return REWARDS.find(config, program_id, reward_id)


def reward(config: Config, program_id: int, reward_id: str, param: str = "reward_id") -> Reward:
    return REWARDS.known(config, program_id, reward_id, no_reward(program_id, reward_id, param))


def no_reward(program_id: int, reward_id: str, param: str = "reward_id") -> NotFound:
    return NotFound("reward_not_found", f"Program {program_id} has no reward {reward_id[:64]}.", param=param)


def reward_of(name: Name, body: Mapping[str, Any]) -> Reward:
    return REWARDS.read(name, body)


def change(config: Config, program_id: int, reward: Reward) -> Change:
    """Refuses `too_many_rewards` past 2,000 in a program."""
    too_many = Refused("too_many_rewards", f"A program has at most {MAX_REWARDS} rewards.")
    return REWARDS.change(config, program_id, reward.reward_id, reward, too_many)


def paid_key(tenant: str, program_id: int, order: str) -> Key:
    return Key(f"{tenant}#PAID#{program_id:04}#{order}", "-")


def paid_from(attrs: Attrs | None) -> tuple[dict[str, int], int]:
    """By currency, and the item's version."""
    return ({}, 0) if attrs is None else readable(_paid, attrs)


def paid_put(key: Key, paid: Mapping[str, int], before: int) -> Put:
    item = PaidItem(pk=key.pk, sk=key.sk, version=before + 1, body=dict(paid))
    return Put(to_attrs(item), Equals("version", before) if before else Absent())


def uses_key(tenant: str, member: str, program_id: int, reward_id: str) -> Key:
    return Key(owner_pk(tenant, member), f"{USES}{program_id:04}#{reward_id}")


def uses_from(key: Key, attrs: Attrs | None) -> Tally:
    return Tally(key, attrs)


def uses_in(items: Sequence[Attrs], program_id: int) -> dict[str, Counts]:
    """By reward, of a member's snapshot."""
    start = f"{USES}{program_id:04}#"
    return {
        attrs["sk"]["S"].removeprefix(start): readable(_counts, attrs)[1]
        for attrs in items
        if attrs["sk"]["S"].startswith(start)
    }


def redemption_key(tenant: str, ref: EntryRef) -> Key:
    return Key(owner_pk(tenant, ref.owner), f"R#{ref.program:04}#{ref.sequence:08}")


def redemption_put(tenant: str, ref: EntryRef, redemption: Redemption, counted: Counted, before: int = 0) -> Put:
    """New, or in the place of the one that was read at version `before`."""
    key = redemption_key(tenant, ref)
    body = redemption.model_dump(mode="json", exclude={"address"}, exclude_defaults=True)
    item = RedemptionItem(
        pk=key.pk,
        sk=key.sk,
        version=before + 1,
        body={"redemption": body, "counted": counted.model_dump()},
        private=None if redemption.address is None else redemption.address.model_dump(mode="json"),
    )
    return Put(to_attrs(item), Equals("version", before) if before else Absent())


def redemption_from(attrs: Attrs) -> tuple[Redemption, Counted, int]:
    """The redemption, where it was counted, and its version."""
    return readable(_redemption, attrs)


def redemptions_query(tenant: str, owner: str, program_id: int, limit: int, before: int | None) -> Query:
    """Newest first; `before`: the sequence of the last one that was shown."""
    key = None if before is None else redemption_key(tenant, EntryRef(owner, program_id, before))
    start = None if key is None else {"pk": key.pk, "sk": key.sk}
    return Query(owner_pk(tenant, owner), Prefix(f"R#{program_id:04}#"), limit=limit, reverse=True, start=start)


def _paid(attrs: Attrs) -> tuple[dict[str, int], int]:
    item = from_attrs(PaidItem, attrs)
    return dict(item.body), item.version


def _counts(attrs: Attrs) -> tuple[int, Counts]:
    item = from_attrs(UsesItem, attrs)
    counted = dict(item.body)
    if any(type(count) is not int or count < 0 for count in counted.values()):
        raise ValueError("it counts nothing")
    return item.version, Counts(counted)


def _redemption(attrs: Attrs) -> tuple[Redemption, Counted, int]:
    item = from_attrs(RedemptionItem, attrs)
    told = item.body["redemption"] | {"address": item.private}
    return Redemption.model_validate(told), Counted.model_validate(item.body["counted"]), item.version
