"""A shop in whose table there is one of everything, and a table that says what it was asked."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from chalicelib.areas.access.operations import issue_api_key
from chalicelib.areas.audit.archives import ArchivedDay, ArchiveMark
from chalicelib.areas.audit.refusals import Refusal
from chalicelib.areas.audit.store import archived_put, mark_put, refusal_put
from chalicelib.areas.jobs import store as jobs
from chalicelib.areas.jobs.model import Operation, Part
from chalicelib.areas.notifications.store.notices import sending_due_put
from chalicelib.areas.programs.model import TenantSettings
from chalicelib.areas.programs.operations import put_tenant
from chalicelib.areas.quotas import store as quotas
from chalicelib.areas.quotas.model import Held, Move, Quota, Taken
from chalicelib.areas.referrals.model import Invitation
from chalicelib.areas.referrals.store import codes
from chalicelib.areas.rewards.model import Wish
from chalicelib.areas.rules.model import RuleLimits
from chalicelib.flows.acknowledge_feed import acknowledge_feed
from chalicelib.flows.cancel_earning import cancel_earning
from chalicelib.flows.keep_published import keep_published
from chalicelib.flows.redeliver_webhook import send_test
from chalicelib.flows.referring import Came
from chalicelib.flows.settle_criteria import settle_criteria
from chalicelib.flows.take_pulse import take_pulse
from chalicelib.kit.caller import Grant
from chalicelib.kit.periods import local_day
from chalicelib.runtime import Runtime
from chalicelib.table.items import pack, unpack
from chalicelib.table.memory import MemoryTable
from chalicelib.table.protocol import Attrs, Below, Between, Key, Page, Prefix, Put, Query, SortRange, Write
from tests.twins import coupons, fresh, kept, metered, perked, proving, referred, rewarded, segmented, tills
from tests.twins.bookshop import POINTS, BookShop, card, fixed, goods_back, keyed, open_shop, rule, sale
from tests.twins.grouped import change, household
from tests.twins.hooked import SECOND, Server, define, hooked_on
from tests.twins.judged import when
from tests.twins.streamed import Record, StreamedTable, image_of
from tests.twins.told import one_of_each
from tests.unit.relay.relayed import run

REFERRAL = "ref_00000000007"
OPERATION = "opr_0123456789abcdef01234567"
GIVES = [
    {"kind": "grant_perk", "perk": "club"},
    {"kind": "set_tier", "tier": "gold"},
    {"kind": "issue_coupon", "series": "short"},
    {"kind": "join_segment", "segment": "vip"},
]
REFUSED = Refusal(1_781_524_800_000, "missing_grant", "key_1", "till", "get_tenant", "request", "here", 1)
MUGS = Quota("stock", "0001#mugs", 40)
PENNIES = tills.PENNIES.model_copy(update={"limits": RuleLimits(in_all=40)})
CAPS = {"per_period": {"every": "day", "amount": 1_000}}
EAST = rule("east", audience={"places": ["east"]}, limits={"per_member": [{"per": "day", "times": 10}], "in_all": 40})
WEEKLY = rule("weekly", trigger={"on": "schedule", "at": "10:00", "weekdays": ["mon"]}, effects=[fixed(5)])
CAPPED = {**POINTS, "policies": [{"expiry": {"type": "end_of_month", "months": 12}, "caps": CAPS}]}


@dataclass(frozen=True)
class Asked:
    """One read as the pages write it. Keys of a BatchGet are of one partition, or there is one."""

    request: str
    index: str | None
    pk: str
    sk: str


@dataclass
class AskedTable:
    table: MemoryTable
    asked: list[Asked] = field(default_factory=list)

    def get(self, key: Key) -> Attrs | None:
        self.asked.append(Asked("Get", None, *key))
        return self.table.get(key)

    def batch_get(self, keys: Sequence[Key]) -> dict[Key, Attrs]:
        [pk] = {key.pk for key in keys}
        self.asked.append(Asked("BatchGet", None, pk, " + ".join(key.sk for key in keys)))
        return self.table.batch_get(keys)

    def query(self, query: Query) -> Page:
        self.asked.append(Asked("Query", query.index, query.pk, _told(query.sort)))
        return self.table.query(query)

    def transact(self, writes: Sequence[Write], token: str) -> None:
        self.table.transact(writes, token)

    def batch_put(self, items: Iterable[Attrs]) -> None:
        self.table.batch_put(items)


def _told(sort: SortRange | None) -> str:
    match sort:
        case None:
            return "*"
        case Prefix(start):
            return f"{start}*"
        case Below(end):
            return f"< {end}"
        case Between(first, last):
            return f"{first} … {last}"


@dataclass(frozen=True)
class FullShop:
    """Ada has bought on two days and brought back, and earned points with a key; what Eve had for a purchase was cancelled, she is in a club and shows its code; Bob has bought for his group, which is blocked now; all
    of it is relayed; a file was imported; one of the mugs is taken; Carol paid for a part with points; Bob is in a segment for good, and she for some days;
    Ada brought in Bob, and he others."""

    shop: BookShop
    table: MemoryTable
    items: tuple[Attrs, ...]
    ada: str
    bob: str
    group: str
    order: str
    stranger: str
    key: str
    operation: Operation
    part: Part
    shown: str
    coupon: str
    free: str
    checkout: str
    deliveries: Mapping[str, str]
    notice: str

    @property
    def tenant(self) -> str:
        return self.shop.caller.tenant

    def asking(self) -> tuple[Runtime, AskedTable]:
        table = AskedTable(self.table)
        return replace(self.shop.rt, table=table), table


def full_shop() -> FullShop:
    streamed = StreamedTable()
    shop = open_shop(streamed, rules=(rule(), EAST, WEEKLY), program={"units": [CAPPED]})
    put_tenant(shop.rt, shop.caller, fresh(), TenantSettings(name="Books"))
    grants = (Grant("orders", "modify"),)
    issuer = replace(shop.caller, kind="system")
    issued = issue_api_key(shop.rt, issuer, org="org", tenant=shop.caller.tenant, name="till", grants=grants)
    shop.buy(card("ada"), sale("A-0", on="2026-06-14"))
    bought = shop.buy(card("ada"), sale("A-1")).answer
    shop.bring_back(bought.order_id, goods_back("R-1", 10_00))
    shop.earn(bought.member_id, 5, keyed("receipt 1"))
    perked.offer(shop, "club", perked.CLUB, valid_days=30)
    wrong = shop.buy(card("eve"), sale("E-1")).answer
    perked.give(shop, wrong.member_id, "club")
    shown = perked.code(shop, wrong.member_id, "club.1")
    cancel_earning(shop.rt, shop.caller, fresh(), wrong.member_id, wrong.earned[0].earning_id or "")
    rewarded.series(shop)
    rewarded.define(shop, stock=9, member_limits=rewarded.EVER)
    rewarded.define(shop, "bag", costs=(), **rewarded.BAG)
    bob = _brings_others_in(shop, bought.member_id)
    shop.earn(bob, 3)
    rewarded.redeem(shop, bob)
    codes = (shown, *_coupons(shop, bob))
    proving.pin(shop, bob)
    group = household(shop, bob)
    shop.buy(card("bob"), sale("B-1", place="east"))
    rewarded.redeem(shop, bob, "bag")
    shop.define(PENNIES)
    carol = shop.member("carol")
    shop.earn(carol, 9)
    _in_a_segment(shop, bob, carol)
    checkout = tills.begun(shop, carol, points=5)
    tills.paid(shop, checkout, "C-1")
    tills.begun(shop, carol, points=1)
    rewarded.define(shop, "money", **rewarded.MONEY)
    rewarded.redeem(shop, bob, "money", wish=Wish(points=2), order_id="B-1")
    stranger = _of_nobody(shop, wrong.member_id)
    shop.define(
        rule(effects=[*GIVES, fixed(1)], lines={"skus": ["book-1"]}, when={"times": "orders", "days": 30, "at_most": 9})
    )
    metered.metric(shop, "earned", {"measure": "sum", "of": "points_earned:points", "days": 30}, thresholds=[])
    shop.buy(card("eve"), sale("E-2"))
    shop.enrol("0077", newsletter=True)
    change(shop, group, status="blocked")
    relayed = replace(shop.rt, table=streamed.table)
    *told, last = streamed.entries()
    assert run(relayed, [*told, quiet(last)]) == []
    _taken(shop, relayed)
    (operation, part), deliveries, notice = _imported(shop), _hooked(shop), one_of_each(shop, bob, OPERATION)[0]
    held = quotas.held_put(shop.caller.tenant, Held(Taken(MUGS.name, 0, 1), checkout, shop.clock.now()))
    mugs = quotas.draws(shop.caller.tenant, MUGS, MUGS.name, [Move(0, -1, 1)])
    streamed.transact(
        [*mugs, held, refusal_put(shop.caller.tenant, REFUSED, 90), _over(shop, bob), _put_off(shop)],
        shop.rt.ids.command(),
    )
    items = _every_item(streamed)
    return FullShop(
        shop,
        streamed.table,
        items,
        bought.member_id,
        bob,
        group,
        bought.order_id,
        stranger,
        issued.id,
        operation,
        part,
        *codes,
        checkout,
        deliveries,
        notice,
    )


def _taken(shop: BookShop, relayed: Runtime) -> None:
    """The feed: by a consumer, and into files; of the log a day is in the archive, or said to be; and the pulse."""
    acknowledge_feed(shop.rt, shop.caller, fresh(), "data-lake", 3)
    today = local_day(shop.clock.now(), "UTC")
    keep_published(relayed, shop.caller.tenant, today + 1)
    day = ArchivedDay(day=today, entries=1, files=1, archived_at=shop.clock.now())
    of_the_log = [mark_put(shop.caller.tenant, ArchiveMark(today)), archived_put(shop.caller.tenant, day)]
    shop.rt.table.transact(of_the_log, shop.rt.ids.command())
    take_pulse(shop.rt)


def _brings_others_in(shop: BookShop, ada: str) -> str:
    """Ada brought in Bob, and he somebody else, on a device; he asks his sister, and another one who comes."""
    bob = shop.member("bob")
    referred.claim(shop, bob, referred.code_of(shop, ada))
    code = referred.share(shop, bob, "BOOKS").answer.referral_code
    referred.bring(shop, "0079", Came(code, "phone"))
    referred.invite(shop, bob, "sister@example.com")
    referred.brought(shop, "0080", referred.invite(shop, bob).answer.referral_code)
    return bob


def _over(shop: BookShop, bob: str) -> Put:
    """An invitation of his that nobody took up."""
    return codes.invitation_put(shop.caller.tenant, Invitation(REFERRAL, "OVER", bob, "link", 1, 2, told=True))


def _put_off(shop: BookShop) -> Put:
    """That an invitation is sent when the quiet hours are over."""
    return sending_due_put(shop.caller.tenant, "OVER", shop.clock.now() + 3_600_000)


def _hooked(shop: BookShop) -> dict[str, str]:
    """A server took one thing, then was gone, and will be asked again for a third."""
    found: dict[str, str] = {}
    for name, status in {"taken": 200, "gone": 410, "later": 500}.items():
        at = hooked_on(shop, Server(status))
        define(shop, "hook", types=["webhook.disabled"])
        found[name] = send_test(shop.rt, shop.caller, keyed(name), "hook").answer.delivery_id
        at.pass_(5 * SECOND)
    return found


def _in_a_segment(shop: BookShop, bob: str, carol: str) -> None:
    metered.metric(shop, what=metered.EVER, at_least="0")
    metered.settle(shop, carol)
    segmented.define(shop)
    segmented.add(shop, bob)
    segmented.define(shop, **segmented.SCHEDULED)
    segmented.add(shop, carol)
    segmented.define(shop, "winback", **when({"ask": "member.days_enrolled", "at_least": 30}))
    settle_criteria(shop.rt, shop.caller, bob)


def _of_nobody(shop: BookShop, member_id: str) -> str:
    """An order that nobody has made; another that was given to a member; and one with a code that all share."""
    stranger = kept.kept(kept.keeping(shop), sale("K-1"))
    kept.assign(shop, kept.kept(shop, sale("K-2")), member_id)
    tills.paid(shop, tills.begun(shop, None, coupons=("HELLO",)), "K-3")
    return stranger


def _coupons(shop: BookShop, bob: str) -> tuple[str, str]:
    """Bob has one for good, one with a last day and one that he has used; and there is a code that nobody has."""
    coupons.series(shop, "pool", codes={"kind": "pool"})
    coupons.series(shop, "short", valid_days=1)
    coupons.issue(shop, bob, "short")
    coupons.series(shop, "hello", codes={"kind": "shared", "code": "HELLO"})
    coupons.claim(shop, bob, "HELLO")
    coupons.upload(shop, "pool", "AAA-1", "AAA-2")
    given = coupons.issue(shop, bob, "pool")
    [free] = {"AAA-1", "AAA-2"} - {given.code}
    return given.coupon_id, free


def quiet(record: Record) -> Record:
    """The same, as an operation writes it that nobody shall be told of."""
    body = record["dynamodb"]["NewImage"]["body"]["B"]
    header, facts = unpack(b64decode(body))
    hushed = b64encode(pack([header | {"publish": False}, facts])).decode()
    image = {**record["dynamodb"]["NewImage"], "body": {"B": hushed}}
    return {**record, "dynamodb": {**record["dynamodb"], "NewImage": image}}


def _imported(shop: BookShop) -> tuple[Operation, Part]:
    now = shop.clock.now()
    operation = Operation(
        shop.caller.tenant, OPERATION, "import_orders", "orders.csv", "running", now, "req-1", {"key": "orders.csv"}
    )
    part = Part(number=3)
    puts = (
        jobs.operation_put(operation),
        jobs.part_put(operation, part, now),
        jobs.note_put(operation, part, 12, "refused", now),
    )
    shop.rt.table.transact(puts, shop.rt.ids.command())
    return operation, part


def _every_item(streamed: StreamedTable) -> tuple[Attrs, ...]:
    """What the table holds: all that the stream told of as it is now, and what only the relay wrote."""
    keys = {Key(item["pk"]["S"], item["sk"]["S"]) for item in map(image_of, streamed.records)}
    tenant = "shop"
    stored = [found for key in sorted(keys) if (found := streamed.table.get(key))]
    return (*stored, *streamed.table.query(Query(f"{tenant}#FEED")).items)
