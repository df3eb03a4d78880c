"""What is said to somebody: words in several languages, with variables such as `{{given_name}}`, and what becomes of them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated

from pydantic import Field

from chalicelib.errors import Refused
from chalicelib.kit.base import Frozen
from chalicelib.kit.texts import PLAIN_TEXT

Heading = Annotated[str, Field(max_length=200), PLAIN_TEXT]
Prose = Annotated[str, Field(min_length=1, max_length=2_000), PLAIN_TEXT]
Locale = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]

MOST_CHARACTERS = 1_600  # of a text message: SNS takes no more
TITLES_FIT = "a mail has a title, which is its subject, in every language; a text message has none"
_BRACED = re.compile(r"\{\{(.*?)\}\}|\{\{|\}\}", re.DOTALL)
_VARIABLE = re.compile(r"\s*([a-z_]+)\s*(?:\|([^{}|]*))?", re.ASCII)


class Words(Frozen):
    """`title`: what a mail has as its subject, a phone in bold; a text has none."""

    title: Heading = ""
    body: Prose


class Wording(Words):
    """`{{given_name}}` stands for the member's name, `{{given_name|friend}}` says what to call whoever has told none.
    `translations`: the same in other languages; whoever's locale it has is told in that."""

    translations: dict[Locale, Words] = Field(max_length=50, default_factory=dict)

    def spoken(self) -> Iterator[tuple[str, Words]]:
        """In each language, under its place in the definition."""
        yield "", self
        for locale, words in self.translations.items():
            yield f"translations.{locale}.", words

    def said_in(self, locale: str) -> Words:
        """In the words of this locale, or of its language, or else its own."""
        names = (locale, locale.partition("-")[0])
        return next((self.translations[name] for name in names if name in self.translations), self)

    def titles_are(self, wanted: bool) -> bool:
        """Whether it has a title in every language; or in none."""
        return all(bool(words.title) is wanted for _, words in self.spoken())


def check_variables(wording: Wording, known: Sequence[str], under: str = "") -> None:
    """Refuses `unknown_variable`: what nobody knows would be told as it stands. `known`: what there is to be told where it is used.
    `under`: where the wording stands in what was sent."""
    for place, words in wording.spoken():
        for field, text in (("title", words.title), ("body", words.body)):
            wrong = next((one for one in _unknown(text, known)), None)
            if wrong is not None:
                names = ", ".join(known)
                sentence = f"{wrong[:64]} is no variable that is known here: there are {names}."
                raise Refused("unknown_variable", sentence, param=f"{under}{place}{field}")


def filled(words: Words, values: Mapping[str, str]) -> Words:
    """With these in place of its variables, each in one line, for a subject has no other; what is not known, or empty, is what the
    words say instead of it."""

    def value(found: re.Match[str]) -> str:
        read = _VARIABLE.fullmatch(found[1] or "")
        return found[0] if read is None else " ".join(values.get(read[1], "").split()) or (read[2] or "").strip()

    return Words.model_construct(title=_BRACED.sub(value, words.title), body=_BRACED.sub(value, words.body))


def _unknown(text: str, known: Sequence[str]) -> Iterator[str]:
    for found in _BRACED.finditer(text):
        read = None if found[1] is None else _VARIABLE.fullmatch(found[1])
        if read is None or read[1] not in known:
            yield found[0]
