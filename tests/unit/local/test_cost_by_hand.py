"""docs/guides/cost.md, each of its rows worked out by hand: each price is a number of its own, and counts are easy.

A kilo is as many bytes as a million of make a gigabyte, so that a kilo an order is a gigabyte a million orders.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from chalicelib.table.meter import Cost
from infra.local.cost import Prices, page
from infra.local.cost_shop import Used
from infra.local.cost_usage import ALONE, FULL, TEN, Usage

KILO = 1024**3 / 1_000_000
USD = {
    "api_gateway_million_requests": 2.0,
    "lambda_million_requests": 3.0,
    "lambda_gb_second": 0.001,
    "dynamodb_million_write_units": 5.0,
    "dynamodb_million_read_units": 7.0,
    "dynamodb_gb_month": 11.0,
    "dynamodb_backup_gb_month": 13.0,
    "s3_thousand_puts": 17.0,
    "s3_thousand_gets": 19.0,
    "sqs_million_requests": 23.0,
    "sns_million_requests": 29.0,
    "cloudwatch_logs_gb": 31.0,
    "cloudwatch_logs_kept_gb_month": 37.0,
    "cloudwatch_metric_month": 41.0,
    "cloudwatch_alarm_month": 43.0,
    "cloudwatch_dashboard_month": 47.0,
    "transfer_out_gb": 53.0,
}
ASSUMED = {
    "api_ms": 100.0,
    "relay_ms": 100.0,
    "relay_ms_per_entry": 10.0,
    "import_ms_per_order": 20.0,
    "due_ms_per_account": 10.0,
    "pulse_ms": 200.0,
    "window_end_ms": 10.0,
    "platform_log_bytes_per_invocation": KILO,
    "operations_in_use": 5,
    "outcomes_of_an_operation": 3,
    "pollers_of_a_queue": 5,
    "seconds_of_a_poll": 10.0,
}


def cost(write_units: int, index_units: int, read_units: float) -> Cost:
    return Cost(write_units=write_units, index_units=index_units, read_units=read_units)


def logged(kilos: float) -> int:
    return round(kilos * KILO)


ORDERS = 10_000  # counted, of which the page makes a million
EASY = Usage(
    api=Used(ORDERS, cost(60_000, 20_000, 40_000), logged(20_000), logged(30_000), entries=11_000),
    busy_api=Used(ORDERS, cost(60_000, 20_000, 10_000), logged(20_000), logged(40_000), entries=11_000),
    relay={
        ALONE: Used(ORDERS, cost(50_000, 10_000, 30_000), logged(10_000), taken=20_000),
        TEN: Used(ORDERS, cost(5_000, 1_000, 3_000), logged(5_000), taken=20_000),
        FULL: Used(ORDERS, cost(400, 100, 200), logged(1_000), taken=25_000),
    },
    told={
        ALONE: Used(ORDERS, cost(0, 0, 10_000), logged(1_000)),
        TEN: Used(ORDERS, cost(0, 0, 1_000), logged(500)),
    },
    followed={
        ALONE: Used(ORDERS, cost(0, 0, 10_000), logged(2_000)),
        TEN: Used(ORDERS, cost(0, 0, 1_000), logged(500)),
    },
    noted={
        ALONE: Used(ORDERS, cost(0, 0, 10_000), logged(2_000)),
        TEN: Used(ORDERS, cost(0, 0, 1_000), logged(500)),
    },
    file=Used(ORDERS, cost(70_000, 20_000, 20_000), logged(500), sent=200, puts=300, gets=400, entries=10_000),
    due=Used(ORDERS, cost(40_000, 30_000, 10_000), logged(200), sent=100, entries=10_000),
    pulse=Used(2, cost(4, 2, 6), logged(10)),
    looked=Used(1, cost(0, 0, 2), logged(1)),
    bytes_per_order=2 * KILO,
    bytes_per_member=3 * KILO,
    quiet_metrics=14,
    import_metrics=12,
)
RELAY_OF_FULL_BATCHES = """
Lambda Relay, calls: 0.01: 0.03
Lambda Relay, time: 5,500.00: 5.50
Lambda Relay, ends of windows, calls: 0.00: 0.00
Lambda Relay, ends of windows, time: 0.83: 0.00
DynamoDB writes, feed: 0.05: 0.25
DynamoDB reads, feed: 0.02: 0.14
Logs of Relay: 0.11: 3.42
SNS publish: 0.10: 2.90
SQS, topic to queues: 2.50: 57.50
Lambda Webhooks, calls: 0.10: 0.30
Lambda Webhooks, time: 500.00: 0.50
DynamoDB reads, webhooks: 0.10: 0.70
Logs of Webhooks: 0.15: 4.65
SQS, webhooks (received, deleted): 0.20: 4.60
Lambda Automations, calls: 0.10: 0.30
Lambda Automations, time: 500.00: 0.50
DynamoDB reads, automations: 0.10: 0.70
Logs of Automations: 0.15: 4.65
SQS, automations (received, deleted): 0.20: 4.60
Lambda Notify, calls: 0.05: 0.15
Lambda Notify, time: 250.00: 0.25
DynamoDB reads, notify: 0.05: 0.35
Logs of Notify: 0.08: 2.33
SQS, notify (received, deleted): 0.10: 2.30
"""
"""A million entries, 100 a batch: 10,000 calls of 100 ms and 10 ms an entry at half a gigabyte, ten publishes each, and a sixtieth of the calls
once more for 10 ms. Those of webhooks and of automations take every entry, that of notify five of ten, and all are worked off by ten. A tenth of a kilo is logged an entry, and a kilo a call."""
BY_HAND = {
    # A quiet shop's 1.1 million entries are a batch each, a busy one's 110,000 batches of ten. Two kilos are logged an order, and one a call.
    "A million orders over HTTP": """
API Gateway: 1.00 | 1.00: 2.00 | 2.00
Lambda APIHandler, calls: 1.00 | 1.00: 3.00 | 3.00
Lambda APIHandler, time: 100,000.00 | 100,000.00: 100.00 | 100.00
DynamoDB writes, orders: 8.00 | 8.00: 40.00 | 40.00
DynamoDB reads, orders: 4.00 | 1.00: 28.00 | 7.00
Logs of APIHandler: 3.00 | 3.00: 93.00 | 93.00
Answers sent: 3.00 | 4.00: 159.00 | 212.00
Lambda Relay, calls: 1.10 | 0.11: 3.30 | 0.33
Lambda Relay, time: 60,500.00 | 11,000.00: 60.50 | 11.00
Lambda Relay, ends of windows, calls: 1.10 | 0.00: 3.30 | 0.01
Lambda Relay, ends of windows, time: 5,500.00 | 9.17: 5.50 | 0.01
DynamoDB writes, feed: 6.60 | 0.66: 33.00 | 3.30
DynamoDB reads, feed: 3.30 | 0.33: 23.10 | 2.31
Logs of Relay: 3.30 | 0.66: 102.30 | 20.52
SNS publish: 1.10 | 0.11: 31.90 | 3.19
SQS, topic to queues: 2.20 | 2.20: 50.60 | 50.60
Lambda Webhooks, calls: 1.10 | 0.11: 3.30 | 0.33
Lambda Webhooks, time: 5,500.00 | 550.00: 5.50 | 0.55
DynamoDB reads, webhooks: 1.10 | 0.11: 7.70 | 0.77
Logs of Webhooks: 1.21 | 0.17: 37.51 | 5.12
SQS, webhooks (received, deleted): 2.20 | 0.22: 50.60 | 5.06
Lambda Automations, calls: 1.10 | 0.11: 3.30 | 0.33
Lambda Automations, time: 5,500.00 | 550.00: 5.50 | 0.55
DynamoDB reads, automations: 1.10 | 0.11: 7.70 | 0.77
Logs of Automations: 1.32 | 0.17: 40.92 | 5.12
SQS, automations (received, deleted): 2.20 | 0.22: 50.60 | 5.06
Lambda Notify, calls: 0.00 | 0.00: 0.00 | 0.00
Lambda Notify, time: 0.00 | 0.00: 0.00 | 0.00
DynamoDB reads, notify: 0.00 | 0.00: 0.00 | 0.00
Logs of Notify: 0.00 | 0.00: 0.00 | 0.00
SQS, notify (received, deleted): 0.00 | 0.00: 0.00 | 0.00
""",
    # 20,000 steps; three requests to S3 of a hundred orders to write, four to read; a message is sent, received and deleted.
    "A million orders from files": f"""
Lambda Imports, calls: 0.02: 0.06
Lambda Imports, time: 20,000.00: 20.00
DynamoDB writes, orders: 9.00: 45.00
DynamoDB reads, orders: 2.00: 14.00
Logs of Imports: 0.07: 2.17
S3 writes: 30.00: 510.00
S3 reads: 40.00: 760.00
SQS, steps (sent, received, deleted): 0.06: 1.38{RELAY_OF_FULL_BATCHES}""",
    # 10,000 pages of a hundred accounts, a second and two kilos each.
    "A million accounts with something due": f"""
Lambda Due, calls: 0.01: 0.03
Lambda Due, time: 5,000.00: 5.00
DynamoDB writes, accounts: 7.00: 35.00
DynamoDB reads, accounts: 1.00: 7.00
Logs of Due: 0.03: 0.93
SQS, pages (sent, received, deleted): 0.03: 0.69{RELAY_OF_FULL_BATCHES}""",
    # Three kilos a member and two for each of ten orders; of the busy shop's logs above ten times as much.
    "A month of a million members and ten million orders, kept": """
Table and indexes: 23.00: 253.00
Point-in-time recovery: 23.00: 299.00
Logs of a busy shop, as they were sent: 39.92: 1,476.98
""",
    # Twenty-five pollers every ten seconds are two and a half a second, of 2,628,000 in a month; 8,640 pulses, each with three units to write and to read.
    "A month in which nobody calls": """
SQS, polling of empty queues: 6.57: 151.11
Alarms (in prod): 53.00: 2,279.00
Metrics of daily job, pulse and relay: 14.00: 574.00
Dashboard: 1.00: 47.00
Lambda TakePulse, calls: 0.01: 0.03
Lambda TakePulse, time: 432.00: 0.43
Lambda Relay, answers to it, calls: 0.01: 0.03
Lambda Relay, answers to it, time: 432.00: 0.43
Lambda Relay, ends of windows, calls: 0.01: 0.03
Lambda Relay, ends of windows, time: 43.20: 0.04
DynamoDB writes, pulse: 0.03: 0.13
DynamoDB reads, pulse: 0.03: 0.18
Logs of TakePulse and Relay: 0.07: 2.14
Lambda WakeWebhooks, calls: 0.01: 0.03
Lambda WakeWebhooks, time: 432.00: 0.43
Lambda Webhooks, looking for what is due, calls: 0.01: 0.03
Lambda Webhooks, looking for what is due, time: 864.00: 0.86
Lambda Notify, looking for what is due, calls: 0.01: 0.03
Lambda Notify, looking for what is due, time: 864.00: 0.86
DynamoDB reads, what is due: 0.02: 0.12
Logs of WakeWebhooks, Webhooks and Notify: 0.03: 1.07
SQS, what is due (sent, received, deleted): 0.05: 1.19
""",
    "A month in use, on top of that and of its orders": """
Metrics of the API: 30.00: 1,230.00
Metrics of imports: 12.00: 492.00
""",
}


def billed(table: str) -> Iterator[str]:
    """Each row as it stands above: name, amounts, sums."""
    for line in table.splitlines():
        cells = line.strip("| ").split(" | ")
        if line.startswith("| ") and len(cells) in (5, 7) and cells[0] not in ("**together**", "---"):
            shops = (len(cells) - 3) // 2
            yield f"{cells[0]}: {' | '.join(cells[1 : 1 + shops])}: {' | '.join(cells[-shops:])}"


@pytest.mark.parametrize("title", BY_HAND)
def test_each_row_is_what_it_comes_to_by_hand(title: str) -> None:
    told = page(replace(Prices.read(), usd=USD, assumed=ASSUMED), EASY)
    (table,) = [one for one in told.split("\n## ") if one.startswith(f"{title}\n")]
    assert list(billed(table)) == BY_HAND[title].strip().splitlines()


def test_no_section_of_the_page_and_no_price_is_left_out() -> None:
    prices = Prices.read()
    assert (USD.keys(), ASSUMED.keys()) == (prices.usd.keys(), prices.assumed.keys())
    titles = re.findall(r"^## (A m.*)$", page(prices, EASY), re.MULTILINE)
    assert titles == list(BY_HAND)
