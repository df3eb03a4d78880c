"""What the files of an operation are called."""

from __future__ import annotations


def result_file(operation_id: str, routing: str, part: int, chunk: int) -> str:
    """What a chunk says of itself, until the operation is joined. `routing` names who cut the operation up."""
    return f"work/{operation_id}/{routing}/result-{part:04}-{chunk:08}"


def report_file(tenant: str, operation_id: str) -> str:
    return f"results/{tenant}/{operation_id}.csv"


def rules_file(operation_id: str, routing: str) -> str:
    """The rules that a simulation tries."""
    return f"work/{operation_id}/{routing}/rules"


def nested_file(report: str) -> str:
    """The same as JSON, of an operation that tells it so as well."""
    return f"{report.removesuffix('.csv')}.json"
