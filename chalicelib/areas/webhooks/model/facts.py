"""What a webhook's own journal tells beside its definitions."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.kit.clock import Instant
from chalicelib.kit.facts import Fact, vocabulary


@dataclass(frozen=True, slots=True)
class WebhookDisabled(Fact):
    """A webhook is told nothing any more, for its server takes nothing any more. Its definition after it is in the same entry.

    field     | meaning                                                    | unit
    webhook   | its id                                                     | –
    by        | `failing`: for five days on end; `gone`: it said so itself | –
    failed_at | the first call that failed and that no success came after  | –
    """

    type = "webhook.disabled"

    webhook: str
    by: str
    failed_at: Instant


VOCABULARY = vocabulary(WebhookDisabled)
