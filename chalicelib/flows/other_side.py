"""Where points are told of besides: the other side of a transfer, and what it is that was given back."""

from __future__ import annotations

from typing import Any

from chalicelib.areas.accounts.model import facts as f
from chalicelib.flows.account_views import id_of, owner_of
from chalicelib.kit.ids import EntryRef, entry_id
from chalicelib.table.journal import Entry


def transfer_of(entry: Entry, number: int, fact: Any) -> tuple[str | None, str | None]:
    """Who is on the other side, and the id of the transfer: that of what its sender's entry says. None for what is none."""
    match fact:
        case f.PointsSent():
            return fact.receiver, id_of(entry, number)
        case f.PointsReceived():
            return fact.sender, entry_id(EntryRef(fact.sender, entry.stream.program, *fact.entry))
        case _:
            return None, None


def came_from(entry: Entry, number: int, fact: Any) -> dict[str, Any]:
    """What a credit or a debit goes back to, as traces say it."""
    peer, transfer = transfer_of(entry, number, fact)
    return {"peer_id": peer, "transfer_id": transfer, "undoes_id": undone_by(entry, fact)}


def received_as(entry: Entry, fact: Any) -> dict[str, str]:
    """Who has what was sent, and how it is named there."""
    if not isinstance(fact, f.PointsSent):
        return {}
    return {
        "peer_id": fact.receiver,
        "received_id": entry_id(EntryRef(fact.receiver, entry.stream.program, *fact.entry)),
    }


def undone_by(entry: Entry, fact: Any) -> str | None:
    """The id of what the fact goes back to."""
    undoes = getattr(fact, "undoes", None)
    return None if undoes is None else entry_id(EntryRef(owner_of(entry), entry.stream.program, *undoes))
