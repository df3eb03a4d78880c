"""Templates, notifications and what became of them, devices, favourite places and the inbox of members."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from chalicelib.api.bodies import as_refusal
from chalicelib.api.calls import Answered, Call
from chalicelib.api.native.naming import answered, owner_of
from chalicelib.api.native.operations import OperationView, view
from chalicelib.areas.notifications import operations as told
from chalicelib.areas.notifications.model import (
    MAX_FAVOURITES,
    Channel,
    FollowUp,
    FollowUpDefinition,
    Notice,
    NoticeKind,
    NoticeState,
    Reason,
    Template,
    TemplateDefinition,
)
from chalicelib.errors import InvalidInput
from chalicelib.flows.change_notice import cancel_notice, read_notice
from chalicelib.flows.define_follow_up import define_follow_up
from chalicelib.flows.define_template import define_template
from chalicelib.flows.favour_places import favour_places, list_favourites
from chalicelib.flows.read_notices import read_inbox, read_notices, read_receipts
from chalicelib.flows.register_device import DeviceView, forget_device, list_devices, register_device
from chalicelib.flows.start_notification import Asked, start_notification
from chalicelib.kit.base import Wire
from chalicelib.kit.platforms import Platform
from chalicelib.kit.texts import PLAIN_KEY
from chalicelib.kit.wire import Time

MOST_MEMBERS = 100
Place = Annotated[str, Field(min_length=1, max_length=128), PLAIN_KEY]
MemberId = Annotated[str, Field(min_length=1, max_length=64)]


class Templates(Wire):
    items: tuple[Template, ...]


class FollowUps(Wire):
    items: tuple[FollowUp, ...]


class DeviceBody(Wire):
    """`token`: what the app has from Apple or Google."""

    platform: Platform
    token: Annotated[str, Field(min_length=1, max_length=4_096, pattern=r"^[\x21-\x7e]+$")]


class Devices(Wire):
    items: tuple[DeviceView, ...]


class FavouritePlaces(Wire):
    """`places`: as orders name them, at most twenty."""

    places: Annotated[tuple[Place, ...], Field(max_length=MAX_FAVOURITES)]


class ToMembers(Wire):
    """One of the four: up to a hundred members, all who are in a segment, all whose favourite a place is, or everybody."""

    member_ids: Annotated[tuple[MemberId, ...], Field(min_length=1, max_length=MOST_MEMBERS)] | None = None
    segment_id: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    place: Place | None = None
    everybody: bool = False


class NotificationBody(Wire):
    """A template or a text, and whom it is for. `kind`: `marketing` goes to those who take the newsletter, and waits while it is the
    tenant's quiet hours; `transactional` is about something that they have done. `at`: when, from now on and within a year; at
    once if left out."""

    kind: NoticeKind
    template_id: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    text: TemplateDefinition | None = None
    to: ToMembers
    at: Time | None = None


class ReceiptView(Wire):
    member_id: str
    state: NoticeState
    reason: Reason | None
    at: Time


class Receipts(Wire):
    items: tuple[ReceiptView, ...]
    next_cursor: str | None


class InboxNotice(Wire):
    notice_id: str
    title: str
    body: str
    at: Time
    read_at: Time | None


class Inbox(Wire):
    items: tuple[InboxNotice, ...]
    next_cursor: str | None


class NoticeView(Wire):
    """What a member was told, or is still to be told at `due_at`. `operation_id`: the notification that it is part of, if any."""

    notice_id: str
    operation_id: str | None
    channel: Channel
    kind: NoticeKind
    state: NoticeState
    reason: Reason | None
    at: Time
    due_at: Time | None


class Notices(Wire):
    items: tuple[NoticeView, ...]
    next_cursor: str | None


def list_templates(call: Call) -> Templates:
    return Templates(items=told.list_templates(call.rt, call.caller))


def get_template(call: Call) -> Template:
    return told.get_template(call.rt, call.caller, call.path["template_id"])


def put_template(call: Call, body: TemplateDefinition) -> Answered[Template]:
    with as_refusal():
        template = body.named(call.path["template_id"])
    return answered(define_template(call.rt, call.caller, call.command, template))


def list_follow_ups(call: Call) -> FollowUps:
    return FollowUps(items=told.list_follow_ups(call.rt, call.caller))


def get_follow_up(call: Call) -> FollowUp:
    return told.get_follow_up(call.rt, call.caller, call.path["follow_up_id"])


def put_follow_up(call: Call, body: FollowUpDefinition) -> Answered[FollowUp]:
    with as_refusal():
        follow_up = body.named(call.path["follow_up_id"])
    return answered(define_follow_up(call.rt, call.caller, call.command, follow_up))


def send(call: Call, body: NotificationBody) -> Answered[OperationView]:
    if (body.template_id is None) == (body.text is None):
        raise InvalidInput("what_is_told", "Say what is told: a template_id or a text.", param="template_id")
    to = body.to
    ways = (to.member_ids is not None, to.segment_id is not None, to.place is not None, to.everybody)
    if sum(ways) != 1:
        raise InvalidInput(
            "who_is_told", "Say who is told: member_ids, a segment_id, a place or everybody.", param="to"
        )
    asked = Asked(body.kind, body.template_id, body.text, to.member_ids or (), to.segment_id, to.place, body.at)
    done = start_notification(call.rt, call.caller, call.command, asked)
    return Answered(view(call.rt, done.answer), done.replayed)


def list_receipts(call: Call) -> Receipts:
    limit, cursor = call.query["limit"], call.query["cursor"]
    page = read_receipts(call.rt, call.caller, call.path["operation_id"], limit, cursor)
    return Receipts(
        items=tuple(ReceiptView.model_validate(one._asdict()) for one in page.items), next_cursor=page.next_cursor
    )


def devices(call: Call) -> Devices:
    return Devices(items=list_devices(call.rt, call.caller, owner_of(call)))


def put_device(call: Call, body: DeviceBody) -> Answered[DeviceView]:
    device_id = call.path["device_id"]
    if not 1 <= len(device_id) <= 128:
        raise InvalidInput("wrong_format", "A device is called by at most 128 characters.", param="device_id")
    done = register_device(call.rt, call.caller, call.command, owner_of(call), device_id, body.platform, body.token)
    return answered(done)


def delete_device(call: Call) -> Answered[DeviceView]:
    return answered(forget_device(call.rt, call.caller, call.command, owner_of(call), call.path["device_id"]))


def favourites(call: Call) -> FavouritePlaces:
    return FavouritePlaces(places=list_favourites(call.rt, call.caller, owner_of(call)))


def put_favourites(call: Call, body: FavouritePlaces) -> Answered[FavouritePlaces]:
    done = favour_places(call.rt, call.caller, call.command, owner_of(call), body.places)
    return Answered(FavouritePlaces(places=done.answer), done.replayed)


def inbox(call: Call) -> Inbox:
    page = read_inbox(call.rt, call.caller, owner_of(call), call.query["limit"], call.query["cursor"])
    return Inbox(items=tuple(map(_in_inbox, page.items)), next_cursor=page.next_cursor)


def read(call: Call) -> Answered[InboxNotice]:
    done = read_notice(call.rt, call.caller, call.command, owner_of(call), call.path["notice_id"])
    return Answered(_in_inbox(done.answer), done.replayed)


def notices(call: Call) -> Notices:
    page = read_notices(call.rt, call.caller, owner_of(call), call.query["limit"], call.query["cursor"])
    return Notices(items=tuple(map(_view, page.items)), next_cursor=page.next_cursor)


def cancel(call: Call) -> Answered[NoticeView]:
    done = cancel_notice(call.rt, call.caller, call.command, owner_of(call), call.path["notice_id"])
    return Answered(_view(done.answer), done.replayed)


def _in_inbox(one: Notice) -> InboxNotice:
    return InboxNotice(notice_id=one.notice_id, title=one.title, body=one.body, at=one.at, read_at=one.read_at)


def _view(one: Notice) -> NoticeView:
    return NoticeView(
        notice_id=one.notice_id,
        operation_id=one.notification_id or None,
        channel=one.channel,
        kind=one.kind,
        state=one.state,
        reason=one.reason,
        at=one.at,
        due_at=one.due_at,
    )
