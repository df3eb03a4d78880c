"""A template as data, and what becomes of it for somebody: pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from chalicelib.errors import NotFound, Refused
from chalicelib.kit.base import Frozen
from chalicelib.kit.texts import PLAIN_TEXT

Channel = Literal["push", "sms", "email", "in_app"]
NoticeKind = Literal["transactional", "marketing"]
TemplateId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
Heading = Annotated[str, Field(max_length=200), PLAIN_TEXT]
Prose = Annotated[str, Field(min_length=1, max_length=2_000), PLAIN_TEXT]
Locale = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]

OF_MEMBERS = ("given_name", "family_name")  # known of everybody, or empty
OF_HAPPENINGS = ("points", "order_number")  # known where a rule tells of something that happened
VARIABLES = (*OF_MEMBERS, *OF_HAPPENINGS)
_BRACED = re.compile(r"\{\{(.*?)\}\}|\{\{|\}\}", re.DOTALL)
_VARIABLE = re.compile(r"\s*([a-z_]+)\s*(?:\|([^{}|]*))?", re.ASCII)


class Words(Frozen):
    """`title`: what a mail has as its subject, a phone in bold; a text has none."""

    title: Heading = ""
    body: Prose


class TemplateDefinition(Words):
    """A template as a shop writes it. `{{given_name}}` stands for the member's name, `{{given_name|friend}}` says what to call
    whoever has told none. `translations`: the same in other languages; whoever's locale it has is told in that."""

    channel: Channel
    translations: dict[Locale, Words] = Field(max_length=50, default_factory=dict)

    @model_validator(mode="after")
    def _has_what_its_channel_shows(self) -> Self:
        if any((self.channel == "sms") == bool(words.title) for _, words in self.spoken() if self.channel in _STRICT):
            raise ValueError("a mail has a title, which is its subject, in every language; a text message has none")
        return self

    def spoken(self) -> Iterator[tuple[str, Words]]:
        """In each language, under its place in the definition."""
        yield "", self
        for locale, words in self.translations.items():
            yield f"translations.{locale}.", words

    def named(self, template_id: str) -> Template:
        return Template(template_id=template_id, **dict(self))


class Template(TemplateDefinition):
    template_id: TemplateId

    def said_in(self, locale: str) -> Words:
        """In the words of this locale, or of its language, or else its own."""
        names = (locale, locale.partition("-")[0])
        return next((self.translations[name] for name in names if name in self.translations), self)


_STRICT = ("sms", "email")


def check_variables(definition: TemplateDefinition, known: Sequence[str] = VARIABLES) -> None:
    """Refuses `unknown_variable`: what nobody knows would be told as it stands. `known`: what there is to be told where it is used."""
    for place, words in definition.spoken():
        for field, text in (("title", words.title), ("body", words.body)):
            wrong = next((one for one in _unknown(text, known)), None)
            if wrong is not None:
                names = ", ".join(known)
                sentence = f"{wrong[:64]} is no variable that is known here: there are {names}."
                raise Refused("unknown_variable", sentence, param=f"{place}{field}")


def filled(words: Words, values: Mapping[str, str]) -> Words:
    """With these in place of its variables, each in one line, for a subject has no other; what is not known, or empty, is what the
    template says instead of it."""

    def value(found: re.Match[str]) -> str:
        read = _VARIABLE.fullmatch(found[1] or "")
        return found[0] if read is None else " ".join(values.get(read[1], "").split()) or (read[2] or "").strip()

    return Words.model_construct(title=_BRACED.sub(value, words.title), body=_BRACED.sub(value, words.body))


def no_template(template_id: str) -> NotFound:
    return NotFound("template_not_found", f"There is no template {template_id[:64]}.", param="template_id")


def _unknown(text: str, known: Sequence[str]) -> Iterator[str]:
    for found in _BRACED.finditer(text):
        read = None if found[1] is None else _VARIABLE.fullmatch(found[1])
        if read is None or read[1] not in known:
            yield found[0]
