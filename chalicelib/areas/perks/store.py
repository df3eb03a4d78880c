"""Where perks and awards are kept: perks are configuration aggregates (table/config.py), awards lie with their member.

access pattern              | key                                           | items   | cost                   | by
a perk, or all of a program | {t}#CFG / perk#{program:04}#{perk}            | 0–1,000 | in the configuration   | perk, perks
a redemption code           | {t}#PCODE#{shown} / -                          | 0–1     | 1 Get, 1 RU            | code_key

item            | key                                            | in index                                                            | cost
perk            | {t}#CFG / perk#{program:04}#{perk}             | –                                                                   | 2 WU
award           | {t}#M#{member} / G#{program:04}#{perk}#{award} | gsi3 {t}#DUE#{shard:02} / {day}#award#{member}#{program:04}#{award} | 2 WU + 1 IU
redemption_code | {t}#PCODE#{shown} / -                           | –                                                                   | 2 WU

A member's awards come with the snapshot (table/keys.py). One that is over, or has no last day, is in no index. Codes go by `ttl`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pynamodb.attributes import UnicodeAttribute

from chalicelib.areas.perks.model.award import Award, packed, unpacked
from chalicelib.areas.perks.model.perk import Perk, StampCard
from chalicelib.errors import NotFound, Refused
from chalicelib.kit.clock import Instant
from chalicelib.kit.ids import owner_number
from chalicelib.kit.periods import iso_day, local_day
from chalicelib.table.config import Config, Name
from chalicelib.table.config_commit import Change
from chalicelib.table.defined import Defined
from chalicelib.table.items import BodyAttribute, IntegerAttribute, StampbookItem, from_attrs, to_attrs
from chalicelib.table.keys import owner_pk
from chalicelib.table.protocol import Absent, Attrs, Delete, Equals, Key, Present, Put

MAX_PERKS = 1_000
PERKS = Defined("perk", Perk, MAX_PERKS)
DUE_SHARDS = 16  # those of accounts: one job goes through them
AWARDS = "G#"


class AwardItem(StampbookItem):
    kind = UnicodeAttribute(default="award")
    version = IntegerAttribute()
    body = BodyAttribute()
    gsi3pk = UnicodeAttribute(null=True)
    gsi3sk = UnicodeAttribute(null=True)


class CodeItem(StampbookItem):
    kind = UnicodeAttribute(default="redemption_code")
    member = UnicodeAttribute()
    program = IntegerAttribute()
    award = UnicodeAttribute()
    expires_at = IntegerAttribute()
    ttl = IntegerAttribute()


@dataclass(frozen=True, slots=True)
class RedemptionCode:
    """`award` is the award's name among its member's."""

    code: str
    member_id: str
    program_id: int
    award: str
    expires_at: Instant


def perks(config: Config, program_id: int) -> tuple[Perk, ...]:
    """By id."""
    return PERKS.every(config, program_id)


def perk(config: Config, program_id: int, perk_id: str) -> Perk:
    missing = NotFound("perk_not_found", f"Program {program_id} has no perk {perk_id[:64]}.", param="perk_id")
    return PERKS.known(config, program_id, perk_id, missing)


def cards_by_unit(config: Config, program_id: int) -> Mapping[str, tuple[Perk, ...]]:
    """Stamp cards that redeem themselves, by the unit of their stamps."""

    def read() -> dict[str, tuple[Perk, ...]]:
        found: dict[str, tuple[Perk, ...]] = {}
        for one in perks(config, program_id):
            if isinstance(one.what, StampCard) and one.method == "auto" and one.state == "active":
                found[one.what.unit] = (*found.get(one.what.unit, ()), one)
        return found

    return config.derived(("perk", "cards", program_id), read)


def has_perk(config: Config, program_id: int, perk_id: str) -> bool:
    return PERKS.has(config, program_id, perk_id)


def perk_of(name: Name, body: Mapping[str, Any]) -> Perk:
    return PERKS.read(name, body)


def change(config: Config, program_id: int, perk: Perk) -> Change:
    """Refuses `too_many_perks` past 1,000 in a program."""
    too_many = Refused("too_many_perks", f"A program has at most {MAX_PERKS} perks.")
    return PERKS.change(config, program_id, perk.perk_id, perk, too_many)


def awards_from(found: Iterable[Attrs], program_id: int) -> dict[str, Award]:
    """By name, from the items of a member's snapshot."""
    prefix = f"{AWARDS}{_prefix(program_id)}"
    awards = [award_from(attrs) for attrs in found if attrs["sk"]["S"].startswith(prefix)]
    return {award.award_id: award for award in awards}


def award_from(attrs: Attrs) -> Award:
    _, _, perk_id, number = attrs["sk"]["S"].split("#")
    item = from_attrs(AwardItem, attrs)
    return unpacked(perk_id, int(number), item.body, item.version)


def award_key(tenant: str, member: str, program_id: int, award: Award) -> Key:
    return Key(owner_pk(tenant, member), f"{AWARDS}{_prefix(program_id)}{award.perk}#{award.number:06}")


def award_put(tenant: str, member: str, program_id: int, award: Award) -> Put:
    """One version on, only if nobody changed it since it was read."""
    key = award_key(tenant, member, program_id, award)
    item = AwardItem(pk=key.pk, sk=key.sk, version=award.version + 1, body=packed(award))
    if award.state == "active" and award.expires_at is not None:
        day = iso_day(local_day(award.expires_at, "UTC"))
        item.gsi3pk = f"{tenant}#DUE#{owner_number(member) % DUE_SHARDS:02}"
        item.gsi3sk = f"{day}#award#{member}#{_prefix(program_id)}{award.award_id}"
    return Put(to_attrs(item), Equals("version", award.version) if award.version else Absent())


def award_delete(tenant: str, member: str, program_id: int, award: Award) -> Delete:
    return Delete(award_key(tenant, member, program_id, award), Equals("version", award.version))


def due_award(attrs: Attrs) -> tuple[str, int] | None:
    """Whose award a key from the due index is: member and program. None for that of something else."""
    sk: str = attrs["sk"]["S"]
    return (attrs["pk"]["S"].rsplit("#", 1)[1], int(sk.split("#")[1])) if sk.startswith(AWARDS) else None


def code_key(tenant: str, code: str) -> Key:
    return Key(f"{tenant}#PCODE#{code}", "-")


def code_of(place: str) -> str:
    """The code that is kept in this partition."""
    return place.rsplit("#", 1)[1]


def code_from(attrs: Attrs) -> RedemptionCode:
    item = from_attrs(CodeItem, attrs)
    return RedemptionCode(code_of(attrs["pk"]["S"]), item.member, item.program, item.award, item.expires_at)


def code_put(tenant: str, code: RedemptionCode) -> Put:
    key = code_key(tenant, code.code)
    item = CodeItem(
        pk=key.pk,
        sk=key.sk,
        member=code.member_id,
        program=code.program_id,
        award=code.award,
        expires_at=code.expires_at,
        ttl=code.expires_at // 1000 + 3_600,
    )
    return Put(to_attrs(item), Absent())


def code_delete(tenant: str, code: str) -> Delete:
    """Used: nobody else uses it."""
    return Delete(code_key(tenant, code), Present())


def _prefix(program_id: int) -> str:
    return f"{program_id:04}#"
