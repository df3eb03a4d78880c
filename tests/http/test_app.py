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
    assert said(script) == "[] False"


def test_the_code_of_bucket_queues_and_topic_is_loaded_when_something_is_asked_of_them() -> None:
    script = (
        "import sys, app\n"
        "from chalicelib import bootstrap, config\n"
        "rt = bootstrap.build(config.Settings('table', 'dev', 'eu-central-1'))\n"
        "def loaded(): return sum('chalicelib.aws.' + name in sys.modules for name in ('s3_files', 'sqs_queues', 'sns_topic'))\n"
        "print(loaded(), rt.files.head and loaded(), rt.queues.send and loaded(), rt.topic.publish and loaded())"
    )
    assert said(script) == "0 1 2 3"


def said(script: str) -> str:
    ran = subprocess.run(  # noqa: S603 - our own module
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return ran.stdout.strip()
