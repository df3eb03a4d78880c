"""Deploys a package to the local cloud, the way it goes to AWS: zip and template into a bucket, then the stack.

`code="zip"` runs what was packaged. `code="tree"` runs the same template on the working tree: the zip holds next to nothing,
and PYTHONPATH leads to the code, so a change needs no deployment, only a new worker.
"""

from __future__ import annotations

import hashlib
import io
import json
import sysconfig
import zipfile
from pathlib import Path
from typing import Any, Literal

from botocore.config import Config

from infra.local.ministack import REGION
from infra.package import TEMPLATE, ZIP

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = "stampbook-packages"
WAIT = {"Delay": 1, "MaxAttempts": 120}
PATIENCE = 240  # seconds, for an answer
CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]

Code = Literal["zip", "tree"]


class DeployError(Exception):
    """The stack was not made, or not changed; the message says which resource would not."""


def deploy(endpoint: str, package: Path, stack: str, *, code: Code = "zip") -> dict[str, str]:
    """The stack's outputs, when it is as the package says. A stack that is there is updated."""
    template = json.loads((package / TEMPLATE).read_text(encoding="utf-8"))
    return deploy_template(endpoint, template, _zip(package, code), stack, code=code)


def deploy_template(
    endpoint: str, template: dict[str, Any], archive: bytes, stack: str, *, code: Code = "zip"
) -> dict[str, str]:
    s3, clouds = client(endpoint, "s3"), client(endpoint, "cloudformation")
    if PACKAGES not in [one["Name"] for one in s3.list_buckets()["Buckets"]]:
        s3.create_bucket(Bucket=PACKAGES, CreateBucketConfiguration={"LocationConstraint": REGION})
    key = _uploaded(s3, archive, "zip")
    body = json.dumps(_pointed_to(template, key, code)).encode()
    address = f"{endpoint}/{PACKAGES}/{_uploaded(s3, body, 'json')}"
    _bring_about(clouds, stack, address)
    described = clouds.describe_stacks(StackName=stack)["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in described["Outputs"]}


def api_address(endpoint: str, outputs: dict[str, str]) -> str:
    """Where the local cloud serves the stage of the REST API."""
    stage = outputs["EndpointURL"].rstrip("/").rpartition("/")[2]
    return f"{endpoint}/_aws/execute-api/{outputs['RestAPIId']}/{stage}"


def client(endpoint: str, service: str) -> Any:
    """It waits for long: the local cloud is one process, which hears nobody while it brings about a stack of a dozen functions."""
    import boto3

    session: Any = boto3.session.Session()
    patient = Config(connect_timeout=PATIENCE, read_timeout=PATIENCE)
    return session.client(service, region_name=REGION, endpoint_url=endpoint, config=patient)


def _bring_about(clouds: Any, stack: str, address: str) -> None:
    from botocore.exceptions import ClientError, WaiterError  # noqa: PLC0415

    there = stack in [one["StackName"] for one in clouds.describe_stacks()["Stacks"]]
    change, waiter = ("update_stack", "stack_update_complete") if there else ("create_stack", "stack_create_complete")
    try:
        getattr(clouds, change)(StackName=stack, TemplateURL=address, Capabilities=CAPABILITIES)
    except ClientError as refused:
        if "No updates are to be performed" in str(refused):
            return
        raise DeployError(str(refused)) from refused
    try:
        clouds.get_waiter(waiter).wait(StackName=stack, WaiterConfig=WAIT)
    except WaiterError as failed:
        raise DeployError(_reasons(clouds, stack)) from failed


def _reasons(clouds: Any, stack: str) -> str:
    events = clouds.describe_stack_events(StackName=stack)["StackEvents"]
    failed = [event for event in events if event["ResourceStatus"].endswith("FAILED")]
    return f"{stack}: " + "; ".join(
        f"{event['LogicalResourceId']} {event.get('ResourceStatusReason', '')}" for event in reversed(failed)
    )


def _zip(package: Path, code: Code) -> bytes:
    if code == "zip":
        return (package / ZIP).read_bytes()
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr(zipfile.ZipInfo("README"), "The code is in the working tree.")
    return archive.getvalue()


def _uploaded(s3: Any, data: bytes, kind: str) -> str:
    """Named by its content, so that a stack changes when the code does, and only then."""
    key = f"{hashlib.sha256(data).hexdigest()}.{kind}"
    s3.put_object(Bucket=PACKAGES, Key=key, Body=data)
    return key


def _pointed_to(template: dict[str, Any], key: str, code: Code) -> dict[str, Any]:
    """The template with its code in the bucket; for the working tree, with the way there."""
    resources = {
        name: {**one, "Properties": {**one["Properties"], "CodeUri": {"Bucket": PACKAGES, "Key": key}}}
        if one["Type"] == "AWS::Serverless::Function"
        else one
        for name, one in template["Resources"].items()
    }
    pointed = {**template, "Resources": resources}
    if code == "tree":
        pointed = json.loads(json.dumps(pointed))
        variables = pointed["Globals"]["Function"]["Environment"]["Variables"]
        variables["PYTHONPATH"] = f"{ROOT}:{sysconfig.get_path('purelib')}"
    return pointed
