"""What a purchase comes to: the one decision that record_order commits and simulate_order only shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from chalicelib.areas.accounts.model import Account, Story
from chalicelib.areas.accounts.model.facts import OrderRecorded
from chalicelib.areas.members import operations as enrolling
from chalicelib.areas.members import store as members
from chalicelib.areas.members.model import Enrolment, Identifier
from chalicelib.areas.members.operations import Written
from chalicelib.areas.orders.model import Sale
from chalicelib.areas.orders.model.gifts import Gift
from chalicelib.areas.orders.model.order import Credited, PaidWith
from chalicelib.areas.orders.model.uses import Counts, Use
from chalicelib.areas.rules.evaluate import ORDER, evaluate, occasions_of
from chalicelib.areas.rules.outcome import Follow, Outcome
from chalicelib.areas.rules.purchase import Context
from chalicelib.areas.segments.store import counting
from chalicelib.errors import InvalidInput, NotFound, Refused
from chalicelib.flows.coupon_deeds import Deed
from chalicelib.flows.enrol_member import asked_of
from chalicelib.flows.follow_coupons import Giving
from chalicelib.flows.follow_effects import Followed, followed
from chalicelib.flows.full_cards import full_cards
from chalicelib.flows.judged import context_of
from chalicelib.flows.lost_account import unless_lost
from chalicelib.flows.member_moments import Moments, with_moments
from chalicelib.flows.opened import Opened, of_their_group, open_snapshot
from chalicelib.flows.order_credits import with_credits
from chalicelib.flows.past_counts import with_order
from chalicelib.flows.past_points import kept_of
from chalicelib.flows.referral_gifts import Friend, friend_of, moments_of_coming
from chalicelib.flows.referring import Came, brought_or_not
from chalicelib.flows.rule_limits import Gave, Stock, credits_since, held_by_quota, must_keep_promise, with_uses
from chalicelib.flows.segment_changes import segments_of
from chalicelib.flows.take_quotas import Taking
from chalicelib.flows.terms import Terms, after_activity, settle_tier
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import FUTURE_TOLERANCE_MS, Instant
from chalicelib.kit.command import Command
from chalicelib.runtime import Runtime
from chalicelib.table.journal import Head, Header
from chalicelib.table.protocol import Attrs, Key, Write

MONEY = PaidWith()
ENROLLED = ("enrolled",)


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who buys: a member by id, or by an identifier. `code`: by whom they come who are enrolled by it."""

    member_id: str | None = None
    identifier: Identifier | None = None
    code: str = ""


@dataclass(frozen=True, slots=True)
class Purchase:
    """The decision: the story of the account, the member's or their group's, what rules gave and why not, the coupons that
    were used with it and their series, and the member it enrols, if any. `beside`: what is written of a referral, `came`: what is told of
    the code that was shown. `counted_of`: the segments of which it is counted. `past`: how it counts for questions about
    the past, `points`: by what its credits do."""

    member_id: str
    head: Head
    story: Story
    outcome: Outcome
    credits: tuple[Credited, ...]
    uncounted: tuple[int, ...] = ()
    enrolled: Written | None = None
    followed: Followed | None = None
    uses: tuple[Use, ...] = ()
    paid_with: PaidWith = MONEY
    coupons: tuple[tuple[str, str], ...] = ()
    beside: tuple[Write, ...] = ()
    came: Mapping[str, str] = field(default_factory=dict)
    counted_of: tuple[str, ...] = ()
    past: tuple[Counts, ...] = ()
    points: tuple[Counts, ...] = ()

    @property
    def all_gifts(self) -> tuple[Gift, ...]:
        """Beside points, as the order keeps it."""
        return () if self.followed is None else self.followed.gifts

    @property
    def gifts(self) -> tuple[Write, ...]:
        return (*(() if self.followed is None else self.followed.writes), *self.beside)

    @property
    def told(self) -> dict[str, Any]:
        told = {} if self.followed is None else self.followed.told
        counted = {"counted_of": list(self.counted_of)} if self.counted_of else {}
        return told | ({"referral": dict(self.came)} if self.came else {}) | counted


def as_sent(terms: Terms, sale: Sale, context: Context, why: bool) -> Outcome:
    """By the rules in force."""
    return evaluate(terms.rules, sale, context, occasions_of(ORDER, context), why=why)


@dataclass(frozen=True, slots=True)
class Coupons:
    """Those that are used with a sale, as they were `found`."""

    used: tuple[Deed, ...] = ()
    found: Mapping[Key, Attrs] = field(default_factory=dict)

    @property
    def named(self) -> tuple[tuple[str, str], ...]:
        """With their series."""
        return tuple((deed.coupon.coupon_id, deed.series.series_id) for deed in self.used)


@dataclass(frozen=True, slots=True)
class Till:
    """How a sale is judged, and what it takes of the account before anything is earned, where it is paid with more than
    money: `pays` is told the order's id and who buys for a group; `shows`: the coupons, of the member who buys. `held`, by rule, was taken of limits
    before. `asks_now` as in record_order. `enrolls`: what is written of who is enrolled by it. `counts`: whether it is a purchase for who
    brought the buyer in."""

    asks_now: bool = True
    judges: Callable[[Terms, Sale, Context, bool], Outcome] = as_sent
    pays: Callable[[Story, Terms, Instant, str, str], Story] | None = None
    shows: Callable[[str], Coupons] = lambda _: Coupons()
    held: Mapping[str, Use] = field(default_factory=dict)
    enrolls: tuple[Write, ...] = ()
    counts: bool = True

    def giving(self, giving: Giving, shown: Coupons) -> Giving:
        return replace(giving, taken={write.key for write in self.enrolls}, used=shown.used, found=shown.found)


PLAIN_TILL = Till()


def decide_purchase(
    taking: Taking,
    header: Header,
    terms: Terms,
    buyer: Buyer,
    sale: Sale,
    order_id: str,
    *,
    till: Till = PLAIN_TILL,
    dry_run: bool = False,
) -> Purchase:
    """Pure but for its one Query (one Get more for an identifier, one BatchGet for a member in a group, one Get for a member
    without an account who is refused or only tries). What limited rules give is taken by `taking`. What is only tried
    says why rules give nothing. Refuses `future_purchase`, `member_blocked`, `group_blocked`,
    `too_many_credits`, `balance_limit`; NotFound: `member_not_found`; InvalidInput: identifiers."""
    rt = taking.rt
    refuse_future(header.recorded_at, sale.purchased_at)
    giving = Giving(taking, dry_run)
    opened, enrolled = open_buyer(giving, header, terms, buyer)
    opened.must_be_active()

    def decided() -> Purchase:
        taking.begin()
        own = replace(till, enrolls=() if enrolled is None else enrolled.writes)
        purchase = _decided(header, terms, opened, sale, order_id, giving, own)
        points = kept_of(terms.counters, purchase.credits)
        return replace(purchase, enrolled=enrolled, came=_told_of_code(buyer, opened), points=points)

    known = () if enrolled else (opened,)  # nobody has lost anything with whom it begins
    return unless_lost(rt, header.caller.tenant, known, decided, dry_run=dry_run)


def _decided(
    header: Header, terms: Terms, opened: Opened, sale: Sale, order_id: str, giving: Giving, till: Till
) -> Purchase:
    taking, friend = giving.taking, friend_of(giving, header, terms, opened, counts=till.counts)
    before = terms.meets(opened.account, header, asks_now=till.asks_now)
    story, follows = _with_moments(taking, before, terms, opened, friend, sale.purchased_at)
    own = credits_since(before, story)
    segments = segments_of(opened.beside, terms.config, story.account.advanced_to)
    context = context_of(terms, story.account, opened.member, sale.purchased_at, taking, segments=segments)
    if till.held:
        stock = Stock(taking, terms.program.program_id, held_by_quota(till.held.values()))
        context = replace(context, stock=stock)
    outcome = till.judges(terms, sale, context, giving.trial)
    uncounted, counted = terms.uncounted(sale), None
    if uncounted:
        counted = sum(line.gross_value for line in sale.lines if line.line_no not in uncounted)
    day, value, by = terms.day(sale.purchased_at), sale.gross_value, opened.by
    story = story.then(OrderRecorded(order_id, sale.number, sale.currency, value, day, counted, by))
    story, past = with_order(story, terms, sale, day, order_id)
    story = friend.with_first_purchase(story, order_id)
    shown = till.shows(friend.member.member_id)
    if till.pays is not None:
        story = till.pays(story, terms, sale.purchased_at, order_id, by)
    story, credited = with_credits(story, terms, outcome, sale.purchased_at, order=order_id, by=by)
    filled = full_cards(terms, story, (*own, *credited))
    giving, given, first = till.giving(giving, shown), (*follows, *filled, *outcome.follows), len(follows)
    gave = followed(giving, story, terms, opened, given, header, order_id, first)
    counts = partial(with_uses, terms=terms, taking=taking, at=sale.purchased_at)
    story, _ = counts(
        gave.story, gave=Gave(own, beside=gave.gave(0, first)), order=""
    )  # nothing that a return gives back
    had = Gave(credited, outcome.off, gave.gave(first), sale.currency)
    must_keep_promise(terms, taking, had, sale.purchased_at, till.held, story.account)
    story, uses = counts(story, gave=had, order=order_id, held=till.held)
    story = settle_tier(after_activity(story, terms, "order", sale.purchased_at), terms, sale.purchased_at)
    of = (friend.member.member_id, opened.head, story, outcome, (*credited, *gave.credits), uncounted)
    beside = friend.moved_on(story, (*till.enrolls, *gave.writes), asks_now=till.asks_now)
    counted_of = tuple(sorted(segments & counting(terms.config))) if segments else ()
    return Purchase(*of, followed=gave, uses=uses, coupons=shown.named, beside=beside, counted_of=counted_of, past=past)


def _with_moments(
    taking: Taking, story: Story, terms: Terms, opened: Opened, friend: Friend, at: Instant
) -> tuple[Story, tuple[Follow, ...]]:
    """What the purchase is besides, for who buys: they are enrolled by it, somebody brought them in."""
    moments = (*ENROLLED, *friend.member.milestones) if opened.new else ()
    moments = (*moments, *friend.moments_here)
    story, follows, _ = with_moments(taking, story, terms, opened, moments, at, friend.about)
    return story, follows


def _told_of_code(buyer: Buyer, opened: Opened) -> dict[str, str]:
    """Whether whoever showed a code was brought in by it, and why not."""
    if not buyer.code:
        return {}
    if opened.came.referral is not None:
        return {"referral_id": opened.came.referral.referral_id}
    return {"reason": opened.came.refused or "not_new"}


def refuse_future(now: Instant, at: Instant) -> None:
    """Tills run a little fast: five minutes are allowed."""
    if at > now + FUTURE_TOLERANCE_MS:
        raise Refused("future_purchase", "The time of purchase lies in the future.", param="purchased_at")


def member_of(rt: Runtime, caller: Caller, buyer: Buyer) -> str | None:
    """The buyer's member id, if they are a member: no Get for an id, 1 for an identifier."""
    if buyer.member_id is not None:
        return buyer.member_id
    if buyer.identifier is None:
        raise InvalidInput("missing_member", "Say who buys: member_id or identifier.", param="member_id")
    return members.owner_of(rt.table, caller.tenant, buyer.identifier.normalised())


def known_buyer(rt: Runtime, caller: Caller, terms: Terms, buyer: Buyer) -> Buyer | None:
    """Where the program keeps orders of whoever is no member: the member by id, or None. Elsewhere as they are named."""
    if terms.program.enrolment != "keep" or buyer.member_id is not None:
        return buyer
    member_id = None if buyer.identifier is None else member_of(rt, caller, buyer)
    return None if member_id is None else Buyer(member_id)


def open_buyer(
    giving: Giving, header: Header, terms: Terms, buyer: Buyer, *, asks: bool = False
) -> tuple[Opened, Written | None]:
    """Whose account it goes to, and who is enrolled by it. `asks`: whether they might spend is to be known as well."""
    rt, tenant, program_id = giving.taking.rt, header.caller.tenant, terms.program.program_id
    member_id = member_of(rt, header.caller, buyer)
    if member_id is not None:
        opened = open_snapshot(rt, tenant, member_id, program_id)
        return of_their_group(rt, tenant, opened, program_id, asks=asks), None
    return enrolled_buyer(giving, header, terms, buyer, but=program_id)


def enrolled_buyer(
    giving: Giving, header: Header, terms: Terms, buyer: Buyer, *, but: int = 0
) -> tuple[Opened, Written]:
    """Somebody whom nobody knows, as a member, with what programs give them for that: `but` one that sees to its own."""
    if buyer.identifier is None or terms.program.enrolment != "enrol":
        raise NotFound("member_not_found", "No member has this identifier.", param="identifier")
    rt = giving.taking.rt
    asked = asked_of(rt.config.load(rt.table, header.caller.tenant))
    enrolment = Enrolment(identifiers=(buyer.identifier,))
    tenant = header.caller.tenant
    came = brought_or_not(rt, tenant, Came(buyer.code), enrolment.identifiers, header.recorded_at)
    written = enrolling.new_member(rt, replace(header, place=""), asked, enrolment, came.facts)
    account = Account(written.member.member_id, terms.program.program_id)
    command = Command(header.command, dry_run=giving.trial)
    moments = Moments(giving.taking, header.caller, command, header.operation, but=but, about=came.about)
    gifts = moments.beside_profile(written.member, (*ENROLLED, *moments_of_coming(came)))
    written = replace(written, writes=(*written.writes, *gifts))
    return Opened(written.member, account, Head(), new=True, came=came), written
