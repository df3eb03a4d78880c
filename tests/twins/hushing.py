"""An entry of before that is quiet, as if it had been asked for so."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

from chalicelib.table.items import compact_json
from chalicelib.table.journal import HASH_DIGITS, Stream, entry_from, entry_put
from chalicelib.table.memory import MemoryTable
from chalicelib.table.protocol import Key


def hush_last(table: MemoryTable, owner_pk: str, program: int = 1) -> Key:
    """The last entry of an account is a quiet one from now on. Its key."""
    account = table.get(Key(owner_pk, f"B#{program:04}"))
    assert account is not None
    stream = Stream(owner_pk.split("#", 1)[0], owner_pk, program)
    stored = table.get(stream.key(int(account["version"]["N"])))
    assert stored is not None
    entry = entry_from(stream, stored)
    header = {**entry.header, "publish": False}
    hushed = replace(entry, header=header, hash=sha256(compact_json([header, entry.facts])).hexdigest()[:HASH_DIGITS])
    table.batch_put([entry_put(hushed).item, {**account, "hash": {"S": hushed.hash}}])
    return hushed.key
