"""Of which types facts are, in whichever journal and in the log of refusals; and how one is refused that nobody knows.

What is refused is in the log alone: no webhook is told it. A webhook may want types by their kind as well, or all.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from chalicelib.areas.accounts.model.facts import VOCABULARY as ACCOUNT_FACTS
from chalicelib.areas.audit.refusals import TYPES as REFUSALS
from chalicelib.areas.groups.model import VOCABULARY as GROUP_FACTS
from chalicelib.areas.members.facts import VOCABULARY as MEMBER_FACTS
from chalicelib.areas.orders.model.facts import VOCABULARY as KEPT_FACTS
from chalicelib.areas.webhooks.model.facts import VOCABULARY as WEBHOOK_FACTS
from chalicelib.errors import InvalidInput
from chalicelib.flows.webhook_body import TEST_FACT
from chalicelib.table.config_commit import VOCABULARY as CONFIG_FACTS
from chalicelib.table.placeholders import UNREADABLE_ENTRY

OF_JOURNALS = (ACCOUNT_FACTS, MEMBER_FACTS, GROUP_FACTS, KEPT_FACTS, CONFIG_FACTS, WEBHOOK_FACTS)
_TOLD = frozenset({UNREADABLE_ENTRY, *(type_ for facts in OF_JOURNALS for type_ in facts.classes)})
KNOWN = _TOLD.union(REFUSALS.values())
TO_WEBHOOKS = _TOLD.union({TEST_FACT["type"]})
_WANTED = TO_WEBHOOKS.union({"*"}, (f"{type_.partition('.')[0]}.*" for type_ in TO_WEBHOOKS))


def known_type(text: str) -> str:
    """InvalidInput `unknown_fact_type`: nothing would ever be found, and nobody told why."""
    if text in KNOWN:
        return text
    raise _unknown(text, KNOWN, "type")


def must_be_told(wanted: Sequence[str]) -> None:
    """To webhooks. InvalidInput `unknown_fact_type`: none would ever come, and nobody be told why."""
    for number, one in enumerate(wanted):
        if one not in _WANTED:
            raise _unknown(one, _WANTED, f"types.{number}")


def _unknown(text: str, known: frozenset[str], param: str) -> InvalidInput:
    nearest = get_close_matches(text.lower(), sorted(known), n=1)
    meant = f" Did you mean {nearest[0]}?" if nearest else " Each entry says of which types its facts are."
    return InvalidInput("unknown_fact_type", f"No fact is of the type {text[:64]!r}.{meant}", param=param)
