"""The twin of HttpOutside: servers that are functions, by their host; and what they were sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from chalicelib.aws.outside import Reply, Target, UnreachableError


@dataclass(frozen=True, slots=True)
class Sent:
    target: Target
    headers: Mapping[str, str]
    body: bytes


Server = Callable[[Sent], Reply]


@dataclass
class MemoryOutside:
    """`sent` is every call that reached somebody; of a host without a server there is no name."""

    local: bool = False
    servers: dict[str, Server] = field(default_factory=dict)
    sent: list[Sent] = field(default_factory=list)

    def post(self, target: Target, headers: Mapping[str, str], body: bytes) -> Reply:
        server = self.servers.get(target.host)
        if server is None:
            raise UnreachableError("name_not_found")
        call = Sent(target, dict(headers), body)
        self.sent.append(call)
        return server(call)
