"""`make docs`: writes what the code says about itself: the OpenAPI document, routes, table, facts and cost.

`python -m infra.local.docs --check` writes nothing and fails when a file is not what it would write.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path

from chalicelib.api import openapi
from chalicelib.api.routes import ROUTES
from infra.local import cost
from infra.local.pages.access_patterns import stores
from infra.local.pages.facts import facts_page
from infra.local.pages.routes import routes_page
from infra.local.pages.table import item_classes, table_page
from infra.local.table_template import whole_template

ROOT = Path(__file__).parents[2]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m infra.local.docs", description=__doc__)
    parser.add_argument("--check", action="store_true")
    check: bool = parser.parse_args(arguments).check
    pages = generated()
    stale = [path for path, text in pages.items() if not path.exists() or path.read_text("utf-8") != text]
    for path in stale:
        if not check:
            path.write_text(pages[path], encoding="utf-8")
        sys.stderr.write(f"{'stale, run `make docs`' if check else 'wrote'}: {path.relative_to(ROOT)}\n")
    return 1 if check and stale else 0


def generated() -> Mapping[Path, str]:
    document = json.dumps(openapi.build(ROUTES), indent=2, ensure_ascii=False) + "\n"
    return {
        ROOT / "chalicelib/api/static/openapi.json": document,
        ROOT / "docs/facts.md": facts_page(whole_template()),
        ROOT / "docs/routes.md": routes_page(ROUTES),
        ROOT / "docs/table.md": table_page(stores(), item_classes()),
        ROOT / "docs/guides/cost.md": cost.page(),
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
