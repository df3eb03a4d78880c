"""The twin of AwsSenders: phones, numbers and addresses that keep what they were sent."""

from __future__ import annotations

from dataclasses import dataclass, field

from chalicelib.aws.senders import DeadEndpointError, NoSenderError, Platform, Pushed, UnsendableError


@dataclass
class MemorySenders:
    """`dead`: endpoints that take nothing any more; `refusing`: numbers and addresses that take nothing. A token that begins with
    `bad` is none. `missing`: ways that there are not."""

    missing: frozenset[str] = frozenset()
    endpoints: set[str] = field(default_factory=set)
    dead: set[str] = field(default_factory=set)
    refusing: set[str] = field(default_factory=set)
    pushed: list[tuple[str, Pushed]] = field(default_factory=list)
    texted: list[tuple[str, str]] = field(default_factory=list)
    mailed: list[tuple[str, str, str]] = field(default_factory=list)

    def endpoint(self, platform: Platform, token: str) -> str:
        if platform in self.missing:
            raise NoSenderError
        if token.startswith("bad"):
            raise UnsendableError("bad_token")
        made = f"arn:twin:endpoint/{platform}/{token}"
        self.endpoints.add(made)
        self.dead.discard(made)
        return made

    def forget(self, endpoint: str) -> None:
        self.endpoints.discard(endpoint)

    def push(self, endpoint: str, message: Pushed) -> None:
        if endpoint in self.dead or endpoint not in self.endpoints:
            raise DeadEndpointError
        self.pushed.append((endpoint, message))

    def text(self, phone: str, body: str) -> None:
        if phone in self.refusing:
            raise UnsendableError("refused")
        self.texted.append((phone, body))

    def mail(self, address: str, title: str, body: str) -> None:
        if "mail" in self.missing:
            raise NoSenderError
        if address in self.refusing:
            raise UnsendableError("refused")
        self.mailed.append((address, title, body))
