"""What rules want members to be told. It changes no account: it is told afterwards, by the queue `notify`."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.kit.facts import Fact


@dataclass(frozen=True, slots=True)
class NotificationWanted(Fact):
    """A rule wants a member to be told something. Whether they are depends on what they have agreed to; what they are told is in no
    fact.

    field       | meaning                                                  | unit
    member      | who                                                      | –
    template    | the id of what is said                                   | –
    kind        | `transactional` or `marketing`                           | –
    after_hours | how long afterwards                                      | hours
    rule        | the rule that wants it                                   | –
    """

    type = "notification.wanted"

    member: str
    template: str
    kind: str
    after_hours: int = 0
    rule: str = ""
