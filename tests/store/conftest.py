"""The table three times over: the twin, moto, and DynamoDB Local (only under the marker `engine`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from moto import mock_aws

from chalicelib.table.dynamo import DynamoTable
from chalicelib.table.memory import MemoryTable
from chalicelib.table.protocol import Table
from infra.local.dynamodb_local import dynamodb_local
from infra.local.table_template import create_table, table_arguments

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    Connection = tuple[DynamoDBClient, DynamoTable]

REGION, STAGE = "eu-central-1", "test"
ENGINES = ["twin", "moto", pytest.param("dynamodb-local", marks=pytest.mark.engine)]


@pytest.fixture(scope="session")
def aws_credentials() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_ACCESS_KEY_ID", "testing")
        environment.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        yield


@pytest.fixture(scope="session")
def engine_endpoint() -> Iterator[str]:
    with dynamodb_local(briefly=True) as endpoint:
        yield endpoint


@pytest.fixture(params=ENGINES, scope="module")
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def connection(engine: str, request: pytest.FixtureRequest) -> Iterator[Connection | None]:
    """Clients are dear to make, so the tests of a module share them. The twin needs none."""
    if engine == "twin":
        yield None
        return
    request.getfixturevalue("aws_credentials")
    if engine == "moto":
        with mock_aws():
            yield connect(None)
        return
    yield connect(request.getfixturevalue("engine_endpoint"))


@pytest.fixture
def table(connection: Connection | None) -> Iterator[Table]:
    """A table as the template describes it, empty at the start of each test."""
    if connection is None:
        yield MemoryTable()
        return
    client, table = connection
    name = create_table(client, STAGE)
    yield table
    client.delete_table(TableName=name)


def connect(endpoint: str | None) -> Connection:
    import boto3

    client = boto3.session.Session().client("dynamodb", region_name=REGION, endpoint_url=endpoint)
    return client, DynamoTable(table_arguments(STAGE)["TableName"], region=REGION, endpoint=endpoint)
