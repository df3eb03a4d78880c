"""Every read of docs/table.md, made by the function that the page names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import sha256

from chalicelib.areas.access import store as access
from chalicelib.areas.accounts import store as accounts
from chalicelib.areas.audit import store as audit
from chalicelib.areas.checkouts import store as checkouts
from chalicelib.areas.coupons.model import CouponSeries
from chalicelib.areas.coupons.store import codes, owned
from chalicelib.areas.coupons.store import series as all_series
from chalicelib.areas.feeds import store as feeds
from chalicelib.areas.groups import store as groups
from chalicelib.areas.jobs import store as jobs
from chalicelib.areas.members import store as members
from chalicelib.areas.members.model import Identifier
from chalicelib.areas.metrics import store as metrics
from chalicelib.areas.notifications.store import devices, favourites, notices, templates
from chalicelib.areas.orders import store as orders
from chalicelib.areas.perks import store as perks
from chalicelib.areas.pins import store as pins
from chalicelib.areas.programs import store as programs
from chalicelib.areas.quotas import store as quotas
from chalicelib.areas.referrals.model import seen_name
from chalicelib.areas.referrals.store import codes as invitations
from chalicelib.areas.referrals.store import owned as referrals
from chalicelib.areas.rewards import store as rewards
from chalicelib.areas.rules import store as rules
from chalicelib.areas.segments import store as segments
from chalicelib.areas.tiers import store as tiers
from chalicelib.areas.webhooks import store as webhooks
from chalicelib.areas.webhooks.model.delivery import first_id
from chalicelib.kit.ids import EntryRef
from chalicelib.kit.periods import iso_day, local_day
from chalicelib.runtime import Runtime
from chalicelib.table import config, feed, feed_search, guards, journal, keys, pulse, recorded
from chalicelib.table.pages import every_item
from chalicelib.table.protocol import Query
from tests.twins.bookshop import keyed
from tests.twins.told import MARK
from tests.unit.pages.full_shop import MUGS, FullShop

Read = Callable[[Runtime, FullShop], object]
REDEEMED = 2  # Bob's entry that did
DAYS = 400  # points last to the end of the twelfth month


def today(full: FullShop) -> int:
    return local_day(full.shop.clock.now(), "UTC")


def known(rt: Runtime, full: FullShop) -> config.Config:
    return rt.config.load(rt.table, full.tenant)


def still_known(rt: Runtime, full: FullShop) -> config.Config:
    """Asked again when what is known is no longer fresh."""
    full.shop.clock.sleep(config.FRESH_SECONDS)
    return known(rt, full)


def pool(rt: Runtime, full: FullShop) -> CouponSeries:
    return all_series.series(known(rt, full), 1, "pool")


def payer(full: FullShop) -> str:
    """Who has a checkout that is paid for, and one that is open."""
    kept = next(item for item in full.items if item["kind"]["S"] == "member_checkout")
    return str(kept["pk"]["S"]).rsplit("#", 1)[1]


def nothing() -> Query:
    raise AssertionError("there is something to ask for")


def upload_of(key: str) -> str:
    return sha256(key.encode()).hexdigest()[:24]


READS: Mapping[tuple[str, str], Read] = {
    ("access", "a key, by its id"): lambda rt, full: access.read_api_key(rt.table, full.key),
    ("access", "whose a tenant is"): lambda rt, full: access.org_of(rt.table, full.tenant),
    ("access", "all tenants, for the jobs"): lambda rt, _: list(access.tenants(rt.table)),
    ("accounts", "an account"): lambda rt, full: accounts.read(rt.table, full.tenant, full.ada, 1),
    ("accounts", "an account and its profile"): lambda rt, full: rt.table.batch_get(
        [members.profile_key(full.tenant, full.ada), accounts.account_key(full.tenant, full.ada, 1)]
    ),
    ("accounts", "entries of an account"): lambda rt, full: rt.table.query(
        journal.entries_query(accounts.stream(full.tenant, full.ada, 1), 1, 3)
    ),
    ("accounts", "accounts due by a day"): lambda rt, full: rt.table.query(
        accounts.due_query(full.tenant, members.shard_of(full.ada), today(full) + DAYS)
    ),
    ("checkouts", "a checkout, as it stands"): lambda rt, full: checkouts.read(rt.table, full.tenant, full.checkout),
    ("checkouts", "open checkouts of a member"): lambda rt, full: rt.table.query(
        checkouts.open_query(full.tenant, payer(full), full.shop.clock.now(), 25, None) or nothing()
    ),
    ("checkouts", "past checkouts of a member"): lambda rt, full: rt.table.query(
        checkouts.past_query(full.tenant, payer(full), full.shop.clock.now(), 25, None)
    ),
    ("checkouts", "what a command made of a checkout"): lambda rt, full: checkouts.read_version(
        rt.table, full.tenant, full.checkout, 1
    ),
    ("coupons/codes", "free codes of a pool"): lambda rt, full: rt.table.query(
        codes.free_query(full.tenant, pool(rt, full), codes.place_of(full.free)[0])
    ),
    ("coupons/codes", "whose or what a code is"): lambda rt, full: codes.find_code(rt.table, full.tenant, full.free),
    ("coupons/codes", "whether a page of codes came"): lambda rt, full: codes.read_upload(
        rt.table, codes.upload_key(full.tenant, upload_of("codes of pool")).pk
    ),
    ("coupons/owned", "a coupon, live or past"): lambda rt, full: rt.table.batch_get(
        owned.coupon_keys(full.tenant, full.bob, full.coupon)
    ),
    ("coupons/owned", "what a member had of a series"): lambda rt, full: rt.table.get(
        owned.member_counts_key(full.tenant, pool(rt, full), full.bob)
    ),
    ("coupons/owned", "how many live ones they have"): lambda rt, full: rt.table.get(
        owned.live_key(full.tenant, full.bob)
    ),
    ("coupons/owned", "live coupons of a member"): lambda rt, full: rt.table.query(
        owned.live_query(full.tenant, full.bob, 25, None)
    ),
    ("coupons/owned", "past coupons of a member"): lambda rt, full: rt.table.query(
        owned.past_query(full.tenant, full.bob, 25, None)
    ),
    ("coupons/owned", "coupons of a series, by shard"): lambda rt, full: rt.table.query(
        owned.issued_query(full.tenant, pool(rt, full), owned.shard_of(full.coupon), 25, None)
    ),
    ("coupons/series", "a series, or all of a program"): lambda rt, full: (
        pool(rt, full),
        all_series.every_series(known(rt, full), 1),
        all_series.sharing(known(rt, full)),
    ),
    ("orders", "an order with its returns"): lambda rt, full: rt.table.query(
        orders.document_query(full.tenant, full.order)
    ),
    ("audit", "refusals, newest first"): lambda rt, full: rt.table.query(
        audit.refusals_query(full.tenant, *place_of_an_entry(full)[2:3] * 2, 10)
    ),
    ("audit", "how far the archive is"): lambda rt, full: audit.read_mark(rt.table, full.tenant),
    ("audit", "a day of the archive"): lambda rt, full: audit.read_archived(rt.table, full.tenant, today(full)),
    ("audit", "archived days, newest first"): lambda rt, full: rt.table.query(
        audit.archived_query(full.tenant, 25, None)
    ),
    ("feeds", "the last day with counts"): lambda rt, full: rt.table.query(
        feeds.last_day_query(full.tenant, today(full))
    ),
    ("feeds", "a day's, and the open page"): lambda rt, full: rt.table.batch_get(
        [feed.page_key(full.tenant, 1), feeds.counts_key(full.tenant, today(full))]
    ),
    ("feeds", "counts of some days"): lambda rt, full: rt.table.query(
        feeds.days_query(full.tenant, today(full) - DAYS, today(full))
    ),
    ("feeds", "counts of all days"): lambda rt, full: rt.table.query(feeds.every_day_query(full.tenant)),
    ("feeds", "a consumer, and the head"): lambda rt, full: rt.table.batch_get(
        [feeds.consumer_key(full.tenant, "data-lake"), feed.head_key(full.tenant)]
    ),
    ("feeds", "where a consumer stands"): lambda rt, full: feeds.read_consumer(rt.table, full.tenant, "data-lake"),
    ("feeds", "what of it lies in files"): lambda rt, full: feeds.read_published(rt.table, full.tenant),
    ("feeds", "all consumers"): lambda rt, full: rt.table.query(feeds.consumers_query(full.tenant)),
    ("groups", "a group"): lambda rt, full: groups.read(rt.table, full.tenant, full.group),
    ("groups", "whether a member is in it"): lambda rt, full: rt.table.get(
        groups.membership_key(full.tenant, full.group, full.bob)
    ),
    ("groups", "members of a group"): lambda rt, full: rt.table.query(
        groups.memberships_query(full.tenant, full.group, 25, None)
    ),
    ("groups", "groups of a tenant, by shard"): lambda rt, full: rt.table.query(
        groups.directory_query(full.tenant, groups.shard_of(full.group), 25, None)
    ),
    ("jobs", "an operation"): lambda rt, full: jobs.read(rt.table, full.tenant, full.operation.operation_id),
    ("jobs", "an operation and its parts"): lambda rt, full: jobs.read_progress(
        rt.table, full.tenant, full.operation.operation_id
    ),
    ("jobs", "an operation and one part"): lambda rt, full: jobs.read_with_part(
        rt.table, full.tenant, full.operation.operation_id, full.part.number
    ),
    ("jobs", "notes of a chunk"): lambda rt, full: rt.table.query(jobs.notes_query(full.operation, full.part)),
    ("jobs", "operations of a tenant"): lambda rt, full: rt.table.query(jobs.operations_query(full.tenant, 25, None)),
    ("members", "a member"): lambda rt, full: members.read(rt.table, full.tenant, full.ada),
    ("members", "the owner of an identifier"): lambda rt, full: members.owner_of(
        rt.table, full.tenant, Identifier(type="card", value="ada")
    ),
    ("members", "members of a tenant, by shard"): lambda rt, full: rt.table.query(
        members.directory_query(full.tenant, members.shard_of(full.ada), 25, None)
    ),
    ("orders", "an order, by its id"): lambda rt, full: orders.read(rt.table, full.tenant, full.order),
    ("orders", "an order, by its number"): lambda rt, full: orders.find(rt.table, full.tenant, "A-1").order,
    ("orders", "a return, by its number"): lambda rt, full: orders.read_return(
        rt.table, full.tenant, full.order, "R-1"
    ),
    ("orders", "returns of an order"): lambda rt, full: list(
        every_item(rt.table, orders.returns_query(full.tenant, full.order))
    ),
    ("orders", "orders of a member"): lambda rt, full: rt.table.query(
        orders.member_orders_query(full.tenant, full.ada, 25, None)
    ),
    ("orders", "orders of nobody"): lambda rt, full: rt.table.query(
        orders.kept_orders_query(full.tenant, orders.kept_shard(full.stranger), 25)
    ),
    ("orders", "orders of a group"): lambda rt, full: rt.table.query(
        orders.group_orders_query(full.tenant, full.group, 25, None)
    ),
    ("perks", "a perk, or all of a program"): lambda rt, full: (
        perks.perk(known(rt, full), 1, "club"),
        perks.perks(known(rt, full), 1),
    ),
    ("perks", "a redemption code"): lambda rt, full: rt.table.get(perks.code_key(full.tenant, full.shown)),
    ("pins", "what a member proves with"): lambda rt, full: rt.table.get(pins.secrets_key(full.tenant, full.bob)),
    ("programs", "the settings of a tenant"): lambda rt, full: programs.settings(known(rt, full)),
    ("programs", "a program, or all"): lambda rt, full: (
        programs.program(known(rt, full), 1),
        programs.programs(known(rt, full)),
    ),
    ("quotas", "what is held of it"): lambda rt, full: rt.table.query(quotas.held_query(full.tenant, MUGS.name)),
    ("quotas", "the slices of a quota"): lambda rt, full: quotas.read(rt.table, full.tenant, MUGS).taken,
    ("rewards", "a reward, or all of a program"): lambda rt, full: (
        rewards.reward(known(rt, full), 1, "five"),
        rewards.rewards(known(rt, full), 1),
    ),
    ("rewards", "what is paid of an order"): lambda rt, full: rewards.paid_from(
        rt.table.get(rewards.paid_key(full.tenant, 1, "B-1"))
    ),
    ("rewards", "how often a member has had one"): lambda rt, full: rt.table.batch_get(
        [rewards.uses_key(full.tenant, full.bob, 1, "five")]
    ),
    ("rewards", "a redemption"): lambda rt, full: rt.table.get(
        rewards.redemption_key(full.tenant, EntryRef(full.bob, 1, REDEEMED))
    ),
    ("rewards", "redemptions of an owner"): lambda rt, full: rt.table.query(
        rewards.redemptions_query(full.tenant, full.bob, 1, 25, None)
    ),
    ("rules", "when a rule runs next"): lambda rt, full: rules.read_planned(rt.table, full.tenant, 1, "base"),
    ("rules", "when all of a tenant do"): lambda rt, full: rules.all_planned(rt.table, full.tenant),
    ("rules", "what has to run by now"): lambda rt, full: rt.table.query(
        rules.due_runs_query(full.tenant, full.shop.clock.now() + WEEK_MS)
    ),
    ("rules", "a rule, or all of a program"): lambda rt, full: (
        rules.rule(known(rt, full), 1, "base"),
        rules.rules(known(rt, full), 1),
        rules.compiled(known(rt, full), 1),
    ),
    ("tiers", "the tiers of a program"): lambda rt, full: tiers.scheme(known(rt, full), 1),
    ("table/config", "the whole configuration"): lambda rt, full: config.read_config(rt.table, full.tenant).aggregates,
    ("table/config", "whether it has changed"): still_known,
    ("table/config", "what is noted there"): lambda rt, full: config.read_revision(rt.table, full.tenant),
    ("table/feed", "where the feed stands"): lambda rt, full: feed.read_head(rt.table, full.tenant),
    ("table/feed", "references from a number"): lambda rt, full: feed.read_references(
        rt.table, full.tenant, 0, feed.PAGE_SIZE + 1
    ),
    ("table/feed", "the entries they name"): lambda rt, full: rt.table.batch_get(
        [first_entry(full).stream(full.tenant).key(first_entry(full).sequence)]
    ),
    ("table/feed_search", "references, last first"): lambda rt, full: rt.table.query(
        feed_search.pages_query(full.tenant, "P", 1, feed.PAGE_SIZE + 1)
    ),
    ("table/feed_search", "quiet ones, last first"): lambda rt, full: rt.table.query(
        feed_search.pages_query(full.tenant, "Q", 1, feed.PAGE_SIZE + 1)
    ),
    ("table/recorded", "entries of a shard's hour"): lambda rt, full: rt.table.query(
        recorded.recorded_query(full.tenant, *place_of_an_entry(full)[1:])
    ),
    ("table/guards", "whether a command came before"): lambda rt, full: (
        guards.recall_guarded(rt.table, full.tenant, keyed("receipt 2")) is None
    ),
    ("table/journal", "an entry"): lambda rt, full: rt.table.get(accounts.stream(full.tenant, full.ada, 1).key(1)),
    ("table/journal", "entries of a stream"): lambda rt, full: rt.table.query(
        journal.entries_query(accounts.stream(full.tenant, full.ada, 1), 1, 3)
    ),
    ("webhooks", "a webhook, or all of a tenant"): lambda rt, full: (
        webhooks.webhook(known(rt, full), "hook"),
        webhooks.webhooks(known(rt, full)),
    ),
    ("webhooks", "its secrets, and since when it fails"): lambda rt, full: webhooks.read_state(
        rt.table, full.tenant, "hook"
    ),
    ("webhooks", "a delivery"): lambda rt, full: webhooks.read_delivery(
        rt.table, webhooks.Place(full.tenant, "hook", full.deliveries["taken"])
    ),
    ("webhooks", "the deliveries of a webhook, newest first"): lambda rt, full: rt.table.query(
        webhooks.deliveries_query(full.tenant, "hook", 25, None)
    ),
    ("webhooks", "those that failed, oldest first"): lambda rt, full: rt.table.query(
        webhooks.failed_query(full.tenant, "hook", first_id(0), 25)
    ),
    ("webhooks", "what is to be tried again by now"): lambda rt, full: rt.table.query(
        webhooks.due_query(waiting(full)[0], waiting(full)[1], 25)
    ),
    ("notifications/templates", "a template, or all of a tenant"): lambda rt, full: (
        templates.template(known(rt, full), "hello"),
        templates.templates(known(rt, full)),
    ),
    ("notifications/templates", "a follow-up, or all of a tenant"): lambda rt, full: (
        templates.follow_up(known(rt, full), "welcome"),
        templates.follow_ups(known(rt, full)),
    ),
    ("notifications/devices", "the devices of a member"): lambda rt, full: rt.table.get(
        devices.devices_key(full.tenant, full.bob)
    ),
    ("notifications/devices", "whose a device's token is"): lambda rt, full: rt.table.get(
        devices.token_key(full.tenant, MARK)
    ),
    ("notifications/favourites", "the favourite places of a member"): lambda rt, full: rt.table.get(
        favourites.favourites_key(full.tenant, full.bob)
    ),
    ("notifications/favourites", "whose favourite a place is, by shard"): lambda rt, full: rt.table.query(
        favourites.members_query(full.tenant, "Ulm", favourites.shard_of(full.bob), 25, None)
    ),
    ("notifications/notices", "what a member was told, but in the inbox"): lambda rt, full: rt.table.query(
        notices.notices_query(full.tenant, full.bob, 25, None)
    ),
    ("notifications/notices", "what is in a member's inbox"): lambda rt, full: rt.table.query(
        notices.inbox_query(full.tenant, full.bob, 25, None)
    ),
    ("notifications/notices", "one of them"): lambda rt, full: rt.table.batch_get(
        notices.notice_keys(full.tenant, full.bob, full.notice)
    ),
    ("notifications/notices", "whom a notification was for, by shard"): lambda rt, full: rt.table.query(
        notices.receipts_query(full.tenant, full.operation.operation_id, notices.shard_of(full.bob), 25, None)
    ),
    ("notifications/notices", "what is to be sent by now"): lambda rt, full: rt.table.query(
        notices.due_query(to_be_told(full)[0], to_be_told(full)[1], 25)
    ),
    ("metrics", "a metric, or all of a tenant"): lambda rt, full: (
        metrics.metric(known(rt, full), "visits"),
        metrics.metrics(known(rt, full)),
    ),
    ("segments", "a segment, or all of a tenant"): lambda rt, full: (
        segments.segment(known(rt, full), "vip"),
        segments.segments(known(rt, full)),
    ),
    ("segments", "whether a member is in one"): lambda rt, full: rt.table.get(
        segments.membership_key(full.tenant, full.bob, "vip")
    ),
    ("segments", "the segments of a member"): lambda rt, full: rt.table.query(
        segments.memberships_query(full.tenant, full.bob)
    ),
    ("segments", "where a stay of theirs is over"): lambda rt, full: segments.rest_from(
        rt.table.get(segments.rest_key(full.tenant, full.bob, "vip"))
    ),
    ("segments", "when time may move a member"): lambda rt, full: segments.watch_from(
        rt.table.get(segments.watch_key(full.tenant, full.bob))
    ),
    ("segments", "members of one, by shard"): lambda rt, full: rt.table.query(
        segments.members_query(full.tenant, "vip", segments.shard_of(full.bob), 25, None)
    ),
    ("referrals/owned", "who brought a member in"): lambda rt, full: rt.table.get(
        referrals.referral_key(full.tenant, full.bob)
    ),
    ("referrals/owned", "what became of whom a member brought in"): lambda rt, full: rt.table.get(
        referrals.friends_key(full.tenant, full.bob)
    ),
    ("referrals/codes", "whose code it is, or an invitation"): lambda rt, full: rt.table.get(
        invitations.code_key(full.tenant, "BOOKS")
    ),
    ("referrals/codes", "who was asked"): lambda rt, full: rt.table.get(
        invitations.asked_key(full.tenant, "email", "sister@example.com")
    ),
    ("referrals/codes", "whether a device or identifier is known"): lambda rt, full: rt.table.get(
        invitations.seen_key(full.tenant, seen_name("device", "phone"))
    ),
    ("referrals/owned", "whom a member brought in, or asked"): lambda rt, full: rt.table.query(
        referrals.referrals_query(full.tenant, full.bob, 25)
    ),
    ("table/keys", "the snapshot of a member"): lambda rt, full: rt.table.query(
        keys.snapshot_query(full.tenant, full.ada)
    ),
    ("table/keys", "a group and its accounts"): lambda rt, full: rt.table.query(
        keys.accounts_query(full.tenant, full.group)
    ),
    ("table/pulse", "beat and marks"): lambda rt, _: pulse.read_pulse(rt.table),
    ("table/pulse", "the relay's mark"): lambda rt, _: pulse.read_mark(rt.table, "RELAYED"),
    ("table/keys", "all of a member"): lambda rt, full: rt.table.query(keys.partition_query(full.tenant, full.ada)),
}


WEEK_MS = 7 * 24 * 3_600_000


def names(full: FullShop) -> dict[str, object]:
    """What stands for the placeholders in the reads above."""
    day = today(full)
    return {
        "t": full.tenant,
        "tenant": full.tenant,
        "key": full.key,
        "shown": full.shown,
        "perk": "club",
        "segment": "vip",
        "metric": "visits",
        "referral_code": "BOOKS",
        "asked_type": "email",
        "asked": "sister@example.com",
        "what": "device",
        "seen_hash": seen_name("device", "phone").removeprefix("device#"),
        "webhook": "hook",
        "consumer": "data-lake",
        "first_return": "R#",
        "the_order": "S",
        "delivery": full.deliveries["taken"],
        "first_id": first_id(0),
        "last_id": "msg_~",
        "hook_shard": waiting(full)[0],
        "hook_due": waiting(full)[1],
        "hooks_until": f"{waiting(full)[1] + 1:013}",
        "template": "hello",
        "follow_up": "welcome",
        "mark": MARK,
        "liked_place": "Ulm",
        "liked_shard": favourites.shard_of(full.bob),
        "notice": full.notice,
        "note_shard": notices.shard_of(full.bob),
        "wake_shard": to_be_told(full)[0],
        "notes_until": f"{to_be_told(full)[1] + 1:013}",
        "segment_shard": segments.shard_of(full.bob),
        "member": full.ada,
        "group": full.group,
        "their_member": full.bob,
        "group_shard": groups.shard_of(full.group),
        "program": 1,
        "seq": 1,
        "first": 1,
        "last": 3,
        "shard": members.shard_of(full.ada),
        "any_day": "",
        "first_day": iso_day(day - DAYS),
        "shares": f"{iso_day(day)}#999",
        "day": iso_day(day),
        "day_after": iso_day(day + DAYS + 1),
        "page": 0,
        "next_page": 1,
        "operation": full.operation.operation_id,
        "part": full.part.number,
        "chunk": full.part.chunk,
        "type": "card",
        "value": "ada",
        "order": full.order,
        "number": "R-1",
        "rule": "base",
        "next_at": full.shop.clock.now() + WEEK_MS + 1,
        "series": "pool",
        "checkout": full.checkout,
        "payer": payer(full),
        "latest": "0",
        "earliest": "~",
        "ahead": checkouts.END_OF_TIME - full.shop.clock.now(),
        "version": 1,
        "coupon": full.coupon,
        "code": full.free,
        "pool": codes.place_of(full.free)[0],
        "coupon_shard": owned.shard_of(full.coupon),
        "kept_shard": orders.kept_shard(full.stranger),
        "upload": upload_of("codes of pool"),
        "quota_kind": MUGS.kind,
        "id": MUGS.id,
        "order_ref": "B-1",
        "reward": "five",
        "redeemed": REDEEMED,
        **dict(zip(("hour", "entry_shard", "since", "until"), place_of_an_entry(full), strict=True)),
        "hash": sha256(b"receipt 2").hexdigest()[:40],
    }


def to_be_told(full: FullShop) -> tuple[int, int]:
    """In which shard the list of what is due has a notice, and when."""
    found = next(item for item in full.items if item["kind"]["S"] == "notice" and "gsi3pk" in item)
    return int(found["gsi3pk"]["S"][-2:]), int(found["gsi3sk"]["S"].split("#")[0])


def waiting(full: FullShop) -> tuple[int, int]:
    """In which shard the list of what is due has a delivery, and when."""
    found = next(item for item in full.items if item["kind"]["S"] == "webhook_delivery" and "gsi3pk" in item)
    return int(found["gsi3pk"]["S"][-2:]), int(found["gsi3sk"]["S"].split("#")[0])


def place_of_an_entry(full: FullShop) -> tuple[str, int, int, int]:
    """Where the index has one: its hour and shard, and a span that it is in."""
    entry = next(item for item in full.items if item["kind"]["S"] == "entry")
    _, _, hour, shard = entry["gsi2pk"]["S"].split("#")
    at = int(entry["gsi2sk"]["S"])
    return hour, int(shard), at, at + 1


def first_entry(full: FullShop) -> feed.Reference:
    """Ada's first account entry, as the feed names it."""
    return feed.Reference(f"M#{full.ada}", 1, 1, ("order.recorded",), full.shop.clock.now())
