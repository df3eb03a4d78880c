"""What is priced in a shop of its own, at one lot: orders under limits of rules, joins of segments, pushes.

The definitions that these need would change what all others cost, and a hundred members are enrolled for some.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from chalicelib.areas.imports.model import Drop
from chalicelib.aws.memory_queues import MemoryQueues, sqs_event
from chalicelib.events.imports import imports
from chalicelib.flows.settle_criteria import settle_criteria
from chalicelib.flows.start_import import start_import
from chalicelib.flows.tell_members import TOGETHER, Telling, tell_members
from chalicelib.kit.wording import Words
from tests.twins import segmented, told
from tests.twins.bookshop import member, rule, sale
from tests.twins.judged import when
from tests.twins.limited import gift, points
from tests.unit.budgets.priced import Till

MANY = 100
VIP = {"kind": "join_segment", "segment": "vip"}
Act = Callable[[], object]


def limited(at: Till, **limits: Any) -> Act:
    """She has bought before: each order after the first gives something."""
    at.shop.define(gift(5, **limits))
    return partial(at.shop.buy, member(at.ada), sale("L1"))


def joining_by_a_rule(at: Till) -> Act:
    segmented.define(at.shop)
    at.shop.define(rule("joins", effects=[VIP]))
    return partial(at.shop.buy, member(at.ada), sale("J1"))


def joining_by_criteria(at: Till) -> Act:
    segmented.define(at.shop, **when({"ask": "account.orders", "at_least": 0}))
    return partial(settle_criteria, at.shop.rt, at.shop.caller, at.ada)


def joining_by_hand(at: Till, *some: str) -> Act:
    segmented.define(at.shop)
    return partial(segmented.add, at.shop, *some)


def joining_by_a_file(at: Till) -> Act:
    """The one chunk of a file of as many members, as its message comes from the queue."""
    segmented.define(at.shop)
    rt, key = at.shop.rt, f"imports/{at.shop.caller.tenant}/segments/vip/june.csv"
    rt.files.put(key, "\n".join(["member_id", *many(at)]).encode())
    head, queues = rt.files.head(key), rt.queues
    assert head is not None
    assert isinstance(queues, MemoryQueues)
    start_import(rt, Drop("drops", key, head.etag), "june", parts=1)
    [route] = queues.waiting["imports"]
    assert imports(rt, sqs_event("imports", [route])) == {"batchItemFailures": []}
    chunk = sqs_event("imports", queues.waiting["imports"][-1:])
    return partial(imports, rt, chunk)


def pushed(at: Till) -> Act:
    """To as many, each with a phone: 25 together, as a notification tells them."""
    some = many(at)
    for one in some:
        told.phone(at.shop, one, f"token of {one}")
    words = Words(title="Hello", body="Hello {{given_name}}")
    tenant, now = at.shop.caller.tenant, at.shop.clock.at
    telling = Telling(tenant, "push", "transactional", "opr_0", now, lambda _: words, {}, notification_id="opr_0")

    def act() -> None:
        for first in range(0, MANY, TOGETHER):
            tell_members(at.shop.rt, telling, some[first : first + TOGETHER])

    return act


def many(at: Till) -> list[str]:
    return [at.shop.member(f"one of many {number}") for number in range(MANY)]


APART: dict[str, Callable[[Till], Act]] = {
    "record an order, limited for all": partial(limited, in_all=10_000),
    "record an order, under a budget": partial(limited, budget=points(10_000)),
    "record an order, limited for all, under a budget": partial(limited, in_all=10_000, budget=points(10_000)),
    "join a segment by hand": lambda at: joining_by_hand(at, at.ada),
    f"join a segment by hand, {MANY} members": lambda at: joining_by_hand(at, *many(at)),
    f"join a segment by a file, {MANY} members": joining_by_a_file,
    "join a segment by criteria": joining_by_criteria,
    "join a segment by a rule, recording an order": joining_by_a_rule,
    f"push to {MANY} members": pushed,
}
