"""The table of contents: the Chalice app, its middleware, what is mounted on it, and one stub per trigger."""

from __future__ import annotations

from chalice import Chalice

from chalicelib import bootstrap
from chalicelib.api import mounts, rim

app = Chalice(app_name="stampbook", configure_logs=False)
app.register_middleware(rim.one_error_shape, "http")

mounts.mount_native(app, bootstrap.runtime)
