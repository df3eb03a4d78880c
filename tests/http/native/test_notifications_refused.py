"""What is refused of templates, lists and notices over HTTP."""

from __future__ import annotations

import pytest

from chalicelib.areas.notifications.store.templates import MAX_FOLLOW_UPS, MAX_TEMPLATES
from chalicelib.runtime import Runtime
from tests.http.native.bookshop import NOBODY, Json, Shop, answer, refusal
from tests.http.native.filled import numbered, put_there
from tests.http.native.notified import HELLO, define, done, send

WELCOME: Json = {"after": "member.enrolled", "hours": 24, "template_id": "hello"}
NOTICE = f"ntc_{'0' * 32}"


def test_a_tenant_has_only_so_many_templates_and_follow_ups(rt: Runtime, shop: Shop) -> None:
    known = define(shop)
    welcome = answer(shop.api.put("/v1/notification-follow-ups/welcome", WELCOME))
    put_there(rt, "notification_template", numbered(known, "template_id", range(MAX_TEMPLATES - 1)), program_id=0)
    more = numbered(welcome, "follow_up_id", range(MAX_FOLLOW_UPS - 1))
    put_there(rt, "notification_follow_up", more, program_id=0)
    template = shop.api.put("/v1/notification-templates/one-more", HELLO)
    assert refusal(template) == (422, "too_many_templates", None)
    follow_up = shop.api.put("/v1/notification-follow-ups/one-more", WELCOME)
    assert refusal(follow_up) == (422, "too_many_follow_ups", None)
    assert define(shop, title="Other books")["title"] == "Other books"


def test_lists_know_their_own_cursors(rt: Runtime, shop: Shop) -> None:
    define(shop, channel="in_app")
    ada = shop.enrol("1", newsletter=True)
    told = done(rt, shop, send(shop, ada))
    for path in (
        f"/v1/notifications/{told['operation_id']}/receipts",
        f"/v1/members/{ada}/inbox",
        f"/v1/members/{ada}/notifications",
    ):
        assert refusal(shop.api.get(f"{path}?cursor=x")) == (400, "invalid_cursor", "cursor")


@pytest.mark.parametrize("deed", ["inbox/{}/read", "notifications/{}/cancel"])
def test_a_notice_is_of_a_member_and_there(shop: Shop, deed: str) -> None:
    def refused(member_id: str, notice_id: str) -> tuple[int, str, str | None]:
        return refusal(shop.api.call("POST", f"/v1/members/{member_id}/{deed.format(notice_id)}"))

    assert refused("nobody", NOTICE) == (404, "member_not_found", "member_id")
    assert refused(NOBODY, NOTICE) == (404, "notice_not_found", "notice_id")
    assert refused(shop.enrol("1"), "no-notice") == (404, "notice_not_found", "notice_id")
