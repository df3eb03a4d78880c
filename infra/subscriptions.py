"""Which queues the topic feeds: those that a function works off. What it puts into a queue is paid for, read or not.

infra/template.yaml has a subscription for each queue that is to have a consumer, with the filter of what it will take. Packaging
leaves out those whose queue nothing works off yet, and what lets the topic send to it: with the function comes the subscription.
"""

from __future__ import annotations

from typing import Any

from infra.alarms import consumed_queues, of_type, resource_of

Json = dict[str, Any]
SUBSCRIPTION, POLICY = "AWS::SNS::Subscription", "TopicQueuesPolicy"


def subscribed(template: Json) -> Json:
    """The template with as many of its subscriptions as somebody reads."""
    resources = template["Resources"]
    consumed = set(consumed_queues(template))
    queues = {name: resource_of(one["Endpoint"]) for name, one in _of_queues(resources).items()}
    fed = {queue for queue in queues.values() if queue in consumed}
    kept = {name: one for name, one in resources.items() if queues.get(name, "") in {"", *fed} and name != POLICY}
    return {**template, "Resources": kept | ({POLICY: _sending_to(fed, resources[POLICY])} if fed else {})}


def _of_queues(resources: Json) -> dict[str, Json]:
    typed = {name: one for name, one in resources.items() if one.get("Type") == SUBSCRIPTION}
    found = of_type({"Resources": typed}, SUBSCRIPTION)
    return {name: one for name, one in found.items() if one["Protocol"] == "sqs"}


def _sending_to(fed: set[str], policy: Json) -> Json:
    """The policy of the topic's queues, for these alone."""
    properties = policy["Properties"]
    (statement,) = properties["PolicyDocument"]["Statement"]
    narrowed = statement | {"Resource": [one for one in statement["Resource"] if resource_of(one) in fed]}
    return policy | {
        "Properties": {
            "Queues": [one for one in properties["Queues"] if one["Ref"] in fed],
            "PolicyDocument": properties["PolicyDocument"] | {"Statement": [narrowed]},
        }
    }
