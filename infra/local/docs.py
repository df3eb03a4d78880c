"""`make docs`: writes what is generated: the OpenAPI document and docs/routes.md from the routes, docs/guides/cost.md from what
a shop's orders use.

`python -m infra.local.docs --check` writes nothing and fails when a file is not what it would write.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from chalicelib.api import codes, openapi
from chalicelib.api.route import Route
from chalicelib.api.routes import ROUTES
from infra.local import cost

ROOT = Path(__file__).parents[2]

_GROUPS = {
    "every operation": codes.EVERY,
    "every operation that needs a key": codes.WITH_KEY,
    "every write": codes.WRITES,
    "every operation with a body": codes.WITH_BODY,
    "the gateway": codes.GATEWAY,
}
_HEAD = """# Routes

Generated from the route tables by `make docs`; do not edit. Beside its own codes, an operation answers those that
[every operation like it](#error-codes) does. The whole API with its models: `/docs` and `/openapi.json`.
"""


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m infra.local.docs", description=__doc__)
    parser.add_argument("--check", action="store_true")
    check: bool = parser.parse_args(arguments).check
    pages = generated()
    stale = [path for path, text in pages.items() if not path.exists() or path.read_text("utf-8") != text]
    for path in stale:
        if not check:
            path.write_text(pages[path], encoding="utf-8")
        sys.stderr.write(f"{'stale' if check else 'wrote'}: {path.relative_to(ROOT)}\n")
    return 1 if check and stale else 0


def generated() -> Mapping[Path, str]:
    document = json.dumps(openapi.build(ROUTES), indent=2, ensure_ascii=False) + "\n"
    return {
        ROOT / "chalicelib/api/static/openapi.json": document,
        ROOT / "docs/routes.md": routes_page(ROUTES),
        ROOT / "docs/guides/cost.md": cost.page(),
    }


def routes_page(routes: Iterable[Route]) -> str:
    table = tuple(routes)
    parts = [_HEAD]
    for resource in dict.fromkeys(route.resource for route in table):
        own = [route for route in table if route.resource == resource]
        parts.append(f"## {resource}\n\n{_rows(own)}\n")
    parts.append(f"## Error codes\n\n{_code_rows(table)}\n")
    return "\n".join(parts)


def _rows(routes: Iterable[Route]) -> str:
    lines = [
        "| | Path | Operation | Needs | What it does | Handler | Codes of its own |",
        "|---|---|---|---|---|---|---|",
    ]
    for route in routes:
        needs = "nothing" if route.access == "open" else f"{route.access} {route.resource}"
        errors = ", ".join(f"`{code}`" for code in route.errors) or "–"
        handler = route.target.removeprefix("chalicelib.api.")
        cells = (route.method, f"`{route.path}`", route.operation, needs, route.summary, f"`{handler}`", errors)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _code_rows(routes: Iterable[Route]) -> str:
    table = tuple(routes)
    lines = ["| Code | Status | Meaning | Answered by |", "|---|---|---|---|"]
    for code, (status, meaning) in sorted(codes.CODES.items()):
        common = next((name for name, group in _GROUPS.items() if code in group), None)
        own = ", ".join(route.operation for route in table if code in route.errors)
        lines.append(f"| `{code}` | {status} | {meaning} | {common or own} |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
