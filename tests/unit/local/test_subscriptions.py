"""The topic feeds a queue when something works it off, by the filter that infra/template.yaml has for it, and not before."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from infra.alarms import consumed_queues, of_type
from infra.local.pages.facts import filters
from infra.local.table_template import whole_template
from infra.subscriptions import POLICY, SUBSCRIPTION, subscribed
from tests.unit.local.packaged import stand_in

TO_BE_FED = {"automations", "metrics", "notify", "webhooks"}


def with_consumer(template: dict[str, Any], queue: str) -> dict[str, Any]:
    """As if Chalice knew one function more, of this queue."""
    event = {"Type": "SQS", "Properties": {"Queue": {"Fn::GetAtt": [queue, "Arn"]}}}
    function = {"Type": "AWS::Serverless::Function", "Properties": {"Events": {"Source": event}}}
    return {**template, "Resources": {**template["Resources"], "Consumer": function}}


@pytest.mark.parametrize("template", [stand_in(), whole_template()], ids=["merged", "written"])
def test_no_queue_is_fed_that_nothing_works_off(template: dict[str, Any]) -> None:
    consumed = consumed_queues(template)
    assert consumed == ["AutomationsQueue", "DueQueue", "ImportsQueue", "NotifyQueue", "WebhooksQueue"]
    assert set(filters(template)) == TO_BE_FED
    fed = {name for name in TO_BE_FED if f"{name.title()}Queue" in consumed}
    assert set(filters(subscribed(template))) == fed
    gone = template["Resources"].keys() - subscribed(template)["Resources"].keys()
    assert gone == {f"{name.title()}Subscription" for name in TO_BE_FED - fed}


def test_with_its_consumer_a_queue_has_its_subscription_and_the_topic_may_send_to_it_alone() -> None:
    written = stand_in()
    before = copy.deepcopy(written)
    fed = subscribed(with_consumer(written, "MetricsQueue"))
    assert set(filters(fed)) == {"automations", "metrics", "notify", "webhooks"}
    assert filters(fed)["webhooks"] == [{"exists": True}]
    policy = fed["Resources"][POLICY]["Properties"]
    (statement,) = policy["PolicyDocument"]["Statement"]
    names = ["AutomationsQueue", "NotifyQueue", "WebhooksQueue", "MetricsQueue"]
    assert policy["Queues"] == [{"Ref": name} for name in names]
    assert [str(one["Fn::GetAtt"]) for one in statement["Resource"]] == [f"{name}.Arn" for name in names]
    assert statement["Principal"] == {"Service": "sns.amazonaws.com"}
    assert statement["Condition"] == {"ArnEquals": {"aws:SourceArn": {"Ref": "Topic"}}}
    assert written == before


def test_who_is_told_of_alarms_stays_subscribed() -> None:
    assert "AlarmEmailSubscription" in subscribed(stand_in())["Resources"]


def test_queues_take_from_the_topic_what_they_name_as_it_was_published() -> None:
    whole = of_type(stand_in(), SUBSCRIPTION)
    subscriptions = {name: one for name, one in whole.items() if one["TopicArn"] == {"Ref": "Topic"}}
    assert set(subscriptions) == {f"{name.title()}Subscription" for name in TO_BE_FED}
    for subscription in subscriptions.values():
        assert subscription["RawMessageDelivery"] is True
        assert subscription["FilterPolicyScope"] == "MessageAttributes"
        assert set(subscription["FilterPolicy"]) == {"types"}
