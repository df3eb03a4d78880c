"""Amazon's own engine for the tests of this folder; every one of them is marked `engine`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib.table.dynamo import DynamoTable
from infra.local.dynamodb_local import dynamodb_local
from infra.local.table_template import create_table

REGION = "eu-central-1"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.engine)


@pytest.fixture(scope="session")
def engine_endpoint() -> Iterator[str]:
    """DynamoDB Local, running for the session."""
    with dynamodb_local(briefly=True) as endpoint, pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_ACCESS_KEY_ID", "testing")
        environment.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        yield endpoint


@pytest.fixture(scope="session")
def engine_table_name(engine_endpoint: str) -> str:
    """The table of the template, made once: tests keep apart by their tenants."""
    import boto3

    client = boto3.session.Session().client("dynamodb", region_name=REGION, endpoint_url=engine_endpoint)
    return create_table(client, "engine")


@pytest.fixture
def engine_table(engine_endpoint: str, engine_table_name: str) -> DynamoTable:
    return DynamoTable(engine_table_name, region=REGION, endpoint=engine_endpoint)
