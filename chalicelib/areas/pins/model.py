"""What a member can prove themselves by, as values, and whether what is shown fits. Pure: clock and chance are given."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, replace
from hashlib import scrypt, sha256

from chalicelib.errors import Refused
from chalicelib.kit.clock import Instant
from chalicelib.kit.proofs import ProofKind

MOST_WRONG = 5
LOCKED_MS = 15 * 60_000
CODE_LASTS_MS = 5 * 60_000
CODE_DIGITS = 6
_WORK, _BLOCK = 2**12, 8  # some 10 ms and 4 MB a guess


class WrongProof(Refused):
    """The only refusal that leaves something behind: a wrong try, counted by whoever carried the operation out."""

    def __init__(self, member_id: str) -> None:
        super().__init__("wrong_proof", "This PIN or code is not the right one.", param="proof")
        self.member_id = member_id


@dataclass(frozen=True, slots=True, repr=False)
class Hashed:
    salt: str
    hash: str

    def fits(self, text: str) -> bool:
        return hmac.compare_digest(self.hash, hashed(text, self.salt).hash)


def hashed(text: str, salt: str) -> Hashed:
    return Hashed(salt, scrypt(text.encode(), salt=salt.encode(), n=_WORK, r=_BLOCK, p=1, dklen=32).hex())


def one_time_code(salt: str, command_id: str) -> str:
    """The same for the same command, so that a repeat is answered alike and nobody keeps the code itself."""
    drawn = int.from_bytes(sha256(f"{salt}#{command_id}".encode()).digest())
    return f"{drawn % 10**CODE_DIGITS:0{CODE_DIGITS}}"


@dataclass(frozen=True, slots=True, repr=False)
class Secrets:
    """`wrong` tries in a row since the last right one; `last_try` is the last that was counted. `version` counts changes."""

    pin: Hashed | None = None
    code: Hashed | None = None
    code_expires_at: Instant = 0
    wrong: int = 0
    locked_until: Instant = 0
    last_try: str = ""
    version: int = 0

    def with_pin(self, pin: Hashed) -> Secrets:
        """A new one begins without wrong tries."""
        return replace(self, pin=pin, wrong=0, locked_until=0)

    def with_code(self, code: Hashed, now: Instant) -> Secrets:
        """In the place of the one before. Wrong tries stay: nobody gets more of them by having codes issued."""
        return replace(self, code=code, code_expires_at=now + CODE_LASTS_MS)

    def proven(self, member_id: str, how: ProofKind, shown: str | None, now: Instant) -> Secrets:
        """After a right proof: a code is used up, and wrong tries are forgotten. Refuses `proof_required`, `pin_not_set`,
        `proof_expired`, `proof_locked`, `wrong_proof`."""
        if shown is None:
            what = "their PIN" if how == "pin" else "a one-time code"
            raise Refused("proof_required", f"The member must prove who they are by {what}.", param="proof")
        self.must_not_be_locked(now)
        if not self._kept(how, now).fits(shown):
            raise WrongProof(member_id)
        after = replace(self, wrong=0, locked_until=0)
        return replace(after, code=None, code_expires_at=0) if how == "code" else after

    def wronged(self, this_try: str, now: Instant) -> Secrets:
        """One wrong try more: the last that there is locks."""
        wrong = 1 if self.locked_until else self.wrong + 1
        locked_until = now + LOCKED_MS if wrong >= MOST_WRONG else 0
        return replace(self, wrong=wrong, locked_until=locked_until, last_try=this_try)

    def must_not_be_locked(self, now: Instant) -> None:
        if now < self.locked_until:
            minutes = -(-(self.locked_until - now) // 60_000)
            text = f"Too many wrong tries: PIN and codes are locked for {minutes} minutes, or until a new PIN is set."
            raise Refused("proof_locked", text, param="proof")

    def _kept(self, how: ProofKind, now: Instant) -> Hashed:
        if how == "pin":
            if self.pin is None:
                raise Refused("pin_not_set", "The member has no PIN yet: set one first.", param="proof")
            return self.pin
        if self.code is None or self.code_expires_at <= now:
            text = "No one-time code is waiting: it was used, or is too old. Have a fresh one issued."
            raise Refused("proof_expired", text, param="proof")
        return self.code
