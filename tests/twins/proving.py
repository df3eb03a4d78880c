"""PINs and one-time codes in a shopkeeper's words, on a BookShop."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.areas.pins.model import Secrets
from chalicelib.areas.pins.store import secrets_from, secrets_key
from chalicelib.areas.programs.model import ProgramDefinition
from chalicelib.areas.programs.store import program
from chalicelib.errors import Refused
from chalicelib.flows.issue_proof_code import IssuedProof, issue_proof_code
from chalicelib.flows.replace_program import replace_program
from chalicelib.flows.set_pin import PinSet, set_pin
from chalicelib.flows.spend_points import Spent, spend_points
from chalicelib.kit.command import Command
from chalicelib.table.commit import Committed
from tests.twins import fresh
from tests.twins.bookshop import BookShop

PIN = "2718"


def ask(shop: BookShop, **proofs: str) -> None:
    known = program(shop.rt.config.load(shop.rt.table, shop.caller.tenant), 1)
    said = known.model_dump(mode="json", exclude={"program_id"}) | {"proofs": proofs}
    replace_program(shop.rt, shop.caller, fresh(), 1, ProgramDefinition.model_validate(said))


def pin(shop: BookShop, member_id: str, digits: str = PIN, command: Command | None = None) -> Committed[PinSet]:
    return set_pin(shop.rt, shop.caller, command or fresh(), member_id, digits)


def code(shop: BookShop, member_id: str, command: Command | None = None) -> Committed[IssuedProof]:
    return issue_proof_code(shop.rt, shop.caller, command or fresh(), member_id)


def spend(
    shop: BookShop, member_id: str, proof: str | None, command: Command | None = None, amount: int = 1
) -> Committed[Spent]:
    shown = replace(command or fresh(), proof=proof)
    return spend_points(shop.rt, shop.caller, shown, member_id, "points", amount)


def refused(shop: BookShop, member_id: str, proof: str, command: Command | None = None) -> str:
    """The code by which spending with this proof is refused."""
    try:
        spend(shop, member_id, proof, command)
    except Refused as no:
        return no.code
    return ""


def secrets(shop: BookShop, member_id: str) -> Secrets:
    return secrets_from(shop.rt.table.get(secrets_key(shop.caller.tenant, member_id)))
