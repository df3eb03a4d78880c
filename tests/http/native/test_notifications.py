"""Notifications over HTTP: templates, who is told and who is not, and what is written down of it."""

from __future__ import annotations

import pytest

from chalicelib.runtime import Runtime
from tests.http.native.bookshop import NOBODY, Json, Shop, answer, card, refusal
from tests.http.native.notified import (
    DAY,
    HELLO,
    HOUR,
    asking,
    counts,
    define,
    done,
    phone,
    receipts,
    send,
    senders,
    wake,
    work,
)

MAIL: Json = {"channel": "email", "title": "To {{given_name}}", "body": "Dear {{given_name}} {{family_name}}"}


def test_a_template_is_defined_read_and_listed(shop: Shop) -> None:
    made = define(shop)
    assert made == HELLO | {"template_id": "hello"}
    define(shop, "again", title="")
    assert answer(shop.api.get("/v1/notification-templates/hello")) == made
    listed = answer(shop.api.get("/v1/notification-templates"))["items"]
    assert [one["template_id"] for one in listed] == ["again", "hello"]
    nothing = shop.api.get("/v1/notification-templates/none")
    assert refusal(nothing) == (404, "template_not_found", "template_id")


@pytest.mark.parametrize(
    ("fields", "refused"),
    [
        ({"body": "Hello {{first}}"}, (422, "unknown_variable", "body")),
        ({"title": "{{}}"}, (422, "unknown_variable", "title")),
        ({"body": "Hello {{given_name"}, (422, "unknown_variable", "body")),
        ({"translations": {"de": {"body": "{{vorname}}"}}}, (422, "unknown_variable", "translations.de.body")),
        ({"body": "😀" * 1_000}, (422, "words_too_long", "body")),
        ({"body": "{{given_name|%s}}" % ("😀" * 1_000)}, (422, "words_too_long", "body")),
        ({"translations": {"de": {"body": '"' * 2_000}}}, (422, "words_too_long", "translations.de.body")),
        ({"channel": "sms", "title": "", "body": "x" * 1_601, "translations": {}}, (422, "words_too_long", "body")),
        ({"channel": "fax"}, (400, "wrong_value", "channel")),
        ({"body": ""}, (400, "too_short", "body")),
    ],
)
def test_a_template_that_cannot_be_meant_is_refused(shop: Shop, fields: Json, refused: tuple[int, str, str]) -> None:
    reply = refusal(shop.api.put("/v1/notification-templates/hello", HELLO | fields))
    assert (reply[0], reply[2]) == (refused[0], refused[2])
    assert refused[0] == 400 or reply[1] == refused[1]
    assert answer(shop.api.get("/v1/notification-templates"))["items"] == []


def test_members_are_told_on_their_phones_in_their_language(rt: Runtime, shop: Shop) -> None:
    define(shop)
    ada = shop.enrol("1", given_name="Ada", newsletter=True)
    bob = shop.enrol("2", newsletter=True, locale="de-AT")
    phone(shop, ada, "token-a")
    phone(shop, bob, "token-b")
    phone(shop, bob, "token-c", "tablet", "google")
    operation = done(rt, shop, send(shop, ada, bob))
    assert (operation["kind"], operation["state"], operation["name"]) == ("send_notification", "done", "hello")
    assert (counts(operation), operation["rows"]["done"]) == ((2, 0, 0), 2)
    assert [(where.rpartition("/")[2], what.title, what.body) for where, what in senders(rt).pushed] == [
        ("token-a", "New books", "Hello Ada, new books are in."),
        ("token-b", "Neue Bücher", "Hallo du, neue Bücher sind da."),
        ("token-c", "Neue Bücher", "Hallo du, neue Bücher sind da."),
    ]
    assert receipts(shop, operation) == {ada: ("sent", None), bob: ("sent", None)}


def test_who_is_not_told_is_said_why(rt: Runtime, shop: Shop) -> None:
    define(shop)
    wants, wants_not, blocked = (shop.enrol(str(n), newsletter=n != 2) for n in (1, 2, 3))
    for one in (wants_not, blocked):
        phone(shop, one, f"token-{one}")
    shop.block(blocked)
    operation = done(rt, shop, send(shop, wants, wants_not, blocked, NOBODY, "no id", wants))
    assert counts(operation) == (0, 0, 5)
    assert receipts(shop, operation) == {
        wants: ("skipped", "no_device"),
        wants_not: ("skipped", "no_consent"),
        blocked: ("skipped", "member_blocked"),
    }
    with rt.files.open(f"results/ours/{operation['operation_id']}.csv") as report:
        told = report.read().decode().splitlines()
    assert told[0] == "member_id,result,reason"
    assert set(told[4:]) == {f"{NOBODY},skipped,member_not_found", "no id,skipped,member_not_found"}
    assert counts(done(rt, shop, send(shop, wants_not, kind="transactional"))) == (1, 0, 0)


def test_words_that_a_name_makes_too_long_fail_for_whoever_has_it(rt: Runtime, shop: Shop) -> None:
    define(shop, body="{{given_name|you}}, " * 100)
    short = shop.enrol("1", given_name="Ada", newsletter=True)
    long, without = (
        shop.enrol(str(n), given_name="Wolfeschlegelsteinhausenbergerdorff" * 5, newsletter=True) for n in (2, 3)
    )
    phone(shop, short, "token-a")
    phone(shop, long, "token-b")
    operation = done(rt, shop, send(shop, short, long, without))
    assert counts(operation) == (1, 1, 1)
    assert receipts(shop, operation) == {
        short: ("sent", None),
        long: ("failed", "too_long"),
        without: ("skipped", "no_device"),
    }
    assert [where.rpartition("/")[2] for where, _ in senders(rt).pushed] == ["token-a"]


def test_a_text_that_a_name_makes_too_long_is_not_sent(rt: Runtime, shop: Shop) -> None:
    define(shop, channel="sms", title="", body="{{given_name}} " * 20, translations={})
    number = {"type": "phone", "value": "+431234567"}
    ada = answer(shop.api.post("/v1/members", {"identifiers": [number], "given_name": "A" * 100, "newsletter": True}))
    operation = done(rt, shop, send(shop, ada["member_id"]))
    assert receipts(shop, operation) == {ada["member_id"]: ("failed", "too_long")}
    assert senders(rt).texted == []


def test_a_phone_that_is_dead_is_not_tried_again_until_it_is_back(rt: Runtime, shop: Shop) -> None:
    define(shop)
    ada = shop.enrol("1", newsletter=True)
    phone(shop, ada, "token-a")
    senders(rt).dead |= senders(rt).endpoints
    first = done(rt, shop, send(shop, ada))
    assert receipts(shop, first) == {ada: ("skipped", "dead_device")}
    (shown,) = answer(shop.api.get(f"/v1/members/{ada}/devices"))["items"]
    assert shown["dead_since"] is not None
    senders(rt).dead.clear()
    assert receipts(shop, done(rt, shop, send(shop, ada))) == {ada: ("skipped", "dead_device")}
    assert phone(shop, ada, "token-a")["dead_since"] is None
    assert receipts(shop, done(rt, shop, send(shop, ada))) == {ada: ("sent", None)}


def test_texts_and_mails_go_to_the_first_of_ones_numbers_and_addresses(rt: Runtime, shop: Shop) -> None:
    define(shop, "text", channel="sms", title="", translations={})
    define(shop, "mail", **MAIL, translations={})
    of_ada = [card("1"), {"type": "phone", "value": "+43 1 234567"}, {"type": "email", "value": "ada@example.com"}]
    ada = shop.enrol("1", identifiers=of_ada, given_name="Ada\r\nMaria", family_name="Lovelace", newsletter=True)
    bob = shop.enrol("2", newsletter=True)
    assert receipts(shop, done(rt, shop, send(shop, ada, bob, template_id="text"))) == {
        ada: ("sent", None),
        bob: ("skipped", "no_phone"),
    }
    assert receipts(shop, done(rt, shop, send(shop, ada, bob, template_id="mail"))) == {
        ada: ("sent", None),
        bob: ("skipped", "no_email"),
    }
    assert senders(rt).texted == [("+431234567", "Hello Ada Maria, new books are in.")]
    assert senders(rt).mailed == [("ada@example.com", "To Ada Maria", "Dear Ada Maria Lovelace")]
    senders(rt).refusing |= {"+431234567"}
    assert receipts(shop, done(rt, shop, send(shop, ada, template_id="text"))) == {ada: ("failed", "refused")}


def test_what_is_told_in_the_app_is_in_the_inbox_until_it_is_read(rt: Runtime, shop: Shop) -> None:
    ada = shop.enrol("1", given_name="Ada", newsletter=True)
    text = {"channel": "in_app", "title": "Hi", "body": "Dear {{given_name}}"}
    for _ in range(3):
        shop.clock.at += HOUR
        operation = done(rt, shop, send(shop, ada, text=text))
        assert receipts(shop, operation) == {ada: ("sent", None)}
    pages = shop.pages(f"/v1/members/{ada}/inbox", 2)
    assert [len(page) for page in pages] == [2, 1]
    newest = pages[0][0]
    assert (newest["title"], newest["body"], newest["read_at"]) == ("Hi", "Dear Ada", None)
    path = f"/v1/members/{ada}/inbox/{newest['notice_id']}/read"
    read = answer(shop.api.call("POST", path))
    assert read["read_at"] is not None
    shop.clock.at += HOUR
    assert answer(shop.api.call("POST", path)) == read
    assert shop.pages(f"/v1/members/{ada}/inbox", 1)[0] == [read]
    unknown = shop.api.call("POST", f"/v1/members/{ada}/inbox/ntc_{'0' * 32}/read")
    assert refusal(unknown) == (404, "notice_not_found", "notice_id")
    assert shop.pages(f"/v1/members/{ada}/notifications", 10) == [[]]


def test_a_segment_is_told_and_everybody_is(rt: Runtime, shop: Shop) -> None:
    define(shop, channel="in_app")
    members = [shop.enrol(str(number), newsletter=True) for number in range(60)]
    answer(shop.api.put("/v1/segments/some", {"name": "Some", "type": "scheduled", "horizon_days": 1}))
    some = {"members": [{"member_id": one} for one in members[:30]]}
    answer(shop.api.post("/v1/segments/some/members", some))
    of_segment = done(rt, shop, send(shop, to={"segment_id": "some"}))
    assert (counts(of_segment), of_segment["rows"]["total"]) == ((30, 0, 0), 30)
    assert receipts(shop, of_segment).keys() == set(members[:30])
    assert counts(done(rt, shop, send(shop, to={"everybody": True}))) == (60, 0, 0)
    shop.clock.at += 2 * DAY
    assert counts(done(rt, shop, send(shop, to={"segment_id": "some"}))) == (0, 0, 0)


def test_a_segment_that_has_ended_by_then_is_told_nothing(rt: Runtime, shop: Shop) -> None:
    define(shop, channel="in_app")
    ada = shop.enrol("1", newsletter=True)
    answer(shop.api.put("/v1/segments/some", {"name": "Some"}))
    answer(shop.api.post("/v1/segments/some/members", {"members": [{"member_id": ada}]}))
    later = send(shop, to={"segment_id": "some"}, at="2026-01-16T12:00:00Z")
    answer(shop.api.put("/v1/segments/some", {"name": "Some", "state": "ended"}))
    shop.clock.at += DAY
    wake(rt)
    told = done(rt, shop, later)
    assert (told["state"], counts(told)) == ("done", (0, 0, 0))


@pytest.mark.parametrize(
    ("fields", "refused"),
    [
        ({"template_id": "none"}, (404, "template_not_found", "template_id")),
        ({"template_id": "happened"}, (422, "unknown_variable", "template_id")),
        ({"template_id": None}, (400, "what_is_told", "template_id")),
        ({"text": HELLO, "template_id": "hello"}, (400, "what_is_told", "template_id")),
        ({"text": HELLO | {"body": "{{points}}"}}, (422, "unknown_variable", "body")),
        ({"text": HELLO | {"body": "😀" * 1_000}}, (422, "words_too_long", "body")),
        ({"to": {}}, (400, "who_is_told", "to")),
        ({"to": {"everybody": True, "segment_id": "some"}}, (400, "who_is_told", "to")),
        ({"to": {"segment_id": "none"}}, (404, "segment_not_found", "segment_id")),
        ({"to": {"segment_id": "over"}}, (422, "segment_ended", "segment_id")),
        ({"to": {"member_ids": [NOBODY] * 101}}, (400, "too_long", "to.member_ids")),
        ({"at": "2027-02-15T12:00:00Z"}, (400, "time_too_far", "at")),
        ({"kind": "spam"}, (400, "unknown_choice", "kind")),
    ],
)
def test_what_cannot_be_told_is_refused(rt: Runtime, shop: Shop, fields: Json, refused: tuple[int, str, str]) -> None:
    define(shop)
    define(shop, "happened", body="You have {{points}} more points.")
    answer(shop.api.put("/v1/segments/over", {"name": "Over", "state": "ended"}))
    assert refusal(shop.api.post("/v1/notifications", asking(NOBODY, **fields))) == refused
    assert answer(shop.api.get("/v1/operations"))["items"] == []
    assert rt.queues.bodies("notify") == []  # type: ignore[attr-defined]


def test_at_a_time_it_begins_then_or_is_cancelled_before(rt: Runtime, shop: Shop) -> None:
    define(shop, channel="in_app")
    ada = shop.enrol("1", newsletter=True)
    later = send(shop, ada, at="2026-01-16T12:00:00Z")
    never = send(shop, ada, at="2026-01-16T12:00:00Z")
    assert (later["state"], later["started_at"]) == ("queued", None)
    wake(rt)
    assert answer(shop.api.call("POST", f"/v1/operations/{never['operation_id']}/cancel"))["state"] == "cancelled"
    shop.clock.at += DAY
    work(rt)
    assert answer(shop.api.get(f"/v1/operations/{later['operation_id']}"))["state"] == "queued"
    wake(rt)
    assert counts(answer(shop.api.get(f"/v1/operations/{later['operation_id']}"))) == (1, 0, 0)
    assert len(shop.pages(f"/v1/members/{ada}/inbox", 10)[0]) == 1
    wake(rt)
    assert len(shop.pages(f"/v1/members/{ada}/inbox", 10)[0]) == 1


def test_marketing_waits_while_it_is_quiet(rt: Runtime, shop: Shop) -> None:
    define(shop)
    ada = shop.enrol("1", newsletter=True)
    phone(shop, ada, "token-a")
    quiet = {"name": "Bookshop", "quiet_hours": {"begins": "22:00", "ends": "07:30"}}
    assert answer(shop.api.put("/v1/tenant", quiet))["quiet_hours"] == {"begins": "22:00", "ends": "07:30"}
    shop.clock.at += 11 * HOUR  # 23:00
    waiting = send(shop, ada)
    assert done(rt, shop, waiting)["state"] == "queued"
    assert counts(done(rt, shop, send(shop, ada, kind="transactional"))) == (1, 0, 0)
    text = {"channel": "in_app", "title": "", "body": "Psst"}
    assert counts(done(rt, shop, send(shop, ada, text=text))) == (1, 0, 0)
    shop.clock.at += 8 * HOUR
    wake(rt)
    assert done(rt, shop, waiting)["state"] == "queued"
    shop.clock.at += HOUR // 2
    wake(rt)
    assert (done(rt, shop, waiting)["state"], counts(done(rt, shop, waiting))) == ("done", (1, 0, 0))
    assert len(senders(rt).pushed) == 2


def test_what_runs_into_quiet_hours_goes_on_when_they_are_over(rt: Runtime, shop: Shop) -> None:
    define(shop)
    ada = shop.enrol("1", newsletter=True)
    phone(shop, ada, "token-a")
    begun = send(shop, ada)
    quiet = {"name": "Bookshop", "quiet_hours": {"begins": "11:00", "ends": "14:00"}}
    answer(shop.api.put("/v1/tenant", quiet))
    assert done(rt, shop, begun)["state"] == "running"
    assert senders(rt).pushed == []
    wake(rt)
    assert senders(rt).pushed == []
    shop.clock.at += 2 * HOUR
    wake(rt)
    assert (done(rt, shop, begun)["state"], counts(done(rt, shop, begun))) == ("done", (1, 0, 0))


def test_the_same_key_tells_once(rt: Runtime, shop: Shop) -> None:
    define(shop, channel="in_app")
    ada = shop.enrol("1", newsletter=True)
    key = {"Idempotency-Key": "once"}
    first = shop.api.post("/v1/notifications", asking(ada), headers=key)
    again = shop.api.post("/v1/notifications", asking(ada), headers=key)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert first.json["operation_id"] == again.json["operation_id"]
    work(rt)
    assert len(shop.pages(f"/v1/members/{ada}/inbox", 10)[0]) == 1
    tried = shop.api.post("/v1/notifications?dry_run=true", asking(ada))
    assert tried.status == 200
    work(rt)
    assert len(shop.pages(f"/v1/members/{ada}/inbox", 10)[0]) == 1


def test_another_tenant_finds_nothing_of_it(rt: Runtime, shop: Shop, other: Shop) -> None:
    define(shop)
    ada = shop.enrol("1", newsletter=True)
    phone(shop, ada, "token-a")
    operation = done(rt, shop, send(shop, ada))
    reply = other.api.get(f"/v1/notifications/{operation['operation_id']}/receipts")
    assert refusal(reply) == (404, "operation_not_found", "operation_id")
    assert refusal(other.api.get("/v1/notification-templates/hello"))[:2] == (404, "template_not_found")
    assert refusal(other.api.get(f"/v1/members/{ada}/devices"))[:2] == (404, "member_not_found")
    assert refusal(other.api.get(f"/v1/members/{ada}/notifications"))[:2] == (404, "member_not_found")
    assert refusal(other.api.get(f"/v1/members/{ada}/inbox"))[:2] == (404, "member_not_found")
