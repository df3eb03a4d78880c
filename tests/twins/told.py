"""Members who are told something, on the twins: templates, phones, what waits and what was told."""

from __future__ import annotations

from typing import Any

from chalicelib.areas.notifications.model import FollowUpDefinition, Notice, TemplateDefinition, mark_of, notice_id
from chalicelib.areas.notifications.store import notices
from chalicelib.flows.define_follow_up import define_follow_up
from chalicelib.flows.define_template import define_template
from chalicelib.flows.favour_places import favour_places
from chalicelib.flows.register_device import register_device
from chalicelib.kit.clock import Instant
from tests.twins import fresh
from tests.twins.bookshop import BookShop

HELLO: dict[str, Any] = {"channel": "push", "title": "Hello", "body": "Hello {{given_name|friend}}, new books are in."}
TELLS: dict[str, Any] = {"kind": "notify", "template": "hello"}
TOKEN = "a-token"
MARK = mark_of("apple", TOKEN)
HOUR = 3_600_000


def template(shop: BookShop, template_id: str = "hello", **fields: Any) -> None:
    named = TemplateDefinition.model_validate(HELLO | fields).named(template_id)
    define_template(shop.rt, shop.caller, fresh(), named)


def follow_up(shop: BookShop, follow_up_id: str = "welcome", **fields: Any) -> None:
    asked = {"after": "member.enrolled", "hours": 24, "template_id": "hello"} | fields
    define_follow_up(shop.rt, shop.caller, fresh(), FollowUpDefinition.model_validate(asked).named(follow_up_id))


def phone(shop: BookShop, member_id: str, token: str = TOKEN, device_id: str = "phone") -> None:
    register_device(shop.rt, shop.caller, fresh(), member_id, device_id, "apple", token)


def favours(shop: BookShop, member_id: str, *places: str) -> None:
    favour_places(shop.rt, shop.caller, fresh(), member_id, places)


def one_of_each(shop: BookShop, member_id: str, operation_id: str) -> tuple[str, Instant]:
    """A phone; two favourite places; a notice in the inbox and one that was pushed, by an operation; one that waits, and another operation that does. The
    id of the first, and when the last are due."""
    template(shop)
    follow_up(shop)
    phone(shop, member_id)
    favours(shop, member_id, "Stuttgart", "Ulm")
    tenant, now = shop.caller.tenant, shop.clock.now()
    names = [notice_id(tenant, member_id, source, now) for source in ("told", "pushed", "waits")]
    due_at = now + HOUR
    kept = [
        Notice(names[0], member_id, "in_app", "marketing", "sent", now, notification_id=operation_id, body="Psst"),
        Notice(names[1], member_id, "push", "marketing", "sent", now, notification_id=operation_id),
        Notice(names[2], member_id, "push", "marketing", "waiting", now, due_at=due_at, about={"template": "hello"}),
    ]
    writes = [*(notices.notice_put(tenant, one) for one in kept), notices.due_put(tenant, operation_id, due_at)]
    shop.rt.table.transact(writes, shop.rt.ids.command())
    return names[0], due_at
