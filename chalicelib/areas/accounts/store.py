"""Where accounts are kept.

access pattern             | key                                                  | items | cost                   | by
an account                 | {t}#M#{member} / B#{program:04}                      | 0–1   | 1 Get, 1 RU            | read
an account and its profile | {t}#M#{member} / A#PROFILE + B#{program:04}          | 1–2   | 1 BatchGet, 1 RU each  | account_key
entries of an account      | {t}#M#{member} / J#{program:04}#{first:08}…{last:08} | 0–n   | 1 Query a page, 1 RU   | stream
accounts due by a day      | gsi3 {t}#DUE#{shard:02} / < {day_after}              | 0–n   | 1 Query a page, 0.5 RU | due_query

item    | key                             | in index                                                      | cost
account | {t}#M#{member} / B#{program:04} | gsi3 {t}#DUE#{shard:02} / {day}#account#{member}#{program:04} | 2 WU + 1 IU
account | {t}#G#{group} / B#{program:04}  | gsi3 {t}#DUE#{shard:02} / {day}#account#{group}#{program:04}  | 2 WU + 1 IU

A purchase reads the account with the snapshot (table/keys.py). Everything but keys, version and dates is one compact
JSON body with short names: days and positions as integers. What never falls due is in no index.
"""

from __future__ import annotations

from functools import partial

from pynamodb.attributes import UnicodeAttribute

from chalicelib.areas.accounts.model.limits import MAX_ACCOUNT_BYTES
from chalicelib.areas.accounts.model.packed import packed, unpacked
from chalicelib.areas.accounts.model.state import FORETOLD, Account
from chalicelib.kit.ids import owner_number
from chalicelib.kit.periods import Day, iso_day, local_day
from chalicelib.table.damaged import readable
from chalicelib.table.items import MAX_BODY_BYTES, BodyAttribute, IntegerAttribute, StampbookItem, from_attrs, to_attrs
from chalicelib.table.journal import Entry, Head, Stream
from chalicelib.table.keys import owner_pk, owner_stream
from chalicelib.table.protocol import Absent, AsRead, Attrs, Below, Condition, Equals, Key, Put, Query, StartKey, Table

DUE_SHARDS = 16


class AccountItem(StampbookItem):
    """Schema 3 is that of an account that remembers several periods of a cap, or the period of what is pending: an older
    version would forget them; schema 4 that of one that counts uses of rules, schema 5 of one pinned for a sale, schema 6 of
    one that counts what is asked about its past, schema 7 of one that has reached thresholds of metrics."""

    kind = UnicodeAttribute(default="account")
    v = IntegerAttribute(default=7)
    version = IntegerAttribute()
    advanced_to = IntegerAttribute()
    hash = UnicodeAttribute()
    body = BodyAttribute()
    gsi3pk = UnicodeAttribute(null=True)
    gsi3sk = UnicodeAttribute(null=True)


def account_key(tenant: str, member: str, program: int) -> Key:
    return Key(owner_pk(tenant, member), f"B#{program:04}")


def stream(tenant: str, member: str, program: int) -> Stream:
    return owner_stream(tenant, member, program)


def account_from(attrs: Attrs | None, member: str, program: int) -> tuple[Account, Head]:
    """The stored account and where its journal stands; an owner without one has an empty account at version 0."""
    if attrs is None:
        return Account(member, program), Head()
    return readable(partial(_account, member, program), attrs)


def _account(member: str, program: int, attrs: Attrs) -> tuple[Account, Head]:
    item = from_attrs(AccountItem, attrs)
    account = unpacked(item.body, member, program, item.advanced_to)
    return account, Head(item.version, item.hash)


def read(table: Table, tenant: str, member: str, program: int) -> tuple[Account, Head]:
    return account_from(table.get(account_key(tenant, member, program)), member, program)


def account_put(tenant: str, account: Account, before: Head, entry: Entry, most_bytes: int = MAX_ACCOUNT_BYTES) -> Put:
    """The account at its entry's version, only if nobody changed it since it was read. What breaks the law is not kept.
    Refuses `too_large`."""
    assert all(wallet.balanced() for wallet in account.wallets.values())  # noqa: S101
    unchanged: Condition = Absent() if before.version == 0 else Equals("version", before.version)
    return Put(to_attrs(_item(tenant, account, entry, FORETOLD), most_bytes), unchanged)


def refolded_put(tenant: str, account: Account, last: Entry, stored: Attrs | None) -> Put:
    """The account as its journal says, `foretold` included, in the place of what is `stored`, if that is there just as it was
    read: whoever writes an account changes its version and its hash."""
    item = to_attrs(_item(tenant, account, last, account.foretold), MAX_BODY_BYTES)
    if stored is None:
        return Put(item, Absent())
    return Put(item, AsRead({name: stored.get(name) for name in ("version", "hash", "advanced_to", "body")}))


def said_to_stand(stored: Attrs) -> Head | None:
    """Where the account says that its journal stands, whether or not the rest of it can be read."""
    try:
        return Head(int(stored["version"]["N"]), str(stored["hash"]["S"]))
    except (LookupError, ValueError):
        return None


def misplaced(tenant: str, account: Account, attrs: Attrs) -> bool:
    """Whether the index has the account on another day than it is next due, or not at all."""
    found = [attrs.get(name, {}).get("S") for name in ("gsi3pk", "gsi3sk")]
    return found != list(_due_place(tenant, account) or (None, None))


def due_partition(tenant: str, shard: int) -> str:
    return f"{tenant}#DUE#{shard:02}"


def due_query(tenant: str, shard: int, day: Day, limit: int | None = None, start: StartKey | None = None) -> Query:
    """What is due by the end of `day` (UTC), the longest due first: keys only."""
    return Query(due_partition(tenant, shard), Below(iso_day(day + 1)), index="gsi3", limit=limit, start=start)


def due_member(attrs: Attrs) -> tuple[str, int] | None:
    """Whose account a key from the due index is: owner, a member or a group, and program. None of what is none."""
    sk: str = attrs["sk"]["S"]
    return (attrs["pk"]["S"].rsplit("#", 1)[1], int(sk[2:])) if sk.startswith("B#") else None


def _item(tenant: str, account: Account, entry: Entry, foretold: int) -> AccountItem:
    key = account_key(tenant, account.owner, account.program)
    item = AccountItem(
        pk=key.pk,
        sk=key.sk,
        v=_schema(account),
        version=entry.sequence,
        advanced_to=account.advanced_to,
        hash=entry.hash,
        body=packed(account, foretold),
    )
    item.gsi3pk, item.gsi3sk = _due_place(tenant, account) or (None, None)
    return item


def _schema(account: Account) -> int:
    if account.reached:
        return 7
    if account.past:
        return 6
    if account.standing.pinned_by:
        return 5
    if account.counters:
        return 4
    several = any(len(wallet.counted) > 1 for wallet in account.wallets.values())
    return 3 if several or any(promise.period for promise in account.pendings) else 2


def _due_place(tenant: str, account: Account) -> Key | None:
    due = account.next_due_at
    if due is None:
        return None
    day = iso_day(local_day(due, "UTC"))
    return Key(
        due_partition(tenant, owner_number(account.owner) % DUE_SHARDS),
        f"{day}#account#{account.owner}#{account.program:04}",
    )
