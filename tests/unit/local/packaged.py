"""A stand-in for the packaged template: infra/template.yaml, and as much of what Chalice adds as alarms ask for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from app import app
from infra.local.table_template import whole_template

ROOT = Path(__file__).resolve().parents[3]
FUNCTION = "AWS::Serverless::Function"
API = "APIHandler"


def stand_in() -> dict[str, Any]:
    """test_template.py compares what follows from it with what follows from the package."""
    template = whole_template()
    resources: dict[str, Any] = template["Resources"]
    names = [API, *("".join(word.title() for word in source.name.split("_")) for source in app.event_sources)]
    for name in names:
        resources[name] = {"Type": FUNCTION, "Properties": resources.get(name, {}).get("Properties", {})}
        for event in resources[name]["Properties"].get("Events", {}).values():
            event["Type"] = "SQS" if "Queue" in event["Properties"] else "DynamoDB"
            if event["Type"] == "SQS":
                event["Properties"]["Queue"] = {"Fn::GetAtt": event["Properties"]["Queue"]["Fn::GetAtt"].split(".")}
    stage = json.loads((ROOT / ".chalice" / "config.json").read_text("utf-8"))["api_gateway_stage"]
    resources["RestAPI"]["Properties"]["StageName"] = stage
    for resource in resources.values():
        resource.setdefault("Type", "as Chalice says")
    return template
