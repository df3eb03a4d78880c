"""Where the codes of a redemption come from: one seam, so that a pool of uploaded codes can stand behind it as well.

A source draws codes for a reward and says what must be written in the redemption's own transaction, and what when it is
refunded. Here they are made when they are asked for: 60 random bits, that nobody guesses, in twelve digits without any that
look alike; should one be somebody's already, the transaction fails and the next attempt draws others.
"""

from __future__ import annotations

from typing import Protocol

from chalicelib.areas.rewards import store as rewards
from chalicelib.areas.rewards.model import Reward
from chalicelib.runtime import Runtime
from chalicelib.table.protocol import Write

_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 12


class CodeSource(Protocol):
    def draw(self, rt: Runtime, tenant: str, reward: Reward, quantity: int) -> tuple[str, ...]:
        """So many codes; Refused `no_codes_left` by a source that can run dry."""

    def given(self, tenant: str, codes: tuple[str, ...], redemption_id: str) -> tuple[Write, ...]:
        """With the redemption: they are its own from now on."""

    def withdrawn(self, tenant: str, codes: tuple[str, ...], redemption_id: str) -> tuple[Write, ...]:
        """With its refund: they are good for nothing any more."""


class FreshCodes:
    """Made when they are asked for, without any end."""

    def draw(self, rt: Runtime, _tenant: str, _reward: Reward, quantity: int) -> tuple[str, ...]:
        return tuple(_code(int(rt.ids.salt(), 16)) for _ in range(quantity))

    def given(self, tenant: str, codes: tuple[str, ...], redemption_id: str) -> tuple[Write, ...]:
        return tuple(rewards.code_put(tenant, code, redemption_id) for code in codes)

    def withdrawn(self, tenant: str, codes: tuple[str, ...], redemption_id: str) -> tuple[Write, ...]:
        return tuple(rewards.code_delete(tenant, code, redemption_id) for code in codes)


CODES: CodeSource = FreshCodes()


def _code(number: int) -> str:
    return "".join(_DIGITS[number >> 5 * place & 31] for place in range(_LENGTH))
