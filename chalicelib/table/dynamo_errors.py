"""What botocore raises, as the protocol's errors: by whether anything was written, and whether to try again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalicelib.table.protocol import (
    InvalidRequest,
    OutcomeUnknown,
    TableError,
    Throttled,
    TransactionCancelled,
)

if TYPE_CHECKING:
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.parsers import ResponseParserError

_THROTTLES = {
    "ProvisionedThroughputExceededException",
    "ThrottlingException",
    "ThrottledException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "TooManyRequestsException",
    "LimitExceededException",
}
_DEFECT = "ValidationError"


def answered(error: ClientError) -> TableError:
    """The engine's own refusal."""
    problem: dict[str, Any] = dict(error.response.get("Error", {}))
    code, status = str(problem.get("Code", "")), error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code == "TransactionCanceledException":
        return _cancelled(error)
    if code == "TransactionConflictException":
        return TransactionCancelled(["TransactionConflict"])
    if code in _THROTTLES:
        return Throttled(str(error))
    if status >= 500 or code in {"TransactionInProgressException", "InternalServerError"}:
        return OutcomeUnknown(str(error))
    return InvalidRequest(str(error))


def unanswered(error: BotoCoreError | ResponseParserError) -> TableError:
    """No answer, or none that could be read. What botocore finds out before it sends (no credentials) is our defect."""
    from botocore import exceptions  # noqa: PLC0415 (with the client, on first use)

    unsent = isinstance(error, exceptions.BotoCoreError) and not isinstance(
        error, exceptions.ConnectionError | exceptions.HTTPClientError
    )
    return InvalidRequest(str(error)) if unsent else OutcomeUnknown(str(error))


def _cancelled(error: ClientError) -> TableError:
    """An item that could never be written cancels a transaction too: that is a defect, and trying again is no use."""
    reasons = list(error.response.get("CancellationReasons", []))
    codes = [reason.get("Code") for reason in reasons]
    if _DEFECT in codes:
        return InvalidRequest(f"{error}: {reasons[codes.index(_DEFECT)].get('Message', '')}")
    return TransactionCancelled([None if code == "None" else code for code in codes])
