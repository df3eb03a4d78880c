"""The schedule itself, by the local cloud's clock.

A minute there begins when the rule is first seen. By its name this file comes late in the run: by then the minute is over, and
nobody waits for it.
"""

from __future__ import annotations

import pytest

from infra.local.demo.program import TENANT
from tests.e2e.conftest import Deployed, seen
from tests.e2e.test_deployed import in_queue

pytestmark = pytest.mark.e2e


def test_the_schedule_enqueues(deployed: Deployed) -> None:
    """Its rule is made to fire every minute; the consumer rests meanwhile, so that what was enqueued can be seen."""
    events, lambdas = deployed.client("events"), deployed.client("lambda")
    rule = next(one for one in events.list_rules()["Rules"] if "ScheduleDue" in one["Name"])
    (mapping,) = lambdas.list_event_source_mappings(FunctionName=deployed.function("Due"))["EventSourceMappings"]
    assert rule["ScheduleExpression"] == "cron(10 * * * ? *)"
    lambdas.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
    events.put_rule(Name=rule["Name"], ScheduleExpression="rate(1 minute)")
    try:
        assert seen(lambda: in_queue(deployed, "due", TENANT), "a message of the due job")
    finally:
        events.put_rule(Name=rule["Name"], ScheduleExpression=rule["ScheduleExpression"])
        lambdas.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)
