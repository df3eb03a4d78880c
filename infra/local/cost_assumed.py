"""What docs/guides/cost.md assumes, for no twin can know it: how long a call waits, how full a batch is. What was measured of
it is a lower bound.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

CONFIG = Path(__file__).resolve().parents[2] / ".chalice" / "config.json"
MEASURED = {
    "api_ms": "*record* through the packaged app, p50; CPU of *record an order by identifier*",
    "relay_ms": "lag of the feed that is the relay's, p50",
    "relay_ms_per_entry": "with `relay_ms`: CPU of *relay 100 entries*",
    "import_ms_per_order": "rows a second, the best; CPU a row",
    "due_ms_per_account": "CPU of *one due account*",
    "pulse_ms": "CPU of *take the pulse*",
}
"""What of docs/performance.md each time may not be below; tests/unit/local/test_cost.py compares."""


MEANT = {
    "api_ms": "a request to the API",
    "relay_ms": "a batch of the relay, beside its entries",
    "relay_ms_per_entry": "each entry of it",
    "import_ms_per_order": "an order of a file",
    "due_ms_per_account": "an account with something due",
    "pulse_ms": "a pulse, every five minutes",
    "window_end_ms": "the relay's call at the end of a window, and one for entries that no webhook wants and no segment asks for",
    "platform_log_bytes_per_invocation": "what Lambda itself logs of a call",
    "operations_in_use": "operations of the API that anybody calls in a month",
    "outcomes_of_an_operation": "kinds of answers that each is told apart by: 2xx, 4xx, 5xx",
    "pollers_of_a_queue": "of a mapping, asking at the same time",
    "seconds_of_a_poll": "how long each asks",
}


def processors(function: str) -> float:
    """The share of one that Lambda gives a function for its memory: a whole one for 1,769 MB."""
    return memory_gb(function) * 1024 / 1769


def memory_gb(function: str) -> float:
    told = json.loads(CONFIG.read_text(encoding="utf-8"))
    own = told["stages"]["prod"]["lambda_functions"].get(function, {})
    return float(own.get("lambda_memory_size", told["lambda_memory_size"])) / 1024


def assumptions(assumed: Mapping[str, float], window_seconds: int) -> str:
    rows = "\n".join(
        f"| `{name}` | {value:g} | {MEASURED.get(name, '–')} | {MEANT[name]} |" for name, value in assumed.items()
    )
    return f"""## What is assumed

| Named in prices.json | | no less than was measured | It is of |
|---|---:|---|---|
{rows}

Times are of a whole call, waiting included: on your stage the dashboard shows the true ones, as it shows how full the relay's batches are. What was
measured is in [performance.md](../performance.md), and a test holds each of these to it, that no order is counted as faster than any ever was; it is
not what the page is made from, for each machine would make another. CPU counts at the share of a processor that a function has for its memory (a whole one for 1,769 MB).
What a time has on top of the measured one is a wait: for each request some five to ten milliseconds until DynamoDB answers, where the bench's engine is on the same
machine; and for the relay one request of SNS for ten entries. Orders of the bench's files have one line, those here three. At the end of each window of the stream that had anything in it ({window_seconds} s) Lambda calls the relay
once more, with nothing; whether it does so for windows without anything, Amazon does not say: were it so, that is a cent a month. An
event source mapping with a concurrency of its own keeps five pollers at an empty queue, each asking for as long as SQS lets it; reading a stream is
free for a function. Logs are billed compressed while they are kept: it will be less. A queue of the topic
is fed once a function works it off, as those of webhooks, automations and notifications are: [each is a request an entry](../decisions/feeds-queues-fed-once-they-are-read.md) that its filter lets pass, and its consumer's. Not in it: taxes, support, a custom domain, free tiers, what repeats cost when the table throttles, and cold starts.
"""
