"""A template as data: pure."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from chalicelib.errors import NotFound
from chalicelib.kit.wording import TITLES_FIT, Wording

Channel = Literal["push", "sms", "email", "in_app"]
NoticeKind = Literal["transactional", "marketing"]
TemplateId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]

OF_MEMBERS = ("given_name", "family_name")  # known of everybody, or empty
OF_HAPPENINGS = ("points", "order_number")  # known where a rule tells of something that happened
_TITLED = {"sms": False, "email": True}


class TemplateDefinition(Wording):
    """A template as a shop writes it. `{{given_name}}` stands for the member's name, `{{given_name|friend}}` says what to call
    whoever has told none. `translations`: the same in other languages; whoever's locale it has is told in that."""

    channel: Channel

    @model_validator(mode="after")
    def _has_what_its_channel_shows(self) -> Self:
        if self.channel in _TITLED and not self.titles_are(_TITLED[self.channel]):
            raise ValueError(TITLES_FIT)
        return self

    def named(self, template_id: str) -> Template:
        return Template(template_id=template_id, **dict(self))


class Template(TemplateDefinition):
    template_id: TemplateId


def no_template(template_id: str) -> NotFound:
    return NotFound("template_not_found", f"There is no template {template_id[:64]}.", param="template_id")
