"""Where refusals are kept, until the tenant's policy lets them go.

access pattern         | key                               | items | cost                 | by
refusals, newest first | {t}#AUD / {since:013}…{until:013} | 0–n   | 1 Query a page, 1 RU | refusals_query

item    | key                                                   | in index | cost
refusal | {t}#AUD / {minute:013}#{refused_code}#{key}#{process} | –        | 2 WU

One partition a tenant: a process writes of one key and code a few times a minute at most, however often it is refused.
"""

from __future__ import annotations

from pynamodb.attributes import UnicodeAttribute

from chalicelib.areas.audit.refusals import Refusal
from chalicelib.kit.clock import Instant
from chalicelib.table.damaged import readable
from chalicelib.table.items import BodyAttribute, IntegerAttribute, StampbookItem, from_attrs, to_attrs
from chalicelib.table.protocol import Attrs, Between, Put, Query

_DAY_SECONDS = 24 * 3600


class RefusalItem(StampbookItem):
    kind = UnicodeAttribute(default="refusal")
    body = BodyAttribute()
    ttl = IntegerAttribute()


def refusals_pk(tenant: str) -> str:
    return f"{tenant}#AUD"


def refusal_put(tenant: str, one: Refusal, kept_days: int) -> Put:
    """Over what the same process wrote of the same minute."""
    sk = f"{one.at:013}#{one.code}#{one.key_id}#{one.process}"
    body = [one.key_name, one.operation, one.request_id, one.times]
    ttl = one.at // 1000 + kept_days * _DAY_SECONDS
    return Put(to_attrs(RefusalItem(pk=refusals_pk(tenant), sk=sk, body=body, ttl=ttl)))


def refusals_query(tenant: str, since: Instant, until: Instant, limit: int) -> Query:
    """Newest first, both included."""
    return Query(refusals_pk(tenant), Between(f"{since:013}", f"{until + 1:013}"), reverse=True, limit=limit)


def refusal_from(attrs: Attrs) -> Refusal:
    return readable(_refusal, attrs)


def _refusal(attrs: Attrs) -> Refusal:
    item = from_attrs(RefusalItem, attrs)
    at, code, key_id, process = item.sk.split("#")
    name, operation, request_id, times = item.body
    if type(times) is not int or times < 1:
        raise ValueError("a refusal that never was")
    return Refusal(int(at), code, key_id, str(name), str(operation), str(request_id), process, times)
