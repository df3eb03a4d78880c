"""What referrals cost: exactly, and nothing for whom nobody brought in."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from chalicelib.areas.members import store as members
from chalicelib.areas.referrals.model import MOST_OPEN
from chalicelib.flows.expire_invitation import expire_invitation
from chalicelib.flows.read_referral import check_referral, list_referrals
from chalicelib.flows.referring import Came
from chalicelib.flows.send_invitation import send_invited, send_put_off
from chalicelib.flows.tell_wanted import Happened
from chalicelib.kit.periods import local_day
from chalicelib.table.meter import Cost
from tests.twins import referred
from tests.twins.bookshop import card, keyed, member, sale
from tests.unit.budgets.priced import Till, till

CODE = "BOOKS"


def asked(cost: Cost) -> tuple[int, int, int]:
    """Requests, and units written to the table and to its indexes."""
    return cost.requests, cost.write_units, cost.index_units


@pytest.fixture
def at() -> Till:
    """Ada shares a code; both get something with the first purchase."""
    made = till()
    referred.share(made.shop, made.ada, CODE)
    made.shop.define(referred.on("first_purchase", "both"))
    return made


def test_a_code_is_a_change_of_the_profile_and_an_item_more(at: Till) -> None:
    bob = at.shop.member("bob")
    first = asked(at.price(partial(referred.share, at.shop, bob)))
    assert first[:2] == (2, 6)
    assert asked(at.price(partial(referred.share, at.shop, bob))) == (1, 0, 0)
    another = partial(referred.share, at.shop, bob, "OTHER-BOOKS", keyed("k"))
    assert asked(at.price(another))[:2] == (3, 10)


def test_coming_by_a_code_is_three_requests_more(at: Till) -> None:
    """The code, the referrer and what is known again; the referral, the count of friends and an identifier."""
    plain = asked(at.price(partial(at.shop.member, "bea")))
    came = asked(at.price(partial(referred.brought, at.shop, "cem", CODE)))
    assert (came[0] - plain[0], came[1] - plain[1], came[2] - plain[2]) == (3, 6, 1)
    device = asked(at.price(partial(referred.bring, at.shop, "dora", Came(device="phone"))))
    assert (device[0] - plain[0], device[1] - plain[1], device[2] - plain[2]) == (1, 2, 0)


def test_what_a_referrer_gets_for_it_costs_no_request(at: Till) -> None:
    before = asked(at.price(partial(referred.brought, at.shop, "bea", CODE)))
    at.shop.define(referred.on("registered", "referrer"))
    after = asked(at.price(partial(referred.brought, at.shop, "cem", CODE)))
    assert (after[0] - before[0], after[1] - before[1]) == (0, 4)


def test_a_purchase_costs_one_query_more_where_it_is_the_first_of_a_friend(at: Till) -> None:
    """Account, entry, friends and referral of the two; nobody else, and no later purchase, pays for it."""
    shop, bea, bob = at.shop, referred.brought(at.shop, "bea", CODE), at.shop.member("bob")
    plain = asked(at.price(partial(shop.buy, member(bob), sale("P1"))))
    first = asked(at.price(partial(shop.buy, member(bea), sale("F1"))))
    later = asked(at.price(partial(shop.buy, member(bea), sale("F2"))))
    assert plain[:2] == later[:2] == (2, 6)
    assert (first[0] - plain[0], first[1] - plain[1]) == (1, 8)


def test_every_purchase_of_a_friend_costs_a_query_where_a_rule_gives_for_each(at: Till) -> None:
    at.shop.define(referred.on("purchase", "referrer"))
    bea = referred.brought(at.shop, "bea", CODE)
    at.shop.buy(member(bea), sale("F1"))
    later = asked(at.price(partial(at.shop.buy, member(bea), sale("F2"))))
    assert later[:2] == (3, 10)


def test_a_code_at_a_till_is_three_requests_more(at: Till) -> None:
    plain = asked(at.price(partial(at.shop.buy, card("bea"), sale("P1"))))
    wrong = asked(at.price(partial(at.shop.buy, replace(card("cem"), code="NOBODYS"), sale("W1"))))
    came = asked(at.price(partial(at.shop.buy, replace(card("dora"), code=CODE), sale("F1"))))
    assert (wrong[0] - plain[0], wrong[1] - plain[1]) == (1, 0)
    assert (came[0] - plain[0], came[1] - plain[1]) == (3, 10)


def test_a_claim_is_five_requests(at: Till) -> None:
    bob = at.shop.member("bob")
    assert asked(at.price(partial(referred.claim, at.shop, bob, CODE)))[:2] == (5, 12)


def test_an_invitation_is_two_requests_and_two_when_it_is_over(at: Till) -> None:
    assert asked(at.price(partial(referred.invite, at.shop, at.ada))) == (2, 8, 3)
    assert asked(at.price(partial(referred.invite, at.shop, at.ada, "friend@example.com"))) == (2, 10, 3)
    code = referred.invite(at.shop, at.ada).answer.referral_code
    at.shop.clock.move_to("2026-08-01")
    over = partial(expire_invitation, at.shop.rt, at.shop.caller, local_day(at.shop.clock.now(), "UTC"), code)
    assert asked(at.price(over))[:2] == (3, 8)
    assert asked(at.price(over)) == (1, 0, 0)


def test_an_invitation_is_sent_for_four_reads_and_one_write(at: Till) -> None:
    """The entry, the invitation, the profile with whether they are a member, the invitation again; of one that is not sent the entry alone."""
    shop, tenant = at.shop, at.shop.caller.tenant

    def told() -> Cost:
        _, head = members.read(shop.rt.table, tenant, at.ada)
        happened = Happened(f"M#{at.ada}", 0, head.version, "entry", shop.clock.at)
        return at.price(lambda: send_invited(shop.rt, tenant, happened, ("referral.invited",)))

    referred.invite(shop, at.ada, "unsent@example.com")
    assert asked(told()) == (1, 0, 0)
    referred.with_words(shop)
    referred.invite(shop, at.ada, "friend@example.com")
    assert asked(told()) == (5, 2, 0)
    assert asked(told()) == (2, 0, 0)
    referred.with_words(shop, quiet_hours={"begins": "11:00", "ends": "16:00"})
    code = referred.invite(shop, at.ada, "another@example.com").answer.referral_code
    assert asked(told()) == (4, 4, 1)
    shop.clock.at += 6 * 3_600_000
    assert asked(at.price(lambda: send_put_off(shop.rt, tenant, code))) == (4, 4, 1)


def test_an_invitation_costs_the_same_however_many_are_open(at: Till) -> None:
    for _ in range(MOST_OPEN - 1):
        referred.invite(at.shop, at.ada)
    assert asked(at.price(partial(referred.invite, at.shop, at.ada))) == (2, 8, 3)


def test_reading_is_one_or_two_requests_however_many_friends_there_are(at: Till) -> None:
    for number in range(30):
        referred.brought(at.shop, str(number), CODE)
    shop = at.shop
    assert asked(at.price(partial(referred.of, shop, at.ada)))[0] == 1
    assert asked(at.price(partial(list_referrals, shop.rt, shop.caller, at.ada, 25, None)))[0] == 1
    assert asked(at.price(partial(check_referral, shop.rt, shop.caller, CODE)))[0] == 2
