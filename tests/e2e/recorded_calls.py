"""Notes what the deployed functions ask of the cloud, in the words of their policies: (action, resource).

The functions' package gets a copy of this file, and an environment variable makes botocore load it as a client plugin: their
code is what was packaged, and a link that is only signed is noted as well, for it is opened in the name of who signed it.
Each pair is written once per process, as one line of JSON, to a file of the process in the directory that CALLS names. What a file
there names, REFUSED, is refused: an operation of S3's on keys in a folder, a line each.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

CALLS = "E2E_CALLS"
REFUSED = "refused"
PLUGINS = "BOTOCORE_EXPERIMENTAL__PLUGINS"
Use = tuple[str, str]

_MEMBERS = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem"}
_S3_ACTIONS = {
    "HeadObject": "GetObject",
    "CreateMultipartUpload": "PutObject",
    "UploadPart": "PutObject",
    "CompleteMultipartUpload": "PutObject",
    "DeleteObjects": "DeleteObject",
}
_ALIASES = {"SendMessageBatch": "SendMessage", "PublishBatch": "Publish"}
_noted: set[Use] = set()


def initialize_client_plugin(client: Any) -> None:
    """The name by which botocore calls it, for each client that it makes."""
    client.meta.events.register("before-parameter-build", _note)


def uses(service: str, operation: str, params: Mapping[str, Any]) -> Iterator[Use]:
    """What IAM asks for a call. An operation that is not known here is noted under its own name: it will be missing."""
    match service:
        case "dynamodb":
            yield from _of_the_table(operation, params)
        case "s3":
            action = f"s3:{_S3_ACTIONS.get(operation, operation)}"
            for key in _keys(params):
                yield action, f"{params['Bucket']}/{key.split('/', 1)[0]}"
        case _:
            address = str(params.get("QueueUrl") or params.get("TopicArn") or "*")  # no phone and no number is ours
            yield f"{service}:{_ALIASES.get(operation, operation)}", address.replace(":", "/").rpartition("/")[2]


def _of_the_table(operation: str, params: Mapping[str, Any]) -> Iterator[Use]:
    if operation == "TransactWriteItems":
        for member in params["TransactItems"]:
            for kind, said in member.items():
                yield f"dynamodb:{_MEMBERS[kind]}", said["TableName"]
    elif "RequestItems" in params:
        for table in params["RequestItems"]:
            yield f"dynamodb:{operation}", table
    else:
        index = f"/index/{params['IndexName']}" if "IndexName" in params else ""
        yield f"dynamodb:{operation}", f"{params['TableName']}{index}"


def _keys(params: Mapping[str, Any]) -> list[str]:
    if "Delete" in params:
        return [one["Key"] for one in params["Delete"]["Objects"]]
    return [str(params.get("Key", ""))]


def _note(params: Mapping[str, Any], model: Any, **_: Any) -> None:
    """Nothing is checked yet: what a client is asked wrongly is for the service to refuse."""
    fresh = set(uses(model.service_model.service_name, model.name, params)) - _noted
    if fresh:
        _noted.update(fresh)
        function = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        with (Path(os.environ[CALLS]) / f"{function}-{os.getpid()}.jsonl").open("a", encoding="utf-8") as file:
            file.writelines(json.dumps([function, *use]) + "\n" for use in sorted(fresh))
    _refuse(params, model)


def _refuse(params: Mapping[str, Any], model: Any) -> None:
    told = Path(os.environ[CALLS]) / REFUSED
    if not told.exists() or model.service_model.service_name != "s3":
        return
    for key in _keys(params):
        if f"{model.name} {key.split('/', 1)[0]}" in told.read_text(encoding="utf-8").splitlines():
            from botocore.exceptions import ClientError  # noqa: PLC0415 (the tests read this file without it)

            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "It is refused here."}}, model.name)


def recorded(directory: Path) -> dict[str, set[Use]]:
    """What was noted, by the function's name."""
    found: dict[str, set[Use]] = {}
    for file in directory.glob("*.jsonl"):
        for line in file.read_text(encoding="utf-8").splitlines():
            function, action, resource = json.loads(line)
            found.setdefault(function, set()).add((action, resource))
    return found
