"""The app itself: what is mounted, and what a cold start loads."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from app import app
from chalicelib.api.routes import ROUTES

ROOT = Path(__file__).parents[2]


def test_the_app_mounts_every_route_and_nothing_else() -> None:
    mounted = {(method, path) for path, methods in app.routes.items() for method in methods}
    assert mounted == {(route.method, route.path) for route in ROUTES}


def test_no_handler_is_loaded_before_it_is_called() -> None:
    script = (
        "import sys, app\n"
        "loaded = [name for name in sys.modules if name.startswith('chalicelib.api.native.')]\n"
        "print([name for name in loaded if not name.startswith('chalicelib.api.native.routes')], 'boto3' in sys.modules)"
    )
    ran = subprocess.run(  # noqa: S603 - our own module
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == "[] False"
