"""What is promised of pushes, texts, mails and calls of servers: each is made at least once, no other is, once where nothing goes
wrong, and none after it was written down that it was made.

What is sent is told from what else is by its name: of a push the notice's id, of a call the delivery's, of what an invitation says
its code. By the same name a receiver can tell that it came twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain

from chalicelib.areas.notifications.store import notices
from chalicelib.areas.referrals.store import codes
from chalicelib.areas.webhooks import store as webhooks
from chalicelib.aws.memory_outside import MemoryOutside
from chalicelib.aws.memory_senders import MemorySenders
from chalicelib.table.memory import MemoryTable
from chalicelib.table.protocol import Attrs
from tests.twins import StandingClock

_NOT_TAKEN = 300
Sent = tuple[str, str]  # to whom, and what


@dataclass
class Watch:
    """Looks at whatever is asked to be sent. Where another is `beside` at the same time, that one may write it down in between.

    `broken` is told at the end: what is raised in the middle a queue would take for its worker's trouble.
    """

    memory: MemoryTable
    clock: StandingClock
    beside: bool = False
    broken: list[str] = field(default_factory=list)

    def asked(self, whom: str, what: str) -> None:
        if not self.beside and self.is_done(what):
            self.broken.append(f"{what} goes to {whom}, though it is written down what became of it")

    def judge(self, sent: Counter[Sent], most: int) -> None:
        too_often = {one: times for one, times in sent.items() if times > most}
        assert not self.broken, "\n".join(self.broken)
        assert not too_often, f"sent too often: {too_often}"

    def is_done(self, what: str) -> bool:
        return any(_is_done(stored.item, what, self.clock.now()) for stored in self.memory._items.values())

    def done_of(self, sent: Counter[Sent]) -> Counter[Sent]:
        """Of what was sent what is written down."""
        return Counter({one: times for one, times in sent.items() if self.is_done(one[1])})


def sent_by(senders: MemorySenders, outside: MemoryOutside) -> Counter[Sent]:
    """All that reached somebody who takes it, and how often: a server that does not is called again, whatever goes wrong with us."""
    taken = (call for call in outside.sent if outside.servers[call.target.host](call).status < _NOT_TAKEN)
    return Counter(chain(_carried(senders), ((call.target.host, call.headers["webhook-id"]) for call in taken)))


def _carried(senders: MemorySenders) -> Iterator[Sent]:
    yield from ((endpoint, message.notice_id) for endpoint, message in senders.pushed)
    yield from senders.texted
    yield from ((address, body) for address, _, body in senders.mailed)


def _is_done(item: Attrs, what: str, now: int) -> bool:
    match item["kind"]["S"]:
        case "notice":
            return item["sk"]["S"].endswith(what) and notices.notice_from(item).state != "waiting"
        case "webhook_delivery":
            return item["sk"]["S"].endswith(what) and not webhooks.delivery_from(item).is_due(now)
        case "invitation":
            known = codes.owner_or_invitation(item)
            return not isinstance(known, str) and known.code in what and known.sending.state != "waiting"
        case _:
            return False
