"""Health, and the API's own documentation: a page and a document served as the files they are."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from chalicelib.api.calls import Page, Visit
from chalicelib.errors import NotFound
from chalicelib.kit.base import Wire

STATIC = Path(__file__).parent.parent / "static"

_ASSETS = {
    "swagger-ui.css": "text/css; charset=utf-8",
    "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
    "docs.css": "text/css; charset=utf-8",
    "docs.js": "text/javascript; charset=utf-8",
}
# Styles are set inline by the viewer; scripts come from here alone, and it talks to this origin alone.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class Health(Wire):
    status: Literal["ok"] = "ok"


def health(_visit: Visit) -> Health:
    """The process answers. It asks nothing of the table: a slow table is no reason to end a process."""
    return Health()


def openapi(_visit: Visit) -> Page:
    return Page(_static("openapi.json"), "application/json")


def docs(visit: Visit) -> Page:
    base = ".." if visit.url_path.endswith("/") else "."
    return Page(
        _static("docs/index.html").replace("{base}", base),
        "text/html; charset=utf-8",
        {"Content-Security-Policy": _POLICY},
    )


def docs_asset(visit: Visit) -> Page:
    name = visit.path["asset"]
    if name not in _ASSETS:
        raise NotFound("asset_not_found", "The docs page has no such asset.", param="asset")
    return Page(_static(f"docs/{name}"), _ASSETS[name], {"Cache-Control": "public, max-age=3600"})


def _static(name: str) -> str:
    return (STATIC / name).read_text(encoding="utf-8")
