"""Who goes with whom. What must be remembered of a file grows with the file, so it is in a database on disk, not in memory.

An *owner* is whoever's account it is: the group that a member is in, else the member, by id; for somebody unknown the
identity as the file spells it. The documents of one owner go together; so do two owners of whom the file says that they
bought under one number, for only one of them can be right.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from hashlib import blake2b
from types import TracebackType
from typing import Self

_TABLES = """
    PRAGMA journal_mode = OFF;
    PRAGMA cache_size = -4000;
    CREATE TABLE identity (name TEXT PRIMARY KEY, owner TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE sale (number TEXT PRIMARY KEY, owner TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE asked (number TEXT PRIMARY KEY) WITHOUT ROWID;
    CREATE TABLE link (owner TEXT PRIMARY KEY, other TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE document (place INTEGER PRIMARY KEY, owner TEXT, number TEXT, body BLOB NOT NULL);
"""


class Router:
    """First everything is told in file order, then it is asked for by part."""

    def __init__(self) -> None:
        self._kept = sqlite3.connect("", isolation_level=None)  # no name: a file of our own, gone when it is closed
        self._kept.executescript(_TABLES)
        self._kept.execute("BEGIN")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._kept.close()

    def owner(self, identity: str) -> str | None:
        """What was told of an identity stays: whoever enrols meanwhile moves nobody."""
        return self._one("SELECT owner FROM identity WHERE name = ?", identity)

    def tell_owner(self, identity: str, owner: str) -> None:
        self._kept.execute("INSERT OR IGNORE INTO identity VALUES (?, ?)", (identity, owner))

    def asked_for_sale(self, number: str) -> bool:
        """Whether this was asked before."""
        return self._kept.execute("INSERT OR IGNORE INTO asked VALUES (?)", (number,)).rowcount == 0

    def tell_sale(self, number: str, owner: str) -> None:
        known = self._one("SELECT owner FROM sale WHERE number = ?", number)
        if known is None:
            self._kept.execute("INSERT INTO sale VALUES (?, ?)", (number, owner))
        elif known != owner:
            self._join(known, owner)

    def keep_of_owner(self, owner: str, body: bytes) -> None:
        self._kept.execute("INSERT INTO document (owner, body) VALUES (?, ?)", (owner, body))

    def keep_of_sale(self, number: str, body: bytes) -> None:
        """It goes where the sale goes, which may come later."""
        self._kept.execute("INSERT INTO document (number, body) VALUES (?, ?)", (number, body))

    def routed(self, parts: int) -> Iterator[tuple[int, bytes]]:
        """Every document in file order, with its part."""
        for owner, number, body in self._kept.execute("SELECT owner, number, body FROM document ORDER BY place"):
            whose = owner or self._one("SELECT owner FROM sale WHERE number = ?", number) or f"sale:{number}"
            yield _part(self._first(whose), parts), body

    def _join(self, one: str, other: str) -> None:
        """Of owners that go together the smallest name stands for all, whatever the order they were told in."""
        first, second = sorted((self._first(one), self._first(other)))
        if first != second:
            self._kept.execute("INSERT INTO link VALUES (?, ?)", (second, first))

    def _first(self, owner: str) -> str:
        at, steps = owner, 0
        while (other := self._one("SELECT other FROM link WHERE owner = ?", at)) is not None:
            at, steps = other, steps + 1
        if steps > 1:
            self._kept.execute("UPDATE link SET other = ? WHERE owner = ?", (at, owner))
        return at

    def _one(self, question: str, name: str) -> str | None:
        found = self._kept.execute(question, (name,)).fetchone()
        return None if found is None else str(found[0])


def _part(owner: str, parts: int) -> int:
    return int.from_bytes(blake2b(owner.encode(), digest_size=8).digest(), "big") % parts
