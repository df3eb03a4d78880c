"""A webhook as data: who wants to be told of what."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field

from chalicelib.errors import NotFound, Refused
from chalicelib.kit.base import Frozen
from chalicelib.kit.texts import PLAIN_TEXT

WebhookId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
Wanted = Annotated[str, Field(max_length=64, pattern=r"^(\*|[a-z_]+\.(\*|[a-z_]+))$")]
Reason = Literal["by_hand", "failing", "gone"]


class WebhookDefinition(Frozen):
    """A webhook as a shop writes it. `url`: https on port 443 of a server on the public Internet. `types`: the facts that it
    wants, each by its type, such as `order.recorded`, all of a kind by `member.*`, or everything by `*`. One that is disabled is
    told nothing; made active again it is told what happens from then on."""

    url: Annotated[str, Field(min_length=1, max_length=1_000)]
    types: Annotated[tuple[Wanted, ...], Field(min_length=1, max_length=50)]
    description: Annotated[str, Field(max_length=500), PLAIN_TEXT] = ""
    state: Literal["active", "disabled"] = "active"

    def named(self, webhook_id: str, secret_number: int) -> Webhook:
        by_hand: Reason | None = "by_hand" if self.state == "disabled" else None
        return Webhook(webhook_id=webhook_id, disabled_by=by_hand, secret_number=secret_number, **dict(self))


class Webhook(Frozen):
    """`disabled_by`: somebody, or us, for it failed for five days on end, or said that it is gone. `secret_number` counts its
    secrets. A deleted one is a name that may be used again."""

    webhook_id: WebhookId
    url: str
    types: tuple[str, ...]
    description: str = ""
    state: Literal["active", "disabled", "deleted"] = "active"
    disabled_by: Reason | None = None
    secret_number: int = 0

    @property
    def is_there(self) -> bool:
        return self.state != "deleted"

    def must_be_told(self) -> None:
        """Refuses `webhook_disabled`."""
        if self.state != "active":
            raise Refused("webhook_disabled", "This webhook is disabled: make it active first.", param="webhook_id")

    def disabled(self, by: str) -> Webhook:
        return self.model_copy(update={"state": "disabled", "disabled_by": by})


class _Named(Frozen):
    webhook_id: WebhookId


def named_webhook(text: str) -> str:
    """What a webhook may be called; pydantic's ValidationError for anything else."""
    return _Named(webhook_id=text).webhook_id


def deleted(webhook: Webhook) -> Webhook:
    """Nothing is kept of it but that its name was in use, and how many secrets it had."""
    return Webhook(
        webhook_id=webhook.webhook_id, url="", types=(), state="deleted", secret_number=webhook.secret_number
    )


def wants(wanted: Iterable[str], type_: str) -> bool:
    """Whether one of the patterns speaks of this type."""
    kind = f"{type_.partition('.')[0]}.*"
    return any(one in ("*", kind, type_) for one in wanted)


def no_webhook(webhook_id: str) -> NotFound:
    return NotFound("webhook_not_found", f"There is no webhook {webhook_id[:64]}.", param="webhook_id")
