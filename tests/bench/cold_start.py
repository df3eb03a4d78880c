"""`python -m tests.bench.cold_start PLAN`: one cold start in a process that has done nothing else; its CPU goes to stdout.

The plan says whose: `app` imports app.py and handles its first event; `bare` imports the third-party modules that these
two steps loaded, in their order, makes a boto3 client per service and sends the same requests.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from pathlib import Path
from time import process_time
from types import SimpleNamespace
from typing import Any

from tests.bench.recording import load

OURS = {"app", "chalicelib", "tests"}


def third_party() -> list[str]:
    """Modules loaded so far that are neither Python's own nor ours, in the order of their loading."""
    tops = ((name, name.partition(".")[0]) for name in sys.modules)
    return [name for name, top in tops if not (top in OURS or top in sys.stdlib_module_names or top.startswith("_"))]


def of_app(plan: dict[str, Any]) -> dict[str, Any]:
    event = json.loads(Path(plan["event"]).read_text(encoding="utf-8"))
    context = SimpleNamespace(aws_request_id="cold", function_name=plan["function"], memory_limit_in_mb=1024)
    began = process_time()
    app = importlib.import_module("app").app
    imported, with_import = process_time(), third_party()
    handler = app if plan["function"] == "api_handler" else app.handler_map[plan["function"]]
    answer = handler(event, context)
    handled = process_time()
    if isinstance(answer, dict) and (answer.get("statusCode", 200) >= 300 or answer.get("batchItemFailures")):
        raise SystemExit(f"{plan['function']} answered {answer}")
    modules = [with_import, third_party()[len(with_import) :]]
    return {"import": imported - began, "event": handled - began, "modules": modules}


def of_bare(plan: dict[str, Any]) -> dict[str, Any]:
    exchanges = load(Path(plan["exchanges"]))
    began = process_time()
    for name in plan["modules"][0]:
        importlib.import_module(name)
    imported = process_time()
    for name in plan["modules"][1]:
        importlib.import_module(name)
    _send(exchanges)
    return {"import": imported - began, "event": process_time() - began}


def _send(exchanges: list[Any]) -> None:
    import boto3

    session: Any = boto3.session.Session()
    endpoint, region = os.environ["STAMPBOOK_ENDPOINT_URL"], os.environ["AWS_REGION"]
    clients = {
        name: session.client(name, region_name=region, endpoint_url=endpoint)
        for name in sorted({one.service for one in exchanges})
    }
    for one in exchanges:
        getattr(clients[one.service], one.method)(**one.params)


if __name__ == "__main__":
    asked: dict[str, Any] = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    taken = of_app(asked) if asked["whose"] == "app" else of_bare(asked)
    sys.stdout.write("\n" + json.dumps(taken))
