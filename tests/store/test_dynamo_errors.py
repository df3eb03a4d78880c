"""What each failure of botocore means: nothing written, perhaps written, or never to be sent again."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ReadTimeoutError,
)
from botocore.parsers import ResponseParserError

from chalicelib.table.dynamo_errors import answered, unanswered
from chalicelib.table.protocol import InvalidRequest, OutcomeUnknown, TableError, Throttled, TransactionCancelled


def refusal(code: str, status: int = 400, *reasons: str) -> ClientError:
    response: Any = {
        "Error": {"Code": code, "Message": "…"},
        "ResponseMetadata": {"HTTPStatusCode": status},
        "CancellationReasons": [{"Code": reason, "Message": "…"} for reason in reasons],
    }
    return ClientError(response, "TransactWriteItems")


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("ProvisionedThroughputExceededException", 400, Throttled),
        ("ThrottlingException", 400, Throttled),
        ("RequestLimitExceeded", 400, Throttled),
        ("InternalServerError", 500, OutcomeUnknown),
        ("ServiceUnavailable", 503, OutcomeUnknown),
        ("502", 502, OutcomeUnknown),
        ("TransactionInProgressException", 400, OutcomeUnknown),
        ("ValidationException", 400, InvalidRequest),
        ("ItemCollectionSizeLimitExceededException", 400, InvalidRequest),
        ("IdempotentParameterMismatchException", 400, InvalidRequest),
        ("SerializationException", 400, InvalidRequest),
        ("ResourceNotFoundException", 400, InvalidRequest),
        ("AccessDeniedException", 400, InvalidRequest),
    ],
)
def test_a_refusal_of_the_engine(code: str, status: int, kind: type[TableError]) -> None:
    assert type(answered(refusal(code, status))) is kind


def test_a_throttled_answer_is_throttling_even_with_a_server_status() -> None:
    assert type(answered(refusal("ThrottlingException", 503))) is Throttled


def test_a_cancellation_gives_its_reasons_in_the_order_of_the_writes() -> None:
    error = answered(refusal("TransactionCanceledException", 400, "None", "TransactionConflict", "ThrottlingError"))
    assert isinstance(error, TransactionCancelled)
    assert error.reasons == (None, "TransactionConflict", "ThrottlingError")


def test_a_cancellation_for_an_impossible_item_is_our_defect() -> None:
    error = answered(refusal("TransactionCanceledException", 400, "ConditionalCheckFailed", "ValidationError"))
    assert type(error) is InvalidRequest


def test_a_conflict_of_a_single_write_reads_like_a_cancelled_transaction_of_one() -> None:
    error = answered(refusal("TransactionConflictException"))
    assert isinstance(error, TransactionCancelled)
    assert error.reasons == ("TransactionConflict",)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (ReadTimeoutError(endpoint_url="x"), OutcomeUnknown),
        (ConnectTimeoutError(endpoint_url="x"), OutcomeUnknown),
        (EndpointConnectionError(endpoint_url="x"), OutcomeUnknown),
        (ResponseParserError("half an answer"), OutcomeUnknown),
        (NoCredentialsError(), InvalidRequest),
    ],
    ids=lambda value: getattr(value, "__name__", type(value).__name__),
)
def test_no_answer(error: BotoCoreError | ResponseParserError, kind: type[TableError]) -> None:
    assert type(unanswered(error)) is kind
