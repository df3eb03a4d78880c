"""Where templates are kept: they are configuration aggregates (table/config.py).

access pattern                | key                                        | items | cost                 | by
a template, or all of a tenant | {t}#CFG / notification_template#0000#{template} | 0–500 | in the configuration | template, templates

item                  | key                                             | in index | cost
notification_template | {t}#CFG / notification_template#0000#{template} | –        | 2 WU
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.areas.notifications.model import Template, no_template
from chalicelib.errors import Refused
from chalicelib.table.config import Config, Name
from chalicelib.table.config_commit import Change
from chalicelib.table.defined import Defined

MAX_TEMPLATES = 500
TEMPLATES = Defined("notification_template", Template, MAX_TEMPLATES)
TENANT = 0  # templates are a tenant's, not a program's


def templates(config: Config) -> tuple[Template, ...]:
    """By id."""
    return TEMPLATES.every(config, TENANT)


def find(config: Config, template_id: str) -> Template | None:
    return TEMPLATES.find(config, TENANT, template_id)


def template(config: Config, template_id: str) -> Template:
    """NotFound `template_not_found`."""
    known = find(config, template_id)
    if known is None:
        raise no_template(template_id)
    return known


def template_of(name: Name, body: Mapping[str, Any]) -> Template:
    return TEMPLATES.read(name, body)


def change(config: Config, after: Template) -> Change:
    """Refuses `too_many_templates` past 500 of a tenant."""
    too_many = Refused("too_many_templates", f"A tenant has at most {MAX_TEMPLATES} templates of notifications.")
    return TEMPLATES.change(config, TENANT, after.template_id, after, too_many)
