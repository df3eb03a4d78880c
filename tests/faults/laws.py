"""What must hold of a table whatever has happened: judged by its items alone, so no journal and no account is left out."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from chalicelib.areas.accounts import store as accounts
from chalicelib.areas.accounts.model import VOCABULARY, Account, fold
from chalicelib.areas.groups import store as groups
from chalicelib.areas.members import store as members
from chalicelib.areas.orders import store as orders
from chalicelib.areas.orders.model.order import Order
from chalicelib.areas.perks.store import award_from
from chalicelib.flows.account_views import numbered_bodies
from chalicelib.kit.clock import moment
from chalicelib.table.guards import NOWHERE
from chalicelib.table.journal import Entry, Head, Stream, verified
from chalicelib.table.keys import owner_pk
from chalicelib.table.protocol import Attrs, Key, key_of
from tests.faults.checkout_laws import judge_checkouts
from tests.faults.coupon_laws import judge_coupons
from tests.faults.limit_laws import judge_limits
from tests.faults.parsed import Same, entry_of, parsed
from tests.faults.past_laws import judge_past, judge_points
from tests.faults.referral_laws import judge_referrals
from tests.faults.segment_laws import judge_segments

GIVING = ("points.earned", "points.promised")
NOTIFYING = ("notification_template", "notification_follow_up")
CONFIGURED = (
    "tenant",
    "program",
    "rule",
    "tiers",
    "perk",
    "reward",
    "coupon_series",
    "segment",
    "metric",
    "webhook",
    *NOTIFYING,
)
TAKING_BACK = ("points.cancelled", "promise.cancelled")


def judge(items: Iterable[Attrs]) -> None:
    """Journals are dense and chained, accounts are what they say, and whatever names something names what is there."""
    kinds: defaultdict[str, dict[Key, Attrs]] = defaultdict(dict)
    for item in items:
        kinds[item["kind"]["S"]][key_of(item)] = item
    journals = _journals(kinds["entry"])
    _judge_accounts(kinds["account"], journals)
    _judge_undone(journals)
    _judge_heads(kinds, journals)
    _judge_identifiers(kinds["identifier"], kinds["member"])
    _judge_documents(kinds["order"], kinds["return"], kinds["entry"])
    _judge_periods(kinds["order"], journals)
    _judge_transfers(journals)
    _judge_groups(kinds["group"], kinds["group_member"], kinds["member"])
    _judge_awards(kinds["award"], kinds["entry"])
    judge_coupons(kinds, journals)
    judge_limits(kinds)
    judge_past(kinds)
    judge_points(journals)
    judge_segments(kinds, journals)
    judge_referrals(kinds, journals)
    judge_checkouts(kinds)
    for guard in kinds["guard"].values():
        stream, sequence = Stream("", guard["entry_pk"]["S"], int(guard["program"]["N"])), int(guard["sequence"]["N"])
        if "told" in guard:
            assert (stream.pk, sequence) == (NOWHERE, 0), "a guard names something, though it changed nothing"
        elif "#CHK#" in stream.pk:
            assert Key(stream.pk, f"V#{sequence:08}") in kinds["checkout"], "a guard names a checkout that is not there"
        elif sequence:
            assert stream.key(sequence) in kinds["entry"], "a guard names an entry that is not there"
        elif "#M#" in stream.pk:
            assert _is_private(stream.pk, kinds), "a guard names a PIN, a code, a phone or a notice that is not there"
        elif "#WEBHOOK#" in stream.pk:
            webhook = stream.pk.rpartition("#")[0]
            assert Key(webhook, "A") in kinds["webhook_state"], "a guard names a webhook that never was there"
        elif "#PCODE#" not in stream.pk:  # which is gone once it was used
            made = kinds["operation"].keys() | kinds["upload"].keys()
            assert Key(stream.pk, "A") in made, "a guard names an operation that is not there, or an upload"


def _is_private(guarded: str, kinds: Mapping[str, Mapping[Key, Attrs]]) -> bool:
    """Something of a member that no entry tells of."""
    pk = "#".join(guarded.split("#")[:3])
    private = {"P#PROOF": "proof_secrets", "P#DEVICES": "devices", "P#LIKES": "favourites"}
    own = any(Key(pk, sk) in kinds[kind] for sk, kind in private.items())
    return own or any(key.pk == pk for key in kinds["notice"])


def _journals(entries: Mapping[Key, Attrs]) -> dict[Stream, list[Entry]]:
    journals: defaultdict[Stream, list[Entry]] = defaultdict(list)
    for key, attrs in sorted(entries.items()):
        stream = _stream(key)
        journals[stream].append(entry_of(attrs, stream))
    for stream, told in journals.items():
        assert [entry.sequence for entry in told] == list(range(1, len(told) + 1)), f"a gap in {stream}"
        head = Head()
        for entry in told:
            assert _follows(Same(entry), head), f"entry {entry.sequence} of {stream} does not follow"
            head = entry.head
    return journals


def _judge_accounts(found: Mapping[Key, Attrs], journals: Mapping[Stream, list[Entry]]) -> None:
    """One for each journal of an owner's program, and no other; in the index where the due job finds it."""
    told = {(stream.pk, stream.program) for stream in journals if stream.pk.split("#")[1] in "MG" and stream.program}
    assert told == {(key.pk, _program(key)) for key in found}, "an account without a journal, or a journal without one"
    for key, attrs in found.items():
        tenant, program = key.pk.split("#")[0], _program(key)
        entries = journals[Stream(tenant, key.pk, program)]
        _judge_account(key, Same(attrs), tuple(map(Same, entries)))


@lru_cache(maxsize=500)
def _judge_account(key: Key, account: Same[Attrs], journal: tuple[Same[Entry], ...]) -> None:
    tenant, owner, program = key.pk.split("#")[0], key.pk.rsplit("#", 1)[1], _program(key)
    stored, head = accounts.account_from(account.it, owner, program)
    rebuilt = Account(owner, program)
    for entry in journal:
        rebuilt = fold(rebuilt, [VOCABULARY.decode(body) for body in entry.it.facts])
    assert (stored, head) == (rebuilt, journal[-1].it.head), f"{key} is not what its journal says"
    _judge_due_day(tenant, stored, account.it)


def _judge_due_day(tenant: str, account: Account, attrs: Attrs) -> None:
    """Told here once more, in the words of the index: the operations write by the very code that `verify` asks."""
    due = account.next_due_at
    named = f"#account#{account.owner}#{account.program:04}"
    place = None if due is None else f"{moment(due):%Y-%m-%d}{named}"
    shards = [None] if due is None else [f"{tenant}#DUE#{shard:02}" for shard in range(16)]
    pk, sk = (attrs.get(name, {}).get("S") for name in ("gsi3pk", "gsi3sk"))
    assert (sk, pk in shards) == (place, True), f"{named} does not stand in the index on its due day"


def _judge_undone(journals: Mapping[Stream, list[Entry]]) -> None:
    """Nothing is undone beyond itself, and what has been undone says so: a fact that undoes names one that has a mark."""
    for entries in journals.values():
        for entry in entries:
            amounts = {number: body["amount"] for number, body in numbered_bodies(entry) if number}
            within = all(0 < undone <= amounts[number] for number, undone in entry.undone.items())
            assert within, f"{entry.key} is undone beyond itself"
        undoing = [body for entry in entries for body in entry.facts if body.get("undoes")]
        marked = {(entry.sequence, number) for entry in entries for number in entry.undone}
        named = {tuple(body["undoes"]) for body in undoing if body["type"] != "points.expired"}
        assert named == marked, "what is marked as undone is not what was undone"


def _judge_heads(kinds: Mapping[str, Mapping[Key, Attrs]], journals: Mapping[Stream, list[Entry]]) -> None:
    """Profiles and configuration stand where their journals end."""
    heads = {key.pk: attrs for kind in ("member", "group") for key, attrs in kinds[kind].items()}
    configured = (known for kind in CONFIGURED for known in kinds[kind].items())
    heads |= {f"{key.pk}#{key.sk}": attrs for key, attrs in configured if key.pk.endswith("#CFG")}
    told = {stream.pk: entries[-1].head for stream, entries in journals.items() if not stream.program}
    stand = {pk: Head(int(attrs["version"]["N"]), attrs["hash"]["S"]) for pk, attrs in heads.items()}
    assert told == stand, "something does not stand where its journal ends"


def _judge_identifiers(identifiers: Mapping[Key, Attrs], profiles: Mapping[Key, Attrs]) -> None:
    """Each belongs to the member who has it, and no member has one that is another's."""
    theirs: dict[Key, str] = {}
    for key, attrs in profiles.items():
        member, _ = parsed(members.member_from, attrs, key.pk.rsplit("#", 1)[1])
        for identifier in member.identifiers:
            named = members.identifier_key(key.pk.split("#")[0], identifier)
            assert theirs.setdefault(named, member.member_id) == member.member_id, f"two members have {named}"
    found = {key: attrs["owner"]["S"] for key, attrs in identifiers.items()}
    assert theirs == found, "identifiers are not those that members have"


def _judge_documents(sales: Mapping[Key, Attrs], returns: Mapping[Key, Attrs], entries: Mapping[Key, Attrs]) -> None:
    """Every order and return was recorded by an entry that is there, and by one that tells of no other."""
    told: list[Key] = []
    nobodys = 0
    for key, attrs in sales.items():
        order = parsed(orders.order_from, attrs)
        stream = accounts.stream(key.pk.split("#")[0], order.owner, order.program)
        backs = [parsed(orders.return_from, one) for place, one in returns.items() if place.pk == key.pk]
        told += _of_nobody(key, order)
        told += [stream.key(order.sequence)] if order.member_id else []
        told += [stream.key(back.sequence) for back in backs if not back.own]
        nobodys += 0 if order.member_id else len(backs)
        assert order.times_returned == len(backs), f"{key} has not as many returns as it counts"
    assert len(told) == len(set(told)), "two documents say that one entry recorded them"
    kinds = [body["type"] for attrs in entries.values() for body in _facts(attrs)]
    assert sorted(told) == sorted(key for key, attrs in entries.items() if _tells_of_goods(attrs)), (
        "documents are not those that entries tell of"
    )
    assert kinds.count("order.returned") == len(returns) - nobodys, "there are not as many returns as were told"


def _of_nobody(key: Key, order: Order) -> list[Key]:
    """The order's own journal, from the time before it was a member's."""
    own = Stream(key.pk.split("#")[0], key.pk, order.program)
    return [] if order.kept is None else [own.key(sequence) for sequence in range(1, order.kept.version + 1)]


def _judge_awards(found: Mapping[Key, Attrs], entries: Mapping[Key, Attrs]) -> None:
    """An award was used as often as it was told, less what was given back; and begun and ended as told."""
    told: Counter[tuple[str, str, str, int]] = Counter()
    for body in (body for attrs in entries.values() for body in _facts(attrs)):
        if str(body["type"]).startswith("perk."):
            what = "partly" if body.get("whole") is False else str(body["type"])
            told[what, str(body["member"]), str(body["perk"]), int(str(body["award"]))] += 1
    for key, attrs in found.items():
        award, member = parsed(award_from, attrs), key.pk.rsplit("#", 1)[1]
        redeemed, refunded, granted, revoked, expired = (
            told[f"perk.{what}", member, award.perk, award.number]
            for what in ("redeemed", "refunded", "granted", "revoked", "expired")
        )
        assert award.used == redeemed - refunded, "an award was not used as often as was told"
        assert granted, "an award was given and not told"
        assert (award.state == "revoked") == bool(revoked), "an award was taken back and not told, or told and not done"
        assert award.state != "expired" or expired == 1, "an award is over, and that was not told once"


def _judge_periods(sales: Mapping[Key, Attrs], journals: Mapping[Stream, list[Entry]]) -> None:
    """An order keeps what its entry gave for it, and in which period of a cap it counts; what is taken back counts no more
    there. What its member got for being enrolled by it, or brought in, is no gift of the order."""
    for key, attrs in sales.items():
        order = parsed(orders.order_from, attrs)
        if not order.member_id:
            continue
        entries = journals[accounts.stream(key.pk.split("#")[0], order.owner, order.program)]
        gave = [body for body in entries[order.sequence - 1].facts if body["type"] in GIVING and body.get("order")]
        kept = [(credit.unit, credit.rule, credit.amount, credit.piece, credit.period) for credit in order.credits]
        told = [(body["unit"], body["rule"], body["amount"], tuple(body["piece"]), _period(body)) for body in gave]
        assert kept == told, f"{key} does not keep what it gave"
        periods = {(unit, rule): period for unit, rule, *_, period in kept}
        back = [body for entry in entries for body in entry.facts if body["type"] in TAKING_BACK]
        for body in back:
            if body.get("order") == order.order_id:
                assert _period(body) == periods[body["unit"], body["rule"]], "a return makes room elsewhere"


def _period(body: Mapping[str, Any]) -> str:
    return str(body.get("period", ""))


def _judge_transfers(journals: Mapping[Stream, list[Entry]]) -> None:
    """What one sent the other received, and as much of it is undone on both sides."""
    sides: dict[str, set[tuple[object, ...]]] = {"points.sent": set(), "points.received": set()}
    for stream, entries in journals.items():
        owner = stream.pk.rsplit("#", 1)[1]
        for entry in entries:
            for fact in (fact for fact in entry.facts if fact["type"] in sides):
                here, there = (owner, entry.sequence), (fact.get("receiver") or fact["sender"], fact["entry"][0])
                both = (here, there) if fact["type"] == "points.sent" else (there, here)
                undone = entry.undone.get(1, 0)
                sides[fact["type"]].add((*both, stream.program, fact["unit"], fact["amount"], undone))
    assert sides["points.sent"] == sides["points.received"], "a transfer has one side only"


def _judge_groups(found: Mapping[Key, Attrs], memberships: Mapping[Key, Attrs], profiles: Mapping[Key, Attrs]) -> None:
    """Whoever is listed in a group says so themselves, and nobody else does; it counts them, and one is its primary."""
    listed = {(key.pk, parsed(groups.membership_from, attrs).member_id) for key, attrs in memberships.items()}
    said: set[tuple[str, str]] = set()
    for key in profiles:
        member, _ = parsed(members.member_from, profiles[key], key.pk.rsplit("#", 1)[1])
        if member.group_id is not None:
            said.add((owner_pk(key.pk.split("#")[0], member.group_id), member.member_id))
    assert listed == said, "a group and its members do not agree"
    for key, attrs in found.items():
        group, _ = parsed(groups.group_from, attrs, key.pk.rsplit("#", 1)[1])
        theirs = {member for pk, member in listed if pk == key.pk}
        assert group.members == len(theirs), "a group does not count its members"
        one = {group.primary_member_id} <= theirs if theirs else group.primary_member_id is None
        assert one, "the primary member of a group is not in it"


def _tells_of_goods(attrs: Attrs) -> bool:
    return any(str(body["type"]).removeprefix("kept_").startswith(("order.", "order_")) for body in _facts(attrs))


def _facts(attrs: Attrs) -> tuple[Mapping[str, object], ...]:
    return entry_of(attrs, _stream(key_of(attrs))).facts


@lru_cache(maxsize=4000)
def _follows(entry: Same[Entry], head: Head) -> bool:
    return verified(entry.it, head)


def _stream(key: Key) -> Stream:
    return Stream(key.pk.split("#", 1)[0], key.pk, _program(key))


def _program(key: Key) -> int:
    return int(key.sk.split("#")[1])
