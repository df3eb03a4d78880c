"""Files in which everything hangs together: the same people by several names, the same numbers, returns before sales."""

from __future__ import annotations

import re
from random import Random
from typing import Any

from chalicelib.areas.jobs.model import Operation
from chalicelib.areas.members.model import Enrolment, Identifier
from chalicelib.aws.memory_queues import Waiting
from chalicelib.flows.enrol_member import enrol_member
from tests.twins import fresh
from tests.twins.bookshop import FIRST, card, rule, sale
from tests.unit.imports.drops import Deal, Importing, brought_back, importing, sold

ADA = "ada@example.org"
TRICKY = (
    brought_back("R-0", "A-1"),  # before its sale
    sold("A-1", "ada", "250.00"),
    sold("A-2", "", "40.00", email=ADA.upper()),  # the same person
    sold("B-1", "bob", "30.00"),
    sold("A-2", "bob", "40.00"),  # her number, somebody else
    brought_back("R-1", "A-1", value="200.00"),  # goes to ada without naming her
    "",
    sold("C-1", "new", "99.00"),
    sold("C-1", "new", "1.00", sku="PEN"),
    brought_back("R-2", "C-1", "bob"),  # not his
    sold("D-1", "dee", "ten"),
    sold("C-1", "other", "5.00"),
    brought_back("R-3", "OLD", value="5.00"),  # of a sale made before
    sold("OLD", "bob", "5.00"),  # and its number again
    sold("A-1", "ada", "250.00"),  # word for word
    sold("E-1", " new ", "7.00"),
    sold("F-1", "", "12.00", phone="+44 20 7946 0000"),
    sold("F-2", "", "13.00", phone="+442079460000"),
    sold("G-1", "", "1.00", email="no email"),
)

_DRAWN = re.compile(r"\b(mem)_[0-9a-z]+")


def tricky_shop(**shop: Any) -> Importing:
    """Ada is known by card and email, Zoe bought OLD. A first purchase counts twice, so it matters which one is first."""
    at_work = importing(**{"rules": (rule(), rule("welcome", when=FIRST))} | shop)
    bookshop = at_work.shop
    both = (Identifier(type="card", value="ada"), Identifier(type="email", value=ADA))
    enrol_member(bookshop.rt, bookshop.caller, fresh(), Enrolment(identifiers=both))
    bookshop.buy(card("zoe"), sale("OLD", 10_00))
    at_work.kills.writes = 0
    return at_work


def outcome(shop: Importing, operation: Operation) -> tuple[dict[str, Any], str, dict[str, int]]:
    """Accounts, report and counts, without the ids that are drawn."""
    ended = shop.operation(operation.operation_id)
    report = shop.objects.objects[ended.result].decode() if ended.result else ended.state
    return shop.accounts(), _DRAWN.sub("mem", report), dict(ended.counts)


def random_file(dice: Random, documents: int = 40) -> list[str]:
    """Few people, few numbers, so that all that can meet does."""
    lines: list[str] = []
    for place in range(documents):
        buyer = dice.choice([{"loyalty_card": "ada"}, {"email": ADA}, {"loyalty_card": f"c{dice.randrange(6)}"}])
        number, value = f"S-{dice.randrange(documents // 2)}", f"{dice.randrange(1, 200)}.00"
        if dice.random() < 0.35:
            who = buyer if dice.random() < 0.5 else {}
            lines.append(brought_back(f"R-{place}", number, value=f"{dice.randrange(1, 50)}.00", **who))
        else:
            lines.append(sold(number, value=value, **buyer))
        if dice.random() < 0.1:
            lines.append("")
    return lines


def dealt_badly(dice: Random) -> Deal:
    """Out of order, and some of it twice."""

    def deal(waiting: list[Waiting]) -> list[Waiting]:
        twice = [one for one in waiting if dice.random() < 0.3]
        return dice.sample([*waiting, *twice], len(waiting) + len(twice))

    return deal
