"""How members bring others in, and in which words they are invited: pure."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from chalicelib.kit.base import Frozen
from chalicelib.kit.wording import MOST_CHARACTERS, TITLES_FIT, Wording, check_variables

_OF_INVITATIONS = ("code", "given_name", "family_name", "shop")  # the names are those of who invites
_CODE = "{{code}}"
Asking = Literal["email", "phone"]


class InvitationWords(Frozen):
    """What is sent to whoever is invited by an address (`email`) or a number (`sms`). `{{code}}` stands for the invitation's code,
    `{{link}}` for `invitation_link` with it, `{{given_name}}` and `{{family_name}}` for the member who invites, `{{shop}}` for the
    tenant's name. It is said in the language of the member who invites."""

    email: Wording | None = None
    sms: Wording | None = None

    @model_validator(mode="after")
    def _has_what_its_channel_shows(self) -> Self:
        if (self.email and not self.email.titles_are(True)) or (self.sms and not self.sms.titles_are(False)):
            raise ValueError(TITLES_FIT)
        if self.sms and any(len(words.body) > MOST_CHARACTERS for _, words in self.sms.spoken()):
            raise ValueError(f"a text message has {MOST_CHARACTERS:,} characters at most")
        return self


class ReferralPolicy(Frozen):
    """`invitation_days`: how long an invitation is good. `claim_days`: how long after their enrolment a member may still say who
    brought them in. `per_device`: of so many who are enrolled on one device the first ones may come by a referral. An invitation is
    sent in `invitation_words`, in the words of its channel; where there are none nothing is sent."""

    invitation_days: Annotated[int, Field(ge=1, le=365)] = 30
    claim_days: Annotated[int, Field(ge=0, le=365)] = 30
    per_device: Annotated[int, Field(ge=1, le=1_000)] = 1
    invitation_link: Annotated[str, Field(max_length=500, pattern=r"^https://[^\s{}]+\{\{code\}\}[^\s{}]*$")] | None = (
        None
    )
    invitation_words: InvitationWords = InvitationWords()

    def words_for(self, asking: Asking) -> Wording | None:
        return self.invitation_words.email if asking == "email" else self.invitation_words.sms

    def link_with(self, code: str) -> str:
        return (self.invitation_link or "").replace(_CODE, code)

    def must_be_sayable(self) -> None:
        """Refuses `unknown_variable`."""
        known = _OF_INVITATIONS if self.invitation_link is None else (*_OF_INVITATIONS, "link")
        for name, wording in (("email", self.invitation_words.email), ("sms", self.invitation_words.sms)):
            if wording is not None:
                check_variables(wording, known, f"referrals.invitation_words.{name}.")
