"""Ids. An entity id is one number below 2^53; on the wire it wears its kind: `mem_` + 11 base32 digits.

    member, group,   38 bits of 10 ms since 2024 + 15 random bits: ids sort by time; a conditional put meets collisions
    coupon, checkout,
    referral
    order            53 bits of a hash of its scope and number, so that an order is found by id or number in one Get
    entry            96 bits: owner 53, owner kind 1, program 10, sequence 26, fact 6: an entry is found without an index

Digits are Crockford's (no I, L, O, U), lower case, most significant first. Ids are no secrets.
"""

from __future__ import annotations

import secrets
from functools import lru_cache
from hashlib import blake2b
from typing import Literal, NamedTuple, Protocol

from chalicelib.errors import NotFound
from chalicelib.kit.clock import Instant

Kind = Literal["member", "group", "order", "coupon", "checkout", "referral"]
PREFIXES: dict[Kind, str] = {
    "member": "mem",
    "group": "grp",
    "order": "ord",
    "coupon": "cpn",
    "checkout": "chk",
    "referral": "ref",
}
OWNERS: tuple[Kind, ...] = ("member", "group")  # whoever may hold points: the bit of an entry's id says which

ENTITY_BITS = 53
MAX_PROGRAM = 1_023
MAX_SEQUENCE = 2**26 - 1
MAX_FACT = 63
CODE_LENGTH = 10

_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"
_VALUES = {digit: value for value, digit in enumerate(_DIGITS)}
_ENTITY_DIGITS, _ENTRY_DIGITS = 11, 20
_EPOCH_2024 = 1_704_067_200_000
_RANDOM_BITS = 15


class Ids(Protocol):
    def entity(self, kind: Kind, at: Instant) -> str:
        """A fresh entity id, as shown on the wire."""

    def command(self) -> str:
        """A fresh id for a command that came without one."""

    def salt(self) -> str:
        """16 random bytes in hex, for the digest of a private part."""


class RandomIds:
    def entity(self, kind: Kind, at: Instant) -> str:
        return entity_id(kind, at, secrets.randbits(_RANDOM_BITS))

    def command(self) -> str:
        return secrets.token_hex(12)

    def salt(self) -> str:
        return secrets.token_hex(16)


def entity_id(kind: Kind, at: Instant, random: int) -> str:
    ticks = max(0, at - _EPOCH_2024) // 10 % 2**38
    return shown(kind, ticks << _RANDOM_BITS | random % 2**_RANDOM_BITS)


def shown(kind: Kind, number: int) -> str:
    return f"{PREFIXES[kind]}_{_encode(number, _ENTITY_DIGITS)}"


def number_of(kind: Kind, text: str) -> int:
    """The number inside a shown id; NotFound for anything that is not an id of this kind."""
    number = _number(kind, text)
    if number is None:
        raise NotFound(f"{kind}_not_found", f"There is no {kind} {text[:64]}.", param=f"{kind}_id")
    return number


def owner_kind(text: str) -> Kind:
    """Whether an id is a member's or a group's, by its prefix; what is neither is looked for among members."""
    return "group" if text.startswith("grp_") else "member"


def owner_number(text: str) -> int:
    return number_of(owner_kind(text), text)


def is_id(kind: Kind, text: str) -> bool:
    return _number(kind, text) is not None


def code_digits(salt: str) -> str:
    """Ten digits that nobody guesses within minutes, and that can be typed: of 16 random bytes in hex."""
    return _encode(int(salt, 16) & ((1 << 5 * CODE_LENGTH) - 1), CODE_LENGTH)


def order_id(tenant: str, scope: str, number: str, probe: int) -> str:
    """The id under which an order of this number is kept. `probe` counts on when another number holds the place."""
    name = "\x1f".join((tenant, scope, number, str(probe))).encode()
    digest = int.from_bytes(blake2b(name, digest_size=8).digest(), "big")
    return shown("order", digest >> (64 - ENTITY_BITS))


class EntryRef(NamedTuple):
    """Where a journal entry stands: its owner's stream and its place in it. `fact` 0 is the entry as a whole, from 1 on
    the facts in it that can be undone: earnings, spends, cancellations."""

    owner: str
    program: int
    sequence: int
    fact: int = 0


@lru_cache(maxsize=1_000)  # a relay asks for each twice: whether it has one, and which
def entry_id(ref: EntryRef) -> str:
    if not (0 <= ref.program <= MAX_PROGRAM and 0 <= ref.sequence <= MAX_SEQUENCE and 0 <= ref.fact <= MAX_FACT):
        raise ValueError(f"no entry id has room for {ref}")
    kind = owner_kind(ref.owner)
    owner = number_of(kind, ref.owner)
    number = (((owner << 1 | OWNERS.index(kind)) << 10 | ref.program) << 26 | ref.sequence) << 6 | ref.fact
    return f"ent_{_encode(number, _ENTRY_DIGITS)}"


def entry_ref(text: str, param: str = "entry_id") -> EntryRef:
    prefix, _, digits = text.partition("_")
    number = _decode(digits) if prefix == "ent" and len(digits) == _ENTRY_DIGITS else None
    if number is None or number >= 2**96:
        raise NotFound("entry_not_found", f"There is no entry {text[:64]}.", param=param)
    owner = shown(OWNERS[number >> 42 & 1], number >> 43)
    return EntryRef(owner, number >> 32 & MAX_PROGRAM, number >> 6 & MAX_SEQUENCE, number & MAX_FACT)


def _number(kind: Kind, text: str) -> int | None:
    prefix, _, digits = text.partition("_")
    number = _decode(digits) if prefix == PREFIXES[kind] and len(digits) == _ENTITY_DIGITS else None
    return number if number is not None and number < 2**ENTITY_BITS else None


def _encode(number: int, length: int) -> str:
    return "".join([_DIGITS[number >> 5 * place & 31] for place in range(length - 1, -1, -1)])


def _decode(digits: str) -> int | None:
    number = 0
    for digit in digits:
        value = _VALUES.get(digit)
        if value is None:
            return None
        number = number << 5 | value
    return number
