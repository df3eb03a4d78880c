"""What must be true of referrals, whatever went wrong: who was brought in is who was told to be, each referrer counts whom they
brought in, and nobody brought in themselves, by however many others."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from chalicelib.areas.referrals.model import Friends, Referral
from chalicelib.areas.referrals.store.owned import friends_from, referral_from
from chalicelib.table.journal import Entry, Stream
from chalicelib.table.protocol import Attrs, Key
from tests.faults.parsed import parsed


def judge_referrals(kinds: Mapping[str, Mapping[Key, Attrs]], journals: Mapping[Stream, Sequence[Entry]]) -> None:
    kept = {_owner(key): parsed(referral_from, attrs) for key, attrs in kinds["referral"].items()}
    friends = {_owner(key): parsed(friends_from, attrs) for key, attrs in kinds["friends"].items()}
    told: Counter[tuple[str, str]] = Counter()
    sent: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for stream, body in ((stream, body) for stream, all_of in journals.items() for body in _facts(all_of)):
        if str(body["type"]).startswith("referral."):
            told[str(body["type"]), str(body["referral"])] += 1
            sent[stream.pk.rsplit("#", 1)[1]][str(body["type"])] += 1
    assert set(told.values()) <= {1}, "something is told of a referral twice"
    for member in kept:
        _must_not_go_round(member, kept)
    _judge_coming(kept, told)
    _judge_counts(kept, friends, sent)
    owners = {_owner(key): attrs["owner"]["S"] for key, attrs in kinds["shared_code"].items()}
    assert len(set(owners.values())) == len(owners), "a member shares two codes"


def _judge_coming(kept: Mapping[str, Referral], told: Counter[tuple[str, str]]) -> None:
    for kind, found in (
        ("referral.registered", {one.referral_id for one in kept.values()}),
        ("referral.purchased", {one.referral_id for one in kept.values() if one.purchased_at is not None}),
    ):
        said = {referral for what, referral in told if what == kind}
        assert said == found, f"what is {kind} is not what was told to be"


def _judge_counts(
    kept: Mapping[str, Referral], friends: Mapping[str, Friends], sent: Mapping[str, Counter[str]]
) -> None:
    came = Counter(one.referrer for one in kept.values())
    bought = Counter(one.referrer for one in kept.values() if one.purchased_at is not None)
    for member, known in friends.items():
        told = sent.get(member, Counter())
        invited = told["referral.invited"], told["referral.expired"]
        counted = known.registered, known.purchased, known.invited, known.expired
        assert counted == (came[member], bought[member], *invited), "a referrer does not count their friends"
    assert came.keys() <= friends.keys(), "a referrer does not count their friends"


def _must_not_go_round(member: str, kept: Mapping[str, Referral]) -> None:
    above = {member}
    while member in kept:
        member = kept[member].referrer
        assert member not in above, "somebody brought in themselves"
        above.add(member)


def _facts(entries: Sequence[Entry]) -> Iterable[Mapping[str, object]]:
    return (body for entry in entries for body in entry.facts)


def _owner(key: Key) -> str:
    return key.pk.rsplit("#", 1)[1]
