"""Files name no machine and no registry, and what is deployed may do only what it must."""

from __future__ import annotations

import fnmatch
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.architecture.functions import LOGICAL
from tests.architecture.sources import ROOT, Source, sources

STAGES = ("dev", "prod")
WRITTEN = {
    ".cfg",
    ".css",
    ".html",
    ".ini",
    ".java",
    ".js",
    ".json",
    ".md",
    ".py",
    ".sh",
    ".toml",
    ".txt",
    ".yaml",
    ".yml",
    "",
}
NOT_OURS = {".git", ".venv", ".local", ".hypothesis", "build", "node_modules", "deployments", "deployed", "__pycache__"}
CACHES = "*_cache"
MACHINE = re.compile(r"(?<![\w.:/}~-])/(?:home|root|Users|work|opt|mnt)/[\w.]|\b[A-Z]:\\Users|\.\./shared\b")
REGISTRY = re.compile(
    r"\bpypi\.(?:org|python\.org)\b|pythonhosted\.org|registry\.npmjs|registry\.yarnpkg|repo1?\.maven"
)
LOGS = {"logs:CreateLogStream", "logs:PutLogEvents"}
CONSUME = {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"}
STREAM = {f"dynamodb:{action}" for action in ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")}
PHONES = {"sns:CreatePlatformEndpoint", "sns:SetEndpointAttributes", "sns:DeleteEndpoint"}
FILES = {f"s3:{action}" for action in ("GetObject", "ListBucket", "PutObject", "DeleteObject", "AbortMultipartUpload")}
ASKED_OF_THE_TABLE = {
    "api_handler": "GetItem BatchGetItem Query PutItem UpdateItem DeleteItem ConditionCheckItem",
    "relay": "GetItem BatchGetItem Query PutItem",
    "imports": "GetItem BatchGetItem Query PutItem UpdateItem DeleteItem ConditionCheckItem",
    "due": "GetItem BatchGetItem Query PutItem DeleteItem UpdateItem ConditionCheckItem",
    "automations": "GetItem BatchGetItem Query PutItem UpdateItem DeleteItem ConditionCheckItem",
    "schedule_due": "Query PutItem",
    "take_pulse": "Query PutItem",
    "notify": "GetItem BatchGetItem Query PutItem DeleteItem BatchWriteItem",
    "webhooks": "GetItem BatchGetItem Query PutItem",
    "wake_webhooks": "",
}
FUNCTIONS = {
    "api_handler": {"s3:GetObject", "s3:ListBucket", "sqs:SendMessage"} | PHONES,
    "relay": STREAM | {"sns:Publish", "sqs:SendMessage"},
    "imports": FILES | CONSUME | {"sqs:SendMessage", "sqs:ChangeMessageVisibility"},
    "due": CONSUME | {"sqs:SendMessage", "s3:PutObject", "s3:AbortMultipartUpload"},
    "schedule_due": {"sqs:SendMessage"},
    "take_pulse": set(),
    "notify": FILES | CONSUME | {"sqs:SendMessage", "sqs:ChangeMessageVisibility", "sns:Publish", "ses:SendEmail"},
    "automations": CONSUME | {"sqs:SendMessage"},
    "webhooks": CONSUME | {"sqs:SendMessage"},
    "wake_webhooks": {"sqs:SendMessage"},
}
REACHED = {  # beside its own log
    "api_handler": {
        "Table",
        "Table/index/gsi1",
        "Table/index/gsi2",
        "Bucket",
        "Bucket/results/*",
        "Bucket/audit/*",
        "ImportsQueue",
        "WebhooksQueue",
        "NotifyQueue",
        "*",
    },
    "relay": {"Table", "Table.StreamArn", "*", "Topic", "RelayDeadQueue"},
    "imports": {
        "Table",
        "Table/index/gsi1",
        "Table/index/gsi2",
        "Bucket",
        "Bucket/imports/*",
        "Bucket/work/*",
        "Bucket/results/*",
        "ImportsQueue",
    },
    "due": {
        *("Table", "Table/index/gsi2", "Table/index/gsi3"),
        *("Bucket/published/*", "Bucket/audit/*", "DueQueue", "ImportsQueue"),
    },
    "schedule_due": {"Table", "DueQueue"},
    "take_pulse": {"Table"},
    "notify": {
        *(
            "Table",
            "Table/index/gsi1",
            "Table/index/gsi3",
            "Bucket",
            "Bucket/work/*",
            "Bucket/results/*",
            "NotifyQueue",
            "*",
        ),
        "arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:identity/*",
    },
    "automations": {"Table", "AutomationsQueue", "ImportsQueue"},
    "webhooks": {"Table", "Table/index/gsi1", "Table/index/gsi3", "WebhooksQueue"},
    "wake_webhooks": {"WebhooksQueue", "NotifyQueue"},
}


def written_files() -> Iterator[Source]:
    for path in sorted(ROOT.rglob("*")):
        parts = path.relative_to(ROOT).parts
        ours = not any(part in NOT_OURS or fnmatch.fnmatch(part, CACHES) for part in parts)
        if ours and path.is_file() and path.suffix in WRITTEN:
            yield Source("/".join(parts), path.read_text(encoding="utf-8"))


def places(source: Source) -> Iterator[str]:
    for number, line in enumerate(source.text.splitlines(), 1):
        if MACHINE.search(line):
            yield source.at(number, "a path of some machine")
        if REGISTRY.search(line):
            yield source.at(number, "the host of a package registry")


def allowed_actions(policy: dict[str, Any]) -> set[str]:
    return {action for statement in policy["Statement"] for action in statement["Action"]}


def reached(resource: Any) -> str:
    """Its logical id, and what of it."""
    match resource:
        case {"Fn::GetAtt": [name, "Arn"]} | {"Ref": name}:
            return str(name)
        case {"Fn::GetAtt": [name, part]}:
            return f"{name}.{part}"
        case {"Fn::Sub": text}:
            return re.sub(r"\$\{(\w+)\.Arn\}", r"\1", text)
    return str(resource)


def read(path: str) -> Any:
    return json.loads((ROOT / ".chalice" / path).read_text(encoding="utf-8"))


def flow_of(source: Source) -> str | None:
    """The flow that a module holds: a function of the module's own name. Other modules are what flows share."""
    name = Path(source.path).stem
    return name if any(function.name == name for function in source.functions()) else None


def test_no_file_names_a_machine_or_a_registry() -> None:
    files = list(written_files())
    assert {"README.md", "Makefile", "requirements.txt", ".chalice/config.json"} <= {file.path for file in files}
    assert [place for file in files for place in places(file)] == []


@pytest.mark.parametrize(
    "line",
    [
        "see /ho" + "me/ann/stampbook",
        '"/ro' + 'ot/x"',
        "(/wo" + "rk/main)",
        "C:\\Us" + "ers\\ann",
        "cp .." + "/shared/data",
        "--index-url https://py" + "pi.org/simple",
        "https://registry.np" + "mjs.org/x",
    ],
)
def test_a_machine_or_a_registry_is_found(line: str) -> None:
    assert len(list(places(Source("a.md", line)))) == 1


@pytest.mark.parametrize("line", ["/v1/members/{member_id}", "https://example.org/home/x", "a/root/b", "homework/main"])
def test_a_route_or_an_address_is_no_machine(line: str) -> None:
    assert list(places(Source("a.md", line))) == []


@pytest.mark.parametrize("stage", STAGES)
def test_every_function_has_its_own_hand_written_policy(stage: str) -> None:
    config = read("config.json")
    assert set(config["stages"]) == set(STAGES)
    assert (config["autogen_policy"], config["iam_policy_file"]) == (False, "policy-api_handler.json")
    own = config["stages"][stage]["lambda_functions"]
    assert {name: said["iam_policy_file"] for name, said in own.items()} == {
        name: f"policy-{name}.json" for name in FUNCTIONS if name != "api_handler"
    }
    assert (config["lambda_memory_size"] >= 512, config["lambda_timeout"]) == (True, 30)


def test_the_functions_are_those_of_app_py() -> None:
    stubs = {function.name for source in sources("app.py") for function in source.functions()}
    assert stubs | {"api_handler"} == set(FUNCTIONS)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_may_do_what_it_does_and_nothing_else(function: str) -> None:
    policy = read(f"policy-{function}.json")
    assert {action for action in allowed_actions(policy) if "*" in action} == set()
    table = {f"dynamodb:{action}" for action in ASKED_OF_THE_TABLE[function].split()}
    assert allowed_actions(policy) == table | FUNCTIONS[function] | LOGS


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_policy_says_what_is_allowed_and_nothing_else(function: str) -> None:
    """No denial, no condition, nothing by exception: here and in e2e a policy is read as what its actions may do to its resources."""
    policy = read(f"policy-{function}.json")
    assert set(policy) == {"Version", "Statement"}
    for one in policy["Statement"]:
        assert set(one) == {"Sid", "Effect", "Action", "Resource"}
        assert one["Effect"] == "Allow"
        assert (type(one["Action"]), type(one["Resource"])) == (list, list)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_reaches_what_it_needs_and_nothing_else(function: str) -> None:
    statements = [one for one in read(f"policy-{function}.json")["Statement"] if not LOGS & set(one["Action"])]
    assert {reached(resource) for one in statements for resource in one["Resource"]} == REACHED[function]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_writes_to_its_own_log_and_to_no_other(function: str) -> None:
    (logs,) = (one for one in read(f"policy-{function}.json")["Statement"] if LOGS & set(one["Action"]))
    groups = "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:/aws/lambda/"
    assert logs["Resource"] == [{"Fn::Sub": f"{groups}${{AWS::StackName}}-{LOGICAL[function]}-*"}]
    assert [name for name in LOGICAL.values() if f"{LOGICAL[function]}-".startswith(f"{name}-")] == [LOGICAL[function]]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_reaches_what_the_template_makes_and_nothing_beside(function: str) -> None:
    """No address is spelt: each is that of a resource, so no policy can be of another stage."""
    statements = read(f"policy-{function}.json")["Statement"]
    spelt = [one["Sid"] for one in statements for resource in one["Resource"] if isinstance(resource, str)]
    assert spelt == {
        "relay": ["Streams"],
        "api_handler": ["RegisterPhonesWhichHaveNoArnsOfOurs"],
        "notify": ["PhonesAndNumbersHaveNoArnsOfOurs"],
    }.get(function, [])


def test_a_stage_sets_what_the_settings_ask_for() -> None:
    from chalicelib.config import read as settings_from  # noqa: PLC0415

    for stage in STAGES:
        environ = read("config.json")["stages"][stage]["environment_variables"]
        known = settings_from({**environ, "STAMPBOOK_TABLE": "from-the-template", "AWS_REGION": "eu-central-1"})
        assert known.stage == stage


def test_chalice_is_not_deployed() -> None:
    runtime = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in runtime if line.startswith("chalice")] == []


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-dev.txt", "requirements-cloud.txt"])
def test_every_requirement_is_pinned(file: str) -> None:
    lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
    asked = [line for line in lines if line and not line.startswith(("#", "-r "))]
    assert asked
    assert [line for line in asked if not re.fullmatch(r"[\w.-]+(\[[\w,]+\])?==[\w.]+", line)] == []


def test_ci_runs_the_commands_of_the_readme() -> None:
    run = ROOT / ".ci" / "run"
    assert run.stat().st_mode & 0o111
    commands = re.findall(r"^make \w+$", run.read_text(encoding="utf-8"), re.MULTILINE)
    assert commands == ["make install", "make check", "make test", "make engine", "make e2e"]
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [command for command in commands if command not in readme] == []


def test_every_decision_is_in_the_index() -> None:
    folder = ROOT / "docs" / "decisions"
    index = (folder / "README.md").read_text(encoding="utf-8")
    pages = {page.name for page in folder.glob("*.md")} - {"README.md"}
    assert pages == set(re.findall(r"\]\(([\w.-]+\.md)\)", index))


def test_the_readme_names_every_area_and_flow() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    areas = {Path(source.path).parts[2] for source in sources("chalicelib/areas") if source.path.count("/") > 2}
    flows = {name for source in sources("chalicelib/flows") if (name := flow_of(source))}
    assert areas
    assert flows
    assert sorted(name for name in areas | flows if f"`{name}`" not in readme) == []
