"""Members who come into segments, stay and go, by hand, by time and by rules: what each operation then records."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from chalicelib.areas.members.model import MemberUpdate
from chalicelib.flows.settle_criteria import Acted as Acts
from chalicelib.flows.settle_criteria import Reason, settle_criteria
from chalicelib.flows.settle_due import settle_due
from chalicelib.flows.update_member import update_member
from chalicelib.kit.periods import local_day
from tests.twins import fresh, happenings, hooked, referred, segmented, tills, told
from tests.twins.bookshop import BookShop, card, member, open_shop, rule, sale
from tests.twins.judged import when
from tests.twins.streamed import StreamedTable
from tests.unit.pages.perked import celebrated, on_schedule, reaching

IN_JULY = {"ask": "time.month", "is": 7}
LATER, NEXT_DAY = "2026-07-20", "2026-07-21"
ON = ("check_in", "order", "newsletter", "enrolled", "birthday")
NAMES = ("joins", "renews", "leaves", "over")
GIVES = [
    *({"kind": "join_segment", "segment": segment} for segment in ("joins", "renews", "over")),
    {"kind": "leave_segment", "segment": "leaves"},
    {"kind": "webhook", "webhook_id": "till"},
    told.TELLS,
]

Acted = Callable[[BookShop, str], object]


def settled(shop: BookShop, ada: str) -> int:
    shop.clock.move_to(NEXT_DAY)
    return settle_due(shop.rt, shop.caller, local_day(shop.clock.now(), "UTC"))


def judged(shop: BookShop, ada: str) -> None:
    """By criteria she stays in one, leaves one and was too long in another."""
    segmented.define(
        shop, "renews", **segmented.ROLLING | {"horizon_days": 95} | when({"ask": "member.age", "at_most": 200})
    )
    segmented.define(
        shop, "joins", **segmented.ROLLING | {"horizon_days": 90} | when({"ask": "account.orders", "is": 0})
    )
    segmented.define(shop, "leaves", **when({"ask": "account.orders", "above": 0}))
    update_member(shop.rt, shop.caller, fresh(), ada, MemberUpdate(birth_date=date(2000, 1, 1)))
    settle_criteria(shop.rt, shop.caller, ada, Reason(Acts(shop.clock.now(), ("orders",))))


SEGMENTED: tuple[Acted, ...] = (
    *(lambda shop, ada, segment=segment: segmented.add(shop, ada, segment_id=segment) for segment in NAMES),
    lambda shop, ada: segmented.remove(shop, ada, segment_id="leaves"),
    settled,
    judged,
    lambda shop, ada: happenings.record(shop, ada, happenings.check_in(on=LATER)),
    lambda shop, ada: shop.buy(member(ada), sale("A-3", on=LATER)),
    lambda shop, ada: tills.paid(shop, tills.begun(shop, ada), "C-1"),
    lambda shop, ada: update_member(shop.rt, shop.caller, fresh(), ada, MemberUpdate(newsletter=True)),
    lambda shop, ada: celebrated(shop, ada, LATER),
    lambda shop, ada: reaching(shop, ada, *GIVES),
    lambda shop, ada: shop.enrol("cleo"),
    lambda shop, ada: referred.brought(shop, "cleo", referred.code_of(shop, ada)),
    lambda shop, ada: referred.claim(shop, shop.member("cleo"), referred.code_of(shop, ada)),
    lambda shop, ada: tills.begun_by(shop, "eve"),
    lambda shop, ada: tills.updated(shop, tills.begun(shop, None), buyer=card("fay")),
    lambda shop, ada: on_schedule(shop, LATER, GIVES),
    lambda shop, _: shop.buy(card("dora"), sale("D-1", on=LATER)),
)


def in_segments(act: Acted) -> StreamedTable:
    """Ada is in a rolling segment for some days yet, in one for good, and was in one until lately. In July rules let whoever
    does something join, stay and leave, and tell a webhook."""
    table = StreamedTable()
    shop = open_shop(table)
    ada = shop.member("ada")
    hooked.define(shop)
    told.template(shop)
    for name in NAMES:
        lasting = {"leaves": {}, "over": segmented.SCHEDULED}.get(name, segmented.ROLLING | {"horizon_days": 90})
        segmented.define(shop, name, **lasting)
    for name in NAMES[1:]:
        segmented.add(shop, ada, segment_id=name)
    shop.clock.move_to(LATER)
    for on in ON:
        shop.define(rule(on, trigger={"on": on}, when=IN_JULY, effects=GIVES))
    shop.define(referred.on("registered", "both", *GIVES, when=IN_JULY))
    act(shop, ada)
    return table
