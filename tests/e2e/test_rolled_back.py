"""The stack goes one version back: its data are there, and what only the newer version can read is refused in words."""

from __future__ import annotations

import copy
import io
import json
import zipfile

import pytest

from infra.local.deploy import deploy_template
from tests.e2e.conftest import STACK, Deployed, order
from tests.e2e.test_deployed import timeout_of

pytestmark = pytest.mark.e2e

ORDERS = "chalicelib/areas/orders/store.py"
ORDER_ITEM = "class OrderItem(StampbookItem):\n"
NEWER = "    v = IntegerAttribute(default=2)\n    colour = UnicodeAttribute(default='red')\n"


def newer(archive: bytes) -> bytes:
    """The code of the next version: its orders have a field more, and say so by a schema of their own."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        for info in before.infolist():
            content = before.read(info)
            if info.filename == ORDERS:
                assert ORDER_ITEM in content.decode()
                content = content.decode().replace(ORDER_ITEM, ORDER_ITEM + NEWER).encode()
            after.writestr(info, content)
    return out.getvalue()


def bought(deployed: Deployed, number: str) -> str:
    status, answer = deployed.call("POST", "/v1/orders", order(number, "e2e-versions"))
    assert status in (200, 201), answer
    return str(answer["order_id"])


def test_a_version_back_and_forth_again(deployed: Deployed) -> None:
    template, archive = deployed.template, deployed.archive
    next_template = copy.deepcopy(template)
    next_template["Resources"]["MetricsQueue"]["Properties"]["VisibilityTimeout"] = 723
    before, older = timeout_of(deployed, "metrics"), bought(deployed, "V-before")

    deploy_template(deployed.endpoint, next_template, newer(archive), STACK)
    younger = bought(deployed, "V-newer")
    assert timeout_of(deployed, "metrics") == "723"
    assert deployed.call("GET", f"/v1/orders/{older}")[0] == deployed.call("GET", f"/v1/orders/{younger}")[0] == 200
    points = deployed.points("e2e-versions")

    deploy_template(deployed.endpoint, template, archive, STACK)
    assert timeout_of(deployed, "metrics") == before
    assert deployed.call("GET", f"/v1/orders/{older}")[0] == 200
    refused = deployed.answer("GET", f"/v1/orders/{younger}")
    assert (refused.status, refused.body["error"]["code"]) == (503, "newer_data"), refused.body
    assert deployed.points("e2e-versions") == points
    bought(deployed, "V-after")
    assert deployed.points("e2e-versions") == points * 3 // 2
    assert "V-newer" in json.dumps(deployed.call("GET", f"/v1/members/{member_of(deployed)}/orders")[1])

    deploy_template(deployed.endpoint, next_template, newer(archive), STACK)
    assert deployed.call("GET", f"/v1/orders/{younger}")[0] == 200
    deploy_template(deployed.endpoint, template, archive, STACK)


def member_of(deployed: Deployed) -> str:
    _, member = deployed.call("POST", "/v1/members/find", {"type": "card", "value": "e2e-versions"})
    return str(member["member_id"])
