"""What shows that whoever redeems is the member: a PIN that they keep, or a code that they were just given."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

ProofKind = Literal["none", "pin", "code"]
Redeeming = Literal["awards", "rewards", "points"]  # what a program may ask a proof for

PinText = Annotated[str, Field(pattern=r"^[0-9]{4,12}$")]
ProofText = PinText  # a PIN or a one-time code, whichever the program asks for
NEVER_FINGERPRINTED = ("pin", "proof")  # of a body: they are few digits, so a hash without salt would tell them
