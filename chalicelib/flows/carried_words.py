"""Whether words are more than their channel carries: of a template as far as it is known, of what somebody is told exactly."""

from __future__ import annotations

from chalicelib.areas.notifications.model import Channel, TemplateDefinition, notice_id
from chalicelib.aws.senders import MOST_BYTES, Pushed
from chalicelib.errors import Refused
from chalicelib.kit.wording import MOST_CHARACTERS, Words, filled

_SOME_NOTICE = notice_id("", "", "", 0)  # they all are as long


def must_be_carried(template: TemplateDefinition) -> None:
    """In every language, to whoever has told no name. Refuses `words_too_long`."""
    for place, words in template.spoken():
        told = _too_long(template.channel, filled(words, {}), _SOME_NOTICE)
        if told is not None:
            raise Refused("words_too_long", told, param=f"{place}body")


def is_carried(channel: Channel, words: Words, notice: str) -> bool:
    return _too_long(channel, words, notice) is None


def _too_long(channel: Channel, words: Words, notice: str) -> str | None:
    if channel == "push" and (size := Pushed(words.title, words.body, notice).size) > MOST_BYTES:
        return (
            f"It is too long for a phone: {size:,} bytes with all that goes with it, and {MOST_BYTES:,} are the most."
        )
    if channel == "sms" and (length := len(words.body)) > MOST_CHARACTERS:
        return f"It is too long for a text: {length:,} characters, and {MOST_CHARACTERS:,} are the most."
    return None
