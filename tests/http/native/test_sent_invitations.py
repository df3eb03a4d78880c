"""Invitations that are sent: in whose words, to whom, when, and what becomes of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chalicelib.runtime import Runtime
from tests.http.native.bookshop import Json, Shop, answer, refusal
from tests.http.native.notified import DAY, HOUR, senders, tell_what_happened, wake
from tests.http.native.referred import brought, invite, inviting

BEA: Json = {"type": "email", "value": "bea@example.com"}
CEM: Json = {"type": "phone", "value": "+49 30 1234"}
MAIL: Json = {
    "title": "{{given_name|A friend}} invites you",
    "body": "Come to {{shop}}: {{link}}",
    "translations": {"de": {"title": "{{given_name|Jemand}} lädt dich ein", "body": "Komm zu {{shop}}: {{link}}"}},
}
TEXT: Json = {"body": "Come with {{code}}"}
LINK = "https://shop.example.com/join?code={{code}}"


def says(shop: Shop, quiet: Json | None = None, link: str | None = LINK, **words: Json) -> None:
    referrals = {"invitation_link": link, "invitation_words": words or {"email": MAIL, "sms": TEXT}}
    body = {"name": "The Bookshop", "referrals": referrals} | ({} if quiet is None else {"quiet_hours": quiet})
    answer(shop.api.put("/v1/tenant", body))


def sending(shop: Shop, invited: Json) -> tuple[str, str | None, str | None]:
    told = answer(shop.api.get(f"/v1/referrals/{invited['referral_code']}"))["sending"]
    return told["state"], told["reason"], told["at"]


def test_who_is_invited_by_an_address_gets_a_mail(rt: Runtime, shop: Shop, ada: str) -> None:
    says(shop)
    answer(shop.api.patch(f"/v1/members/{ada}", {"given_name": "Ada"}))
    invited = invite(shop, ada, BEA)
    assert (invited["sending"], sending(shop, invited)) == ("waiting", ("waiting", None, None))
    tell_what_happened(rt)
    code = invited["referral_code"]
    body = f"Come to The Bookshop: https://shop.example.com/join?code={code}"
    assert senders(rt).mailed == [("bea@example.com", "Ada invites you", body)]
    assert sending(shop, invited) == ("sent", None, "2026-01-15T12:00:00Z")
    assert brought(shop, "2", code)
    assert sending(shop, invited)[0] == "sent"


def test_it_is_said_in_the_language_of_who_invites(rt: Runtime, shop: Shop, ada: str) -> None:
    says(shop)
    answer(shop.api.patch(f"/v1/members/{ada}", {"locale": "de-AT"}))
    invite(shop, ada, BEA)
    tell_what_happened(rt)
    assert [title for _, title, _ in senders(rt).mailed] == ["Jemand lädt dich ein"]


def test_who_is_invited_by_a_number_gets_a_text(rt: Runtime, shop: Shop, ada: str) -> None:
    says(shop)
    invited = invite(shop, ada, CEM)
    tell_what_happened(rt)
    assert [body for _, body in senders(rt).texted] == [f"Come with {invited['referral_code']}"]
    assert senders(rt).mailed == []


def test_what_is_told_twice_is_sent_once(rt: Runtime, shop: Shop, ada: str) -> None:
    says(shop)
    invite(shop, ada, BEA)
    tell_what_happened(rt)
    tell_what_happened(rt)
    assert len(senders(rt).mailed) == 1


@pytest.mark.parametrize("who", [None, BEA], ids=["a link", "no words for mails"])
def test_where_there_are_no_words_nothing_is_sent_and_that_is_said(
    rt: Runtime, shop: Shop, ada: str, who: Json | None
) -> None:
    says(shop, sms=TEXT)
    invited = invite(shop, ada, who)
    assert invited["sending"] == "none"
    tell_what_happened(rt)
    assert sending(shop, invited) == ("none", None, None)
    assert (senders(rt).mailed, senders(rt).texted) == ([], [])


def test_a_code_that_a_member_shares_is_sent_to_nobody(shop: Shop, ada: str) -> None:
    answer(shop.api.put(f"/v1/members/{ada}/referral-code", {"referral_code": "WITH-ADA"}))
    assert sending(shop, {"referral_code": "WITH-ADA"}) == ("none", None, None)


def test_what_is_refused_is_told(rt: Runtime, shop: Shop, ada: str) -> None:
    says(shop)
    senders(rt).refusing.add("bea@example.com")
    refused = invite(shop, ada, BEA)
    tell_what_happened(rt)
    assert sending(shop, refused)[:2] == ("failed", "refused")
    senders(rt).missing |= {"mail"}
    unsent = invite(shop, ada, {"type": "email", "value": "dora@example.com"})
    tell_what_happened(rt)
    assert sending(shop, unsent)[:2] == ("failed", "no_sender")


def _is_blocked(shop: Shop, ada: str) -> None:
    shop.block(ada)


def _has_enrolled(shop: Shop, _: str) -> None:
    answer(shop.api.post("/v1/members", {"identifiers": [BEA]}))


def _says_nothing(shop: Shop, _: str) -> None:
    answer(shop.api.put("/v1/tenant", {"name": "The Bookshop"}))


@pytest.mark.parametrize(
    ("meanwhile", "reason"),
    [(_is_blocked, "referrer_blocked"), (_has_enrolled, "member_already"), (_says_nothing, "no_words")],
)
def test_what_has_changed_meanwhile_is_minded(
    rt: Runtime, shop: Shop, ada: str, meanwhile: Callable[[Shop, str], None], reason: str
) -> None:
    says(shop)
    invited = invite(shop, ada, BEA)
    meanwhile(shop, ada)
    tell_what_happened(rt)
    assert sending(shop, invited)[:2] == ("failed", reason)
    assert senders(rt).mailed == []


def test_nobody_is_woken_by_an_invitation(rt: Runtime, shop: Shop, ada: str) -> None:
    says(shop, {"begins": "11:00", "ends": "13:00"})
    invited = invite(shop, ada, BEA)
    tell_what_happened(rt)
    wake(rt)
    assert sending(shop, invited) == ("waiting", None, "2026-01-15T13:00:00Z")
    shop.clock.at += HOUR
    wake(rt)
    assert sending(shop, invited) == ("sent", None, "2026-01-15T13:00:00Z")
    wake(rt)
    assert len(senders(rt).mailed) == 1


def test_who_came_before_the_quiet_hours_were_over_gets_nothing(rt: Runtime, shop: Shop, ada: str) -> None:
    says(shop, {"begins": "11:00", "ends": "13:00"})
    invited = invite(shop, ada, BEA)
    tell_what_happened(rt)
    brought(shop, "2", invited["referral_code"])
    shop.clock.at += HOUR
    wake(rt)
    assert sending(shop, invited)[:2] == ("failed", "over")
    assert senders(rt).mailed == []


def test_an_invitation_that_is_over_is_not_sent_any_more(rt: Runtime, shop: Shop, ada: str) -> None:
    says(shop)
    invited = invite(shop, ada, BEA)
    shop.clock.at += 30 * DAY
    assert sending(shop, invited) == ("failed", "over", invited["expires_at"])
    tell_what_happened(rt)
    assert sending(shop, invited)[:2] == ("failed", "over")
    assert senders(rt).mailed == []


@pytest.mark.parametrize(
    ("words", "param"),
    [
        ({"email": {"title": "Hi", "body": "{{points}}"}}, "email.body"),
        ({"email": MAIL | {"title": "{{friend}}"}}, "email.title"),
        ({"sms": TEXT | {"translations": {"de": {"body": "{{kode}}"}}}}, "sms.translations.de.body"),
    ],
)
def test_a_variable_that_nobody_knows_is_refused(shop: Shop, words: Json, param: str) -> None:
    body = {"name": "Shop", "referrals": {"invitation_link": LINK, "invitation_words": words}}
    reply = shop.api.put("/v1/tenant", body)
    assert refusal(reply) == (422, "unknown_variable", f"referrals.invitation_words.{param}")
    assert answer(shop.api.get("/v1/tenant"))["referrals"]["invitation_link"] is None


def test_a_link_is_known_where_the_tenant_has_one(shop: Shop) -> None:
    body = {"name": "Shop", "referrals": {"invitation_words": {"email": MAIL}}}
    reply = shop.api.put("/v1/tenant", body)
    assert refusal(reply) == (422, "unknown_variable", "referrals.invitation_words.email.body")


@pytest.mark.parametrize(
    ("referrals", "param"),
    [
        ({"invitation_link": "http://shop.example.com/{{code}}"}, "referrals.invitation_link"),
        ({"invitation_link": "https://shop.example.com/"}, "referrals.invitation_link"),
        ({"invitation_words": {"sms": MAIL}}, "referrals.invitation_words"),
        ({"invitation_words": {"email": TEXT}}, "referrals.invitation_words"),
        ({"invitation_words": {"sms": {"body": "x" * 1_601}}}, "referrals.invitation_words"),
    ],
)
def test_settings_that_cannot_be_said_are_malformed(shop: Shop, referrals: Json, param: str) -> None:
    status, _, told = refusal(shop.api.put("/v1/tenant", {"name": "Shop", "referrals": referrals}))
    assert (status, told) == (400, param)


def test_a_member_has_fifty_invitations_open_at_most(rt: Runtime, shop: Shop, ada: str) -> None:
    codes = [invite(shop, ada)["referral_code"] for _ in range(50)]
    assert refusal(inviting(shop, ada, BEA)) == (422, "too_many_invitations", "member_id")
    brought(shop, "2", codes[0])
    assert invite(shop, ada, BEA)
    assert refusal(inviting(shop, ada)) == (422, "too_many_invitations", "member_id")
    shop.clock.at += 30 * DAY  # and no job has looked
    assert invite(shop, ada)
