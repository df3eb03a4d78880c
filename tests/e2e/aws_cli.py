"""A stand-in for the AWS CLI, which the deploy guide asks of a person and these tests do not install.

`aws <service> <operation> --name value…` calls that operation of Amazon's own client; names and types are looked up in its model,
so a parameter that there is none is refused, and --query is evaluated by the same library. The commands that the CLI adds by
itself are written out here for what the guides use: s3 mb, cp, rm and rb, cloudformation package and deploy, wait. Where the cloud is
says AWS_ENDPOINT_URL.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

Options = dict[str, list[str]]
_WAITS = ("create", "update", "delete")


def main(arguments: list[str]) -> int:
    service, command, *rest = arguments
    words, options = _parsed(rest)
    own = _OWN.get((service, command))
    if own is not None:
        own(words, options)
        return 0
    answer = _call(service, command, {name: said for name, said in options.items() if name not in ("query", "output")})
    _print(answer, options)
    return 0


def _parsed(rest: list[str]) -> tuple[list[str], Options]:
    words: list[str] = []
    options: Options = {}
    into = words
    for one in rest:
        if one.startswith("--"):
            into = options.setdefault(one[2:], [])
        else:
            into.append(one)
    return words, options


def _client(service: str) -> Any:
    import boto3

    session: Any = boto3.session.Session()
    return session.client(service)


def _call(service: str, command: str, options: Options) -> Any:
    client = _client(service)
    name = command.replace("-", "_")
    shape = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[name]).input_shape
    members = {_kebab(member): (member, one.type_name) for member, one in (shape.members if shape else {}).items()}
    given: dict[str, Any] = {}
    for option, said in options.items():
        negated = option.startswith("no-") and option not in members
        member, kind = members[option.removeprefix("no-") if negated else option]
        given[member] = not negated if kind == "boolean" else said if kind == "list" else _of_kind(kind, said[0])
    if client.can_paginate(name):  # as the real one does, whoever asks
        return client.get_paginator(name).paginate(**given).build_full_result()
    answer = getattr(client, name)(**given)
    answer.pop("ResponseMetadata", None)
    return answer


def _of_kind(kind: str, text: str) -> Any:
    return json.loads(text) if kind in ("integer", "long", "float", "double", "structure") else text


def _kebab(member: str) -> str:
    from botocore import xform_name  # noqa: PLC0415 (with the client)

    return str(xform_name(member, "-"))


def _print(answer: Any, options: Options) -> None:
    import jmespath  # type: ignore[import-untyped]  # noqa: PLC0415 (comes with botocore)

    told = jmespath.search(options["query"][0], answer) if "query" in options else answer
    if options.get("output") == ["text"]:
        _say("\t".join(map(str, told)) if isinstance(told, list) else str(told))
    elif told:
        _say(json.dumps(told, indent=4, default=str))


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def _make_bucket(words: list[str], _: Options) -> None:
    s3 = _client("s3")
    s3.create_bucket(
        Bucket=words[0].removeprefix("s3://"),
        CreateBucketConfiguration={"LocationConstraint": s3.meta.region_name},
    )


def _copy(words: list[str], _: Options) -> None:
    bucket, key = words[1].removeprefix("s3://").split("/", 1)
    _client("s3").put_object(Bucket=bucket, Key=key, Body=Path(words[0]).read_bytes())


def _remove(words: list[str], options: Options) -> None:
    assert "recursive" in options
    s3, bucket = _client("s3"), words[0].removeprefix("s3://")
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for one in page.get("Contents", []):
            s3.delete_object(Bucket=bucket, Key=one["Key"])


def _remove_bucket(words: list[str], options: Options) -> None:
    assert "force" in options
    _remove(words, {"recursive": []})
    _client("s3").delete_bucket(Bucket=words[0].removeprefix("s3://"))


def _package(_: list[str], options: Options) -> None:
    """Every function's zip, named in the template by its path from there, goes to the bucket under its digest."""
    source, bucket = Path(options["template-file"][0]), options["s3-bucket"][0]
    template = json.loads(source.read_text(encoding="utf-8"))
    for one in template["Resources"].values():
        if one["Type"] == "AWS::Serverless::Function":
            code = (source.parent / one["Properties"]["CodeUri"]).read_bytes()
            one["Properties"]["CodeUri"] = _uploaded(bucket, code)
    assert "use-json" in options
    Path(options["output-template-file"][0]).write_text(json.dumps(template), encoding="utf-8")


def _uploaded(bucket: str, data: bytes) -> str:
    key = hashlib.md5(data, usedforsecurity=False).hexdigest()
    _client("s3").put_object(Bucket=bucket, Key=key, Body=data)
    return f"s3://{bucket}/{key}"


def _deploy(_: list[str], options: Options) -> None:
    """By a change set; a parameter that is not given keeps its value. A template above 51,200 bytes needs the bucket."""
    clouds, stack = _client("cloudformation"), options["stack-name"][0]
    body = Path(options["template-file"][0]).read_bytes()
    there = {one["StackName"]: one for one in clouds.describe_stacks()["Stacks"]}
    known = [one["ParameterKey"] for one in there.get(stack, {}).get("Parameters", [])]
    given = dict(one.split("=", 1) for one in options.get("parameter-overrides", []))
    kept = [{"ParameterKey": one, "UsePreviousValue": True} for one in known if one not in given]
    kind = "update" if stack in there else "create"
    bucket, key = _uploaded(options["s3-bucket"][0], body).removeprefix("s3://").split("/", 1)
    made = clouds.create_change_set(
        StackName=stack,
        ChangeSetName=f"by-guide-{time.time_ns()}",
        ChangeSetType=kind.upper(),
        TemplateURL=f"{_client('s3').meta.endpoint_url}/{bucket}/{key}",
        Capabilities=options["capabilities"],
        Parameters=[*kept, *({"ParameterKey": name, "ParameterValue": value} for name, value in given.items())],
    )
    told = clouds.describe_change_set(ChangeSetName=made["Id"])
    if told["Status"] == "FAILED" and re.search("didn't contain changes|No updates", told.get("StatusReason", "")):
        assert "no-fail-on-empty-changeset" in options
        return
    clouds.get_waiter("change_set_create_complete").wait(ChangeSetName=made["Id"], WaiterConfig={"Delay": 1})
    clouds.execute_change_set(ChangeSetName=made["Id"])
    _wait([f"stack-{kind}-complete"], {"stack-name": [stack]})
    _say(f"Successfully created/updated stack - {stack}")


def _wait(words: list[str], options: Options) -> None:
    assert words[0] in [f"stack-{kind}-complete" for kind in _WAITS]
    waiter = _client("cloudformation").get_waiter(words[0].replace("-", "_"))
    waiter.wait(StackName=options["stack-name"][0], WaiterConfig={"Delay": 1, "MaxAttempts": 120})


def _wait_for_table(words: list[str], options: Options) -> None:
    assert words == ["table-exists"]
    _client("dynamodb").get_waiter("table_exists").wait(TableName=options["table-name"][0], WaiterConfig={"Delay": 1})


_OWN: Mapping[tuple[str, str], Callable[[list[str], Options], None]] = {
    ("s3", "mb"): _make_bucket,
    ("s3", "cp"): _copy,
    ("s3", "rm"): _remove,
    ("s3", "rb"): _remove_bucket,
    ("cloudformation", "package"): _package,
    ("cloudformation", "deploy"): _deploy,
    ("cloudformation", "wait"): _wait,
    ("dynamodb", "wait"): _wait_for_table,
}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
