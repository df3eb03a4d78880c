"""The template is the only description of the table: what code says about its keys and indexes must follow from it."""

from __future__ import annotations

from typing import Any

from chalicelib.table.indexes import INCLUDED, INDEXES, TABLE_KEYS, key_names
from infra.local.table_template import table_arguments


def keys(schema: list[dict[str, str]]) -> tuple[str, ...]:
    return tuple(part["AttributeName"] for part in sorted(schema, key=lambda part: part["KeyType"]))


def test_the_code_knows_the_keys_and_indexes_of_the_template() -> None:
    arguments = table_arguments("test")
    indexes: dict[str, dict[str, Any]] = {index["IndexName"]: index for index in arguments["GlobalSecondaryIndexes"]}
    assert keys(arguments["KeySchema"]) == TABLE_KEYS
    assert set(indexes) == set(INDEXES)
    for name in INDEXES:
        assert keys(indexes[name]["KeySchema"]) == key_names(name)
        assert tuple(indexes[name]["Projection"].get("NonKeyAttributes", ())) == INCLUDED[name]


def test_no_index_projects_everything() -> None:
    kinds = {index["Projection"]["ProjectionType"] for index in table_arguments("test")["GlobalSecondaryIndexes"]}
    assert kinds == {"INCLUDE", "KEYS_ONLY"}


def test_a_stage_has_its_own_table_and_only_production_is_protected() -> None:
    assert table_arguments("dev")["TableName"] == "stampbook-dev"
    assert table_arguments("dev")["DeletionProtectionEnabled"] is False
    assert table_arguments("prod")["DeletionProtectionEnabled"] is True
