"""What browsers are told (CORS): a page of any origin may call the API with a key of its own, and read the answer.

A browser sends no credential of ours by itself: the key stands in a header that the page must know, and there are no
cookies. So every origin is welcome, and credentials are never allowed.
"""

from __future__ import annotations

from chalice.app import CORSConfig

SENT = ("Authorization", "Content-Type", "Idempotency-Key")  # by clients, beyond what a browser lets anybody send
READ = ("Allow", "Dry-Run", "Idempotent-Replayed", "Retry-After", "X-Request-Id")  # from answers, likewise
_PREFLIGHT_SECONDS = 600

CORS = CORSConfig(allow_origin="*", allow_headers=SENT, expose_headers=READ, max_age=_PREFLIGHT_SECONDS)

# Without these a browser keeps the answer from the page, refusals above all; Chalice adds them to what a view answers only.
ON_EVERY_ANSWER = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": ",".join(READ)}
