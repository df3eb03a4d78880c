"""The functions that the package has, by the names that app.py gives them, each with its logical id in the template.

Chalice makes that name, with which a function's log group begins as well.
"""

from __future__ import annotations

LOGICAL = {
    "api_handler": "APIHandler",
    "relay": "Relay",
    "imports": "Imports",
    "due": "Due",
    "schedule_due": "ScheduleDue",
    "take_pulse": "TakePulse",
    "notify": "Notify",
    "automations": "Automations",
    "webhooks": "Webhooks",
    "wake_webhooks": "WakeWebhooks",
}
