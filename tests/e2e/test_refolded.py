"""`make refold` on the stack's own table: an account that nobody can read is what its journal says again."""

from __future__ import annotations

import pytest

from chalicelib.areas.accounts.store import account_key
from infra.local.demo.program import TENANT
from tests.e2e.conftest import Deployed
from tests.e2e.test_restored import said

pytestmark = pytest.mark.e2e

CARD = "e2e-refolded"


def test_a_damaged_account_is_made_anew_from_its_journal(deployed: Deployed) -> None:
    deployed.buy("R-folded", CARD)
    points = deployed.points(CARD)
    _, member = deployed.call("POST", "/v1/members/find", {"type": "card", "value": CARD})
    owner = member["member_id"]
    damage(deployed, owner)
    status, refused = deployed.call("GET", f"/v1/members/{owner}/account")
    assert (status, refused["error"]["code"]) == (500, "damaged_data")
    told = said(deployed, "refold", "--tenant", TENANT, "--owner", owner, "--apply")
    assert f"{owner}: account 1 was written as its journal says, at version 1." in told
    assert deployed.points(CARD) == points > 0
    assert "is what its journal says" in said(deployed, "refold", "--tenant", TENANT, "--owner", owner)


def damage(deployed: Deployed, owner: str) -> None:
    key = account_key(TENANT, owner, 1)
    deployed.client("dynamodb").update_item(
        TableName=deployed.outputs["TableName"],
        Key={"pk": {"S": key.pk}, "sk": {"S": key.sk}},
        UpdateExpression="SET body = :nothing",
        ExpressionAttributeValues={":nothing": {"B": b"?"}},
    )
