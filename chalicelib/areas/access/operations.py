"""Issue, revoke and recognise API keys."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import replace

from chalicelib.areas.access import store
from chalicelib.areas.access.cache import KeyCache
from chalicelib.areas.access.model import RESOURCES, ApiKey, IssuedKey, hash_of, is_tenant
from chalicelib.errors import Conflict, Forbidden, InvalidInput, NotFound, Unauthenticated
from chalicelib.kit.caller import Caller, Grant
from chalicelib.runtime import Runtime
from chalicelib.table.commit import settle
from chalicelib.table.protocol import Put

RESOURCE = "keys"
MAX_NAME = 100
SECRET_BYTES = 32

_cache = KeyCache()


def issue_api_key(
    rt: Runtime, caller: Caller, *, org: str, tenant: str, name: str, grants: Iterable[Grant]
) -> IssuedKey:
    """A new key for a tenant: the answer holds its secret, which is never shown again.

    Who: modify on `keys`, for the caller's own tenant; the system for any. Writes: one item; with a tenant's first key
    two more, which register the tenant. Refuses: a grant that the caller does not hold itself (grant_not_held), another
    tenant (tenant_not_found), a tenant of another org (tenant_taken), what is no tenant (invalid_tenant), no name
    (invalid_key_name), no grants or one of nothing (invalid_grants). Busy, when the table stays so.
    """
    granted = tuple(dict.fromkeys(grants))
    _check_wish(tenant, name, granted)
    _check_issuer(caller, org, tenant, granted)
    issued = IssuedKey(f"key_{rt.ids.command()}", secrets.token_urlsafe(SECRET_BYTES))
    key = ApiKey(issued.id, org, tenant, name, hash_of(issued.secret), granted, "active", rt.clock.now())
    tried = False

    def decide() -> tuple[None, tuple[Put, ...]]:
        nonlocal tried
        if tried and store.read_api_key(rt.table, key.id) == key:
            return None, ()  # only the answer was lost: a key issued anew would leave one whose secret nobody knows
        tried = True
        return None, (store.new_api_key(key), *_registration(rt, org, tenant))

    settle(rt, decide)
    return issued


def revoke_api_key(rt: Runtime, caller: Caller, key_id: str) -> None:
    """End a key for good; revoking it again changes nothing.

    Who: modify on `keys`, for the caller's own tenant; the system for any. Writes: one item, the first time.
    Refuses: a key of another tenant, or none (key_not_found). Busy, when the table stays so.
    """
    _check_grant(caller)

    def decide() -> tuple[None, tuple[Put, ...]]:
        key = store.read_api_key(rt.table, key_id)
        if key is None or not _reaches(caller, key.org, key.tenant):
            raise NotFound("key_not_found", f"There is no key {key_id[:64]}.", param="key_id")
        if key.state != "active":
            return None, ()
        return None, (store.changed_api_key(replace(key, state="revoked"), before="active"),)

    settle(rt, decide)
    _cache.forget(key_id)


class NotThisKey(Unauthenticated):
    """`caller` is whom the key stands for, where there is one: for the audit log, and never for the answer."""

    def __init__(self, caller: Caller | None) -> None:
        super().__init__("invalid_credential", "This API key is not known here, or it was revoked.")
        self.caller = caller


def authenticate(rt: Runtime, key_id: str, secret: str) -> Caller:
    """The caller that this credential stands for. Costs one Get, at most every five seconds per key and process.

    Refuses: an unknown key, a wrong secret and a revoked key, all as invalid_credential.
    """
    now = rt.clock.monotonic()
    key = _cache.find(rt.table, key_id, now)
    if key is None:
        key = store.read_api_key(rt.table, key_id)
        if key is not None:
            _cache.keep(rt.table, key, now)
    if key is None or not key.opens_with(secret):
        raise NotThisKey(None if key is None else key.caller())
    return key.caller()


def _check_wish(tenant: str, name: str, grants: tuple[Grant, ...]) -> None:
    if not is_tenant(tenant):
        raise InvalidInput(
            "invalid_tenant",
            "A tenant is 2 to 32 lower-case letters, digits and hyphens, a letter first.",
            param="tenant",
        )
    if not 1 <= len(name) <= MAX_NAME:
        raise InvalidInput("invalid_key_name", f"A key's name has 1 to {MAX_NAME} characters.", param="name")
    unknown = [grant.resource for grant in grants if grant.resource not in RESOURCES]
    if unknown or not grants:
        told = f"There is no resource {unknown[0][:64]}." if unknown else "A key has at least one grant."
        raise InvalidInput("invalid_grants", f"{told} Resources are {', '.join(sorted(RESOURCES))}.", param="grants")


def _check_issuer(caller: Caller, org: str, tenant: str, grants: tuple[Grant, ...]) -> None:
    _check_grant(caller)
    if not _reaches(caller, org, tenant):
        raise NotFound("tenant_not_found", f"There is no tenant {tenant[:64]}.", param="tenant")
    for grant in grants:
        if caller.kind != "system" and not caller.may(grant.resource, grant.access):
            raise Forbidden(
                "grant_not_held",
                f"You may not {grant.access} {grant.resource}, so you cannot grant it.",
                param="grants",
            )


def _check_grant(caller: Caller) -> None:
    if caller.kind != "system" and not caller.may(RESOURCE, "modify"):
        raise Forbidden("missing_grant", f"This caller may not modify {RESOURCE}.")


def _reaches(caller: Caller, org: str, tenant: str) -> bool:
    return caller.kind == "system" or (caller.org, caller.tenant) == (org, tenant)


def _registration(rt: Runtime, org: str, tenant: str) -> tuple[Put, ...]:
    owner = store.org_of(rt.table, tenant)
    if owner not in (None, org):
        raise Conflict("tenant_taken", f"Another org has a tenant {tenant[:64]}.", param="tenant")
    return () if owner is not None else store.new_tenant(org, tenant)
