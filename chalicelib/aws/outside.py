"""The world outside: servers of shops that are told what happened. What may be called at all is decided here.

A target is https on port 443, by a public name or address, without credentials. What a name means is only known when it is
called, and may be another address a moment later: so every address it has is judged then, and the very address that was
judged is connected to. Where the cloud itself is on this machine, this machine may be called too, on any port.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Protocol
from urllib.parse import urlsplit

CALL_SECONDS = 10.0  # all of it: the name, the connection, the answer
MAX_ANSWER_BYTES = 4_096
MAX_URL = 1_000

_PRINTABLE = re.compile(r"[\x21-\x7e]+", re.ASCII)
_NAME = re.compile(r"(?=.{1,253}\Z)([a-z0-9]([a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
_ONLY_INSIDE = ("localhost", "local", "localdomain", "internal", "intranet", "private", "lan", "home", "corp", "arpa")
_OF_V6 = ip_network("2000::/3")
_NOT_OF_V6 = tuple(map(ip_network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")))
_NOT_OF_V4 = tuple(map(ip_network, ("192.0.0.0/24", "192.88.99.0/24", "100.64.0.0/10", "198.18.0.0/15")))

Address = IPv4Address | IPv6Address


class TargetError(ValueError):
    """Nothing is sent there. `malformed`: it is no URL of a server; otherwise it is one that is never called."""

    def __init__(self, sentence: str, *, malformed: bool = False) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.malformed = malformed


class UnreachableError(Exception):
    """There is no answer. `code` is what a log shows: timed_out, connection_failed, tls_failed …"""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Target:
    secure: bool
    host: str
    port: int
    path: str  # with its query

    @property
    def authority(self) -> str:
        """As the header Host says it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.secure else 80) else f"{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server answered: at most 4 KB of it."""

    status: int
    text: str


class Outside(Protocol):
    @property
    def local(self) -> bool:
        """Whether this machine may be called."""

    def post(self, target: Target, headers: Mapping[str, str], body: bytes) -> Reply:
        """One call, without following where the answer points to. TargetError, UnreachableError."""


def target_of(url: str, *, local: bool) -> Target:
    """TargetError for what is no target whatever its name may mean."""
    if len(url) > MAX_URL or not _PRINTABLE.fullmatch(url) or "\\" in url:
        raise TargetError(f"It must be a URL of at most {MAX_URL} plain characters.", malformed=True)
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as fault:
        raise TargetError("It must be a URL such as https://example.com/hooks.", malformed=True) from fault
    if parts.scheme not in ("https", "http") or not host:
        raise TargetError("It must be a URL such as https://example.com/hooks.", malformed=True)
    if "@" in parts.netloc or "#" in url:
        raise TargetError("It must have no user, no password and no fragment.", malformed=True)
    if not local and (parts.scheme != "https" or port not in (None, 443)):
        raise TargetError("It must be https on port 443.")
    _check_host(host, local=local)
    secure = parts.scheme == "https"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(secure, host, port or (443 if secure else 80), path)


def may_call(address: str, *, local: bool) -> bool:
    """Whether this is an address of the public Internet, however it is written."""
    try:
        read = ip_address(address)
    except ValueError:
        return False
    return (local and read.is_loopback) or _public(read)


def _public(address: Address) -> bool:
    if address.is_multicast or not address.is_global:
        return False
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _NOT_OF_V4)
    # what carries an address of the other kind, or leads to one, is outside of this, or among the exceptions
    return address.scope_id is None and address in _OF_V6 and not any(address in network for network in _NOT_OF_V6)


def _check_host(host: str, *, local: bool) -> None:
    inside = TargetError("It must be a server on the public Internet.")
    if local and host == "localhost":
        return
    try:
        ip_address(host)
    except ValueError:
        if not _NAME.fullmatch(host) or host.rsplit(".", 1)[-1] in _ONLY_INSIDE:
            raise inside from None
    else:
        if not may_call(host, local=local):
            raise inside
