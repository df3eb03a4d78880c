"""Of which types facts are, in whichever journal and in the log of refusals; and how one is refused that nobody knows."""

from __future__ import annotations

from difflib import get_close_matches

from chalicelib.areas.accounts.model.facts import VOCABULARY as ACCOUNT_FACTS
from chalicelib.areas.audit.refusals import TYPES as REFUSALS
from chalicelib.areas.groups.model import VOCABULARY as GROUP_FACTS
from chalicelib.areas.members.facts import VOCABULARY as MEMBER_FACTS
from chalicelib.areas.orders.model.facts import VOCABULARY as KEPT_FACTS
from chalicelib.areas.webhooks.model.facts import VOCABULARY as WEBHOOK_FACTS
from chalicelib.errors import InvalidInput
from chalicelib.table.config_commit import VOCABULARY as CONFIG_FACTS
from chalicelib.table.placeholders import UNREADABLE_ENTRY

OF_JOURNALS = (ACCOUNT_FACTS, MEMBER_FACTS, GROUP_FACTS, KEPT_FACTS, CONFIG_FACTS, WEBHOOK_FACTS)
KNOWN = frozenset({UNREADABLE_ENTRY, *REFUSALS.values(), *(type_ for facts in OF_JOURNALS for type_ in facts.classes)})


def known_type(text: str) -> str:
    """InvalidInput `unknown_fact_type`: nothing would ever be found, and nobody told why."""
    if text in KNOWN:
        return text
    nearest = get_close_matches(text.lower(), sorted(KNOWN), n=1)
    meant = f" Did you mean {nearest[0]}?" if nearest else " Each entry says of which types its facts are."
    raise InvalidInput("unknown_fact_type", f"No fact is of the type {text[:64]!r}.{meant}", param="type")
